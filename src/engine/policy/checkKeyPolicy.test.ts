import { describe, expect, test } from 'vitest';
import type { AccountId } from '../model/index.ts';
import { checkKeyPolicy, defaultKeyPolicy, type KeyPolicyCheck } from './index.ts';
import { allow, attached, deny, iam, key, other, owner, people, policy, root } from './request.fixture.ts';

const there = new Set<string>([
  root(owner),
  root(other),
  people.alice.arn,
  people.session.principal,
  `arn:aws:iam::${owner}:group/Admins`,
]);
const check = (text: string, more: Partial<KeyPolicyCheck> = {}) =>
  checkKeyPolicy({
    text,
    identity: people.root,
    identityPolicies: [],
    account: owner as AccountId,
    keyArn: key,
    principalExists: (arn) => there.has(arn),
    bypassLockout: false,
    ...more,
  });
const withRoot = (...more: Parameters<typeof policy>[0]): string =>
  policy([allow({ AWS: root(owner) }), ...more]);
const refusal = (message: string) => ({ refused: 'MalformedPolicyDocumentException', message, status: 400 });
const lockedOut = refusal('The new key policy will not allow you to update the key policy in the future.');

describe('checkKeyPolicy', () => {
  test('takes the default policy', () => {
    expect(check(defaultKeyPolicy(owner as AccountId))).toBeUndefined();
  });

  test('refuses what is no policy first', () => {
    expect(check('{}')).toMatchObject({ refused: 'MalformedPolicyDocumentException' });
  });

  test.each([
    ['kms:EncryptionContext:app', 'encryption context'],
    ['aws:RequestTag/team', 'tag'],
  ])('[conditions.json OverlyPermissiveCondition] refuses ForAllValues on %s', (name, what) => {
    const text = withRoot(allow('*', { Condition: { 'ForAllValues:StringEquals': { [name]: 'a' } } }));
    expect(check(text)).toMatchObject(
      refusal(
        'Using the ForAllValues set operator with a single-valued condition key matches requests without the ' +
          `specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`,
      ),
    );
    const several = { Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'a' } } };
    expect(check(withRoot(allow('*', several)))).toBeUndefined();
  });

  test.each([
    '*',
    { AWS: '*' },
    { AWS: other },
    { AWS: root(other) },
    { AWS: [people.alice.arn, people.session.principal, people.session.arn] },
    { AWS: `arn:aws:sts::${owner}:federated-user/Frida` },
    { Service: 's3.amazonaws.com' },
    { Service: ['logs.us-east-1.amazonaws.com', 'cloudtrail.amazonaws.com'] },
  ])('[policy.md §3] takes the principal %j', (principal) => {
    expect(check(withRoot(allow(principal)))).toBeUndefined();
  });

  test.each([
    { AWS: 'AIDACKCEVSQ6C2EXAMPLE' },
    { AWS: 'Alice' },
    { AWS: '' },
    { AWS: '1111222233' },
    { AWS: '999999999999' },
    { AWS: root('999999999999') },
    { AWS: people.bob.arn },
    { AWS: [people.alice.arn, people.bob.arn] },
    { AWS: `arn:aws:iam::${owner}:user/*` },
    { AWS: `arn:aws:iam::${owner}:group/Admins` },
    { AWS: `arn:aws:sts::${owner}:assumed-role/Nobody/s1` },
    { AWS: `arn:aws:sts::${owner}:assumed-role/App` },
    { AWS: `arn:aws:s3:::bucket` },
    { Service: 'example.com' },
    { Federated: 'accounts.google.com' },
  ])('[policy.md §3] refuses the principal %j', (principal) => {
    const wanted = refusal('Policy contains a statement with one or more invalid principals.');
    expect(check(withRoot(allow(principal)))).toMatchObject(wanted);
    // A bypass of the lockout check is no bypass of this one; nor does NotPrincipal hide it.
    const spared = { Effect: 'Deny', NotPrincipal: principal, Action: 'kms:*', Resource: '*' };
    expect(check(withRoot(spared), { bypassLockout: true })).toMatchObject(wanted);
  });

  test.each([
    ['another action only', policy([allow({ AWS: root(owner) }, { Action: 'kms:DescribeKey' })]), {}],
    ['somebody else only', policy([allow({ AWS: people.alice.arn })]), {}],
    ['a Deny', withRoot(deny('*', { Action: 'kms:Put*' })), {}],
    ['delegation, and no identity policy', withRoot(), { identity: people.alice }],
    [
      'delegation, and an identity policy about other things',
      withRoot(),
      { identity: people.alice, identityPolicies: attached(iam({ Action: 'kms:Encrypt' })) },
    ],
    ['no Resource', policy([{ Effect: 'Allow', Principal: '*', Action: 'kms:*' }]), {}],
    [
      'a condition that this call does not meet',
      policy([allow('*', { Condition: { Bool: { 'aws:ViaAWSService': 'true' } } })]),
      { context: { 'aws:ViaAWSService': 'false' } },
    ],
  ] as const)('[policy.md §3] lockout: %s', (_, text, more) => {
    expect(check(text, more)).toMatchObject(lockedOut);
    expect(check(text, { ...more, bypassLockout: true })).toBeUndefined();
  });

  test.each([
    ['directly', policy([allow({ AWS: people.alice.arn }, { Action: 'kms:PutKeyPolicy' })]), {}],
    ['by delegation and IAM', withRoot(), { identityPolicies: attached(iam()) }],
    [
      'on a condition that this call meets',
      policy([allow('*', { Condition: { StringEquals: { 'kms:CallerAccount': owner } } })]),
      {},
    ],
  ] as const)('[policy.md §3] no lockout when the caller may put again %s', (_, text, more) => {
    expect(check(text, { identity: people.alice, ...more })).toBeUndefined();
  });
});
