import { describe, expect, it } from 'vitest';
import type { Lab, LabCall } from '../../src/client/lab.ts';
import type { TrailEvent } from '../../src/engine/index.ts';
import {
  a,
  adminOf,
  allow,
  b,
  by,
  c,
  deny,
  done,
  encrypt,
  house,
  makeKey,
  makeRole,
  makeUser,
  outcome,
  policy,
  refused,
  rootOf,
  trust,
} from './house.ts';

/*
 * Who calls when it is not a person: a service in its own name, a service for somebody, a role that a service made for
 * itself; and what the trails of two accounts say of one call.
 */

const sns = 'sns.amazonaws.com';
const topic = `arn:aws:sns:us-east-1:${a}:alarms`;
const s3 = 's3.us-east-1.amazonaws.com';
const toRoot = { ...allow('kms:*'), Principal: { AWS: rootOf(a) } };
const toService = (condition?: object, action: string | readonly string[] = 'kms:*') => ({
  ...allow(action, '*', condition),
  Principal: { Service: sns },
});

const byService = (key: string, more: Partial<LabCall> = {}): LabCall => ({
  ...encrypt(key, sns),
  sourceArn: topic,
  sourceAccount: a,
  ...more,
});
const noResourcePolicy = (key: string, action = 'kms:Encrypt'): string =>
  `User: ${sns} is not authorized to perform: ${action} on resource: ${key} because no resource-based policy allows the ${action} action`;

/** An organization of `c` with `a` in it. */
async function organization(lab: Lab, type: string, document: string): Promise<string> {
  const chief = by(lab, adminOf(c));
  const { Organization } = await chief('organizations', 'CreateOrganization');
  await chief('organizations', 'InviteAccountToOrganization', { Target: { Id: a, Type: 'ACCOUNT' } });
  const { Roots } = await chief('organizations', 'ListRoots');
  const [root] = Roots as readonly { readonly Id: string }[];
  await chief('organizations', 'EnablePolicyType', { RootId: root?.Id, PolicyType: type }).catch(
    () => undefined,
  );
  const { Policy } = await chief('organizations', 'CreatePolicy', {
    Name: 'Ceiling',
    Description: '',
    Type: type,
    Content: document,
  });
  const { Id } = (Policy as { readonly PolicySummary: { readonly Id: string } }).PolicySummary;
  await chief('organizations', 'AttachPolicy', { PolicyId: Id, TargetId: a });
  return (Organization as { readonly Id: string }).Id;
}

describe('[policy.md §3] a service in its own name', () => {
  interface Case {
    readonly what: string;
    readonly fact: string;
    readonly statements: readonly object[];
    readonly call?: Partial<LabCall>;
    /** Absent: allowed. */
    readonly denied?: (key: string) => string;
  }
  const cases: readonly Case[] = [
    {
      what: 'is allowed by a statement that names it',
      fact: 'policy.md §3 Service',
      statements: [toRoot, toService()],
    },
    {
      what: 'is not in the account: delegation to the account does nothing for it',
      fact: 'policy.md §3 account principal',
      statements: [toRoot],
      denied: noResourcePolicy,
    },
    {
      what: 'is one of everybody',
      fact: 'policy.md §3 "*"',
      statements: [toRoot, { ...allow('kms:Encrypt'), Principal: '*' }],
    },
    {
      what: 'is not another service',
      fact: 'policy.md §3 Service',
      statements: [toRoot, { ...allow('kms:*'), Principal: { Service: 'sqs.amazonaws.com' } }],
      denied: noResourcePolicy,
    },
    {
      what: 'is held to the resource that it calls for',
      fact: 'conditions.json aws:SourceArn',
      statements: [toRoot, toService({ ArnLike: { 'aws:SourceArn': `arn:aws:sns:*:${a}:*` } })],
    },
    {
      what: 'of another resource is refused',
      fact: 'conditions.json aws:SourceArn',
      statements: [toRoot, toService({ ArnLike: { 'aws:SourceArn': `arn:aws:sns:*:${a}:other` } })],
      denied: noResourcePolicy,
    },
    {
      what: 'that says nothing of a resource lacks the keys',
      fact: 'conditions.json absentKey',
      statements: [toRoot, toService({ StringEquals: { 'aws:SourceAccount': a } })],
      call: { sourceArn: undefined, sourceAccount: undefined },
      denied: noResourcePolicy,
    },
    {
      what: 'for another account is the confused deputy',
      fact: 'conditions.json aws:SourceAccount',
      statements: [toRoot, toService({ StringEquals: { 'aws:SourceAccount': a } })],
      call: { sourceArn: `arn:aws:sns:us-east-1:${b}:alarms`, sourceAccount: b },
      denied: noResourcePolicy,
    },
    {
      what: 'has aws:PrincipalIsAWSService and its name',
      fact: 'conditions.json aws:PrincipalServiceName',
      statements: [
        toRoot,
        {
          ...allow('kms:Encrypt', '*', {
            Bool: { 'aws:PrincipalIsAWSService': 'true' },
            StringEquals: { 'aws:PrincipalServiceName': sns },
            'ForAnyValue:StringEquals': { 'aws:PrincipalServiceNamesList': sns },
          }),
          Principal: '*',
        },
      ],
    },
    {
      what: 'does not use the credentials of a principal: no kms:ViaService',
      fact: 'conditions.json kms:ViaService',
      statements: [toRoot, toService({ Null: { 'kms:ViaService': 'false' } })],
      denied: noResourcePolicy,
    },
    {
      what: 'has no kms:CallerAccount',
      fact: 'OURS: of no account',
      statements: [toRoot, toService({ StringEquals: { 'kms:CallerAccount': a } })],
      denied: noResourcePolicy,
    },
    {
      what: 'is denied by a Deny that names it',
      fact: 'policy.md §2 step 1',
      statements: [toRoot, toService(), { ...toService(undefined, 'kms:Encrypt'), Effect: 'Deny' }],
      denied: (key) =>
        `User: ${sns} is not authorized to perform: kms:Encrypt on resource: ${key} with an explicit deny in a resource-based policy`,
    },
    {
      what: 'may not do what is not shared across accounts any less: it is judged on the key alone',
      fact: 'policy.md §3 Service',
      statements: [toRoot, toService()],
      call: { operation: 'DescribeKey' },
    },
  ];
  it.each(cases)('[$fact] $what', async ({ statements, call = {}, denied }) => {
    const lab = await house();
    const key = await makeKey(lab, a, policy(...statements));
    const asked = byService(key, call);
    const input = asked.operation === 'DescribeKey' ? { KeyId: key } : asked.input;
    expect(await outcome(lab, { ...asked, input })).toBe(denied ? denied(key) : 'Allow');
  });

  it('[policy.md §1] an SCP of the account does not reach it, an RCP does', async () => {
    const withScp = await house();
    const key = await makeKey(withScp, a, policy(toRoot, toService()));
    await organization(withScp, 'SERVICE_CONTROL_POLICY', policy(deny('kms:Encrypt')));
    expect(await outcome(withScp, byService(key))).toBe('Allow');
    expect(await outcome(withScp, encrypt(key, adminOf(a)))).toContain('service control policy');

    const withRcp = await house();
    const other = await makeKey(withRcp, a, policy(toRoot, toService()));
    const strangers = {
      ...deny('kms:*', {
        StringNotEqualsIfExists: { 'aws:SourceOrgID': 'o-nobody' },
        Null: { 'aws:SourceAccount': 'false' },
        Bool: { 'aws:PrincipalIsAWSService': 'true' },
      }),
      Principal: '*',
    };
    await organization(withRcp, 'RESOURCE_CONTROL_POLICY', policy(strangers));
    expect(await outcome(withRcp, byService(other))).toBe(
      `User: ${sns} is not authorized to perform: kms:Encrypt on resource: ${other} with an explicit deny in a resource control policy`,
    );
    expect(await outcome(withRcp, encrypt(other, adminOf(a)))).toBe('Allow');
  });

  it('[policy.md §6] a grant to it holds for its SourceArn alone', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    await done(lab, {
      operation: 'CreateGrant',
      input: {
        KeyId: key,
        GranteeServicePrincipal: sns,
        RetiringPrincipal: adminOf(a),
        Operations: ['Encrypt'],
        Constraints: { SourceArn: topic },
      },
      principal: adminOf(a),
    });
    expect(await outcome(lab, byService(key))).toBe('Allow');
    expect(await outcome(lab, byService(key, { sourceArn: `${topic}2` }))).toBe(noResourcePolicy(key));
    const other = byService(key);
    expect(await refused(lab, { ...other, principal: 'sqs.amazonaws.com' })).toContain(
      'AccessDeniedException',
    );
  });

  it('[conditions.json kms:GrantIsForAWSResource] is true of a grant that a service makes', async () => {
    const lab = await house();
    const forResource = { Bool: { 'kms:GrantIsForAWSResource': 'true' } };
    const key = await makeKey(
      lab,
      a,
      policy(toRoot, { ...allow('kms:CreateGrant', '*', forResource), Principal: { AWS: adminOf(b) } }),
    );
    const create: LabCall = {
      operation: 'CreateGrant',
      input: { KeyId: key, GranteePrincipal: adminOf(b), Operations: ['Decrypt'] },
      principal: adminOf(b),
    };
    expect(await outcome(lab, create)).toContain('no resource-based policies allow access');
    expect(await outcome(lab, { ...create, viaService: 'ec2.us-east-1.amazonaws.com' })).toBe('Allow');
  });

  it('[cloudtrail.json AWSService] the owner of the key has the event, by name of the service', async () => {
    const lab = await house();
    const key = await makeKey(lab, a, policy(toRoot, toService()));
    await done(lab, byService(key));
    expect((await lab.trail()).at(-1)).toMatchObject({
      userIdentity: { type: 'AWSService', invokedBy: sns },
      sourceIPAddress: sns,
      userAgent: sns,
      recipientAccountId: a,
      resources: [{ accountId: a, type: 'AWS::KMS::Key', ARN: key }],
    });
  });

  it('finds no key by a bare name of an account that is not its', async () => {
    const lab = await house();
    const key = await makeKey(lab, a, policy(toRoot, toService()));
    const id = key.slice(key.lastIndexOf('/') + 1);
    const asked = { ...encrypt(id, sns), sourceAccount: undefined };
    expect(await refused(lab, asked)).toContain('NotFoundException');
    expect(await outcome(lab, { ...asked, sourceAccount: a })).toBe('Allow');
  });
});

describe('[policy.md §1] a role that a service made for itself', () => {
  it('is under no service control policy and no resource control policy', async () => {
    for (const type of ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY']) {
      const lab = await house();
      await by(lab, adminOf(a))('iam', 'CreateServiceLinkedRole', {
        AWSServiceName: 'autoscaling.amazonaws.com',
      });
      const role = `arn:aws:iam::${a}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoscaling`;
      const plain = await makeRole(lab, 'App', policy(trust({ AWS: rootOf(a) })));
      const key = await makeKey(
        lab,
        a,
        policy(toRoot, { ...allow('kms:*'), Principal: { AWS: [role, plain] } }),
      );
      const ceiling = type.startsWith('RES')
        ? { ...deny('kms:Encrypt'), Principal: '*' }
        : deny('kms:Encrypt');
      await organization(lab, type, policy(ceiling));
      expect(await outcome(lab, encrypt(key, role))).toBe('Allow');
      expect(await outcome(lab, encrypt(key, plain))).toContain('with an explicit deny in a');
    }
  });
});

describe('[conditions.json kms:ViaService] a service that calls for somebody', () => {
  const via = { StringEquals: { 'kms:ViaService': s3 } };

  it('is that somebody: his policies decide, with the service between', async () => {
    const lab = await house();
    const ann = await makeUser(lab, 'Ann', policy(allow('kms:*', '*', via)));
    const key = await makeKey(lab);
    expect(await outcome(lab, encrypt(key, ann))).toContain('no identity-based policy allows');
    expect(await outcome(lab, encrypt(key, ann, { viaService: s3 }))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, ann, { viaService: 's3.eu-west-1.amazonaws.com' }))).toContain(
      'no identity-based policy allows',
    );
    expect(await outcome(lab, encrypt(key, ann, { viaService: 'sqs.us-east-1.amazonaws.com' }))).toContain(
      'no identity-based policy allows',
    );
  });

  it('is no AWS service to aws:PrincipalIsAWSService, but is to aws:ViaAWSService', async () => {
    const lab = await house();
    const key = await makeKey(
      lab,
      a,
      policy(toRoot, {
        ...deny('kms:Encrypt', {
          Bool: { 'aws:ViaAWSService': 'false', 'aws:PrincipalIsAWSService': 'false' },
        }),
        Principal: '*',
      }),
    );
    expect(await outcome(lab, encrypt(key, adminOf(a)))).toContain('with an explicit deny');
    expect(await outcome(lab, encrypt(key, adminOf(a), { viaService: s3 }))).toBe('Allow');
  });

  it('[conditions.json aws:SourceIp] shows the address of the service, which an address rule does not know', async () => {
    const lab = await house();
    const office = { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } };
    const key = await makeKey(lab, a, policy(toRoot, { ...deny('kms:Encrypt', office), Principal: '*' }));
    const spared = await makeKey(
      lab,
      a,
      policy(toRoot, {
        ...deny('kms:Encrypt', { ...office, Bool: { 'aws:ViaAWSService': 'false' } }),
        Principal: '*',
      }),
    );
    const atWork = { sourceIp: '198.51.100.7' };
    expect(await outcome(lab, encrypt(key, adminOf(a), atWork))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, adminOf(a), { ...atWork, viaService: s3 }))).toContain(
      'explicit deny',
    );
    expect(await outcome(lab, encrypt(spared, adminOf(a), { ...atWork, viaService: s3 }))).toBe('Allow');
  });

  it('[conditions.json aws:CalledVia] keeps the order of the services', async () => {
    const lab = await house();
    const chain = {
      StringEquals: {
        'aws:CalledViaFirst': 'cloudformation.amazonaws.com',
        'aws:CalledViaLast': 's3.amazonaws.com',
      },
      'ForAllValues:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com', 's3.amazonaws.com'] },
    };
    const ann = await makeUser(lab, 'Ann', policy(allow('kms:*', '*', chain)));
    const key = await makeKey(lab);
    const calledVia = ['cloudformation.amazonaws.com'];
    expect(await outcome(lab, encrypt(key, ann, { viaService: s3, calledVia }))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, ann, { viaService: s3 }))).toContain('no identity-based policy');
  });

  it('[policy.md §1] does not come through his VPC endpoint, but under his service control policy', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    await organization(lab, 'SERVICE_CONTROL_POLICY', policy(deny('kms:Encrypt')));
    expect(await outcome(lab, encrypt(key, adminOf(a), { viaService: s3 }))).toContain(
      'service control policy',
    );
    const { VpcEndpoint } = await by(lab, adminOf(a))('ec2', 'CreateVpcEndpoint', {
      VpcId: 'vpc-1',
      ServiceName: 'com.amazonaws.us-east-1.kms',
      PolicyDocument: policy({ ...allow('kms:DescribeKey'), Principal: '*' }),
    });
    const { VpcEndpointId: vpcEndpoint } = VpcEndpoint as { readonly VpcEndpointId: string };
    const describeKey = { operation: 'GenerateDataKey', input: { KeyId: key, KeySpec: 'AES_256' } };
    const call = { ...describeKey, principal: adminOf(a), vpcEndpoint };
    expect(await outcome(lab, call)).toContain('no VPC endpoint policy allows');
    expect(await outcome(lab, { ...call, viaService: s3 })).toBe('Allow');
  });

  it('[policy.md §3 AWS managed key] opens the key of the service to everybody of the account, and to nobody else', async () => {
    const lab = await house();
    const ann = await makeUser(lab, 'Ann');
    const describeKey = { operation: 'DescribeKey', input: { KeyId: 'alias/aws/s3' }, principal: adminOf(a) };
    const { KeyMetadata } = await done(lab, describeKey);
    const { Arn: key } = KeyMetadata as { readonly Arn: string };
    expect(await outcome(lab, encrypt(key, ann, { viaService: s3 }))).toBe('Allow');
    expect(await outcome(lab, encrypt(key, ann))).toContain('no resource-based policy allows');
    expect(await outcome(lab, encrypt(key, adminOf(b), { viaService: s3 }))).toContain(
      'no resource-based policies allow access',
    );
    expect(await outcome(lab, encrypt(key, ann, { viaService: 'sqs.us-east-1.amazonaws.com' }))).toContain(
      'no resource-based policy allows',
    );
  });

  it('[cloudtrail.json throughService] is told as him, invoked by the service', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    await done(lab, encrypt(key, adminOf(a), { viaService: s3, sourceIp: '198.51.100.7' }));
    expect((await lab.trail()).at(-1)).toMatchObject({
      userIdentity: { type: 'IAMUser', arn: adminOf(a), invokedBy: 's3.amazonaws.com' },
      sourceIPAddress: 's3.amazonaws.com',
    });
  });
});

describe('[cloudtrail.json rules] one call in two accounts', () => {
  const last = async (lab: Lab, n: number): Promise<readonly TrailEvent[]> => (await lab.trail()).slice(-n);

  it('of a key: each account has a record, with one shared id and ids of their own', async () => {
    const lab = await house();
    const key = await makeKey(lab, a, policy(toRoot, { ...allow('kms:*'), Principal: { AWS: rootOf(b) } }));
    await done(lab, encrypt(key, adminOf(b)));
    const [mine, theirs] = await last(lab, 2);
    expect(mine).toMatchObject({ recipientAccountId: b, userIdentity: { type: 'IAMUser', arn: adminOf(b) } });
    expect(theirs).toMatchObject({ recipientAccountId: a, eventName: 'Encrypt' });
    expect(Object.keys(theirs?.userIdentity ?? {}).sort()).toEqual(['accountId', 'principalId', 'type']);
    expect(theirs?.userIdentity).toMatchObject({ type: 'AWSAccount', accountId: b });
    expect(theirs?.sharedEventID).toBe(mine?.sharedEventID);
    expect(mine?.sharedEventID).toMatch(/^[0-9a-f-]{36}$/);
    expect(theirs?.eventID).not.toBe(mine?.eventID);
  });

  it('refused: the caller alone has it', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const before = (await lab.trail()).length;
    await refused(lab, encrypt(key, adminOf(b)));
    const added = (await lab.trail()).slice(before);
    expect(added.map(({ recipientAccountId }) => recipientAccountId)).toEqual([b]);
  });

  it('of AssumeRole: the account of the role hears of it too', async () => {
    const lab = await house();
    const role = await makeRole(lab, 'Door', policy(trust({ AWS: rootOf(b) })));
    const take = (RoleArn: string): LabCall => ({
      service: 'sts',
      operation: 'AssumeRole',
      input: { RoleArn, RoleSessionName: 'work' },
      principal: adminOf(b),
    });
    await done(lab, take(role));
    const [mine, theirs] = await last(lab, 2);
    expect(mine).toMatchObject({ recipientAccountId: b, userIdentity: { type: 'IAMUser', arn: adminOf(b) } });
    expect(theirs).toMatchObject({
      recipientAccountId: a,
      eventSource: 'sts.amazonaws.com',
      userIdentity: { type: 'AWSAccount', accountId: b },
      resources: [{ accountId: a, type: 'AWS::IAM::Role', ARN: role }],
    });
    expect(theirs?.sharedEventID).toBe(mine?.sharedEventID);
    expect(theirs?.eventID).not.toBe(mine?.eventID);

    const closed = await makeRole(lab, 'Shut', policy(trust({ AWS: adminOf(c) })));
    const before = (await lab.trail()).length;
    await refused(lab, take(closed));
    const added = (await lab.trail()).slice(before);
    expect(added.map(({ recipientAccountId }) => recipientAccountId)).toEqual([b]);
  });

  it('of AssumeRole in the own account: one record', async () => {
    const lab = await house();
    const role = await makeRole(lab, 'Own', policy(trust({ AWS: rootOf(a) })));
    const before = (await lab.trail()).length;
    await by(lab, adminOf(a))('sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 'work' });
    const added = (await lab.trail()).slice(before);
    expect(added).toHaveLength(1);
    expect(added[0]?.sharedEventID).toBeUndefined();
  });
});
