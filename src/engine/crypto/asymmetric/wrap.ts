import { aeskwp } from '@noble/ciphers/aes.js';
import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { concat } from '../codec.ts';
import { decrypt, encrypt, maxPlaintextOf } from './encrypt.ts';
import { modulusBytes } from './rsaKey.ts';
import { mismatch, type EncryptionAlgorithm, type PrivateKey, type PublicKey } from './specs.ts';

/* How key material travels at import (specs.json "import"). */

export type WrappingAlgorithm = EncryptionAlgorithm | 'RSA_AES_KEY_WRAP_SHA_1' | 'RSA_AES_KEY_WRAP_SHA_256';

/** AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP). The key has 16, 24 or 32 bytes, the material at least one. */
export const wrapAesKwp = (key: Bytes, material: Bytes): Bytes => aeskwp(key).encrypt(material);

/** Undefined when it does not open under the key. */
export function unwrapAesKwp(key: Bytes, wrapped: Bytes): Bytes | undefined {
  const lengths = key.length === 16 || key.length === 24 || key.length === 32;
  if (!lengths || wrapped.length < 16 || wrapped.length % 8 !== 0) return undefined;
  try {
    return aeskwp(key).decrypt(wrapped);
  } catch {
    // Lengths are right, so the integrity check is the one reason left.
    return undefined;
  }
}

/** The first step, which is the only one of most; RSA_AES_KEY_WRAP is PKCS #11's CKM_RSA_AES_KEY_WRAP. */
const firstStep = {
  RSAES_OAEP_SHA_1: 'RSAES_OAEP_SHA_1',
  RSAES_OAEP_SHA_256: 'RSAES_OAEP_SHA_256',
  SM2PKE: 'SM2PKE',
  RSA_AES_KEY_WRAP_SHA_1: 'RSAES_OAEP_SHA_1',
  RSA_AES_KEY_WRAP_SHA_256: 'RSAES_OAEP_SHA_256',
} as const satisfies Readonly<Record<WrappingAlgorithm, EncryptionAlgorithm>>;
const isTwoStep = (algorithm: WrappingAlgorithm): boolean => algorithm.startsWith('RSA_AES_KEY_WRAP_');

export interface UnwrapRequest {
  readonly algorithm: WrappingAlgorithm;
  /** The wrapping key of GetParametersForImport. */
  readonly privateKey: PrivateKey;
  readonly wrapped: Bytes;
}

/** The material, or undefined when it does not open: which step failed is not told. */
export function unwrapForImport({ algorithm, privateKey: key, wrapped }: UnwrapRequest): Bytes | undefined {
  const first = firstStep[algorithm];
  if (!isTwoStep(algorithm)) return decrypt({ algorithm: first, privateKey: key, ciphertext: wrapped });
  if (key.kind !== 'RSA') throw mismatch(algorithm, key.spec);
  const length = modulusBytes(key.spec);
  const aesKey = decrypt({ algorithm: first, privateKey: key, ciphertext: wrapped.slice(0, length) });
  return aesKey && unwrapAesKwp(aesKey, wrapped.slice(length));
}

export interface WrapRequest {
  readonly algorithm: WrappingAlgorithm;
  readonly publicKey: PublicKey;
  readonly material: Bytes;
  readonly random: Random;
}

/** What the owner of the material does, outside of KMS. Undefined when the material is too long for one step. */
export function wrapForImport({ algorithm, publicKey, material, random }: WrapRequest): Bytes | undefined {
  const first = firstStep[algorithm];
  if (!isTwoStep(algorithm)) {
    // SM2PKE has no end of its own: only Encrypt of KMS ends at 1024 bytes.
    if (first !== 'SM2PKE' && material.length > maxPlaintextOf(first, publicKey)) return undefined;
    return encrypt({ algorithm: first, publicKey, plaintext: material, random });
  }
  const aesKey = random(32);
  const wrappedKey = encrypt({ algorithm: first, publicKey, plaintext: aesKey, random });
  return concat(wrappedKey, wrapAesKwp(aesKey, material));
}
