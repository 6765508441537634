import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../model/index.ts';
import { concat, seededBytes, toHex, utf8 } from '../index.ts';
import { childrenOf, der, integerOf, readElement } from './der.ts';
import {
  decapsulate,
  decrypt,
  deriveSharedSecret,
  encapsulate,
  encrypt,
  generateKeyPair,
  importKeyPair,
  isKeyFault,
  macOf,
  openPrivateKey,
  publicKeyOf,
  sign,
  verify,
  type AsymmetricSpec,
  type KeyPair,
  type MacAlgorithm,
  type SigningAlgorithm,
} from './index.ts';
import { bytesOf, numberOf } from './numbers.ts';

/*
 * Both ways with the browser's WebCrypto: what is made here is taken there, and the other way round. It has neither SM2,
 * secp256k1, Ed25519ph, nor key wrap with padding.
 */

const random = seededBytes('interoperation with the browser', 0);
const message = utf8('Both ways with the browser.');
const of = (buffer: ArrayBuffer): Bytes => new Uint8Array(buffer);
const isPair = (made: CryptoKey | CryptoKeyPair): made is CryptoKeyPair => 'privateKey' in made;

/** A pair of the browser, through the import; both write the same bytes. */
async function theirs(
  spec: AsymmetricSpec,
  algorithm: AlgorithmIdentifier,
  usages: readonly KeyUsage[],
): Promise<KeyPair> {
  const made = await crypto.subtle.generateKey(algorithm, true, usages);
  if (!isPair(made)) throw new Error('one key');
  const pkcs8 = of(await crypto.subtle.exportKey('pkcs8', made.privateKey));
  const pair = importKeyPair(spec, pkcs8);
  if (isKeyFault(pair)) throw new Error(`${pair.fault}: ${pair.expected}`);
  expect(toHex(pair.private)).toBe(toHex(pkcs8));
  expect(toHex(pair.public)).toBe(toHex(of(await crypto.subtle.exportKey('spki', made.publicKey))));
  return pair;
}
const importSecret = (
  pair: KeyPair,
  algorithm: AlgorithmIdentifier,
  ...usages: readonly KeyUsage[]
): Promise<CryptoKey> => crypto.subtle.importKey('pkcs8', pair.private, algorithm, true, usages);
const importOpen = (
  pair: KeyPair,
  algorithm: AlgorithmIdentifier,
  ...usages: readonly KeyUsage[]
): Promise<CryptoKey> => crypto.subtle.importKey('spki', pair.public, algorithm, true, usages);

/** WebCrypto's ECDSA signature is r ‖ s, KMS's is DER. */
function toRaw(signature: Bytes, size: number): Bytes {
  const numbers = childrenOf(readElement(signature, 'DER'))?.map(integerOf) ?? [];
  return concat(...numbers.map((number) => bytesOf(number ?? 0n, size)));
}
const fromRaw = (signature: Bytes): Bytes =>
  der.sequence(
    der.integer(numberOf(signature.slice(0, signature.length / 2))),
    der.integer(numberOf(signature.slice(signature.length / 2))),
  );

describe('signatures', () => {
  const rsaCases = (['RSA_2048', 'RSA_3072'] as const).flatMap((spec) =>
    (['PKCS1_V1_5', 'PSS'] as const).flatMap((scheme) =>
      ([256, 384, 512] as const).map((bits) => ({
        spec,
        algorithm: `RSASSA_${scheme}_SHA_${bits}` as const,
        key: {
          name: scheme === 'PSS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
          hash: `SHA-${bits}`,
          modulusLength: spec === 'RSA_2048' ? 2048 : 3072,
          publicExponent: Uint8Array.of(1, 0, 1),
        },
        use: scheme === 'PSS' ? { name: 'RSA-PSS', saltLength: bits / 8 } : { name: 'RSASSA-PKCS1-v1_5' },
        size: 0,
      })),
    ),
  );
  const curveCases = (
    [
      ['ECC_NIST_P256', 'P-256', 'SHA_256', 'SHA-256', 32],
      ['ECC_NIST_P384', 'P-384', 'SHA_384', 'SHA-384', 48],
      ['ECC_NIST_P521', 'P-521', 'SHA_512', 'SHA-512', 66],
    ] as const
  ).map(([spec, namedCurve, name, hash, size]) => ({
    spec,
    algorithm: `ECDSA_${name}` as const,
    key: { name: 'ECDSA', namedCurve },
    use: { name: 'ECDSA', hash },
    size,
  }));
  const plainCases = (
    [
      ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', 'Ed25519'],
      ['ML_DSA_44', 'ML_DSA_SHAKE_256', 'ML-DSA-44'],
      ['ML_DSA_65', 'ML_DSA_SHAKE_256', 'ML-DSA-65'],
      ['ML_DSA_87', 'ML_DSA_SHAKE_256', 'ML-DSA-87'],
    ] as const
  ).map(([spec, algorithm, name]) => ({ spec, algorithm, key: { name }, use: { name }, size: 0 }));

  interface Case {
    readonly spec: AsymmetricSpec;
    readonly algorithm: SigningAlgorithm;
    readonly key: AlgorithmIdentifier;
    readonly use: AlgorithmIdentifier;
    readonly size: number;
  }
  it.for<Case>([...rsaCases, ...curveCases, ...plainCases])(
    '$spec $algorithm',
    { timeout: 60_000 },
    async ({ spec, algorithm, key, use, size }) => {
      for (const pair of [generateKeyPair(spec, random), await theirs(spec, key, ['sign', 'verify'])]) {
        const privateKey = openPrivateKey(spec, pair.private);
        const mine = sign({ algorithm, privateKey, message, random });
        const open = await importOpen(pair, key, 'verify');
        expect(await crypto.subtle.verify(use, open, size === 0 ? mine : toRaw(mine, size), message)).toBe(
          true,
        );

        const secret = await importSecret(pair, key, 'sign');
        const made = of(await crypto.subtle.sign(use, secret, message));
        const signature = size === 0 ? made : fromRaw(made);
        const publicKey = publicKeyOf(privateKey);
        expect(verify({ algorithm, publicKey, message, signature })).toBe(true);
        expect(verify({ algorithm, publicKey, message: utf8('another'), signature })).toBe(false);
      }
    },
  );
});

describe('encryption, agreement, MAC', () => {
  it.for([
    ['RSA_2048', 2048, 'RSAES_OAEP_SHA_1', 'SHA-1'],
    ['RSA_2048', 2048, 'RSAES_OAEP_SHA_256', 'SHA-256'],
    ['RSA_3072', 3072, 'RSAES_OAEP_SHA_256', 'SHA-256'],
    ['RSA_4096', 4096, 'RSAES_OAEP_SHA_256', 'SHA-256'],
  ] as const)('%s %s %s', { timeout: 60_000 }, async ([spec, modulusLength, algorithm, hash]) => {
    const key = { name: 'RSA-OAEP', hash, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) };
    const pair = await theirs(spec, key, ['encrypt', 'decrypt']);
    const privateKey = openPrivateKey(spec, pair.private);
    const ciphertext = encrypt({ algorithm, publicKey: publicKeyOf(privateKey), plaintext: message, random });
    const secret = await importSecret(pair, key, 'decrypt');
    expect(of(await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, secret, ciphertext))).toEqual(message);
    const made = await crypto.subtle.encrypt(
      { name: 'RSA-OAEP' },
      await importOpen(pair, key, 'encrypt'),
      message,
    );
    expect(decrypt({ algorithm, privateKey, ciphertext: of(made) })).toEqual(message);
  });

  it.for([
    ['ECC_NIST_P256', 'P-256', 256],
    ['ECC_NIST_P384', 'P-384', 384],
    ['ECC_NIST_P521', 'P-521', 528],
  ] as const)('ECDH %s', async ([spec, namedCurve, bits]) => {
    const key = { name: 'ECDH', namedCurve };
    const [mine, other] = [generateKeyPair(spec, random), await theirs(spec, key, ['deriveBits'])];
    const expected = await crypto.subtle.deriveBits(
      { name: 'ECDH', public: await importOpen(mine, key) },
      await importSecret(other, key, 'deriveBits'),
      bits,
    );
    expect(deriveSharedSecret(openPrivateKey(spec, mine.private), other.public)).toEqual(of(expected));
  });

  it.for<readonly [MacAlgorithm, string]>([
    ['HMAC_SHA_256', 'SHA-256'],
    ['HMAC_SHA_384', 'SHA-384'],
    ['HMAC_SHA_512', 'SHA-512'],
  ])('%s', async ([algorithm, hash]) => {
    const bytes = random(48);
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign']);
    expect(macOf(algorithm, bytes, message)).toEqual(of(await crypto.subtle.sign('HMAC', key, message)));
  });
});

/** Newer than the DOM types: https://wicg.github.io/webcrypto-modern-algos/ */
interface Encapsulating {
  generateKey(algorithm: string, extractable: boolean, usages: readonly string[]): Promise<CryptoKeyPair>;
  importKey(
    format: string,
    key: Bytes,
    algorithm: string,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey>;
  encapsulateBits(
    algorithm: string,
    key: CryptoKey,
  ): Promise<{ ciphertext: ArrayBuffer; sharedKey: ArrayBuffer }>;
  decapsulateBits(algorithm: string, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}
const isEncapsulating = (subtle: unknown): subtle is Encapsulating =>
  typeof subtle === 'object' && subtle !== null && 'encapsulateBits' in subtle;

describe('ML-KEM', () => {
  it.for([
    ['ML_KEM_512', 'ML-KEM-512'],
    ['ML_KEM_768', 'ML-KEM-768'],
    ['ML_KEM_1024', 'ML-KEM-1024'],
  ] as const)('%s', async ([spec, name], { skip }) => {
    const subtle: unknown = crypto.subtle;
    if (!isEncapsulating(subtle)) return skip('this browser has no encapsulateBits');
    const pair = generateKeyPair(spec, random);
    const imported = await subtle
      .importKey('spki', pair.public, name, true, ['encapsulateBits'])
      .catch(() => undefined);
    if (imported === undefined) return skip(`this browser has no ${name}`);
    const key = openPrivateKey(spec, pair.private);
    const publicKey = publicKeyOf(key);
    if (key.kind !== 'ML-KEM' || publicKey.kind !== 'ML-KEM') throw new Error(key.kind);
    const made = await subtle.encapsulateBits(name, imported);
    expect(decapsulate(key, of(made.ciphertext))).toEqual(of(made.sharedKey));
    const { ciphertext, sharedSecret } = encapsulate(publicKey, random);
    const secret = await subtle.importKey('pkcs8', pair.private, name, true, ['decapsulateBits']);
    expect(of(await subtle.decapsulateBits(name, secret, ciphertext))).toEqual(sharedSecret);

    const other = await subtle.generateKey(name, true, ['encapsulateBits', 'decapsulateBits']);
    const pkcs8 = of(await crypto.subtle.exportKey('pkcs8', other.privateKey));
    expect(importKeyPair(spec, pkcs8)).toEqual({
      private: pkcs8,
      public: of(await crypto.subtle.exportKey('spki', other.publicKey)),
    });
  });
});
