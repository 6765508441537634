import { describe, expect, test } from 'vitest';
import { accessMatrix, decide, diffMatrix, type AccessRequest, type MatrixPrincipal } from './index.ts';
import {
  allow,
  ask,
  attached,
  deny,
  iam,
  named,
  other,
  owner,
  people,
  policy,
  root,
  type Person,
} from './request.fixture.ts';

const somebody = (who: Person, more: Partial<MatrixPrincipal> = {}): MatrixPrincipal => ({
  identity: people[who],
  identityPolicies: [],
  ...more,
});
const who = [
  somebody('root'),
  somebody('alice', { identityPolicies: attached(iam({ Action: ['kms:Encrypt', 'kms:DisableKey'] })) }),
  somebody('session', {
    identityPolicies: attached(iam()),
    permissionsBoundary: named('b', iam({ Action: 'kms:Encrypt' })),
  }),
  somebody('carol', { identityPolicies: attached(iam()) }),
  somebody('service'),
];
const actions = ['kms:Encrypt', 'kms:Decrypt', 'kms:DisableKey'];
const base = (...statements: Parameters<typeof policy>[0]): AccessRequest =>
  ask('alice', {
    keyPolicy: policy(statements),
    context: { 'aws:PrincipalArn': people.alice.arn, 'aws:RequestedRegion': 'us-east-1' },
  });
const trusting = base(allow({ AWS: [root(owner), root(other)] }));
const picture = (request: AccessRequest): readonly string[] =>
  accessMatrix(who, actions, request).rows.map((row) =>
    row.map(({ allowed }) => (allowed ? 'x' : '.')).join(''),
  );

describe('accessMatrix', () => {
  test('a cell for every caller and action, each a decision of its own', () => {
    expect(picture(trusting)).toEqual(['xxx', 'x.x', 'x..', 'xx.', '...']);
    const { principals, rows } = accessMatrix(who, actions, trusting);
    expect(principals).toEqual(who.map(({ identity }) => identity.arn));
    expect(rows[2]?.[1]).toMatchObject({
      kind: 'implicitDeny',
      decidedBy: 'permissionsBoundary',
      because: 'policy.md §8 row 4',
    });
    // Across accounts administration has no effect, whatever both sides say.
    expect(rows[3]?.[2]).toMatchObject({ decidedBy: 'keyPolicy', because: 'policy.md §5' });
  });

  test('the caller of the base request leaves nothing of theirs to the others', () => {
    const named = base(allow('*', { Condition: { ArnEquals: { 'aws:PrincipalArn': people.alice.arn } } }));
    expect(picture(named)).toEqual(['...', 'xxx', '...', '...', '...']);
  });

  test('what belongs to the call stays', () => {
    const here = base(
      allow({ AWS: root(owner) }, { Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } }),
    );
    expect(picture(here)).toEqual(['xxx', 'x.x', 'x..', '...', '...']);
  });
});

describe('diffMatrix', () => {
  test('the changed cells, also those in which only the reason changed', () => {
    const stricter = base(
      allow({ AWS: [root(owner), root(other)] }),
      deny({ AWS: people.alice.arn }, { Action: ['kms:Encrypt', 'kms:Decrypt'] }),
    );
    const changes = diffMatrix(accessMatrix(who, actions, trusting), accessMatrix(who, actions, stricter));
    expect(
      changes.map(({ principal, action, before, after }) => [principal, action, before.kind, after.kind]),
    ).toEqual([
      [people.alice.arn, 'kms:Encrypt', 'allow', 'explicitDeny'],
      [people.alice.arn, 'kms:Decrypt', 'implicitDeny', 'explicitDeny'],
    ]);
  });

  test('nothing when nothing changed', () => {
    const one = accessMatrix(who, actions, trusting);
    expect(diffMatrix(one, accessMatrix(who, actions, trusting))).toEqual([]);
    expect(decide(trusting).allowed).toBe(false);
  });
});
