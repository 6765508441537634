import { describe, expect, test } from 'vitest';
import { defaultKeyPolicy } from '../defaultKeyPolicy.ts';
import { isRefusal, type AccountId } from '../../model/index.ts';
import { parsePolicy } from '../parsePolicy.ts';
import {
  alias,
  allow,
  deny,
  iam,
  key,
  other,
  owner,
  people,
  policy,
  root,
  type StatementInput,
} from '../request.fixture.ts';
import { fixed } from './documentRules.ts';
import { lintRules, type LintOptions, type LintRule, type Severity } from './finding.ts';
import { lintPolicy } from './lint.ts';

interface Case {
  readonly fact: string;
  readonly rule: LintRule;
  readonly severity: Severity;
  readonly title: string;
  readonly statements?: readonly StatementInput[];
  readonly text?: string;
  readonly options?: Partial<LintOptions>;
  readonly path: readonly (string | number)[];
  readonly facts?: object;
  /** Whether there is a fix; a fix is tried. */
  readonly mends?: boolean;
}

const alice = people.alice.arn;
const admin = allow({ AWS: root(owner) });
const context = (operator: string, name: string, value: unknown): StatementInput => ({
  Condition: { [operator]: { [name]: value } },
});
const use = ['kms:Encrypt', 'kms:Decrypt'];

const cases: readonly Case[] = [
  {
    fact: '§3',
    rule: 'malformed',
    severity: 'error',
    title: 'a statement without Effect',
    text: JSON.stringify({ Statement: [{ Principal: '*' }] }),
    path: ['Statement', 0, 'Effect'],
    facts: { message: 'Statement[0].Effect must be "Allow" or "Deny".' },
  },
  {
    fact: '§3',
    rule: 'malformed',
    severity: 'error',
    title: 'no JSON',
    text: '{\n  "Version": }',
    path: [],
    facts: {
      message: 'The policy document is not valid JSON: expected a value at line 2, column 14.',
      line: 2,
      column: 14,
    },
  },
  {
    fact: 'operators',
    rule: 'unknown-operator',
    severity: 'error',
    title: 'an operator that there is not',
    statements: [
      admin,
      allow({ AWS: alice }, { Action: use, Condition: { StringIs: { 'aws:username': 'x' } } }),
    ],
    path: ['Statement', 1, 'Condition', 'StringIs'],
    facts: { operator: 'StringIs' },
  },
  {
    fact: '§3',
    rule: 'wildcard-principal',
    severity: 'error',
    title: 'everybody, without condition',
    statements: [admin, allow('*', { Action: use })],
    path: ['Statement', 1, 'Principal'],
    facts: { conditions: 0 },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'wildcard-principal',
    severity: 'warning',
    title: 'everybody, with a condition that says nothing of the caller',
    statements: [
      admin,
      allow({ AWS: '*' }, { Action: use, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    ],
    path: ['Statement', 1, 'Principal'],
    facts: { conditions: 1 },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'unguarded-service-principal',
    severity: 'warning',
    title: 'a service for anybody',
    statements: [admin, allow({ Service: 's3.amazonaws.com' }, { Action: use })],
    path: ['Statement', 1, 'Principal', 'Service'],
    facts: { service: 's3.amazonaws.com' },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'not-principal',
    severity: 'error',
    title: 'an Allow to everybody else',
    statements: [admin, { Effect: 'Allow', NotPrincipal: { AWS: alice }, Action: use, Resource: '*' }],
    path: ['Statement', 1, 'NotPrincipal'],
    facts: { effect: 'Allow', spared: [alice] },
    mends: false,
  },
  {
    fact: '§3',
    rule: 'not-principal',
    severity: 'warning',
    title: 'a Deny to everybody else',
    statements: [admin, { Effect: 'Deny', NotPrincipal: { AWS: alice }, Action: use, Resource: '*' }],
    path: ['Statement', 1, 'NotPrincipal'],
    mends: true,
  },
  {
    fact: '§3',
    rule: 'group-principal',
    severity: 'error',
    title: 'a group',
    statements: [admin, allow({ AWS: `arn:aws:iam::${owner}:group/Devs` }, { Action: use })],
    path: ['Statement', 1, 'Principal'],
  },
  {
    fact: '§3',
    rule: 'wildcard-in-principal',
    severity: 'error',
    title: 'a wildcard inside an ARN',
    statements: [admin, allow({ AWS: `arn:aws:iam::${owner}:role/*` }, { Action: use })],
    path: ['Statement', 1, 'Principal'],
  },
  {
    fact: '§3',
    rule: 'deleted-principal',
    severity: 'warning',
    title: 'the id of somebody deleted',
    statements: [admin, allow({ AWS: 'AIDAQ3EGZDDEEXAMPLE' }, { Action: use })],
    path: ['Statement', 1, 'Principal'],
    facts: { principal: 'AIDAQ3EGZDDEEXAMPLE' },
  },
  {
    fact: '§3',
    rule: 'unknown-principal',
    severity: 'error',
    title: 'nobody of that name',
    statements: [admin, allow({ AWS: `arn:aws:iam::${owner}:user/Alcie` }, { Action: use })],
    path: ['Statement', 1, 'Principal'],
    options: { knownPrincipals: [alice] },
  },
  {
    fact: '§3',
    rule: 'everything-to-users',
    severity: 'warning',
    title: 'kms:* to a user',
    statements: [admin, allow({ AWS: [alice] })],
    path: ['Statement', 1, 'Action'],
    facts: { principals: [alice] },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'everything-to-users',
    severity: 'warning',
    title: 'NotAction that leaves nothing of KMS out',
    statements: [admin, { Effect: 'Allow', Principal: { AWS: alice }, NotAction: 's3:*', Resource: '*' }],
    path: ['Statement', 1, 'NotAction'],
    mends: true,
  },
  {
    fact: '§3',
    rule: 'no-administrator',
    severity: 'error',
    title: 'nobody may put another policy',
    statements: [allow({ AWS: alice }, { Action: use })],
    path: ['Statement'],
    facts: { allows: 0 },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'no-administrator',
    severity: 'warning',
    title: 'only under a condition',
    statements: [allow({ AWS: root(owner) }, context('Bool', 'aws:MultiFactorAuthPresent', 'true'))],
    path: ['Statement'],
    facts: { allows: 1, conditional: 1 },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'no-administrator',
    severity: 'error',
    title: 'a Deny to everybody',
    statements: [admin, deny('*', { Action: 'kms:Put*' })],
    path: ['Statement', 1],
    mends: false,
  },
  {
    fact: '§3',
    rule: 'no-administrator',
    severity: 'error',
    title: 'the only administrator is gone',
    statements: [allow({ AWS: alice }, { Action: ['kms:Put*'] })],
    options: { knownPrincipals: [people.bob.arn] },
    path: ['Statement'],
  },
  {
    fact: 'operations',
    rule: 'unknown-action',
    severity: 'error',
    title: 'a slip of the pen',
    statements: [admin, allow({ AWS: alice }, { Action: ['kms:Encrypt', 'kms:Dcrypt'] })],
    path: ['Statement', 1, 'Action', 1],
    facts: { action: 'kms:Dcrypt', nearest: 'kms:Decrypt' },
    mends: true,
  },
  {
    fact: '§7',
    rule: 'unknown-action',
    severity: 'error',
    title: 'ReEncrypt is two permissions',
    statements: [admin, allow({ AWS: alice }, { Action: 'kms:ReEncrypt' })],
    path: ['Statement', 1, 'Action'],
    facts: { action: 'kms:ReEncrypt', nearest: 'kms:ReEncrypt*' },
    mends: true,
  },
  {
    fact: 'operations',
    rule: 'unknown-action',
    severity: 'error',
    title: 'a pattern that covers nothing',
    statements: [admin, allow({ AWS: alice }, { Action: ['kms:Encrypt', 'kms:Wrap*'] })],
    path: ['Statement', 1, 'Action', 1],
    mends: false,
  },
  {
    fact: '§3',
    rule: 'foreign-service-action',
    severity: 'warning',
    title: 'an action of another service',
    statements: [admin, allow({ AWS: alice }, { Action: ['kms:Encrypt', 's3:GetObject'] })],
    path: ['Statement', 1, 'Action', 1],
  },
  {
    fact: '§6',
    rule: 'retire-grant-in-resource-policy',
    severity: 'warning',
    title: 'kms:RetireGrant in a key policy',
    statements: [admin, allow({ AWS: alice }, { Action: ['kms:CreateGrant', 'kms:RetireGrant'] })],
    path: ['Statement', 1, 'Action', 1],
  },
  {
    fact: '§5',
    rule: 'no-effect-across-accounts',
    severity: 'error',
    title: 'administration by another account',
    statements: [admin, allow({ AWS: root(other) }, { Action: ['kms:DisableKey'] })],
    path: ['Statement', 1, 'Action'],
    facts: { actions: ['kms:DisableKey'], accounts: [other] },
  },
  {
    fact: '§5',
    rule: 'no-effect-across-accounts',
    severity: 'note',
    title: 'some of it',
    statements: [admin, allow({ AWS: other }, { Action: ['kms:Decrypt', 'kms:PutKeyPolicy'] })],
    path: ['Statement', 1, 'Action'],
  },
  {
    fact: '§3',
    rule: 'no-effect',
    severity: 'error',
    title: 'a Deny without Resource',
    statements: [admin, { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt' }],
    path: ['Statement', 1],
    facts: { effect: 'Deny', lacks: 'Resource' },
    mends: true,
  },
  {
    fact: '§3',
    rule: 'no-effect',
    severity: 'error',
    title: 'an Allow without Action',
    statements: [admin, { Effect: 'Allow', Principal: { AWS: alice }, Resource: '*' }],
    path: ['Statement', 1],
    facts: { lacks: 'Action' },
  },
  {
    fact: '§3',
    rule: 'no-effect',
    severity: 'error',
    title: 'a Deny of nothing that KMS does',
    statements: [admin, deny('*', { Action: 's3:*' })],
    path: ['Statement', 1, 'Action'],
    facts: { lacks: 'kms' },
  },
  {
    fact: '§3',
    rule: 'alias-in-resource',
    severity: 'error',
    title: 'an alias ARN in a key policy',
    statements: [admin, allow({ AWS: alice }, { Action: use, Resource: alias })],
    path: ['Statement', 1, 'Resource'],
    facts: { alias, actions: use },
    mends: true,
  },
  {
    fact: '§7',
    rule: 'alias-in-resource',
    severity: 'error',
    title: 'an alias ARN for the use of a key, in IAM',
    statements: [iam({ Action: use, Resource: [alias] })],
    options: { kind: 'identity', aliases: { [alias]: key } },
    path: ['Statement', 0, 'Resource', 0],
    mends: true,
  },
  {
    fact: '§3',
    rule: 'resource-is-not-this-key',
    severity: 'note',
    title: 'a key ARN in a key policy',
    statements: [admin, allow({ AWS: alice }, { Action: use, Resource: key })],
    path: ['Statement', 1, 'Resource'],
    mends: true,
  },
  {
    fact: '§3',
    rule: 'resource-is-not-this-key',
    severity: 'error',
    title: 'a bucket in a key policy',
    statements: [admin, allow({ AWS: alice }, { Action: use, Resource: 'arn:aws:s3:::b' })],
    path: ['Statement', 1, 'Resource'],
    mends: true,
  },
  {
    fact: 'keys',
    rule: 'unknown-condition-key',
    severity: 'error',
    title: 'a slip of the pen',
    statements: [
      admin,
      allow(
        { AWS: alice },
        { Action: use, ...context('StringEquals', 'kms:ViaServices', 's3.us-east-1.amazonaws.com') },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:ViaServices'],
    facts: { nearest: 'kms:ViaService' },
    mends: true,
  },
  {
    fact: 'wrongOp',
    rule: 'condition-never-supplied',
    severity: 'error',
    title: 'an encryption context for Sign: the Allow never applies',
    statements: [
      admin,
      allow(
        { AWS: alice },
        { Action: 'kms:Sign', ...context('StringEquals', 'kms:EncryptionContext:app', 'a') },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:EncryptionContext:app'],
    facts: { effect: 'Allow', applies: 'never' },
  },
  {
    fact: 'wrongOp',
    rule: 'condition-never-supplied',
    severity: 'error',
    title: 'the Deny has no effect',
    statements: [
      admin,
      deny('*', { Action: 'kms:DescribeKey', ...context('StringEquals', 'kms:EncryptionContext:app', 'a') }),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:EncryptionContext:app'],
    facts: { effect: 'Deny', applies: 'never' },
  },
  {
    fact: 'wrongOp',
    rule: 'condition-never-supplied',
    severity: 'error',
    title: 'the Deny always has one',
    statements: [
      admin,
      deny('*', {
        Action: 'kms:DescribeKey',
        ...context('StringNotEquals', 'kms:EncryptionContext:app', 'a'),
      }),
    ],
    path: ['Statement', 1, 'Condition', 'StringNotEquals', 'kms:EncryptionContext:app'],
    facts: { effect: 'Deny', applies: 'always' },
  },
  {
    fact: 'wrongOp',
    rule: 'condition-sometimes-never-supplied',
    severity: 'warning',
    title: 'DescribeKey among those that have one',
    statements: [
      admin,
      allow(
        { AWS: alice },
        {
          Action: ['kms:Decrypt', 'kms:DescribeKey'],
          ...context('StringEquals', 'kms:EncryptionContext:app', 'a'),
        },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:EncryptionContext:app'],
    facts: { actions: ['kms:DescribeKey'] },
  },
  {
    fact: 'OverlyPermissiveCondition',
    rule: 'overly-permissive-condition',
    severity: 'error',
    title: 'ForAllValues on a single value of the context',
    statements: [
      admin,
      allow(
        { AWS: alice },
        { Action: use, ...context('ForAllValues:StringEquals', 'kms:EncryptionContext:app', 'a') },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'ForAllValues:StringEquals', 'kms:EncryptionContext:app'],
    mends: true,
  },
  {
    fact: 'setOperators',
    rule: 'for-all-values-on-absence',
    severity: 'warning',
    title: 'ForAllValues without a guard',
    statements: [
      admin,
      allow(
        { AWS: alice },
        { Action: use, ...context('ForAllValues:StringEquals', 'kms:EncryptionContextKeys', ['app']) },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'ForAllValues:StringEquals', 'kms:EncryptionContextKeys'],
    mends: true,
  },
  {
    fact: 'setOperators',
    rule: 'several-values-without-set-operator',
    severity: 'warning',
    title: 'several values, no set operator',
    statements: [
      admin,
      allow({ AWS: alice }, { Action: use, ...context('StringEquals', 'kms:EncryptionContextKeys', 'app') }),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:EncryptionContextKeys'],
    mends: true,
  },
  {
    fact: 'operators',
    rule: 'operator-of-other-type',
    severity: 'warning',
    title: 'a number compared with an account',
    statements: [
      admin,
      allow({ AWS: alice }, { Action: use, ...context('NumericEquals', 'kms:CallerAccount', owner) }),
    ],
    path: ['Statement', 1, 'Condition', 'NumericEquals', 'kms:CallerAccount'],
    facts: { type: 'String', operator: 'NumericEquals' },
  },
  {
    fact: 'operators',
    rule: 'condition-value-impossible',
    severity: 'error',
    title: 'an address that is none',
    statements: [
      admin,
      allow({ AWS: alice }, { Action: use, ...context('IpAddress', 'aws:SourceIp', '10.0.0.0/33') }),
    ],
    path: ['Statement', 1, 'Condition', 'IpAddress', 'aws:SourceIp'],
    facts: { values: ['10.0.0.0/33'] },
  },
  {
    fact: 'keys',
    rule: 'condition-value-impossible',
    severity: 'error',
    title: 'a word that the key never has',
    statements: [
      admin,
      allow({ AWS: alice }, { Action: 'kms:Sign', ...context('StringEquals', 'kms:MessageType', 'Digest') }),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:MessageType'],
    facts: { possible: ['RAW', 'DIGEST', 'EXTERNAL_MU'] },
  },
  {
    fact: 'logic',
    rule: 'condition-contradicts',
    severity: 'error',
    title: 'equal and absent at once',
    statements: [
      admin,
      allow(
        { AWS: alice },
        {
          Action: use,
          Condition: { StringEquals: { 'kms:ViaService': 'a' }, Null: { 'kms:ViaService': 'true' } },
        },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:ViaService'],
    facts: { operators: ['StringEquals', 'Null'] },
  },
  {
    fact: 'logic',
    rule: 'condition-contradicts',
    severity: 'error',
    title: 'equal and not equal at once',
    statements: [
      admin,
      allow(
        { AWS: alice },
        {
          Action: use,
          Condition: {
            StringEquals: { 'kms:ViaService': 'a' },
            StringNotEquals: { 'kms:viaservice': ['a', 'b'] },
          },
        },
      ),
    ],
    path: ['Statement', 1, 'Condition', 'StringEquals', 'kms:ViaService'],
  },
  {
    fact: '§3',
    rule: 'variable-without-version',
    severity: 'error',
    title: 'a policy variable before 2012',
    text: policy(
      [
        admin,
        allow(
          { AWS: alice },
          { Action: use, ...context('StringEquals', 'kms:EncryptionContext:u', '${aws:username}') },
        ),
      ],
      '2008-10-17',
    ),
    path: ['Statement', 1],
    mends: true,
  },
  {
    fact: 'Sid',
    rule: 'duplicate-sid',
    severity: 'warning',
    title: 'the same Sid twice',
    statements: [allow({ AWS: root(owner) }, { Sid: 'a' }), allow({ AWS: alice }, { Sid: 'a', Action: use })],
    path: ['Statement', 1, 'Sid'],
    facts: { Sid: 'a', first: 0 },
  },
];

const optionsOf = ({ options }: Case): LintOptions => ({ kind: 'key', account: owner, ...options });
const textOf = ({ text, statements = [] }: Case): string => text ?? policy(statements);

describe('lintPolicy', () => {
  test.each(cases)('[$fact] $rule: $title', (one) => {
    const findings = lintPolicy(textOf(one), optionsOf(one));
    const found = findings.find(({ rule }) => rule === one.rule);
    expect(found).toMatchObject({
      rule: one.rule,
      severity: one.severity,
      path: one.path,
      facts: one.facts ?? {},
    });
    if (one.mends !== undefined) expect(found?.fix !== undefined).toBe(one.mends);
  });

  test.each(cases.filter(({ mends }) => mends))('the fix mends $rule: $title', (one) => {
    const options = optionsOf(one);
    const found = lintPolicy(textOf(one), options).find(({ rule }) => rule === one.rule);
    const after = found ? fixed(textOf(one), found) : '';
    expect(isRefusal(parsePolicy(after, options.kind))).toBe(false);
    expect(lintPolicy(after, options).map(({ rule }) => rule)).not.toContain(one.rule);
  });

  test('every rule has a case', () => {
    expect(lintRules.filter((rule) => !cases.some((one) => one.rule === rule))).toEqual([]);
  });

  test('finds nothing in what AWS itself writes', () => {
    expect(lintPolicy(defaultKeyPolicy(owner as AccountId), { kind: 'key', account: owner })).toEqual([]);
    const users = policy([
      admin,
      allow(
        { AWS: alice },
        {
          Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        },
      ),
      allow(
        { AWS: alice },
        {
          Action: ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
          Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
        },
      ),
    ]);
    expect(lintPolicy(users, { kind: 'key', account: owner, knownPrincipals: [alice] })).toEqual([]);
    const attached = policy([
      iam({ Action: ['kms:Decrypt'], Resource: key }),
      iam({ Action: 'kms:ListAliases' }),
      iam({ Action: 's3:*' }),
    ]);
    expect(lintPolicy(attached, { kind: 'identity' })).toEqual([]);
  });

  test('a lone statement is found in its place, and mended there', () => {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: allow({ AWS: alice }, { Action: 'kms:Decrypt' }),
    });
    const found = lintPolicy(text, { kind: 'key', account: owner }).find(
      ({ rule }) => rule === 'no-administrator',
    );
    expect(found?.path).toEqual(['Statement']);
    expect(
      JSON.parse(
        fixed(text, found ?? { rule: 'malformed', severity: 'note', statement: 0, path: [], facts: {} }),
      ),
    ).toMatchObject({
      Statement: [{ Action: 'kms:Decrypt' }, { Action: 'kms:*' }],
    });
  });
});
