import { describe, expect, test } from 'vitest';
import { Context } from './context.ts';
import { key, owner } from './request.fixture.ts';
import { resourceTextTest } from './resourcePattern.ts';

const nothing = new Context({ context: {} });
const fitsKey = (text: string, variables = true): boolean =>
  resourceTextTest(text, variables)(key, new Context({ context: { 'aws:PrincipalAccount': owner } }));

describe('[IAM User Guide, reference_policies_elements_resource]', () => {
  test.each([
    ['*', true],
    [key, true],
    [`${key}x`, false],
    [`arn:aws:kms:us-east-1:${owner}:key/*`, true],
    [`arn:aws:kms:*:${owner}:key/1234abcd-*`, true],
    ['arn:aws:kms:us-????-1:*:key/*', true],
    // In the last segment a wildcard goes on over colons, elsewhere it does not.
    ['arn:aws:kms:us-east-1:*', true],
    ['arn:aws:kms:*', true],
    ['arn:aws:kms:*:key/*', false],
    ['arn:*:key/*', false],
    [`arn:aws:kms:us-east-1:${owner}:key/1234abcd-12ab-34cd-56ef-1234567890a?`, true],
    ['arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/*', true],
    ['arn:aws:kms:us-east-1:${aws:PrincipalTag/none}:key/*', false],
    ["arn:aws:kms:us-east-1:${aws:PrincipalTag/none, '111122223333'}:key/*", true],
    ['arn:aws:kms', false],
    ['', false],
  ])('%s: %s', (text, fits) => {
    expect(fitsKey(text)).toBe(fits);
  });

  test('without variables a dollar is a dollar', () => {
    expect(fitsKey('arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/*', false)).toBe(false);
  });

  test('`*` covers what has no segments, and a long text does not make it hang', () => {
    expect(resourceTextTest('*', true)('*', nothing)).toBe(true);
    expect(resourceTextTest('a*'.repeat(200), true)(`${'a'.repeat(3_000)}b:`, nothing)).toBe(true);
  });
});
