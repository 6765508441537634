import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type AccessRequest, type Decision } from './index.ts';
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
import '../../../test/support/seed.ts';

const runs = process.env['KMS_LONG'] ? 20_000 : 2_000;

/* Small vocabularies, so that statements meet the request often enough to matter. */
const principal = fc.constantFrom<unknown>(
  '*',
  { AWS: owner },
  { AWS: root(other) },
  { AWS: people.alice.arn },
  { AWS: [people.session.principal, people.carol.arn] },
  { AWS: people.session.arn },
  { Service: 's3.amazonaws.com' },
);
const someOf = (...items: string[]): fc.Arbitrary<string[]> => fc.subarray(items, { minLength: 1 });
const action = someOf('kms:*', 'kms:Encrypt', 'kms:D*', 'kms:GenerateDataKey', 's3:*');
const resource = someOf('*', key, alias, `arn:aws:kms:*:${owner}:key/*`);
const condition = fc.constantFrom<StatementInput>(
  {},
  { StringEquals: { 'kms:EncryptionContext:app': ['a', 'b'] } },
  { StringNotLike: { 'kms:ViaService': 's3.*' } },
  { Null: { 'kms:EncryptionContext:app': 'true' } },
  { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['app'] } },
  {
    'ForAnyValue:StringLikeIfExists': { 'kms:EncryptionContextKeys': ['t*'] },
    Bool: { 'aws:SecureTransport': true },
  },
);
const effect = fc.constantFrom('Allow', 'Deny');
const either = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<StatementInput> =>
  fc.tuple(fc.constantFrom('', '', '', 'Not'), value).map(([not, chosen]) => ({ [`${not}${name}`]: chosen }));
const keyStatement = fc
  .tuple(
    effect,
    either('Principal', principal),
    either('Action', action),
    either('Resource', resource),
    condition,
  )
  .map(([Effect, who, does, on, Condition]): StatementInput => ({
    Effect,
    ...who,
    ...does,
    ...on,
    Condition,
  }));
const iamStatement = fc
  .tuple(effect, either('Action', action), either('Resource', resource), condition)
  .map(([Effect, does, on, Condition]): StatementInput => ({ Effect, ...does, ...on, Condition }));

interface World {
  readonly who: Person;
  readonly keyStatements: readonly StatementInput[];
  readonly iamStatements: readonly StatementInput[];
  readonly asks: Partial<AccessRequest>;
}
const world: fc.Arbitrary<World> = fc.record({
  who: fc.constantFrom<Person>('root', 'alice', 'session', 'foreignRoot', 'carol'),
  keyStatements: fc.array(keyStatement, { minLength: 1, maxLength: 5 }),
  iamStatements: fc.array(iamStatement, { maxLength: 3 }),
  asks: fc.record({
    action: fc.constantFrom('kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey'),
    worksAcrossAccounts: fc.boolean(),
    namedByCiphertext: fc.boolean(),
    context: fc.constantFrom<AccessRequest['context']>(
      {},
      {
        'kms:EncryptionContext:app': 'a',
        'kms:EncryptionContextKeys': ['app', 'team'],
        'aws:SecureTransport': 'true',
      },
      { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'aws:SecureTransport': 'true' },
    ),
  }),
});

const decideIn = ({ who, keyStatements, iamStatements, asks }: World): Decision =>
  decide(
    ask(who, {
      ...asks,
      keyPolicy: policy(keyStatements),
      identityPolicies:
        people[who].kind === 'root' || iamStatements.length === 0
          ? []
          : [{ name: 'inline', document: policy(iamStatements) }],
    }),
  );

const check = (law: (one: World, pick: number) => void): void => {
  fc.assert(fc.property(world, fc.nat(), law), { numRuns: runs });
};
const without = <T>(items: readonly T[], i: number): T[] => items.filter((_, at) => at !== i);

describe('laws of the decision', () => {
  test('[policy.md §2] an applicable explicit Deny always wins', () => {
    check((one) => {
      const decision = decideIn(one);
      const denied = decision.policies.some(({ statements }) =>
        statements.some(({ effect: does, applies }) => applies && does === 'Deny'),
      );
      expect(decision.kind === 'explicitDeny').toBe(denied);
      if (denied) expect(decision.allowed).toBe(false);
    });
  });

  test('[policy.md §2] removing an Allow never allows more', () => {
    check((one, pick) => {
      const at = pick % one.keyStatements.length;
      // A key policy needs a statement: one for nobody stands in for the one that goes.
      const left = [...without(one.keyStatements, at), { Effect: 'Allow', Principal: '*', Resource: '*' }];
      if (
        one.keyStatements[at]?.['Effect'] === 'Allow' &&
        decideIn({ ...one, keyStatements: left }).allowed
      ) {
        expect(decideIn(one).allowed).toBe(true);
      }
      const inIam = pick % Math.max(one.iamStatements.length, 1);
      const fewer = { ...one, iamStatements: without(one.iamStatements, inIam) };
      if (one.iamStatements[inIam]?.['Effect'] === 'Allow' && decideIn(fewer).allowed) {
        expect(decideIn(one).allowed).toBe(true);
      }
    });
  });

  test('[policy.md §2] adding a Deny never allows more', () => {
    fc.assert(
      fc.property(world, keyStatement, iamStatement, (one, inKey, inIam) => {
        const more = {
          ...one,
          keyStatements: [...one.keyStatements, { ...inKey, Effect: 'Deny' }],
          iamStatements: [...one.iamStatements, { ...inIam, Effect: 'Deny' }],
        };
        if (decideIn(more).allowed) expect(decideIn(one).allowed).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  test('the order of statements and of list items changes nothing', () => {
    const turned = (statement: StatementInput): StatementInput =>
      Object.fromEntries(
        Object.entries(statement)
          .toReversed()
          .map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]),
      );
    check((one) => {
      const { policies: _, ...there } = decideIn(one);
      const { policies: __, ...back } = decideIn({
        ...one,
        keyStatements: one.keyStatements.map(turned).toReversed(),
        iamStatements: one.iamStatements.map(turned).toReversed(),
      });
      expect(back).toEqual(there);
    });
  });

  test('the worlds are worth asking: every kind of decision comes up', () => {
    const kinds = new Set(fc.sample(world, { numRuns: 500, seed: 1 }).map((one) => decideIn(one).kind));
    expect(kinds).toEqual(new Set(['allow', 'implicitDeny', 'explicitDeny']));
  });
});
