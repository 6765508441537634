import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decide } from '../index.ts';
import { allow, ask, policy } from '../request.fixture.ts';
import { conditionOperators, parseOperator } from './index.ts';

type Values = string | readonly string[] | undefined;

/** Does a statement with this one condition apply when the request's key has these values? */
function holds(operator: string, wanted: unknown, got: Values, more: Record<string, string> = {}): boolean {
  const keyPolicy = policy([allow('*', { Condition: { [operator]: { 'kms:Test': wanted } } })]);
  const context = got === undefined ? more : { 'kms:Test': got, ...more };
  return decide(ask('alice', { keyPolicy, context })).allowed;
}

const arn = 'arn:aws:iam::111122223333:role/team/App';

const table: readonly (readonly [operator: string, wanted: unknown, got: Values, holds: boolean])[] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a*', 'a*', true],
  ['StringEquals', [], 'a', false],
  ['StringNotEquals', 'a', 'b', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringEqualsIgnoreCase', 'Ab', 'aB', true],
  ['StringEqualsIgnoreCase', 'Ab', 'abc', false],
  ['StringNotEqualsIgnoreCase', 'Ab', 'aB', false],
  ['StringNotEqualsIgnoreCase', 'Ab', 'c', true],
  ['StringLike', 's3.*.amazonaws.com', 's3.eu-west-1.amazonaws.com', true],
  ['StringLike', 's?', 's3', true],
  ['StringLike', 's?', 's33', false],
  ['StringLike', 'S*', 's3', false],
  ['StringLike', '*', '', true],
  ['StringLike', 'a*b*c', 'aXbYbZc', true],
  ['StringLike', 'a*b*c', 'aXbYbZ', false],
  ['StringNotLike', 's3.*', 's3.eu', false],
  ['StringNotLike', 's3.*', 'ec2.eu', true],
  ['ArnLike', 'arn:aws:iam::111122223333:role/*', arn, true],
  ['ArnLike', 'arn:aws:iam::*:role/team/App', arn, true],
  ['ArnLike', 'arn:*:role/team/App', arn, false],
  ['ArnLike', 'arn:aws:iam::1111*role/team/App', arn, false],
  ['ArnLike', 'arn:aws:s3:::bucket/a:*', 'arn:aws:s3:::bucket/a:b:c', true],
  ['ArnLike', '*', arn, true],
  ['ArnLike', '*', 'no arn', false],
  ['ArnLike', 'arn:aws:iam::111122223333:*', 'no arn', false],
  ['ArnEquals', 'arn:aws:iam::111122223333:role/*', arn, true],
  ['ArnEquals', 'arn:aws:iam::444455556666:role/*', arn, false],
  ['ArnNotEquals', arn, arn, false],
  ['ArnNotEquals', arn, `${arn}2`, true],
  ['ArnNotLike', 'arn:aws:iam::*:role/*', arn, false],
  ['ArnNotLike', 'arn:aws:iam::*:user/*', arn, true],
  ['Bool', 'true', 'true', true],
  ['Bool', 'TRUE', 'true', true],
  ['Bool', true, 'true', true],
  ['Bool', 'false', 'true', false],
  ['Bool', 'yes', 'yes', false],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['Null', 'true', [], true],
  ['Null', 'false', [], false],
  ['Null', ['true', 'false'], 'x', true],
  ['NumericEquals', '30', '30', true],
  ['NumericEquals', 30, '30.0', true],
  ['NumericEquals', '30', 'thirty', false],
  ['NumericNotEquals', '30', '31', true],
  ['NumericNotEquals', '30', '30', false],
  ['NumericLessThan', '30', '29', true],
  ['NumericLessThan', '30', '30', false],
  ['NumericLessThan', '9', '10', false],
  ['NumericLessThanEquals', '30', '30', true],
  ['NumericLessThanEquals', '30', '31', false],
  ['NumericGreaterThan', '7', '8', true],
  ['NumericGreaterThan', '7', '7', false],
  ['NumericGreaterThanEquals', '7', '7', true],
  ['NumericGreaterThanEquals', '7', '6', false],
  ['DateEquals', '2026-11-24T00:00:00Z', '1795478400', true],
  ['DateNotEquals', '2026-11-24T00:00:00Z', '1795478400', false],
  ['DateLessThan', '2026-11-24T00:00:00Z', '2026-11-23T23:59:59Z', true],
  ['DateLessThan', '2026-11-24', '2026-11-24T00:00:00Z', false],
  ['DateLessThanEquals', '2026-11-24T01:00:00+01:00', '2026-11-24T00:00:00Z', true],
  ['DateGreaterThan', '2026-11-24T00:00:00Z', '2026-11-24T00:00:00.001Z', true],
  ['DateGreaterThanEquals', '2026-11-24T00:00:00Z', '2026-11-23T00:00:00Z', false],
  ['DateLessThan', 'tomorrow', '2026-11-23T23:59:59Z', false],
  ['IpAddress', '203.0.113.0/24', '203.0.113.77', true],
  ['IpAddress', '203.0.113.0/25', '203.0.113.128', false],
  ['IpAddress', '203.0.113.5', '203.0.113.5', true],
  ['IpAddress', '0.0.0.0/0', '8.8.8.8', true],
  ['IpAddress', '0.0.0.0/0', '::1', false],
  ['IpAddress', '2001:db8::/32', '2001:db8:1::7', true],
  ['IpAddress', '2001:db8::/33', '2001:db8:8000::', false],
  ['IpAddress', '::ffff:1.2.3.4', '::ffff:102:304', true],
  ['IpAddress', '203.0.113.0/33', '203.0.113.0', false],
  ['IpAddress', '203.0.113.0/24', 'AWS Internal', false],
  ['NotIpAddress', '203.0.113.0/24', '203.0.113.77', false],
  ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
  ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
  ['BinaryEquals', 'QQ==', 'QQ', true],
  ['BinaryEquals', 'QmluYXJ5', 'qmluyxj5', false],
  ['BinaryEquals', '§', '§', false],
  // OURS: several values without a set operator never fit.
  ['StringEquals', 'a', ['a', 'b'], false],
  ['StringNotEquals', 'a', ['c', 'b'], true],
  // conditions.json, "setOperators"
  ['ForAllValues:StringEquals', ['a', 'b'], ['a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], [], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], [], false],
  ['ForAnyValue:StringLike', 't*', ['app', 'team'], true],
  ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
  ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
  ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true],
  ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringEqualsIfExists', 'a', 'a', true],
];

describe('condition operators', () => {
  test.each(table)('[conditions.json operators] %s %j of %j: %s', (operator, wanted, got, expected) => {
    expect(holds(operator, wanted, got)).toBe(expected);
  });

  test('the table can fail: a row that is kept wrong is caught', () => {
    expect(holds('StringEquals', 'a', 'A')).not.toBe(true);
  });

  const someValue: Record<string, string> = { Bool: 'true', Null: 'true', IpAddress: '10.0.0.0/8' };
  const absent = (name: string): boolean => name === 'Null' || name.includes('Not');
  test.each(conditionOperators.map(({ name }) => name))('[conditions.json absentKey] %s', (name) => {
    const value = someValue[name] ?? '1';
    expect(holds(name, value, undefined)).toBe(absent(name));
    if (name === 'Null') {
      expect(holds(name, 'false', undefined)).toBe(false);
      return;
    }
    expect(holds(`${name}IfExists`, value, undefined)).toBe(true);
    expect(holds(`ForAllValues:${name}`, value, undefined)).toBe(true);
    expect(holds(`ForAnyValue:${name}`, value, undefined)).toBe(false);
    expect(holds(`ForAnyValue:${name}IfExists`, value, undefined)).toBe(true);
  });

  test('every file of the folder that is an operator is registered, and once', () => {
    const files = readdirSync(new URL('.', import.meta.url))
      .filter((file) => /^[A-Z].*\.ts$/.test(file))
      .map((file) => file.slice(0, -3));
    const names = conditionOperators.map(({ name }) => name);
    expect(names.toSorted()).toEqual(files.toSorted());
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    'StringEqual',
    'stringEquals',
    'NullIfExists',
    'ForAllValues:Null',
    'ForAll:StringEquals',
    'IfExists',
    '',
  ])('knows no operator "%s"', (text) => {
    expect(parseOperator(text)).toBeUndefined();
  });
});

describe('conditions together', () => {
  const applies = (
    Condition: unknown,
    context: Record<string, string | string[]>,
    version?: string,
  ): boolean =>
    decide(ask('alice', { keyPolicy: policy([allow('*', { Condition })], version), context })).allowed;

  test('[conditions.json logic] operators and keys are joined by AND', () => {
    const condition = { StringEquals: { 'kms:A': '1', 'kms:B': '2' }, Bool: { 'kms:C': 'true' } };
    expect(applies(condition, { 'kms:A': '1', 'kms:B': '2', 'kms:C': 'true' })).toBe(true);
    for (const key of ['kms:A', 'kms:B', 'kms:C']) {
      expect(applies(condition, { 'kms:A': '1', 'kms:B': '2', 'kms:C': 'true', [key]: 'x' })).toBe(false);
    }
  });

  test('[conditions.json keyNames] key names are case-insensitive, the encryption context part too', () => {
    const condition = { StringEquals: { 'KMS:encryptionContext:APP': 'x' } };
    expect(applies(condition, { 'kms:EncryptionContext:app': 'x' })).toBe(true);
    expect(applies(condition, { 'kms:EncryptionContext:app': 'X' })).toBe(false);
  });

  test.each([
    ['${aws:username}', { 'aws:username': 'Alice' }, 'Alice', true],
    ['${AWS:UserName}-*', { 'aws:username': 'Alice' }, 'Alice-1', true],
    ['${aws:username}', {}, '${aws:username}', false],
    ["${aws:PrincipalTag/team, 'none'}", {}, 'none', true],
    ["${aws:PrincipalTag/team, 'none'}", { 'aws:PrincipalTag/team': 'red' }, 'none', false],
    ['${aws:username}', { 'aws:username': '*' }, 'anything', false],
    ['a${*}b', {}, 'a*b', true],
    ['a${*}b', {}, 'axb', false],
    ['${$}{x}', {}, '${x}', true],
    ['${aws:TagKeys}', { 'aws:TagKeys': ['a', 'b'] }, 'a', false],
  ] as const)(
    '[conditions.json values] policy variable %s with %j against %s',
    (wanted, keys, got, expected) => {
      const condition = { StringLike: { 'kms:Test': wanted } };
      expect(applies(condition, { ...(keys as Record<string, string>), 'kms:Test': got })).toBe(expected);
    },
  );

  test('[conditions.json values] in a 2008 document a variable is plain text', () => {
    const condition = { StringEquals: { 'kms:Test': '${aws:username}' } };
    const context = { 'aws:username': 'Alice', 'kms:Test': '${aws:username}' };
    expect(applies(condition, context, '2008-10-17')).toBe(true);
    expect(applies(condition, context, '2012-10-17')).toBe(false);
  });

  test('a variable that is missing fits nothing, so a negated operator holds', () => {
    expect(applies({ StringNotEquals: { 'kms:Test': '${aws:username}' } }, { 'kms:Test': 'x' })).toBe(true);
  });

  test('a variable may hold a whole ARN', () => {
    const condition = { ArnEquals: { 'kms:Test': '${aws:PrincipalArn}' } };
    expect(applies(condition, { 'aws:PrincipalArn': arn, 'kms:Test': arn })).toBe(true);
    expect(applies(condition, { 'aws:PrincipalArn': arn, 'kms:Test': `${arn}x` })).toBe(false);
  });

  test('a hostile pattern ends soon', () => {
    expect(holds('StringLike', `${'*a'.repeat(2000)}b`, 'a'.repeat(4000))).toBe(false);
  });
});
