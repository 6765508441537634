import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type AccessRequest, type Decision, type GrantFacts } from './index.ts';
import {
  alias,
  ask,
  key,
  other,
  owner,
  people,
  policy,
  root,
  type Person,
  type StatementInput,
} from './request.fixture.ts';

/* The laws of the decision, on random worlds in which every policy type may speak. */

const runs = process.env['KMS_LONG'] ? 5_000 : 250;

const slots = ['key', 'iam', 'scp0', 'scp1', 'rcp0', 'rcp1', 'endpoint', 'boundary', 'session'] as const;
type Slot = (typeof slots)[number];
const hasPrincipal = (slot: Slot): boolean => ['key', 'rcp0', 'rcp1', 'endpoint'].includes(slot);

interface World {
  readonly who: Person;
  readonly statements: Readonly<Partial<Record<Slot, readonly StatementInput[]>>>;
  readonly grants: readonly GrantFacts[];
  readonly asks: Partial<AccessRequest>;
}

const principal = fc.constantFrom<unknown>(
  '*',
  { AWS: owner },
  { AWS: root(other) },
  { AWS: people.alice.arn },
  { AWS: [people.session.principal, people.carol.arn] },
  { AWS: people.session.arn },
  { Service: people.service.arn },
);
const some = (...items: string[]): fc.Arbitrary<string[]> => fc.subarray(items, { minLength: 1 });
const condition = fc.constantFrom<StatementInput>(
  {},
  {},
  { StringEquals: { 'kms:EncryptionContext:app': ['a', 'b'] } },
  { StringNotLike: { 'kms:ViaService': 's3.*' } },
  { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['app'] } },
  { Null: { 'kms:ViaService': 'true' }, ArnNotLike: { 'aws:PrincipalArn': '*:role/App' } },
);
const either = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<StatementInput> =>
  fc
    .tuple(fc.constantFrom('', '', '', '', 'Not'), value)
    .map(([not, chosen]) => ({ [`${not}${name}`]: chosen }));
const statement = (slot: Slot): fc.Arbitrary<StatementInput> =>
  fc
    .record({
      // Mostly allows, or every world would be denied.
      Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
      who: hasPrincipal(slot) ? either('Principal', principal) : fc.constant({}),
      does: either('Action', some('kms:*', 'kms:Encrypt', 'kms:D*', 'kms:CreateGrant', 's3:*')),
      on: either('Resource', some('*', key, alias, `arn:aws:kms:*:${owner}:key/*`)),
      Condition: condition,
    })
    .map(({ Effect, who, does, on, Condition }) => ({ Effect, ...who, ...does, ...on, Condition }));

const list = (slot: Slot): fc.Arbitrary<readonly StatementInput[]> =>
  fc.array(statement(slot), { minLength: 1, maxLength: 4 });
const wide = (slot: Slot): StatementInput => ({
  Effect: 'Allow',
  ...(hasPrincipal(slot) ? { Principal: '*' } : {}),
  Action: '*',
  Resource: '*',
});
/** A ceiling is absent, or wide as people leave it, or anything. */
const ceiling = (slot: Slot): fc.Arbitrary<readonly StatementInput[] | undefined> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: list(slot).map((statements) => [wide(slot), ...statements]) },
    { weight: 1, arbitrary: list(slot) },
  );

const oneGrant: fc.Arbitrary<GrantFacts> = fc.record({
  grantId: fc.constantFrom('g1', 'g2', 'g3'),
  GranteePrincipal: fc.constantFrom(
    people.alice.arn,
    people.session.principal,
    people.session.arn,
    people.carol.arn,
    root(owner),
    root(other),
    people.service.arn,
  ),
  RetiringPrincipal: fc.constantFrom(undefined, people.alice.arn, people.session.principal),
  Operations: some('Encrypt', 'Decrypt', 'CreateGrant', 'RetireGrant'),
  Constraints: fc.constantFrom(
    undefined,
    undefined,
    { EncryptionContextSubset: { app: 'a' } },
    { EncryptionContextEquals: { app: 'a' } },
  ),
  IssuingAccount: fc.constantFrom(root(owner), root(other)),
});

const callers: readonly Person[] = [
  'root',
  'alice',
  'session',
  'federated',
  'linked',
  'service',
  'foreignRoot',
  'carol',
  'foreignSession',
];
const world: fc.Arbitrary<World> = fc.record({
  who: fc.constantFrom(...callers),
  statements: fc.record({
    key: list('key'),
    iam: list('iam'),
    scp0: ceiling('scp0'),
    scp1: ceiling('scp1'),
    rcp0: ceiling('rcp0'),
    rcp1: ceiling('rcp1'),
    endpoint: ceiling('endpoint'),
    boundary: ceiling('boundary'),
    session: ceiling('session'),
  }) as unknown as fc.Arbitrary<World['statements']>, // Absent slots are undefined.
  grants: fc.array(oneGrant, { maxLength: 3 }),
  asks: fc.record({
    action: fc.constantFrom('kms:Encrypt', 'kms:Decrypt', 'kms:CreateGrant', 'kms:RetireGrant'),
    worksAcrossAccounts: fc.constantFrom(true, true, true, false),
    namedByCiphertext: fc.boolean(),
    foreignGrantsNeedIdentityPolicy: fc.boolean(),
    context: fc.constantFrom<AccessRequest['context']>(
      {},
      {
        'kms:EncryptionContext:app': 'a',
        'kms:EncryptionContextKeys': ['app'],
        'aws:PrincipalArn': people.session.principal,
      },
      { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'kms:EncryptionContext:app': 'a' },
    ),
  }),
});

/** Stands in every document, so that a document whose statements are all gone is still one. It says nothing. */
const idle = (slot: Slot): StatementInput => ({ ...wide(slot), Action: 's3:Idle' });

function requestIn({ who, statements, grants, asks }: World): AccessRequest {
  const text = (slot: Slot): string => policy([...(statements[slot] ?? []), idle(slot)]);
  const document = (slot: Slot) => ({ name: slot, document: text(slot) });
  const levels = (...of: readonly Slot[]) =>
    of.filter((slot) => statements[slot]).map((slot) => [document(slot)]);
  return ask(who, {
    ...asks,
    keyPolicy: text('key'),
    identityPolicies: [document('iam')],
    serviceControlPolicies: levels('scp0', 'scp1'),
    resourceControlPolicies: levels('rcp0', 'rcp1'),
    endpointPolicy: statements.endpoint ? text('endpoint') : undefined,
    permissionsBoundary: statements.boundary ? document('boundary') : undefined,
    sessionPolicies: statements.session ? [document('session')] : [],
    grants,
  });
}

type Decide = (request: AccessRequest) => Decision;
type Law = (judge: Decide) => void;
const each = (check: (one: World, pick: number) => void): void =>
  fc.assert(fc.property(world, fc.nat(), check), { numRuns: runs });
const present = ({ statements }: World): readonly Slot[] => slots.filter((slot) => statements[slot]);
const pickOf = <T>(items: readonly T[], pick: number): T => items[pick % items.length] as T; // Never empty here.
const withSlot = (one: World, slot: Slot, statements: readonly StatementInput[] | undefined): World => ({
  ...one,
  statements: { ...one.statements, [slot]: statements },
});

const laws: Readonly<Record<string, Law>> = {
  'an applicable explicit Deny always wins': (judge) =>
    each((one) => {
      const decision = judge(requestIn(one));
      const denied = decision.policies.some(({ statements }) =>
        statements.some(({ effect, applies }) => applies && effect === 'Deny'),
      );
      expect(decision.kind === 'explicitDeny').toBe(denied);
      expect(decision.allowed && denied).toBe(false);
    }),
  'removing an Allow of any policy never allows more': (judge) =>
    each((one, pick) => {
      const slot = pickOf(present(one), pick);
      const statements = one.statements[slot] ?? [];
      const at = Math.floor(pick / 16) % statements.length;
      if (statements[at]?.['Effect'] !== 'Allow') return;
      const less = withSlot(
        one,
        slot,
        statements.filter((_, i) => i !== at),
      );
      if (judge(requestIn(less)).allowed) expect(judge(requestIn(one)).allowed).toBe(true);
    }),
  'adding a Deny to any policy never allows more': (judge) =>
    fc.assert(
      fc.property(world, fc.nat(), statement('key'), (one, pick, statementOfKey) => {
        const { Principal, NotPrincipal: _, ...rest } = statementOfKey;
        const slot = pickOf(present(one), pick);
        const who = hasPrincipal(slot) ? { Principal: Principal ?? '*' } : {};
        const more = withSlot(one, slot, [
          ...(one.statements[slot] ?? []),
          { ...rest, ...who, Effect: 'Deny' },
        ]);
        if (judge(requestIn(more)).allowed) expect(judge(requestIn(one)).allowed).toBe(true);
      }),
      { numRuns: runs },
    ),
  'taking a ceiling away never allows less': (judge) =>
    each((one, pick) => {
      const slot = pickOf(slots.slice(2), pick);
      if (judge(requestIn(one)).allowed)
        expect(judge(requestIn(withSlot(one, slot, undefined))).allowed).toBe(true);
    }),
  'a grant never denies': (judge) =>
    fc.assert(
      fc.property(world, oneGrant, (one, more) => {
        const before = judge(requestIn(one));
        const after = judge(requestIn({ ...one, grants: [...one.grants, more] }));
        // Without any grant kms:RetireGrant falls back to the key's account.
        if (before.allowed && !(one.asks.action === 'kms:RetireGrant' && one.grants.length === 0))
          expect(after.allowed).toBe(true);
        expect(after.kind === 'explicitDeny').toBe(before.kind === 'explicitDeny');
      }),
      { numRuns: runs },
    ),
  'order changes nothing: of statements, names, list items, levels, grants, condition keys': (judge) => {
    const turned = (one: StatementInput): StatementInput =>
      Object.fromEntries(
        Object.entries(one)
          .toReversed()
          .map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]),
      );
    const essence = ({ kind, decidedBy, message, because }: Decision): unknown => [
      kind,
      decidedBy,
      message,
      because,
    ];
    each((one) => {
      const request = requestIn(one);
      const statements = Object.fromEntries(
        Object.entries(one.statements).map(([slot, list]) => [slot, list?.map(turned).toReversed()]),
      );
      const back = requestIn({ ...one, statements, grants: one.grants.toReversed() });
      const other: AccessRequest = {
        ...back,
        serviceControlPolicies: back.serviceControlPolicies?.toReversed(),
        resourceControlPolicies: back.resourceControlPolicies?.toReversed(),
        context: Object.fromEntries(Object.entries(back.context).toReversed()),
      };
      expect(essence(judge(other))).toEqual(essence(judge(request)));
    });
  },
  'a denial has a sentence, an allow has none': (judge) =>
    each((one) => {
      const { allowed, kind, message } = judge(requestIn(one));
      expect(allowed).toBe(kind === 'allow');
      expect(message === '').toBe(allowed);
    }),
};

/** Evaluators with one mistake each, and the law that catches it. */
const wrong: readonly (readonly [law: string, judge: Decide])[] = [
  [
    'an applicable explicit Deny always wins',
    (request) =>
      decide({ ...request, identityPolicies: [], permissionsBoundary: undefined }).allowed
        ? { ...decide(request), kind: 'allow', allowed: true }
        : decide(request),
  ],
  [
    'removing an Allow of any policy never allows more',
    (request) => ({ ...decide(request), allowed: !decide(request).allowed }),
  ],
  [
    'adding a Deny to any policy never allows more',
    (request) => ({ ...decide(request), allowed: decide(request).kind === 'explicitDeny' }),
  ],
  [
    'taking a ceiling away never allows less',
    (request) => ({
      ...decide(request),
      allowed: decide(request).allowed && request.endpointPolicy !== undefined,
    }),
  ],
  [
    'a grant never denies',
    (request) => ({
      ...decide(request),
      allowed: decide(request).allowed && (request.grants ?? []).length < 2,
    }),
  ],
  [
    'order changes nothing: of statements, names, list items, levels, grants, condition keys',
    (request) => ({ ...decide(request), message: JSON.stringify(request.grants) }),
  ],
  ['a denial has a sentence, an allow has none', (request) => ({ ...decide(request), message: '' })],
];

describe('laws over every policy type', () => {
  test.each(Object.entries(laws))('[policy.md §2] %s', (_, law) => law(decide));

  test.each(wrong)('the law can fail: %s', (law, judge) => {
    expect(() => laws[law]?.(judge)).toThrow('Property failed');
  });
  test('every law is shown to fail', () => {
    expect(Object.keys(laws).filter((law) => !wrong.some(([name]) => name === law))).toEqual([]);
  });

  test('the worlds are worth asking: every policy type decides, and every way to be allowed comes up', () => {
    const decisions = fc.sample(world, { numRuns: 4_000, seed: 2 }).map((one) => decide(requestIn(one)));
    const seen = new Set(decisions.map(({ kind, decidedBy }) => `${kind} ${decidedBy}`));
    const wanted = [
      'allow keyPolicy',
      'allow identityPolicy',
      'allow grant',
      ...[
        'serviceControlPolicy',
        'resourceControlPolicy',
        'endpointPolicy',
        'keyPolicy',
        'identityPolicy',
        'permissionsBoundary',
        'sessionPolicy',
      ].flatMap((type) => [`explicitDeny ${type}`, `implicitDeny ${type}`]),
      'implicitDeny grant',
    ];
    expect(wanted.filter((one) => !seen.has(one))).toEqual([]);
    expect(decisions.filter(({ allowed }) => allowed).length).toBeGreaterThan(400);
  });
});
