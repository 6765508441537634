import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  NoSuchEntityException,
  paginateListUsers,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../src/client/lab.ts';
import { a, adminOf, allow, b, house, makeKey, policy, rootOf, trust } from './house.ts';

/*
 * IAM and STS by their real SDK clients, which sign and speak the Query protocol.
 */

const region = 'us-east-1';
const seed = Number(process.env['KMS_SEED'] ?? Date.now() % 2 ** 31);

async function clients(lab: Lab, arn: string) {
  const shared = {
    region,
    credentials: await lab.credentialsFor(arn),
    requestHandler: lab.requestHandler,
    maxAttempts: 1,
  };
  return { iam: new IAMClient(shared), sts: new STSClient(shared), kms: new KMSClient(shared) };
}

/** Name, code, status and message of an error, as programs read them. */
async function errorOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (thrown) {
    const {
      name,
      message,
      $metadata,
      Error: told,
    } = thrown as {
      readonly name: string;
      readonly message: string;
      readonly $metadata: { readonly httpStatusCode: number; readonly requestId?: string };
      readonly Error?: { readonly Code: string; readonly Type: string };
    };
    return { name, message, status: $metadata.httpStatusCode, told, thrown };
  }
  throw new Error('nothing was thrown');
}

describe('@aws-sdk/client-iam', () => {
  it('makes, reads and lists users with tags and dates', async () => {
    const lab = await house();
    const { iam } = await clients(lab, adminOf(a));
    const { User } = await iam.send(
      new CreateUserCommand({
        UserName: 'Ann',
        Path: '/people/',
        Tags: [
          { Key: 'team', Value: 'blue + green' },
          { Key: 'x', Value: '' },
        ],
      }),
    );
    expect(User).toMatchObject({ Arn: `arn:aws:iam::${a}:user/people/Ann`, UserName: 'Ann' });
    expect(User?.CreateDate).toEqual(new Date('2026-03-01T12:00:00Z'));
    const read = await iam.send(new GetUserCommand({ UserName: 'Ann' }));
    expect(read.User?.UserId).toBe(User?.UserId);
    expect(read.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await iam.send(new TagUserCommand({ UserName: 'Ann', Tags: [{ Key: 'age', Value: '7' }] }));
    const { Tags, IsTruncated } = await iam.send(new ListUserTagsCommand({ UserName: 'Ann' }));
    expect(Tags).toContainEqual({ Key: 'team', Value: 'blue + green' });
    expect(Tags).toContainEqual({ Key: 'age', Value: '7' });
    expect(IsTruncated).toBe(false);
    const { Users } = await iam.send(new ListUsersCommand({ PathPrefix: '/people/' }));
    expect(Users?.map(({ UserName }) => UserName)).toEqual(['Ann']);
  });

  it('pages', async () => {
    const lab = await house();
    const { iam } = await clients(lab, adminOf(a));
    for (const UserName of ['u1', 'u2', 'u3', 'u4']) await iam.send(new CreateUserCommand({ UserName }));
    const names: (string | undefined)[] = [];
    for await (const { Users } of paginateListUsers({ client: iam, pageSize: 2 }, {}))
      names.push(...(Users ?? []).map(({ UserName }) => UserName));
    expect(names).toEqual(['Admin', 'u1', 'u2', 'u3', 'u4']);
  });

  it('gives policy documents encoded as in an address, as AWS does', async () => {
    const lab = await house();
    const { iam } = await clients(lab, adminOf(a));
    const document = policy(allow('kms:Decrypt', `arn:aws:kms:*:${a}:key/*`));
    const trusts = policy(trust({ AWS: rootOf(a) }));
    await iam.send(new CreateUserCommand({ UserName: 'Ann' }));
    await iam.send(
      new PutUserPolicyCommand({ UserName: 'Ann', PolicyName: 'own', PolicyDocument: document }),
    );
    const own = await iam.send(new GetUserPolicyCommand({ UserName: 'Ann', PolicyName: 'own' }));
    expect(own.PolicyDocument).not.toContain('{');
    expect(decodeURIComponent(own.PolicyDocument ?? '')).toBe(document);
    await iam.send(new CreateRoleCommand({ RoleName: 'App', AssumeRolePolicyDocument: trusts }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'App' }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trusts);
    const made = await iam.send(new CreatePolicyCommand({ PolicyName: 'Use', PolicyDocument: document }));
    const PolicyArn = made.Policy?.Arn ?? '';
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(version.PolicyVersion?.IsDefaultVersion).toBe(true);
    expect(decodeURIComponent(version.PolicyVersion?.Document ?? '')).toBe(document);
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'App', PolicyArn }));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'App' }));
    expect(AttachedPolicies).toEqual([{ PolicyName: 'Use', PolicyArn }]);
  });

  it('throws AWS\u2019s errors by class, code and status', async () => {
    const lab = await house();
    const { iam } = await clients(lab, adminOf(a));
    const missing = await errorOf(iam.send(new DeleteUserCommand({ UserName: 'Nobody' })));
    expect(missing.thrown).toBeInstanceOf(NoSuchEntityException);
    expect(missing).toMatchObject({ status: 404, message: 'The user with name Nobody cannot be found.' });
    await iam.send(new CreateGroupCommand({ GroupName: 'g' }));
    expect(await errorOf(iam.send(new CreateGroupCommand({ GroupName: 'g' })))).toMatchObject({
      name: 'EntityAlreadyExistsException',
      status: 409,
    });
    const bad = new CreateUserCommand({ UserName: 'no spaces here' });
    expect(await errorOf(iam.send(bad))).toMatchObject({ name: 'ValidationError', status: 400 });
    await iam.send(new CreateUserCommand({ UserName: 'Weak' }));
    const weak = await clients(lab, `arn:aws:iam::${a}:user/Weak`);
    expect(await errorOf(weak.iam.send(new ListUsersCommand({})))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining('is not authorized to perform: iam:ListUsers') as string,
    });
  });

  it('checks signatures, under the names of this protocol', async () => {
    const lab = await house();
    const right = await lab.credentialsFor(adminOf(a));
    const send = (credentials: typeof right) =>
      errorOf(
        new IAMClient({ region, credentials, requestHandler: lab.requestHandler, maxAttempts: 1 }).send(
          new ListUsersCommand({}),
        ),
      );
    expect(await send({ ...right, secretAccessKey: 'wrong' })).toMatchObject({
      name: 'SignatureDoesNotMatch',
      status: 403,
    });
    expect(await send({ ...right, accessKeyId: 'AKIANOBODY1234567890' })).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
  });

  it('a new access key signs from then on', async () => {
    const lab = await house();
    const { iam } = await clients(lab, adminOf(a));
    await iam.send(new CreateUserCommand({ UserName: 'Ann' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'Ann' }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const sts = new STSClient({ region, credentials, requestHandler: lab.requestHandler });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${a}:user/Ann`);
  });

  it('any text comes back as it was', async () => {
    const lab = await house();
    const { iam } = await clients(lab, adminOf(a));
    const trusts = policy(trust({ AWS: rootOf(a) }));
    await iam.send(new CreateRoleCommand({ RoleName: 'App', AssumeRolePolicyDocument: trusts }));
    const text = fc.string({
      unit: fc.constantFrom(...'aZ09 _.:/=+-@&<>"\'é%\n\t;]'),
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(text, async (inner) => {
        // The SDK's reader takes outer white space away, from AWS's answers as from ours.
        const Description = `(${inner})`;
        await iam.send(new UpdateRoleCommand({ RoleName: 'App', Description }));
        const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'App' }));
        expect(Role?.Description).toBe(Description);
      }),
      { numRuns: 60, seed },
    );
  });
});

describe('@aws-sdk/client-sts', () => {
  it('takes a role of another account, with tags and a session policy, and the session uses a key there', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const owner = await clients(lab, adminOf(a));
    await owner.iam.send(
      new CreateRoleCommand({
        RoleName: 'Door',
        AssumeRolePolicyDocument: policy({
          ...trust({ AWS: rootOf(b) }),
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        }),
      }),
    );
    await owner.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'Door',
        PolicyName: 'use',
        PolicyDocument: policy(allow('kms:*')),
      }),
    );
    const { sts } = await clients(lab, adminOf(b));
    const taken = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${a}:role/Door`,
        RoleSessionName: 'work',
        DurationSeconds: 900,
        Policy: policy(allow('kms:Encrypt')),
        Tags: [{ Key: 'team', Value: 'blue' }],
      }),
    );
    expect(taken.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${a}:assumed-role/Door/work`);
    expect(taken.Credentials?.Expiration).toEqual(new Date('2026-03-01T12:15:00Z'));
    expect(taken.PackedPolicySize).toBeGreaterThan(0);
    const { AccessKeyId, SecretAccessKey, SessionToken } = taken.Credentials ?? {};
    const session = {
      region,
      requestHandler: lab.requestHandler,
      credentials: {
        accessKeyId: AccessKeyId ?? '',
        secretAccessKey: SecretAccessKey ?? '',
        sessionToken: SessionToken ?? '',
      },
      maxAttempts: 1,
    };
    const who = await new STSClient(session).send(new GetCallerIdentityCommand({}));
    expect(who).toMatchObject({ Account: a, Arn: taken.AssumedRoleUser?.Arn });
    const kms = new KMSClient(session);
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: key, Plaintext: new Uint8Array([1, 2, 3]) }),
    );
    expect(await errorOf(kms.send(new DecryptCommand({ CiphertextBlob })))).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('no session policy allows the kms:Decrypt action') as string,
    });
    await lab.advance({ seconds: 901 });
    expect(await errorOf(new STSClient(session).send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: expect.stringMatching(/^ExpiredToken/) as string,
      status: 403,
    });
  });

  it('is refused by a trust policy in AWS\u2019s words', async () => {
    const lab = await house();
    const owner = await clients(lab, adminOf(a));
    await owner.iam.send(
      new CreateRoleCommand({
        RoleName: 'Door',
        AssumeRolePolicyDocument: policy(trust({ AWS: adminOf(a) })),
      }),
    );
    const { sts } = await clients(lab, adminOf(b));
    const take = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${a}:role/Door`, RoleSessionName: 'work' });
    expect(await errorOf(sts.send(take))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining('no role trust policy allows the sts:AssumeRole action') as string,
    });
  });

  it('works in any Region, and without signatures where they do not matter', async () => {
    const lab = await house();
    const sts = new STSClient({
      region: 'eu-west-1',
      credentials: await lab.credentialsFor(adminOf(a)),
      requestHandler: lab.requestHandler,
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(a);
    const trusted = new IAMClient({
      region,
      credentials: { accessKeyId: 'AKIDANYTHING', secretAccessKey: 'anything' },
      requestHandler: lab.requestHandlerFor({ principal: adminOf(b) }),
    });
    const { Users } = await trusted.send(new ListUsersCommand({}));
    expect(Users?.map(({ Arn }) => Arn)).toEqual([adminOf(b)]);
  });
});
