import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidates } from './candidates.ts';
import {
  applyPolicyChange,
  decide,
  smallestChange,
  type AccessRequest,
  type PolicyChangeKind,
  type Proposal,
} from './index.ts';
import {
  alias,
  allow,
  ask,
  attached,
  deny,
  grant,
  iam,
  key,
  named,
  other,
  owner,
  people,
  policy,
  root,
  type Person,
  type StatementInput,
} from './request.fixture.ts';
import { requestIn as anyRequestIn, world } from './world.fixture.ts';
import '../../../test/support/seed.ts';

const alice = people.alice.arn;
const role = people.session.principal;

const kinds = (proposals: readonly Proposal[]): readonly string[] =>
  proposals.map(({ changes }) => changes.map(({ kind }) => kind).join(' + '));

/** Carries the changes out once more, from the start. */
function verified(request: AccessRequest, { changes }: Proposal): boolean {
  let at: AccessRequest | undefined = request;
  for (const change of changes) at = at && applyPolicyChange(at, change);
  return at !== undefined && decide(at).allowed;
}

/** A change may need the one before it: a statement that is not there cannot be edited. */
function applies(request: AccessRequest, { changes }: Proposal): boolean {
  try {
    let at: AccessRequest | undefined = request;
    for (const change of changes) at = at && applyPolicyChange(at, change);
    return at !== undefined;
  } catch {
    return false;
  }
}

interface Case {
  readonly title: string;
  readonly who: Person;
  readonly asks?: Partial<AccessRequest>;
  readonly among: readonly (PolicyChangeKind | `${PolicyChangeKind} + ${PolicyChangeKind}`)[];
}
const full = named('FullAWSAccess', iam({ Action: '*' }));
const only = (...actions: string[]) => named('narrow', iam({ Action: actions }));
const named2 = { keyPolicy: policy([allow({ AWS: alice })]) };
const bobs = { keyPolicy: policy([allow({ AWS: people.bob.arn })]) };

const cases: readonly Case[] = [
  {
    title: 'delegation without IAM: allow in IAM, or name the user',
    who: 'alice',
    among: ['addIdentityAllow', 'namePrincipal', 'addGrant'],
  },
  {
    title: 'IAM without delegation: trust the account',
    who: 'alice',
    asks: { ...bobs, identityPolicies: attached(iam()) },
    among: ['addDelegation', 'namePrincipal', 'addPrincipal'],
  },
  {
    title: 'an action missing from the statement',
    who: 'alice',
    asks: { keyPolicy: policy([allow({ AWS: alice }, { Action: ['kms:Decrypt'] })]) },
    among: ['addAction'],
  },
  {
    title: 'an alias ARN where the key’s belongs',
    who: 'alice',
    asks: { identityPolicies: attached(iam({ Resource: alias })) },
    among: ['useArn'],
  },
  {
    title: 'another key’s ARN',
    who: 'alice',
    asks: { identityPolicies: attached(iam({ Resource: key.replace('1234', '0000') })) },
    among: ['widenResource'],
  },
  {
    title: 'a condition on the encryption context',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow({ AWS: alice }, { Condition: { StringEquals: { 'kms:EncryptionContext:app': 'a' } } }),
      ]),
    },
    among: ['mendContext', 'dropCondition'],
  },
  {
    title: 'a Deny that can be met with another context',
    who: 'alice',
    asks: {
      keyPolicy: policy([
        allow({ AWS: alice }),
        deny('*', { Condition: { StringNotEquals: { 'kms:EncryptionContext:app': 'a' } } }),
      ]),
    },
    among: ['mendContext', 'removeDeny'],
  },
  {
    title: 'a Deny of a list',
    who: 'alice',
    asks: {
      keyPolicy: policy([allow({ AWS: alice }), deny('*', { Action: ['kms:Decrypt', 'kms:Encrypt'] })]),
    },
    among: ['narrowDeny', 'removeDeny'],
  },
  {
    title: 'a Deny that spares a caller',
    who: 'alice',
    asks: { context: { 'aws:PrincipalArn': alice }, keyPolicy: policy([allow({ AWS: alice }), deny('*')]) },
    among: ['narrowDeny', 'removeDeny'],
  },
  {
    title: 'a document of one Deny',
    who: 'alice',
    asks: { ...named2, identityPolicies: attached(iam({ Effect: 'Deny' })) },
    among: ['narrowDeny'],
  },
  {
    title: 'a Deny of the SCP',
    who: 'alice',
    asks: {
      ...named2,
      serviceControlPolicies: [
        [full, named('d', iam({ Effect: 'Deny' }), iam({ Effect: 'Deny', Action: 's3:*' }))],
      ],
    },
    among: ['removeDeny'],
  },
  {
    title: 'a level of SCPs that allows too little',
    who: 'alice',
    asks: { ...named2, serviceControlPolicies: [[full], [only('s3:*')]] },
    among: ['widenCeiling', 'addAction'],
  },
  {
    title: 'an empty level',
    who: 'alice',
    asks: { ...named2, serviceControlPolicies: [[full], []] },
    among: ['widenCeiling'],
  },
  {
    title: 'an RCP that allows too little',
    who: 'alice',
    asks: { ...named2, resourceControlPolicies: [[named('r', allow('*', { Action: 's3:*' }))]] },
    among: ['widenCeiling'],
  },
  {
    title: 'an endpoint policy',
    who: 'alice',
    asks: { ...named2, endpointPolicy: policy([allow('*', { Action: 'kms:Decrypt' })]) },
    among: ['widenCeiling', 'addAction'],
  },
  {
    title: 'a boundary: widen it, or name the user',
    who: 'alice',
    asks: { identityPolicies: attached(iam()), permissionsBoundary: only('s3:*') },
    among: ['widenCeiling', 'namePrincipal', 'addGrant'],
  },
  {
    title: 'a session policy: widen it, or name the session',
    who: 'session',
    asks: { keyPolicy: policy([allow({ AWS: role })]), sessionPolicies: [only('kms:Decrypt')] },
    among: ['widenCeiling', 'namePrincipal', 'addAction'],
  },
  {
    title: 'a grant without the operation',
    who: 'alice',
    asks: { ...bobs, grants: [grant({ GranteePrincipal: alice, Operations: ['Decrypt'] })] },
    among: ['addGrantOperation'],
  },
  {
    title: 'a grant for another context',
    who: 'alice',
    asks: {
      ...bobs,
      context: { 'kms:EncryptionContext:x': 'y' },
      grants: [
        grant({ GranteePrincipal: alice, Constraints: { EncryptionContextEquals: { app: 'a', b: 'b' } } }),
      ],
    },
    among: ['mendContext'],
  },
  { title: 'a service', who: 'service', asks: bobs, among: ['namePrincipal', 'addGrant'] },
  {
    title: 'a foreigner whom the owner trusts',
    who: 'carol',
    asks: { keyPolicy: policy([allow({ AWS: root(other) })]) },
    among: ['addIdentityAllow', 'addGrant'],
  },
  {
    title: 'a foreigner whom nobody trusts: a grant is one edit, else both sides',
    who: 'carol',
    asks: bobs,
    among: ['addGrant'],
  },
  {
    title: 'both sides when a grant cannot help',
    who: 'carol',
    asks: { ...bobs, action: 'kms:ListGrants' },
    among: ['namePrincipal + addIdentityAllow', 'addDelegation + addIdentityAllow'],
  },
  {
    title: 'ListKeys',
    who: 'alice',
    asks: { judgedOn: 'account', keyPolicy: undefined, action: 'kms:ListKeys', resource: '*' },
    among: ['addIdentityAllow'],
  },
  {
    title: 'two Denies',
    who: 'alice',
    asks: { keyPolicy: policy([allow({ AWS: alice }), deny('*'), deny({ AWS: alice })]) },
    among: ['removeDeny + removeDeny'],
  },
  {
    title: 'RetireGrant',
    who: 'alice',
    asks: { ...bobs, action: 'kms:RetireGrant', retires: grant({}) },
    among: ['addIdentityAllow'],
  },
];

describe('smallestChange', () => {
  test.each(cases)('$title', ({ who, asks, among }) => {
    const request = ask(who, asks);
    const proposals = smallestChange(request);
    expect(kinds(proposals)).toEqual(expect.arrayContaining([...among]));
    expect(new Set(proposals.map(({ changes }) => changes.length)).size).toBe(1);
    expect(proposals.filter((proposal) => !verified(request, proposal))).toEqual([]);
  });

  test('none when it is allowed, and none when nothing can help', () => {
    expect(smallestChange(ask('root'))).toEqual([]);
    expect(
      smallestChange(ask('carol', { ...bobs, action: 'kms:DisableKey', worksAcrossAccounts: false })),
    ).toEqual([]);
    expect(smallestChange(ask('alice'), { mostEdits: 0 })).toEqual([]);
  });

  test('nobody but AWS changes the policy of an AWS managed key', () => {
    const asks = { keyPolicy: policy([allow({ AWS: root(owner) })]), identityPolicies: [] };
    const targets = (proposals: readonly Proposal[]) =>
      proposals.flatMap(({ changes }) => changes.map(({ target }) => target.type));
    expect(targets(smallestChange(ask('alice', asks)))).toContain('keyPolicy');
    const managed = targets(smallestChange(ask('alice', { ...asks, awsManagedKey: true })));
    expect(managed).toContain('identityPolicy');
    expect(managed).not.toContain('keyPolicy');
  });

  test('candidates are not trusted: some do not help', () => {
    const request = ask('alice', { keyPolicy: policy([allow({ AWS: alice }), deny('*')]) });
    const tried = candidates(request, decide(request)).map((change) => {
      const after = applyPolicyChange(request, change);
      return after !== undefined && decide(after).allowed;
    });
    // Without aws:PrincipalArn in the request a Deny that spares the caller by it still applies.
    expect(tried).toContain(false);
    expect(tried).toContain(true);
  });

  test('what an edit opens beside the call: trusting the account opens it to whom IAM allows', () => {
    const principal = (who: Person, more: Partial<AccessRequest> = {}) => ({
      identity: people[who],
      identityPolicies: [],
      ...more,
    });
    const probes = {
      principals: [
        principal('alice', { identityPolicies: attached(iam()) }),
        principal('bob'),
        principal('session', { identityPolicies: attached(iam({ Action: 'kms:Encrypt' })) }),
        principal('root'),
      ],
      actions: ['kms:Encrypt', 'kms:Decrypt'],
    };
    const request = ask('alice', {
      keyPolicy: policy([allow({ AWS: people.carol.arn })]),
      identityPolicies: attached(iam()),
    });
    const opens = new Map(
      smallestChange(request, { probes }).map(({ changes, alsoOpens }) => [
        changes[0]?.kind,
        alsoOpens.map(({ principal: who, action }) => `${who} ${action}`),
      ]),
    );
    expect(opens.get('addGrant')).toEqual([]);
    expect(opens.get('namePrincipal')).toEqual([]);
    expect(opens.get('addDelegation')).toEqual([
      `${people.session.arn} kms:Encrypt`,
      `${root(owner)} kms:Encrypt`,
    ]);
    expect(opens.get('addPrincipal')).toEqual([`${alice} kms:Decrypt`]);
  });
});

/* Denials that one edit can mend: an allowed world, broken in one place. */

interface World {
  readonly who: Person;
  readonly key: readonly StatementInput[];
  readonly iam: readonly StatementInput[];
  readonly more: Partial<AccessRequest>;
}
const route = fc.constantFrom<World>(
  { who: 'alice', key: [allow({ AWS: root(owner) })], iam: [iam()], more: {} },
  {
    who: 'session',
    key: [allow({ AWS: root(owner) })],
    iam: [iam({ Action: ['kms:Encrypt', 'kms:Decrypt'] })],
    more: {},
  },
  { who: 'alice', key: [allow({ AWS: alice }, { Action: ['kms:Encrypt'] })], iam: [], more: {} },
  { who: 'session', key: [allow({ AWS: role })], iam: [], more: {} },
  { who: 'session', key: [allow({ AWS: people.session.arn })], iam: [], more: {} },
  { who: 'carol', key: [allow({ AWS: other })], iam: [iam({ Resource: key })], more: {} },
  { who: 'carol', key: [allow({ AWS: people.carol.arn })], iam: [iam()], more: {} },
  { who: 'root', key: [allow({ AWS: root(owner) })], iam: [], more: {} },
  { who: 'service', key: [allow({ Service: people.service.arn })], iam: [], more: {} },
  { who: 'alice', key: [], iam: [], more: { grants: [grant({ GranteePrincipal: alice })] } },
);
const noise: readonly StatementInput[] = [
  allow({ AWS: people.bob.arn }, { Sid: 'noise' }),
  deny({ AWS: people.bob.arn }, { Action: 'kms:Put*' }),
  allow('*', { Action: 's3:*' }),
];
const iamNoise: readonly StatementInput[] = [
  iam({ Action: 's3:*' }),
  iam({ Effect: 'Deny', Action: 'kms:Schedule*' }),
];

const changeOne = (statements: readonly StatementInput[], more: StatementInput): readonly StatementInput[] =>
  statements.map((statement, i) => (i === 0 ? { ...statement, ...more } : statement));
type Break = (world: World) => World;
const inKey =
  (more: StatementInput): Break =>
  (world) => ({ ...world, key: changeOne(world.key, more) });
const inIam =
  (more: StatementInput): Break =>
  (world) => ({ ...world, iam: changeOne(world.iam, more) });
const ceiling =
  (more: Partial<AccessRequest>): Break =>
  (world) => ({ ...world, more: { ...world.more, ...more } });
const rcpFull = named('RCPFullAWSAccess', allow('*', { Action: '*' }));
const wantsContext = { Condition: { StringEquals: { 'kms:EncryptionContext:app': ['a', 'b'] } } };
const breaks: readonly Break[] = [
  (world) => ({ ...world, key: [] }),
  (world) => ({ ...world, iam: [] }),
  (world) => ({
    ...world,
    more: { ...world.more, grants: world.more.grants?.map((one) => ({ ...one, Operations: ['Sign'] })) },
  }),
  (world) => ({
    ...world,
    more: {
      ...world.more,
      grants: world.more.grants?.map((one) => ({
        ...one,
        Constraints: { EncryptionContextSubset: { app: 'a' } },
      })),
    },
  }),
  inKey({ Action: 'kms:Decrypt' }),
  inKey({ Principal: { AWS: people.bob.arn } }),
  inKey({ Resource: alias }),
  inKey(wantsContext),
  inKey({ Condition: { StringLike: { 'kms:ViaService': 's3.*' } } }),
  inKey({ Effect: 'Deny' }),
  inIam({ Action: 'kms:Describe*' }),
  inIam({ Resource: alias }),
  inIam({ Resource: [key.replace('1234', '9999')] }),
  inIam({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
  inIam(wantsContext),
  (world) => ({ ...world, key: [...world.key, deny('*', { Action: ['kms:Encrypt', 'kms:Decrypt'] })] }),
  (world) => ({
    ...world,
    key: [...world.key, deny('*', { Condition: { Null: { 'kms:EncryptionContext:app': 'true' } } })],
  }),
  (world) => ({ ...world, iam: [...world.iam, iam({ Effect: 'Deny' })] }),
  ceiling({ serviceControlPolicies: [[full], [only('s3:*')]] }),
  ceiling({ serviceControlPolicies: [[full, named('d', iam({ Effect: 'Deny', Action: 'kms:*' }))]] }),
  ceiling({ resourceControlPolicies: [[rcpFull, named('d', deny('*', { Action: 'kms:En*' }))]] }),
  ceiling({ endpointPolicy: policy([allow('*', { Resource: 'arn:aws:s3:::b' })]) }),
  ceiling({ endpointPolicy: policy([allow('*'), deny('*', { Action: 'kms:Encrypt' })]) }),
  ceiling({ permissionsBoundary: only('s3:*') }),
  ceiling({ permissionsBoundary: named('b', iam(), iam({ Effect: 'Deny', Action: 'kms:Encrypt' })) }),
  ceiling({ sessionPolicies: [only('kms:Decrypt'), only('kms:Sign')] }),
];

const requestIn = ({ who, key: inKeyPolicy, iam: inIdentity, more }: World, turn: number): AccessRequest => {
  const turned = <T>(items: readonly T[]): readonly T[] => [
    ...items.slice(turn % (items.length + 1)),
    ...items.slice(0, turn % (items.length + 1)),
  ];
  const { account } = people[who];
  return ask(who, {
    keyPolicy: policy(turned([...inKeyPolicy, ...noise])),
    identityPolicies:
      people[who].kind === 'root' || people[who].kind === 'service'
        ? []
        : attached(...turned([...inIdentity, ...iamNoise])),
    context:
      account === undefined
        ? {}
        : { 'kms:CallerAccount': account, 'aws:PrincipalArn': people[who].principal },
    ...more,
  });
};

const denialsAsked = process.env['KMS_LONG'] ? 5_000 : 500;
const runs = process.env['KMS_LONG'] ? 500 : 50;

describe('laws of the smallest change', () => {
  test('it finds one edit for every random denial that one edit can mend, and every proposal is verified', () => {
    let denials = 0;
    fc.assert(
      fc.property(route, fc.constantFrom(...breaks), fc.nat(20), (world, broken, turn) => {
        fc.pre(decide(requestIn(world, turn)).allowed);
        const request = requestIn(broken(world), turn);
        fc.pre(!decide(request).allowed);
        denials++;
        const proposals = smallestChange(request);
        expect(proposals[0]?.changes.length, JSON.stringify(decide(request).message)).toBe(1);
        expect(proposals.filter((proposal) => !verified(request, proposal))).toEqual([]);
      }),
      { numRuns: denialsAsked, maxSkipsPerRun: 100 },
    );
    expect(denials).toBeGreaterThanOrEqual(denialsAsked);
  });

  test('on any random denial every proposal is verified, and no part of it would do', () => {
    let found = 0;
    fc.assert(
      fc.property(world, (one) => {
        const request = anyRequestIn(one);
        const proposals = smallestChange(request, { mostDecisions: 300 });
        found += proposals.length;
        for (const proposal of proposals) {
          expect(verified(request, proposal)).toBe(true);
          for (const left of proposal.changes.keys()) {
            const part = { ...proposal, changes: proposal.changes.filter((_, i) => i !== left) };
            expect(applies(request, part) && verified(request, part)).toBe(false);
          }
        }
      }),
      { numRuns: runs * 2 },
    );
    expect(found).toBeGreaterThan(runs);
  });

  test('the worlds are worth asking: every break denies somebody', () => {
    const worlds = fc.sample(route, { numRuns: 100, seed: 3 });
    const idle = breaks.filter(
      (broken) => !worlds.some((world) => !decide(requestIn(broken(world), 1)).allowed),
    );
    expect(idle).toEqual([]);
    expect(worlds.filter((world) => !decide(requestIn(world, 1)).allowed)).toEqual([]);
  });
});
