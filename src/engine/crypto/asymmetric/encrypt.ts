import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import { hashNameOf } from './hashes.ts';
import { decryptOaep, encryptOaep, maxOaep } from './rsa.ts';
import { decryptSm2, encryptSm2 } from './sm2.ts';
import { mismatch, type EncryptionAlgorithm, type PrivateKey, type PublicKey } from './specs.ts';

/** Longest plaintext (specs.json "enc"). */
export const maxPlaintextOf = (algorithm: EncryptionAlgorithm, publicKey: PublicKey): number =>
  publicKey.kind === 'RSA' ? maxOaep(publicKey, hashNameOf(algorithm)) : 1024;

export interface EncryptRequest {
  readonly algorithm: EncryptionAlgorithm;
  readonly publicKey: PublicKey;
  /** 1 to {@link maxPlaintextOf} bytes, checked by the caller. */
  readonly plaintext: Bytes;
  readonly random: Random;
}

/** The bare ciphertext: as long as the modulus, or the DER of SM2. KMS adds nothing to it (specs.json "documented"). */
export function encrypt({ algorithm, publicKey: key, plaintext, random }: EncryptRequest): Bytes {
  if (key.kind === 'RSA' && algorithm !== 'SM2PKE')
    return encryptOaep(key, hashNameOf(algorithm), plaintext, random);
  if (key.kind === 'EC' && key.spec === 'SM2' && algorithm === 'SM2PKE')
    return encryptSm2(key, plaintext, random);
  throw mismatch(algorithm, key.spec);
}

export interface DecryptRequest {
  readonly algorithm: EncryptionAlgorithm;
  readonly privateKey: PrivateKey;
  readonly ciphertext: Bytes;
}

/** Undefined on any error, without a reason. */
export function decrypt({ algorithm, privateKey: key, ciphertext }: DecryptRequest): Bytes | undefined {
  if (key.kind === 'RSA' && algorithm !== 'SM2PKE')
    return decryptOaep(key, hashNameOf(algorithm), ciphertext);
  if (key.kind === 'EC' && key.spec === 'SM2' && algorithm === 'SM2PKE') return decryptSm2(key, ciphertext);
  throw mismatch(algorithm, key.spec);
}
