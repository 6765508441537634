import type { AccountId, Identity, PrincipalArn } from '../model/index.ts';
import { serviceCaller, type AccessRequest, type GrantFacts, type NamedPolicy } from './types.ts';

/** People, keys and shorthands that the tests of this room share. */
export const owner = '111122223333';
export const other = '444455556666';
export const key = `arn:aws:kms:us-east-1:${owner}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const alias = `arn:aws:kms:us-east-1:${owner}:alias/app`;
export const root = (account: string): string => `arn:aws:iam::${account}:root`;

const person = (kind: Identity['kind'], account: string, arn: string, principal = arn): Identity => ({
  arn: arn as PrincipalArn,
  principal: principal as PrincipalArn,
  account: account as AccountId,
  kind,
  principalId: 'AIDAEXAMPLE',
  name: arn.slice(arn.lastIndexOf('/') + 1),
  accessKeyId: undefined,
});

export const people = {
  root: person('root', owner, root(owner)),
  alice: person('user', owner, `arn:aws:iam::${owner}:user/Alice`),
  bob: person('user', owner, `arn:aws:iam::${owner}:user/Bob`),
  session: person(
    'session',
    owner,
    `arn:aws:sts::${owner}:assumed-role/App/s1`,
    `arn:aws:iam::${owner}:role/App`,
  ),
  linked: person(
    'session',
    owner,
    `arn:aws:sts::${owner}:assumed-role/AWSServiceRoleForAutoScaling/a`,
    `arn:aws:iam::${owner}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  ),
  federated: person(
    'session',
    owner,
    `arn:aws:sts::${owner}:federated-user/Fred`,
    `arn:aws:iam::${owner}:user/Alice`,
  ),
  foreignSession: person(
    'session',
    other,
    `arn:aws:sts::${other}:assumed-role/Job/j1`,
    `arn:aws:iam::${other}:role/Job`,
  ),
  service: serviceCaller('dynamodb.amazonaws.com'),
  foreignRoot: person('root', other, root(other)),
  carol: person('user', other, `arn:aws:iam::${other}:user/Carol`),
} as const;
export type Person = keyof typeof people;

export interface StatementInput {
  readonly [element: string]: unknown;
}

/** A key policy statement that allows everything to `principal`. */
export const allow = (principal: unknown, more: StatementInput = {}): StatementInput => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'kms:*',
  Resource: '*',
  ...more,
});
export const deny = (principal: unknown, more: StatementInput = {}): StatementInput =>
  allow(principal, { Effect: 'Deny', ...more });

/** An identity policy statement. */
export const iam = (more: StatementInput = {}): StatementInput => ({
  Effect: 'Allow',
  Action: 'kms:*',
  Resource: '*',
  ...more,
});

export const policy = (statements: readonly StatementInput[], version = '2012-10-17'): string =>
  JSON.stringify({ Version: version, Statement: statements });

export const ask = (who: Person, more: Partial<AccessRequest> = {}): AccessRequest => ({
  identity: people[who],
  action: 'kms:Encrypt',
  resource: key,
  resourceAccount: owner as AccountId,
  judgedOn: 'key',
  keyPolicy: policy([allow({ AWS: root(owner) })]),
  identityPolicies: [],
  worksAcrossAccounts: true,
  context: {},
  ...more,
});

export const attached = (...statements: readonly StatementInput[]): AccessRequest['identityPolicies'] => [
  { name: 'inline', document: policy(statements) },
];

export const named = (name: string, ...statements: readonly StatementInput[]): NamedPolicy => ({
  name,
  document: policy(statements),
});

/** A grant of Encrypt and Decrypt, issued by the owner, to whom `more` says. */
export const grant = (more: Partial<GrantFacts>): GrantFacts => ({
  grantId: 'g1',
  Operations: ['Encrypt', 'Decrypt'],
  IssuingAccount: root(owner),
  ...more,
});
