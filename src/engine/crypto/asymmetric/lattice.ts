import { ml_dsa44, ml_dsa65, ml_dsa87, type DSA } from '@noble/post-quantum/ml-dsa.js';
import { ml_kem1024, ml_kem512, ml_kem768, type MLKEM } from '@noble/post-quantum/ml-kem.js';
import type { Bytes } from '../../model/index.ts';
import type { Random } from '../chance.ts';
import {
  isMlKemSpec,
  type MlDsaPrivateKey,
  type MlDsaPublicKey,
  type MlDsaSpec,
  type MlKemPrivateKey,
  type MlKemPublicKey,
  type MlKemSpec,
} from './specs.ts';

/* ML-DSA (FIPS 204) and ML-KEM (FIPS 203). Keys are kept as seeds and expanded when they are read. */

const signers: Readonly<Record<MlDsaSpec, DSA>> = {
  ML_DSA_44: ml_dsa44,
  ML_DSA_65: ml_dsa65,
  ML_DSA_87: ml_dsa87,
};
const kems: Readonly<Record<MlKemSpec, MLKEM>> = {
  ML_KEM_512: ml_kem512,
  ML_KEM_768: ml_kem768,
  ML_KEM_1024: ml_kem1024,
};

type LatticeSpec = MlDsaSpec | MlKemSpec;
const schemeOf = (spec: LatticeSpec): DSA | MLKEM => (isMlKemSpec(spec) ? kems[spec] : signers[spec]);

/** ξ of FIPS 204, d ‖ z of FIPS 203. */
export const seedLength = (spec: LatticeSpec): number => (isMlKemSpec(spec) ? 64 : 32);

export function expandSeed(spec: LatticeSpec, seed: Bytes): MlDsaPrivateKey | MlKemPrivateKey {
  const { secretKey: expanded, publicKey: point } = schemeOf(spec).keygen(seed);
  return isMlKemSpec(spec)
    ? { kind: 'ML-KEM', spec, seed, expanded, point }
    : { kind: 'ML-DSA', spec, seed, expanded, point };
}

/** Whether the bytes have the length of a public key and, for ML-KEM, pass the modulus check (FIPS 203 §7.2). */
export function isLatticePublic(spec: LatticeSpec, point: Bytes): boolean {
  if (point.length !== schemeOf(spec).lengths.publicKey) return false;
  if (!isMlKemSpec(spec)) return true;
  // All but the last 32 bytes are numbers of 12 bits, each below q = 3329.
  for (let at = 0; at < point.length - 32; at += 3) {
    const [low = 0, middle = 0, high = 0] = point.subarray(at, at + 3);
    if ((low | ((middle & 15) << 8)) >= 3329 || ((middle >> 4) | (high << 4)) >= 3329) return false;
  }
  return true;
}

/** FIPS 204 algorithm 2, hedged, with an empty context; `mu` instead of a message: algorithm 7 from step 7 on. */
export const signMlDsa = (key: MlDsaPrivateKey, message: Bytes, random: Random): Bytes =>
  signers[key.spec].sign(message, key.expanded, { extraEntropy: random(32) });
export const signMlDsaMu = (key: MlDsaPrivateKey, mu: Bytes, random: Random): Bytes =>
  signers[key.spec].internal.sign(mu, key.expanded, { extraEntropy: random(32), externalMu: true });

export function verifyMlDsa(key: MlDsaPublicKey, message: Bytes, signature: Bytes): boolean {
  const signer = signers[key.spec];
  return signature.length === signer.lengths.signature && signer.verify(signature, message, key.point);
}
export function verifyMlDsaMu(key: MlDsaPublicKey, mu: Bytes, signature: Bytes): boolean {
  const signer = signers[key.spec];
  return (
    signature.length === signer.lengths.signature &&
    signer.internal.verify(signature, mu, key.point, { externalMu: true })
  );
}

export interface Encapsulation {
  readonly ciphertext: Bytes;
  readonly sharedSecret: Bytes;
}

/** FIPS 203 algorithm 20. */
export function encapsulate(key: MlKemPublicKey, random: Random): Encapsulation {
  const { cipherText, sharedSecret } = kems[key.spec].encapsulate(key.point, random(32));
  return { ciphertext: cipherText, sharedSecret };
}

/**
 * FIPS 203 algorithm 21: 32 bytes for every ciphertext of the right length; a wrong one gives another secret (implicit
 * rejection). Undefined for another length.
 */
export function decapsulate(key: MlKemPrivateKey, ciphertext: Bytes): Bytes | undefined {
  const kem = kems[key.spec];
  return ciphertext.length === kem.lengths.cipherText ? kem.decapsulate(ciphertext, key.expanded) : undefined;
}
