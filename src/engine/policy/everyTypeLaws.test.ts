import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type AccessRequest, type Decision } from './index.ts';
import type { StatementInput } from './request.fixture.ts';
import {
  hasPrincipal,
  oneGrant,
  requestIn,
  slots,
  statement,
  world,
  type Slot,
  type World,
} from './world.fixture.ts';
import '../../../test/support/seed.ts';

/* The laws of the decision, on random worlds in which every policy type may speak. */

const runs = process.env['KMS_LONG'] ? 5_000 : 250;
/** A proof that a law can fail looks longer and always at the same worlds: chance shall not decide whether it finds one. */
const untilItFails = { numRuns: 5_000, seed: 1 };
let how: { readonly numRuns: number; readonly seed?: number } = { numRuns: runs };

type Decide = (request: AccessRequest) => Decision;
type Law = (judge: Decide) => void;
const each = (check: (one: World, pick: number) => void): void =>
  fc.assert(fc.property(world, fc.nat(), check), how);
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
      how,
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
      how,
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
    how = untilItFails;
    try {
      expect(() => laws[law]?.(judge)).toThrow('Property failed');
    } finally {
      how = { numRuns: runs };
    }
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
