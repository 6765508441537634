import { expect, test } from 'vitest';
import { isFree, notices } from '../scripts/licences.mjs';

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['MIT AND ISC', true],
  ['MIT AND AGPL-3.0', false],
  ['AGPL-3.0-only', false],
  ['GPL-2.0 OR LGPL-3.0', false],
  ['MPL-2.0', false],
  ['unknown', false],
])('%s may be shipped: %s', (licence, free) => {
  expect(isFree(licence)).toBe(free);
});

test('the notices name what the page and its worker are made of, with the text of each licence', () => {
  const text = notices();
  for (const name of ['svelte', 'xstate', 'idb', '@noble/ciphers', '@noble/hashes']) {
    expect(text).toMatch(new RegExp(`^## ${name} [\\d.]+ \\(\\w.*\\)\\n\\n[^#]*Copyright`, 'm'));
  }
  expect(text).not.toContain('## vitest');
});
