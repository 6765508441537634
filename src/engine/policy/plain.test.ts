import { describe, expect, test } from 'vitest';
import { compilePolicies, decide, decidePlain, PolicyInputError, type PlainQuestion } from './index.ts';
import { alias, allow, deny, iam, key, other, owner, people, root } from './request.fixture.ts';

const alice = people.alice.arn;
const session = people.session.arn;
const doc = (...Statement: readonly object[]): object => ({ Version: '2012-10-17', Statement });
const delegating = doc(allow({ AWS: root(owner) }));
const question = (more: Partial<PlainQuestion> = {}): PlainQuestion => ({
  principal: alice,
  action: 'kms:Decrypt',
  resource: key,
  keyPolicy: delegating,
  identityPolicies: [doc(iam())],
  ...more,
});
const pathRole = `arn:aws:iam::${owner}:role/teams/blue/App`;
const full = doc(iam({ Action: '*' }));

interface Case {
  readonly fact: string;
  readonly title: string;
  readonly asks: Partial<PlainQuestion>;
  readonly decision: 'Allow' | 'Deny';
  readonly says?: string;
}
const cases: readonly Case[] = [
  { fact: '§3', title: 'delegation and IAM', asks: {}, decision: 'Allow' },
  {
    fact: '§8 row 1',
    title: 'delegation alone',
    asks: { identityPolicies: [] },
    decision: 'Deny',
    says: `User: ${alice} is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`,
  },
  {
    fact: '§8 row 2',
    title: 'IAM alone',
    asks: { keyPolicy: doc(allow({ AWS: people.bob.arn })) },
    decision: 'Deny',
    says: 'because no resource-based policy allows',
  },
  {
    fact: '§3',
    title: 'a document as text',
    asks: { keyPolicy: JSON.stringify(delegating) },
    decision: 'Allow',
  },
  {
    fact: '§3',
    title: 'the action’s case does not matter',
    asks: { action: 'KMS:decrypt' },
    decision: 'Allow',
  },
  { fact: '§4', title: 'root', asks: { principal: root(owner), identityPolicies: [] }, decision: 'Allow' },
  {
    fact: '§4',
    title: 'a session by its role, found from its ARN',
    asks: { principal: session, keyPolicy: doc(allow({ AWS: people.session.principal })) },
    decision: 'Allow',
  },
  {
    fact: '§4',
    title: 'a role with a path is given',
    asks: { principal: session, principalRoleArn: pathRole, keyPolicy: doc(allow({ AWS: pathRole })) },
    decision: 'Allow',
  },
  {
    fact: '§4',
    title: 'a role with a path is not found from the ARN',
    asks: { principal: session, keyPolicy: doc(allow({ AWS: pathRole })) },
    decision: 'Deny',
  },
  {
    fact: '§4',
    title: 'a role itself is limited as its sessions are',
    asks: {
      principal: people.session.principal,
      keyPolicy: doc(allow({ AWS: people.session.principal })),
      permissionsBoundary: doc(iam({ Action: 's3:*' })),
    },
    decision: 'Deny',
    says: 'no permissions boundary allows',
  },
  {
    fact: '§4',
    title: 'a user by name is not limited by a boundary',
    asks: { keyPolicy: doc(allow({ AWS: alice })), permissionsBoundary: doc(iam({ Action: 's3:*' })) },
    decision: 'Allow',
  },
  {
    fact: '§4',
    title: 'a session policy',
    asks: { principal: session, sessionPolicy: doc(iam({ Action: 'kms:Encrypt' })) },
    decision: 'Deny',
    says: 'no session policy allows',
  },
  {
    fact: '§4',
    title: 'several session policies',
    asks: {
      principal: session,
      sessionPolicy: [doc(iam({ Action: 'kms:Encrypt' })), doc(iam({ Action: 'kms:Decrypt' }))],
    },
    decision: 'Allow',
  },
  {
    fact: '§4',
    title: 'a federated session by its own name',
    asks: {
      principal: people.federated.arn,
      identityPolicies: [],
      keyPolicy: doc(allow({ AWS: people.federated.arn })),
      sessionPolicy: doc(iam({ Action: 's3:*' })),
    },
    decision: 'Allow',
  },
  {
    fact: '§3',
    title: 'a service',
    asks: {
      principal: 'logs.us-east-1.amazonaws.com',
      keyPolicy: doc(allow({ Service: 'logs.us-east-1.amazonaws.com' })),
    },
    decision: 'Allow',
  },
  {
    fact: '§5',
    title: 'both sides',
    asks: { principal: people.carol.arn, keyPolicy: doc(allow({ AWS: other })) },
    decision: 'Allow',
  },
  {
    fact: '§5',
    title: 'an action that does not cross accounts',
    asks: { principal: people.carol.arn, keyPolicy: doc(allow({ AWS: other })), action: 'kms:DisableKey' },
    decision: 'Deny',
    says: 'on this resource because the resource does not exist',
  },
  {
    fact: '§1',
    title: 'every SCP level must allow',
    asks: { scps: [[full], [doc(iam({ Action: 's3:*' }))]] },
    decision: 'Deny',
    says: 'no service control policy allows',
  },
  { fact: '§1', title: 'SCPs that allow', asks: { scps: [[full], [full]] }, decision: 'Allow' },
  {
    fact: '§1',
    title: 'an RCP that only denies stands beside RCPFullAWSAccess',
    asks: { rcps: [[doc(deny('*', { Action: 'kms:Encrypt' }))]] },
    decision: 'Allow',
  },
  {
    fact: '§8 row 3',
    title: 'and its Deny denies',
    asks: { rcps: [[doc(deny('*', { Action: 'kms:Decrypt' }))]] },
    decision: 'Deny',
    says: 'with an explicit deny in a resource control policy',
  },
  {
    fact: '§2',
    title: 'an RCP takes nothing away by what it does not allow',
    asks: { rcps: [[doc(allow('*', { Action: 's3:*' }))]] },
    decision: 'Allow',
  },
  {
    fact: '§1',
    title: 'a VPC endpoint policy',
    asks: { endpointPolicy: doc(allow('*', { Action: 'kms:Encrypt' })) },
    decision: 'Deny',
    says: 'no VPC endpoint policy allows',
  },
  {
    fact: '§6',
    title: 'a grant as ListGrants shows it',
    asks: {
      identityPolicies: [],
      grants: [
        { GrantId: 'a', GranteePrincipal: alice, Operations: ['Decrypt'], IssuingAccount: root(owner) },
      ],
    },
    decision: 'Allow',
  },
  {
    fact: '§6',
    title: 'a grant’s constraint, met by the context',
    asks: {
      identityPolicies: [],
      context: { 'kms:EncryptionContext:app': 'a' },
      grants: [
        {
          GranteePrincipal: alice,
          Operations: ['Decrypt'],
          Constraints: { EncryptionContextEquals: { app: 'a' } },
        },
      ],
    },
    decision: 'Allow',
  },
  {
    fact: '§6',
    title: 'a grant’s constraint, not met',
    asks: {
      identityPolicies: [],
      grants: [
        {
          GranteePrincipal: alice,
          Operations: ['Decrypt'],
          Constraints: { EncryptionContextEquals: { app: 'a' } },
        },
      ],
    },
    decision: 'Deny',
  },
  {
    fact: '§6',
    title: 'RetireGrant needs no key policy',
    asks: {
      action: 'kms:RetireGrant',
      keyPolicy: undefined,
      identityPolicies: [],
      retires: { RetiringPrincipal: alice, Operations: ['Decrypt'] },
    },
    decision: 'Allow',
  },
  {
    fact: '§5',
    title: 'ListKeys',
    asks: { action: 'kms:ListKeys', resource: '*', keyPolicy: undefined },
    decision: 'Allow',
  },
  {
    fact: '§7',
    title: 'an alias',
    asks: {
      action: 'kms:CreateAlias',
      resource: alias,
      keyPolicy: undefined,
      identityPolicies: [doc(iam({ Resource: alias }))],
    },
    decision: 'Allow',
  },
  {
    fact: 'keys',
    title: 'kms:CallerAccount is filled in',
    asks: {
      keyPolicy: doc(allow('*', { Condition: { StringEquals: { 'kms:CallerAccount': owner } } })),
      identityPolicies: [],
    },
    decision: 'Allow',
  },
  {
    fact: 'keys',
    title: 'aws:PrincipalArn is the role’s',
    asks: {
      principal: session,
      keyPolicy: doc(
        allow('*', { Condition: { ArnLike: { 'aws:PrincipalArn': people.session.principal } } }),
      ),
      identityPolicies: [],
    },
    decision: 'Allow',
  },
  {
    fact: 'keys',
    title: 'aws:PrincipalAccount is filled in',
    asks: {
      keyPolicy: doc(allow('*', { Condition: { StringEquals: { 'aws:PrincipalAccount': other } } })),
      identityPolicies: [],
    },
    decision: 'Deny',
  },
  {
    fact: 'keys',
    title: 'what is given, in any case, is not overwritten',
    asks: {
      context: { 'KMS:calleraccount': other },
      keyPolicy: doc(allow('*', { Condition: { StringEquals: { 'kms:CallerAccount': other } } })),
      identityPolicies: [],
    },
    decision: 'Allow',
  },
  {
    fact: 'keys',
    title: 'numbers and booleans are texts',
    asks: {
      context: { 'aws:MultiFactorAuthAge': 10, 'aws:MultiFactorAuthPresent': true },
      keyPolicy: doc(
        allow(
          { AWS: alice },
          {
            Condition: {
              NumericLessThan: { 'aws:MultiFactorAuthAge': 60 },
              Bool: { 'aws:MultiFactorAuthPresent': 'true' },
            },
          },
        ),
      ),
    },
    decision: 'Allow',
  },
];

describe('decidePlain', () => {
  test.each(cases)('[policy.md $fact] $title', ({ asks, decision, says = '' }) => {
    const answer = decidePlain(question(asks));
    expect(answer.decision).toBe(decision);
    expect(answer.message).toContain(says);
    expect(answer.allowed).toBe(decision === 'Allow');
  });

  test('is the decision that calls pass through', () => {
    const compiled = compilePolicies(question());
    const { decision: _, ...rest } = compiled.decide(question());
    expect(rest).toEqual(decide(compiled.requestFor(question())));
  });

  test('one situation answers many questions', () => {
    const { decide: ask } = compilePolicies(question());
    const answers = [alice, people.bob.arn, session, people.carol.arn].map(
      (principal) => ask({ principal, action: 'kms:Encrypt', resource: key }).decision,
    );
    expect(answers).toEqual(['Allow', 'Allow', 'Allow', 'Deny']);
  });

  const bad: readonly (readonly [place: string, asks: Record<string, unknown>, says: string])[] = [
    ['principal', { principal: 'Alice' }, 'expected an IAM or STS ARN or a service, got "Alice"'],
    ['principal', { principal: 7 }, 'expected an ARN as a string'],
    [
      'principal',
      { principal: `arn:aws:iam::${owner}:group/Devs` },
      'expected a user, role, session or root ARN',
    ],
    [
      'principalRoleArn',
      { principal: session, principalRoleArn: `arn:aws:iam::${owner}:role/Other` },
      `expected the ARN of the role App in ${owner}`,
    ],
    ['action', { action: 's3:GetObject' }, 'expected a KMS action such as "kms:Decrypt", got "s3:GetObject"'],
    ['action', { action: 'kms:*' }, 'expected a KMS action'],
    ['action', { action: 'kms:ReEncrypt' }, 'ask kms:ReEncryptFrom and kms:ReEncryptTo'],
    ['resource', { resource: 'alias/app' }, 'expected a key ARN, an alias ARN, or "*", got "alias/app"'],
    ['resource', { resource: '*' }, 'kms:Decrypt is asked of a key: expected its ARN, got "*"'],
    ['resource', { resource: alias }, 'kms:Decrypt is asked of a key: expected its ARN, got an alias'],
    ['keyPolicy', { keyPolicy: undefined }, 'expected the policy of the key, got nothing'],
    [
      'keyPolicy',
      { keyPolicy: { Statement: [{ Effect: 'Maybe' }] } },
      'Statement[0].Effect must be "Allow" or "Deny".',
    ],
    ['keyPolicy', { keyPolicy: '{' }, 'not valid JSON'],
    [
      'identityPolicies[1]',
      { identityPolicies: [full, { Statement: [{ Effect: 'Allow', Action: 'kms:*' }] }] },
      'Statement[0] has no Resource.',
    ],
    ['identityPolicies', { identityPolicies: full }, 'expected a list'],
    ['identityPolicies[0]', { identityPolicies: [doc(allow('*'))] }, 'unknown element "Principal"'],
    ['scps[1][0]', { scps: [[full], [{ Statement: [] }]] }, 'Statement must not be an empty list.'],
    ['scps[0]', { scps: [full] }, 'expected a list'],
    ['rcps[0][0]', { rcps: [[full]] }, 'Statement[0] has no Principal.'],
    ['permissionsBoundary', { permissionsBoundary: [] }, 'expected a policy document'],
    ['sessionPolicy', { sessionPolicy: { Version: '2011-01-01', Statement: [] } }, 'Statement must not be'],
    [
      'endpointPolicy',
      { endpointPolicy: doc({ Effect: 'Allow', Principal: '*', Action: 'kms:*' }) },
      'Statement[0] has no Resource.',
    ],
    [
      'context["aws:SourceIp"]',
      { context: { 'aws:SourceIp': { ip: 1 } } },
      'expected a string or a list of strings',
    ],
    ['grants[0].Operations', { grants: [{ GranteePrincipal: alice }] }, 'expected a list of operations'],
    [
      'grants[0].Operations[1]',
      { grants: [{ GranteePrincipal: alice, Operations: ['Decrypt', 'PutKeyPolicy'] }] },
      '"PutKeyPolicy" is no operation that a grant can give',
    ],
    [
      'grants[0].IssuingAccount',
      { grants: [{ Operations: [], IssuingAccount: 'me' }] },
      'expected an account',
    ],
    [
      'grants[0].Constraints.EncryptionContextEquals["a"]',
      { grants: [{ Operations: [], Constraints: { EncryptionContextEquals: { a: 1 } } }] },
      'expected a string',
    ],
  ];
  test.each(bad)('bad input is an error that names its place: %s %j', (place, asks, says) => {
    // A caller in plain JavaScript may pass anything.
    const ask = (): unknown => decidePlain({ ...question(), ...asks } as PlainQuestion);
    expect(ask).toThrow(PolicyInputError);
    expect(ask).toThrow(says);
    expect(ask).toThrow(expect.objectContaining({ place }));
  });
});
