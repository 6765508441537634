import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../model/index.ts';
import { concat, seededBytes, utf8 } from '../index.ts';
import { orderOf } from './curves.ts';
import { der } from './der.ts';
import {
  decrypt,
  deriveSharedSecret,
  encrypt,
  generateKeyPair,
  openPrivateKey,
  publicKeyOf,
  sign,
  verify,
  type AsymmetricSpec,
  type PrivateKey,
  type SigningAlgorithm,
} from './index.ts';

const keys = new Map<AsymmetricSpec, PrivateKey>();
function keyOf(spec: AsymmetricSpec): PrivateKey {
  const key =
    keys.get(spec) ?? openPrivateKey(spec, generateKeyPair(spec, seededBytes(`sign ${spec}`, 0)).private);
  keys.set(spec, key);
  return key;
}
const message = utf8('What is signed');
const draws = (seed: string): ((n: number) => Bytes) => seededBytes(seed, 0);

/** Algorithm, whether chance changes the signature, and what it takes beside a message. */
const cases: readonly (readonly [AsymmetricSpec, SigningAlgorithm, boolean, number | undefined])[] = [
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', false, 32],
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_384', false, 48],
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512', false, 64],
  ['RSA_2048', 'RSASSA_PSS_SHA_256', true, 32],
  ['RSA_2048', 'RSASSA_PSS_SHA_384', true, 48],
  ['RSA_2048', 'RSASSA_PSS_SHA_512', true, 64],
  ['ECC_NIST_P256', 'ECDSA_SHA_256', true, 32],
  ['ECC_NIST_P384', 'ECDSA_SHA_384', true, 48],
  ['ECC_NIST_P521', 'ECDSA_SHA_512', true, 64],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256', true, 32],
  ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', false, undefined],
  ['SM2', 'SM2DSA', true, 32],
  ['ML_DSA_44', 'ML_DSA_SHAKE_256', true, undefined],
];

describe('signatures', () => {
  it.each(cases)('%s %s: the same draws, the same signature', (spec, algorithm, drawn) => {
    const privateKey = keyOf(spec);
    const make = (seed: string): Bytes => sign({ algorithm, privateKey, message, random: draws(seed) });
    const [first, again, other] = [make('a'), make('a'), make('b')];
    expect(again).toEqual(first);
    if (drawn) expect(other).not.toEqual(first);
    else expect(other).toEqual(first);
    for (const signature of [first, other])
      expect(verify({ algorithm, publicKey: publicKeyOf(privateKey), message, signature })).toBe(true);
  });

  it.each(cases)('%s %s: nothing but the whole signature verifies', (spec, algorithm) => {
    const privateKey = keyOf(spec);
    const publicKey = publicKeyOf(privateKey);
    const signature = sign({ algorithm, privateKey, message, random: draws('c') });
    const no = (wrong: Bytes): void =>
      expect(verify({ algorithm, publicKey, message, signature: wrong })).toBe(false);
    no(new Uint8Array(0));
    no(signature.slice(0, -1));
    no(concat(signature, Uint8Array.of(0)));
    no(new Uint8Array(signature.length));
    no(new Uint8Array(signature.length).fill(255));
    for (let at = 0; at < signature.length; at += Math.ceil(signature.length / 8)) {
      const wrong = signature.slice();
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      no(wrong);
    }
  });

  it('a digest has the length of the algorithm; every other input and algorithm is a mistake of the caller', () => {
    const random = draws('d');
    for (const [spec, algorithm, , length] of cases) {
      const privateKey = keyOf(spec);
      const request = { algorithm, privateKey, random };
      expect(() => sign({ ...request, digest: new Uint8Array(31) })).toThrow();
      if (length !== undefined)
        expect(sign({ ...request, digest: new Uint8Array(length) }).length).toBeGreaterThan(60);
      if (spec !== 'ML_DSA_44') expect(() => sign({ ...request, mu: new Uint8Array(64) })).toThrow(TypeError);
      for (const [, other] of cases) {
        const goes = cases.some(([name, one]) => name === spec && one === other);
        if (!goes)
          expect(() => sign({ ...request, algorithm: other, message }), `${spec} ${other}`).toThrow(
            TypeError,
          );
      }
    }
    expect(() =>
      sign({ algorithm: 'ED25519_PH_SHA_512', privateKey: keyOf('ECC_NIST_EDWARDS25519'), message, random }),
    ).toThrow(TypeError);
    expect(() =>
      sign({ algorithm: 'ML_DSA_SHAKE_256', privateKey: keyOf('ML_KEM_512'), message, random }),
    ).toThrow(TypeError);
  });

  it('SM2: r and s lie between 0 and the order, and their sum is not it', () => {
    const publicKey = publicKeyOf(keyOf('SM2'));
    const n = orderOf('SM2');
    for (const [r, s] of [
      [0n, 1n],
      [1n, 0n],
      [n, 1n],
      [1n, n],
      [1n, n - 1n],
    ] as const) {
      const signature = der.sequence(der.integer(r), der.integer(s));
      expect(verify({ algorithm: 'SM2DSA', publicKey, message, signature })).toBe(false);
    }
  });
});

describe('encryption and agreement', () => {
  it('the same draws, the same ciphertext; the wrong kind of key is a mistake of the caller', () => {
    for (const [spec, algorithm] of [
      ['RSA_2048', 'RSAES_OAEP_SHA_256'],
      ['SM2', 'SM2PKE'],
    ] as const) {
      const privateKey = keyOf(spec);
      const publicKey = publicKeyOf(privateKey);
      const make = (seed: string): Bytes =>
        encrypt({ algorithm, publicKey, plaintext: message, random: draws(seed) });
      expect(make('a')).toEqual(make('a'));
      expect(make('a')).not.toEqual(make('b'));
      expect(decrypt({ algorithm, privateKey, ciphertext: make('a') })).toEqual(message);
      const wrong = publicKeyOf(keyOf('ECC_NIST_P256'));
      expect(() => encrypt({ algorithm, publicKey: wrong, plaintext: message, random: draws('a') })).toThrow(
        TypeError,
      );
    }
  });

  it('agreement takes a key on the same curve and nothing else', () => {
    const { public: spki } = generateKeyPair('ECC_NIST_P256', draws('other'));
    expect(deriveSharedSecret(keyOf('ECC_NIST_P256'), spki)).toHaveLength(32);
    expect(deriveSharedSecret(keyOf('ECC_NIST_P384'), spki)).toBeUndefined();
    expect(deriveSharedSecret(keyOf('SM2'), spki)).toBeUndefined();
    expect(deriveSharedSecret(keyOf('ECC_NIST_P256'), message)).toBeUndefined();
    expect(() => deriveSharedSecret(keyOf('ECC_SECG_P256K1'), spki)).toThrow(TypeError);
    expect(() => deriveSharedSecret(keyOf('RSA_2048'), spki)).toThrow(TypeError);
  });
});
