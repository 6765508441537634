import { describe, expect, it } from 'vitest';
import { dropped, isWithin } from '../../scripts/ledger.mjs';

const operations = new Set(['CreateKey', 'Encrypt', 'GenerateDataKey', 'GenerateRandom']);
const withSteps = (...steps: Parameters<typeof isWithin>[0]['steps']) => ({ id: 'x', steps });
const refused = { ok: false };

describe('a case belongs in the ledger', () => {
  it.each([
    ['of operations that are there', withSteps({ op: 'CreateKey', input: {} }, { op: 'Encrypt' })],
    ['with steps of the runner', withSteps({ local: 'random' }, { op: 'Encrypt' })],
    [
      'with the key spec of symmetric keys',
      withSteps({ op: 'CreateKey', input: { KeySpec: 'SYMMETRIC_DEFAULT' } }),
    ],
    ['with the spec of a data key', withSteps({ op: 'GenerateDataKey', input: { KeySpec: 'AES_128' } })],
    [
      'where another kind of key is refused',
      withSteps({ op: 'CreateKey', input: { KeySpec: 'RSA_2048' }, expect: refused }),
    ],
  ])('when it is one %s', (_, one) => {
    expect(isWithin(one, operations)).toBe(true);
  });

  it.each([
    ['of another operation', withSteps({ op: 'CreateKey' }, { op: 'Sign' })],
    ['of another operation, refused', withSteps({ op: 'Sign', expect: refused })],
    ['of asymmetric keys', withSteps({ op: 'CreateKey', input: { KeySpec: 'RSA_2048' } })],
    ['of another usage', withSteps({ op: 'CreateKey', input: { KeyUsage: 'SIGN_VERIFY' } })],
    ['of imported material', withSteps({ op: 'CreateKey', input: { Origin: 'EXTERNAL' } })],
    ['of multi-Region keys', withSteps({ op: 'CreateKey', input: { MultiRegion: true } })],
    ['of a custom key store', withSteps({ op: 'GenerateRandom', input: { CustomKeyStoreId: 'cks-1' } })],
    ['of an enclave', withSteps({ op: 'GenerateRandom', input: { Recipient: {} } })],
    ['that needs key stores', { ...withSteps({ op: 'CreateKey' }), needs: ['keystores'] }],
  ])('not when it is one %s', (_, one) => {
    expect(isWithin(one, operations)).toBe(false);
  });
});

it('the ledger notices what fell out of it', () => {
  expect(dropped(['a', 'b', 'c'], ['c', 'a', 'd'])).toEqual(['b']);
  expect(dropped(['a'], ['a', 'b'])).toEqual([]);
});
