import { describe, expect, it } from 'vitest';
import { dropped, isWithin } from '../../scripts/ledger.mjs';

const operations = new Set(['CreateKey', 'Encrypt', 'GenerateDataKey', 'GenerateRandom']);
const withSteps = (...steps: Parameters<typeof isWithin>[0]['steps']) => ({ id: 'x', steps });

describe('a case belongs in the ledger', () => {
  it.each([
    ['of operations that are there', withSteps({ op: 'CreateKey', input: {} }, { op: 'Encrypt' })],
    ['with steps of the runner', withSteps({ local: 'random' }, { op: 'Encrypt' })],
    ['of any kind of key', withSteps({ op: 'CreateKey', input: { KeySpec: 'RSA_2048', MultiRegion: true } })],
    ['that needs key stores', { ...withSteps({ op: 'CreateKey' }), needs: ['keystores'] }],
  ])('when it is one %s', (_, one) => {
    expect(isWithin(one, operations)).toBe(true);
  });

  it.each([
    ['of another operation', withSteps({ op: 'CreateKey' }, { op: 'Sign' })],
    ['of another operation, refused', withSteps({ op: 'Sign', expect: { ok: false } })],
  ])('not when it is one %s', (_, one) => {
    expect(isWithin(one, operations)).toBe(false);
  });
});

it('the ledger notices what fell out of it', () => {
  expect(dropped(['a', 'b', 'c'], ['c', 'a', 'd'])).toEqual(['b']);
  expect(dropped(['a'], ['a', 'b'])).toEqual([]);
});
