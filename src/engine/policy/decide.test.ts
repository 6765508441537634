import { describe, expect, test } from 'vitest';
import { decide, policyTypes } from './index.ts';
import {
  allowed,
  differences,
  hiddenText as hidden,
  silentIam,
  silentKey,
  type Case,
} from './case.fixture.ts';
import {
  alias,
  allow,
  ask,
  attached,
  deny,
  iam,
  key,
  other,
  owner,
  people,
  policy,
  root,
} from './request.fixture.ts';

const alice = people.alice.arn;
const session = people.session.arn;
const carol = people.carol.arn;
const role = people.session.principal;
const names = (principal: unknown, more = {}): string => policy([allow(principal, more)]);
const outside = { keyPolicy: names({ AWS: root(other) }) };

const cases: readonly Case[] = [
  // §8: the sentences
  {
    fact: '§8 row 1',
    title: 'the key policy delegates, no identity policy allows',
    who: 'alice',
    expect: {
      ...silentIam,
      because: 'policy.md §8 row 1',
      message: `User: ${alice} is not authorized to perform: kms:Encrypt on resource: ${key} because no identity-based policy allows the kms:Encrypt action`,
    },
  },
  {
    fact: '§8 row 2',
    title: 'the key policy neither allows nor delegates, whatever IAM says',
    who: 'alice',
    asks: { keyPolicy: names({ AWS: people.bob.arn }), identityPolicies: attached(iam()) },
    expect: {
      ...silentKey,
      because: 'policy.md §8 row 2',
      message: `User: ${alice} is not authorized to perform: kms:Encrypt on resource: ${key} because no resource-based policy allows the kms:Encrypt action`,
    },
  },
  {
    fact: '§8 row 3',
    title: 'a Deny in the key policy',
    who: 'alice',
    asks: { keyPolicy: policy([allow('*'), deny({ AWS: alice })]) },
    expect: {
      kind: 'explicitDeny',
      decidedBy: 'keyPolicy',
      because: 'policy.md §8 row 3',
      message: `User: ${alice} is not authorized to perform: kms:Encrypt on resource: ${key} with an explicit deny in a resource-based policy`,
    },
  },
  {
    fact: '§8 row 3',
    title: 'a Deny in an identity policy beats an Allow by name in the key policy',
    who: 'session',
    asks: { keyPolicy: names({ AWS: session }), identityPolicies: attached(iam({ Effect: 'Deny' })) },
    expect: {
      kind: 'explicitDeny',
      decidedBy: 'identityPolicy',
      message: `User: ${session} is not authorized to perform: kms:Encrypt on resource: ${key} with an explicit deny in an identity-based policy`,
    },
  },
  {
    fact: '§8 row 5',
    title: 'a foreign key whose policy does not know the caller',
    who: 'carol',
    asks: { identityPolicies: attached(iam()) },
    expect: {
      ...silentKey,
      because: 'policy.md §8 row 5',
      message: `User: ${carol} is not authorized to perform: kms:Encrypt on this resource ${hidden}`,
    },
  },
  {
    fact: '§8 row 5',
    title: 'a foreign key that is not there sounds the same',
    who: 'carol',
    asks: { keyPolicy: undefined, identityPolicies: attached(iam()) },
    expect: {
      ...silentKey,
      message: `User: ${carol} is not authorized to perform: kms:Encrypt on this resource ${hidden}`,
    },
  },
  {
    fact: '§8 row 5',
    title: 'a Deny in a foreign key policy sounds the same',
    who: 'carol',
    asks: { keyPolicy: policy([allow('*'), deny({ AWS: root(other) })]), identityPolicies: attached(iam()) },
    expect: {
      kind: 'explicitDeny',
      decidedBy: 'keyPolicy',
      because: 'policy.md §8 row 5',
      message: `User: ${carol} is not authorized to perform: kms:Encrypt on this resource ${hidden}`,
    },
  },
  {
    fact: '§8 row 6',
    title: 'the owner allows, the caller’s IAM does not',
    who: 'carol',
    asks: outside,
    expect: {
      ...silentIam,
      because: 'policy.md §8 row 6',
      message: `User: ${carol} is not authorized to perform: kms:Encrypt on resource: ${key} because no identity-based policy allows the kms:Encrypt action`,
    },
  },
  {
    fact: '§8 row 7',
    title: 'Decrypt names its key by the ciphertext only, own account',
    who: 'alice',
    asks: { action: 'kms:Decrypt', namedByCiphertext: true },
    expect: {
      ...silentIam,
      because: 'policy.md §8 row 7',
      message: `User: ${alice} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action`,
    },
  },
  ...([{ who: 'carol' }, { who: 'alice', keyPolicy: undefined }] as const).map(({ who, ...asks }): Case => ({
    fact: '§8 row 8',
    title: `Decrypt of a blob whose key is foreign or unknown (${who})`,
    who,
    asks: { action: 'kms:Decrypt', namedByCiphertext: true, ...asks },
    expect: {
      ...silentKey,
      because: 'policy.md §8 row 8',
      message: `User: ${people[who].arn} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext ${hidden}`,
    },
  })),
  // §3: what a key policy means
  {
    fact: '§3',
    title: 'root has nothing without a statement',
    who: 'root',
    asks: { keyPolicy: names({ AWS: alice }) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'the account principal allows the root user',
    who: 'root',
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'twelve digits are the account principal',
    who: 'root',
    asks: { keyPolicy: names({ AWS: owner }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'twelve digits delegate to IAM',
    who: 'alice',
    asks: { keyPolicy: names({ AWS: owner }), identityPolicies: attached(iam()) },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§3',
    title: 'delegation and an identity allow',
    who: 'alice',
    asks: { identityPolicies: attached(iam()) },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§3',
    title: 'delegation is capped to its actions',
    who: 'alice',
    asks: {
      keyPolicy: names({ AWS: root(owner) }, { Action: 'kms:Decrypt' }),
      identityPolicies: attached(iam()),
    },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'delegation is capped to its conditions',
    who: 'alice',
    asks: {
      keyPolicy: names({ AWS: root(owner) }, { Condition: { Bool: { 'aws:ViaAWSService': 'true' } } }),
      context: { 'aws:ViaAWSService': 'false' },
      identityPolicies: attached(iam()),
    },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'a user named needs no identity policy',
    who: 'alice',
    asks: { keyPolicy: names({ AWS: alice }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'one of several named',
    who: 'alice',
    asks: { keyPolicy: names({ AWS: [people.bob.arn, alice] }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: '"*" is a direct allow in the own account',
    who: 'alice',
    asks: { keyPolicy: names('*') },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: '{"AWS":"*"} is the same',
    who: 'alice',
    asks: { keyPolicy: names({ AWS: '*' }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: '"*" lets no foreigner in without IAM',
    who: 'carol',
    asks: { keyPolicy: names('*') },
    expect: silentIam,
  },
  {
    fact: '§3',
    title: '"*" with kms:CallerAccount keeps foreigners out',
    who: 'carol',
    asks: {
      keyPolicy: names('*', { Condition: { StringEquals: { 'kms:CallerAccount': owner } } }),
      context: { 'kms:CallerAccount': other },
      identityPolicies: attached(iam()),
    },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'a service principal is no caller here',
    who: 'alice',
    asks: { keyPolicy: names({ Service: 's3.amazonaws.com' }) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'the id of a deleted user matches nobody',
    who: 'alice',
    asks: { keyPolicy: names({ AWS: people.alice.principalId }) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'NotPrincipal denies all but those listed',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow('*'),
        { Effect: 'Deny', NotPrincipal: { AWS: people.bob.arn }, Action: 'kms:*', Resource: '*' },
      ]),
    },
    expect: { kind: 'explicitDeny' },
  },
  {
    fact: '§3',
    title: 'NotPrincipal spares those listed',
    who: 'bob',
    asks: {
      keyPolicy: policy([
        allow('*'),
        {
          Effect: 'Deny',
          NotPrincipal: { AWS: [people.bob.arn, root(owner)] },
          Action: 'kms:*',
          Resource: '*',
        },
      ]),
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'an account in NotPrincipal does not spare its users',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow('*'),
        {
          Effect: 'Deny',
          NotPrincipal: { AWS: [people.bob.arn, root(owner)] },
          Action: 'kms:*',
          Resource: '*',
        },
      ]),
    },
    expect: { kind: 'explicitDeny' },
  },
  {
    fact: '§3',
    title: 'NotAction leaves its actions out',
    who: 'alice',
    asks: { keyPolicy: policy([{ Effect: 'Allow', Principal: '*', NotAction: 'kms:Enc*', Resource: '*' }]) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'NotAction covers the rest',
    who: 'alice',
    asks: {
      action: 'kms:Decrypt',
      keyPolicy: policy([{ Effect: 'Allow', Principal: '*', NotAction: 'kms:Enc*', Resource: '*' }]),
    },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'no Action, no effect',
    who: 'alice',
    asks: { keyPolicy: policy([{ Effect: 'Allow', Principal: '*', Resource: '*' }]) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'no Resource, no effect',
    who: 'alice',
    asks: { keyPolicy: policy([{ Effect: 'Allow', Principal: '*', Action: 'kms:*' }]) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'no Resource, no effect of a Deny either',
    who: 'alice',
    asks: { keyPolicy: policy([allow('*'), { Effect: 'Deny', Principal: '*', Action: 'kms:*' }]) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'an alias ARN in Resource never matches',
    who: 'alice',
    asks: { keyPolicy: names('*', { Resource: alias }) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'another key in Resource does not match',
    who: 'alice',
    asks: { keyPolicy: names('*', { Resource: key.replace('1234abcd', '00000000') }) },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'action names are case-insensitive',
    who: 'alice',
    asks: { keyPolicy: names('*', { Action: 'KMS:en?RYPT' }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'kms:ReEncrypt* covers both permissions of ReEncrypt',
    who: 'alice',
    asks: { action: 'kms:ReEncryptTo', keyPolicy: names('*', { Action: 'kms:ReEncrypt*' }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§3',
    title: 'without the 2012 version ${…} is plain text',
    who: 'alice',
    asks: {
      keyPolicy: policy(
        [allow('*', { Condition: { StringEquals: { 'kms:EncryptionContext:user': '${aws:username}' } } })],
        '2008-10-17',
      ),
      context: { 'aws:username': 'Alice', 'kms:EncryptionContext:user': 'Alice' },
    },
    expect: silentKey,
  },
  {
    fact: '§3',
    title: 'with it, a policy variable',
    who: 'alice',
    asks: {
      keyPolicy: names('*', {
        Condition: { StringEquals: { 'kms:EncryptionContext:user': '${aws:username}' } },
      }),
      context: { 'aws:username': 'Alice', 'kms:EncryptionContext:user': 'Alice' },
    },
    expect: allowed('keyPolicy'),
  },
  // §4: who is who
  {
    fact: '§4',
    title: 'a role session by the role’s ARN',
    who: 'session',
    asks: { keyPolicy: names({ AWS: role }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'a role session by its own ARN',
    who: 'session',
    asks: { keyPolicy: names({ AWS: session }) },
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'another session of the role',
    who: 'session',
    asks: { keyPolicy: names({ AWS: session.replace('/s1', '/s2') }) },
    expect: silentKey,
  },
  {
    fact: '§4',
    title: 'a Deny of the role reaches its sessions',
    who: 'session',
    asks: { keyPolicy: policy([allow({ AWS: session }), deny({ AWS: role })]) },
    expect: { kind: 'explicitDeny' },
  },
  {
    fact: '§4',
    title: 'a Deny of the account reaches everybody in it',
    who: 'alice',
    asks: { keyPolicy: policy([allow({ AWS: alice }), deny({ AWS: root(owner) })]) },
    expect: { kind: 'explicitDeny' },
  },
  {
    fact: '§4',
    title: 'a Deny reaches root too',
    who: 'root',
    asks: { keyPolicy: policy([allow({ AWS: root(owner) }), deny('*')]) },
    expect: { kind: 'explicitDeny' },
  },
  {
    fact: '§4',
    title: 'a foreign root needs no identity policy',
    who: 'foreignRoot',
    asks: outside,
    expect: allowed('keyPolicy'),
  },
  {
    fact: '§4',
    title: 'root needs none on its account',
    who: 'root',
    asks: { judgedOn: 'account', keyPolicy: undefined, action: 'kms:ListKeys', resource: '*' },
    expect: allowed('identityPolicy'),
  },
  // §5: across accounts
  {
    fact: '§5',
    title: 'both sides',
    who: 'carol',
    asks: { ...outside, identityPolicies: attached(iam({ Resource: key })) },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§5',
    title: 'the caller named, and IAM',
    who: 'carol',
    asks: { keyPolicy: names({ AWS: carol }), identityPolicies: attached(iam()) },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§5',
    title: 'the caller named, but no IAM',
    who: 'carol',
    asks: { keyPolicy: names({ AWS: carol }) },
    expect: silentIam,
  },
  {
    fact: '§5',
    title: 'IAM must name the foreign key',
    who: 'carol',
    asks: { ...outside, identityPolicies: attached(iam({ Resource: `arn:aws:kms:*:${other}:key/*` })) },
    expect: silentIam,
  },
  {
    fact: '§5',
    title: 'the owner limits what the account can hand out',
    who: 'carol',
    asks: { keyPolicy: names({ AWS: other }, { Action: 'kms:Decrypt' }), identityPolicies: attached(iam()) },
    expect: silentKey,
  },
  {
    fact: '§5',
    title: 'an operation without cross-account use',
    who: 'foreignRoot',
    asks: { ...outside, action: 'kms:DisableKey', worksAcrossAccounts: false },
    expect: {
      ...silentKey,
      because: 'policy.md §5',
      message: `User: ${root(other)} is not authorized to perform: kms:DisableKey on this resource ${hidden}`,
    },
  },
  {
    fact: '§5',
    title: 'a Deny on the caller’s side is named',
    who: 'carol',
    asks: { ...outside, identityPolicies: attached(iam(), iam({ Effect: 'Deny' })) },
    expect: { kind: 'explicitDeny', decidedBy: 'identityPolicy', because: 'policy.md §8 row 3' },
  },
  // operations on the account
  {
    fact: '§5',
    title: 'ListKeys asks IAM alone',
    who: 'alice',
    asks: {
      judgedOn: 'account',
      keyPolicy: undefined,
      action: 'kms:ListKeys',
      resource: '*',
      identityPolicies: attached(iam({ Action: 'kms:List*' })),
    },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§5',
    title: 'ListKeys without IAM',
    who: 'alice',
    asks: { judgedOn: 'account', keyPolicy: undefined, action: 'kms:ListKeys', resource: '*' },
    expect: {
      ...silentIam,
      message: `User: ${alice} is not authorized to perform: kms:ListKeys on resource: * because no identity-based policy allows the kms:ListKeys action`,
    },
  },
  {
    fact: '§7',
    title: 'an alias by its ARN',
    who: 'alice',
    asks: {
      judgedOn: 'account',
      keyPolicy: undefined,
      action: 'kms:CreateAlias',
      resource: alias,
      identityPolicies: attached(iam({ Resource: `arn:aws:kms:us-east-1:${owner}:alias/*` })),
    },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§7',
    title: 'NotResource leaves an alias out',
    who: 'alice',
    asks: {
      judgedOn: 'account',
      keyPolicy: undefined,
      action: 'kms:CreateAlias',
      resource: alias,
      identityPolicies: attached({
        Effect: 'Allow',
        Action: 'kms:*',
        NotResource: 'arn:aws:kms:*:*:alias/app',
      }),
    },
    expect: silentIam,
  },
  {
    fact: '§1',
    title: 'any one identity policy may allow',
    who: 'alice',
    asks: { identityPolicies: [...attached(iam({ Action: 's3:*' })), ...attached(iam())] },
    expect: allowed('identityPolicy'),
  },
  {
    fact: '§1',
    title: 'any one identity policy may deny',
    who: 'alice',
    asks: { identityPolicies: [...attached(iam()), ...attached(iam({ Effect: 'Deny', Action: '*' }))] },
    expect: { kind: 'explicitDeny' },
  },
];

describe('decide', () => {
  test.each(cases)('[policy.md $fact] $title', (one) => {
    expect(differences(one)).toEqual([]);
  });

  test('the table can fail: a case that is kept wrong is caught', () => {
    const wrong: Case = {
      fact: '§3',
      title: 'an IAM allow without delegation is enough',
      who: 'alice',
      asks: { keyPolicy: names({ AWS: people.bob.arn }), identityPolicies: attached(iam()) },
      expect: allowed('identityPolicy'),
    };
    expect(differences(wrong)).toHaveLength(3);
  });

  test('lists every policy type, in order, most of them not in the path', () => {
    const { policies } = decide(ask('alice', { identityPolicies: attached(iam()) }));
    expect(policies.map(({ type }) => type)).toEqual(policyTypes);
    expect(policies.filter(({ verdict }) => verdict !== 'notInPath').map(({ type }) => type)).toEqual([
      'keyPolicy',
      'identityPolicy',
    ]);
    expect(
      policies.every(({ verdict, statements }) => verdict !== 'notInPath' || statements.length === 0),
    ).toBe(true);
  });

  test('gives every statement its reasons, also one that does not apply', () => {
    const keyPolicy = policy([
      allow({ AWS: root(owner) }, { Sid: 'account' }),
      deny(
        { AWS: [people.bob.arn, role] },
        {
          Sid: 'others',
          Action: 'kms:Decrypt',
          Condition: { StringNotEquals: { 'kms:EncryptionContext:App': ['a', 'b'] } },
        },
      ),
    ]);
    const decision = decide(ask('alice', { keyPolicy, context: { 'KMS:encryptioncontext:app': 'b' } }));
    const [account, others] = decision.policies.find(({ type }) => type === 'keyPolicy')?.statements ?? [];
    expect(account).toEqual({
      index: 0,
      sid: 'account',
      effect: 'Allow',
      applies: true,
      delegates: true,
      via: 'account',
      matches: [
        { part: 'Principal', matched: true, wanted: root(owner), got: alice },
        { part: 'Action', matched: true, wanted: 'kms:*', got: 'kms:Encrypt' },
        { part: 'Resource', matched: true, wanted: '*', got: key },
      ],
    });
    expect(others).toEqual({
      index: 1,
      sid: 'others',
      effect: 'Deny',
      applies: false,
      delegates: false,
      matches: [
        { part: 'Principal', matched: false, wanted: `${people.bob.arn}, ${role}`, got: alice },
        { part: 'Action', matched: false, wanted: 'kms:Decrypt', got: 'kms:Encrypt' },
        { part: 'Resource', matched: true, wanted: '*', got: key },
        {
          part: 'Condition',
          matched: false,
          wanted: 'a, b',
          got: 'b',
          condition: { operator: 'StringNotEquals', key: 'kms:EncryptionContext:App' },
          values: [{ got: 'b', fits: 'b' }],
        },
      ],
    });
  });

  test('is plain data, fit for a worker’s message', () => {
    const decision = decide(ask('carol', { identityPolicies: attached(iam()) }));
    expect(structuredClone(decision)).toEqual(decision);
  });

  test('a stored policy that cannot be read is a fault of ours', () => {
    expect(() => decide(ask('alice', { keyPolicy: '{' }))).toThrow('expected a stored key policy');
    expect(() => decide(ask('alice', { keyPolicy: undefined }))).toThrow('expected the key policy');
  });
});
