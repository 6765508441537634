import { DescribeKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../src/client/lab.ts';
import {
  a,
  adminOf,
  allow,
  assume,
  b,
  by,
  deny,
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
  type Input,
} from './house.ts';

/*
 * AssumeRole and what a session may. The sentences of trust policies: IAM User Guide, "Troubleshoot access denied error
 * messages".
 */

const mayAssume = policy(allow('sts:AssumeRole'));
const may = policy(allow('kms:*'));

const tryTo = async (lab: Lab, principal: string, RoleArn: string, more: Input = {}): Promise<string> => {
  const { result } = await lab.handle({
    service: 'sts',
    operation: 'AssumeRole',
    input: { RoleArn, RoleSessionName: 'work', ...more },
    principal,
  });
  return result.ok ? 'Allow' : `${result.refusal.refused}: ${result.refusal.message}`;
};

const noTrust = (who: string, action = 'sts:AssumeRole') =>
  `AccessDenied: User: ${who} is not authorized to perform: ${action} because no role trust policy allows the ${action} action`;
const noIdentity = (who: string, role: string) =>
  `AccessDenied: User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${role} because no identity-based policy allows the sts:AssumeRole action`;

interface Row {
  readonly title: string;
  /** Statements of the trust policy; `who` is the user that asks. */
  readonly trusts: (who: string) => readonly object[];
  /** Of the user. */
  readonly own?: string;
  readonly input?: Input;
  readonly from?: string;
  readonly expected: (who: string, role: string) => string;
}

const yes = () => 'Allow';
const rows: readonly Row[] = [
  { title: 'names the user: enough in one account', trusts: (who) => [trust({ AWS: who })], expected: yes },
  {
    title: 'names the account: IAM must allow too',
    trusts: () => [trust({ AWS: rootOf(a) })],
    expected: noIdentity,
  },
  {
    title: 'names the account, and IAM allows',
    trusts: () => [trust({ AWS: rootOf(a) })],
    own: mayAssume,
    expected: yes,
  },
  {
    title: 'names the account by its number',
    trusts: () => [trust({ AWS: a })],
    own: mayAssume,
    expected: yes,
  },
  {
    title: 'names somebody else',
    trusts: () => [trust({ AWS: adminOf(a) })],
    own: mayAssume,
    expected: (who) => noTrust(who),
  },
  {
    title: 'names a service only',
    trusts: () => [trust({ Service: 'lambda.amazonaws.com' })],
    own: mayAssume,
    expected: (who) => noTrust(who),
  },
  {
    title: 'denies the user whom it allows',
    trusts: (who) => [trust({ AWS: who }), { ...trust({ AWS: who }), Effect: 'Deny' }],
    own: mayAssume,
    expected: (who) =>
      `AccessDenied: User: ${who} is not authorized to perform: sts:AssumeRole with an explicit deny in the role trust policy`,
  },
  {
    title: 'an identity policy denies',
    trusts: (who) => [trust({ AWS: who })],
    own: policy(deny('sts:*')),
    expected: (who, role) =>
      `AccessDenied: User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${role} with an explicit deny in an identity-based policy`,
  },
  {
    title: 'wants an external id, and gets none',
    trusts: (who) => [trust({ AWS: who }, { StringEquals: { 'sts:ExternalId': 'x-17' } })],
    expected: (who) => noTrust(who),
  },
  {
    title: 'wants an external id, and gets another',
    trusts: (who) => [trust({ AWS: who }, { StringEquals: { 'sts:ExternalId': 'x-17' } })],
    input: { ExternalId: 'x-18' },
    expected: (who) => noTrust(who),
  },
  {
    title: 'wants an external id, and gets it',
    trusts: (who) => [trust({ AWS: who }, { StringEquals: { 'sts:ExternalId': 'x-17' } })],
    input: { ExternalId: 'x-17' },
    expected: yes,
  },
  {
    title: 'wants a second factor, and gets none',
    trusts: (who) => [trust({ AWS: who }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    expected: (who) => noTrust(who),
  },
  {
    title: 'wants a second factor, and gets it',
    trusts: (who) => [trust({ AWS: who }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
    input: { SerialNumber: `arn:aws:iam::${a}:mfa/Ann`, TokenCode: '123456' },
    expected: yes,
  },
  {
    title: 'wants a session name',
    trusts: (who) => [trust({ AWS: who }, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } })],
    input: { RoleSessionName: 'Ann' },
    expected: yes,
  },
  {
    title: 'does not let tags be passed',
    trusts: (who) => [trust({ AWS: who })],
    input: { Tags: [{ Key: 'team', Value: 'blue' }] },
    expected: (who) => noTrust(who, 'sts:TagSession'),
  },
  {
    title: 'lets tags be passed',
    trusts: (who) => [{ ...trust({ AWS: who }), Action: ['sts:AssumeRole', 'sts:TagSession'] }],
    input: { Tags: [{ Key: 'team', Value: 'blue' }] },
    expected: yes,
  },
  {
    title: 'from another account, named: IAM there must allow too',
    trusts: (who) => [trust({ AWS: who })],
    from: b,
    expected: noIdentity,
  },
  {
    title: 'from another account, named, and IAM there allows',
    trusts: (who) => [trust({ AWS: who })],
    own: mayAssume,
    from: b,
    expected: yes,
  },
  {
    title: 'from another account that is trusted whole',
    trusts: () => [trust({ AWS: rootOf(b) })],
    own: mayAssume,
    from: b,
    expected: yes,
  },
  {
    title: 'from another account that is not trusted',
    trusts: () => [trust({ AWS: rootOf(a) })],
    own: mayAssume,
    from: b,
    expected: (who) => noTrust(who),
  },
];

describe('[policy.md §4, §5] who may take a role: the trust policy', () => {
  it.each(rows)('$title', async ({ trusts, own, input, from = a, expected }) => {
    const lab = await house();
    const who = await makeUser(lab, 'Ann', own, from);
    const role = await makeRole(lab, 'R', policy(...trusts(who)));
    expect(await tryTo(lab, who, role, input)).toBe(expected(who, role));
  });

  it('a role that is not there is answered like one that trusts nobody', async () => {
    const lab = await house();
    const who = await makeUser(lab, 'Ann', mayAssume);
    for (const account of [a, b])
      expect(await tryTo(lab, who, `arn:aws:iam::${account}:role/None`)).toBe(noTrust(who));
  });

  it('a root user may not', async () => {
    const lab = await house();
    const role = await makeRole(lab, 'R', policy(trust({ AWS: '*' })));
    expect(await tryTo(lab, rootOf(a), role)).toBe(
      'AccessDenied: Roles may not be assumed by root accounts.',
    );
  });

  it('a role that came with the world trusts nobody until it is told to', async () => {
    const role = `arn:aws:iam::${a}:role/Old`;
    const lab = await house({
      accounts: [{ id: a, principals: [{ arn: adminOf(a), policies: [policy(allow('*'))] }, { arn: role }] }],
    });
    expect(await tryTo(lab, adminOf(a), role)).toBe(noTrust(adminOf(a)));
    await by(lab, adminOf(a))('iam', 'UpdateAssumeRolePolicy', {
      RoleName: 'Old',
      PolicyDocument: policy(trust({ AWS: rootOf(a) })),
    });
    expect(await tryTo(lab, adminOf(a), role)).toBe('Allow');
  });
});

describe('how long', () => {
  it('an hour unless the role gives more, and never more than it gives', async () => {
    const lab = await house();
    const role = await makeRole(lab, 'R', policy(trust({ AWS: rootOf(a) })));
    expect(await tryTo(lab, adminOf(a), role, { DurationSeconds: 7200 })).toBe(
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    await by(lab, adminOf(a))('iam', 'UpdateRole', { RoleName: 'R', MaxSessionDuration: 7200 });
    expect(await tryTo(lab, adminOf(a), role, { DurationSeconds: 7200 })).toBe('Allow');
    expect(await tryTo(lab, adminOf(a), role, { DurationSeconds: 60 })).toMatch(
      /^ValidationError: .*greater than or equal to 900/,
    );
  });

  it('an hour when a session takes another role, whatever that role gives', async () => {
    const lab = await house();
    const first = await makeRole(lab, 'First', policy(trust({ AWS: rootOf(a) })), mayAssume);
    const second = await makeRole(lab, 'Second', policy(trust({ AWS: first })));
    await by(lab, adminOf(a))('iam', 'UpdateRole', { RoleName: 'Second', MaxSessionDuration: 43_200 });
    const session = await assume(lab, adminOf(a), first);
    expect(await tryTo(lab, session, second, { DurationSeconds: 7200 })).toBe(
      'ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
    expect(await tryTo(lab, session, second, { DurationSeconds: 3600 })).toBe('Allow');
  });

  it('by virtual time, and undone by none', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const role = await makeRole(lab, 'R', policy(trust({ AWS: rootOf(a) })), may);
    const session = await assume(lab, adminOf(a), role, { DurationSeconds: 900 });
    await lab.advance({ seconds: 899 });
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow');
    await lab.advance({ seconds: 1 });
    expect(await refused(lab, encrypt(key, session))).toBe(
      'ExpiredTokenException: The security token included in the request is expired',
    );
    await assume(lab, adminOf(a), role);
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow'); // the newest session of that ARN
  });
});

describe('[policy.md §4] what a session may', () => {
  const made = async (lab: Lab, more: Input = {}) => {
    const trusts = {
      ...trust({ AWS: rootOf(a) }),
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    };
    const role = await makeRole(lab, 'R', policy(trusts), may);
    return { role, session: await assume(lab, adminOf(a), role, more) };
  };

  it('[§8 row 4] a session policy is a ceiling', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const { session } = await made(lab, { Policy: policy(allow('kms:Decrypt')) });
    expect(await outcome(lab, encrypt(key, session))).toBe(
      `User: ${session} is not authorized to perform: kms:Encrypt on resource: ${key} because no session policy allows the kms:Encrypt action`,
    );
  });

  it('managed session policies together with the inline one', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const { session } = await made(lab, {
      Policy: policy(allow('s3:*')),
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
    });
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow');
  });

  it('a key policy that names the session is not limited by its policy; one that names the role is', async () => {
    const lab = await house();
    const Policy = policy(allow('s3:*'));
    const { role, session } = await made(lab, { Policy });
    const named = (AWS: string) =>
      policy(
        { ...allow('kms:*'), Principal: { AWS: adminOf(a) } },
        { ...allow('kms:Encrypt'), Principal: { AWS } },
      );
    const bySession = await makeKey(lab, a, named(session));
    const byRole = await makeKey(lab, a, named(role));
    expect(await outcome(lab, encrypt(bySession, session))).toBe('Allow');
    expect(await outcome(lab, encrypt(byRole, session))).toContain('no session policy allows');
  });

  it('[conditions.json aws:PrincipalTag] tags of the session win over those of the role', async () => {
    const lab = await house();
    const blue = allow('kms:Encrypt', '*', { StringEquals: { 'aws:PrincipalTag/team': 'blue' } });
    const key = await makeKey(
      lab,
      a,
      policy({ ...allow('kms:*'), Principal: { AWS: adminOf(a) } }, { ...blue, Principal: { AWS: '*' } }),
    );
    const { role, session } = await made(lab, { Tags: [{ Key: 'team', Value: 'blue' }] });
    await by(lab, adminOf(a))('iam', 'TagRole', { RoleName: 'R', Tags: [{ Key: 'team', Value: 'red' }] });
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow');
    const plain = await assume(lab, adminOf(a), role, { RoleSessionName: 'plain' });
    expect(await outcome(lab, encrypt(key, plain))).toContain('no resource-based policy');
  });

  it('transitive tags and the source identity go along a chain; other tags do not', async () => {
    const lab = await house();
    const trusts = (AWS: string) =>
      policy({ ...trust({ AWS }), Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] });
    const first = await makeRole(lab, 'First', trusts(rootOf(a)), policy(allow('sts:*')));
    const second = await makeRole(lab, 'Second', trusts(first), may);
    const session = await assume(lab, adminOf(a), first, {
      Tags: [
        { Key: 'team', Value: 'blue' },
        { Key: 'desk', Value: '4' },
      ],
      TransitiveTagKeys: ['team'],
      SourceIdentity: 'Ann',
    });
    const chained = await assume(lab, session, second);
    const key = await makeKey(lab);
    const { trace } = await lab.handle(encrypt(key, chained));
    expect(trace.refusal).toBeUndefined();
    const wants = async (condition: object) => {
      await by(lab, adminOf(a))('iam', 'PutRolePolicy', {
        RoleName: 'Second',
        PolicyName: 'own',
        PolicyDocument: policy(allow('kms:*', '*', condition)),
      });
      return outcome(lab, encrypt(key, chained));
    };
    expect(await wants({ StringEquals: { 'aws:PrincipalTag/team': 'blue' } })).toBe('Allow');
    expect(await wants({ StringEquals: { 'aws:SourceIdentity': 'Ann' } })).toBe('Allow');
    expect(await wants({ StringEquals: { 'aws:PrincipalTag/desk': '4' } })).toContain('no identity-based');
    expect(await wants({ Null: { 'aws:TokenIssueTime': 'false' } })).toBe('Allow');
    expect(await wants({ DateLessThan: { 'aws:TokenIssueTime': '2026-03-01T12:00:00Z' } })).toContain(
      'no identity-based',
    );
  });

  it('its ARN is in GetCallerIdentity and in the trail', async () => {
    const lab = await house();
    const { session } = await made(lab);
    expect((await by(lab, session)('sts', 'GetCallerIdentity'))['Arn']).toBe(session);
    expect((await lab.trail()).at(-1)).toMatchObject({
      eventSource: 'sts.amazonaws.com',
      userIdentity: {
        type: 'AssumedRole',
        arn: session,
        sessionContext: { attributes: { creationDate: '2026-03-01T12:00:00Z', mfaAuthenticated: 'false' } },
      },
    });
  });

  it('an SDK client that signs with what AssumeRole answered is that session, policy and end included', async () => {
    const lab = await house();
    const key = await makeKey(lab);
    const role = await makeRole(lab, 'R', policy(trust({ AWS: rootOf(a) })), may);
    const { Credentials } = await by(lab, adminOf(a))('sts', 'AssumeRole', {
      RoleArn: role,
      RoleSessionName: 'work',
      Policy: policy(allow('kms:DescribeKey')),
    });
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials as Record<string, string>;
    const client = new KMSClient({
      region: 'us-east-1',
      requestHandler: lab.requestHandler,
      credentials: {
        accessKeyId: AccessKeyId ?? '',
        secretAccessKey: SecretAccessKey ?? '',
        sessionToken: SessionToken ?? '',
      },
    });
    const describe = () => client.send(new DescribeKeyCommand({ KeyId: key }));
    expect((await describe()).KeyMetadata?.Arn).toBe(key);
    await expect(client.send(new DisableKeyCommand({ KeyId: key }))).rejects.toThrow(
      /no session policy allows/,
    );
    await lab.advance({ seconds: 3600 });
    await expect(describe()).rejects.toThrow(/expired/);
  });

  it('neither secret nor token is in the trail or in a record', async () => {
    const lab = await house();
    const role = await makeRole(lab, 'R', policy(trust({ AWS: rootOf(a) })), may);
    const { Credentials } = await by(lab, adminOf(a))('sts', 'AssumeRole', {
      RoleArn: role,
      RoleSessionName: 'work',
    });
    const { SecretAccessKey, SessionToken } = Credentials as {
      readonly SecretAccessKey: string;
      readonly SessionToken: string;
    };
    const kept = JSON.stringify([await lab.trail(), await lab.snapshot()]);
    expect(kept).not.toContain(SecretAccessKey);
    expect(JSON.stringify(await lab.trail())).not.toContain(SessionToken);
  });
});
