import fc from 'fast-check';
import type { AccessRequest, GrantFacts } from './index.ts';
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

/* Random worlds in which every policy type may speak. Small vocabularies, so that statements meet the request often. */

export const slots = [
  'key',
  'iam',
  'scp0',
  'scp1',
  'rcp0',
  'rcp1',
  'endpoint',
  'boundary',
  'session',
] as const;
export type Slot = (typeof slots)[number];
export const hasPrincipal = (slot: Slot): boolean => ['key', 'rcp0', 'rcp1', 'endpoint'].includes(slot);

export interface World {
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
export const statement = (slot: Slot): fc.Arbitrary<StatementInput> =>
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

export const oneGrant: fc.Arbitrary<GrantFacts> = fc.record({
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
export const world: fc.Arbitrary<World> = fc.record({
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

export function requestIn({ who, statements, grants, asks }: World): AccessRequest {
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
