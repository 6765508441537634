import type { Bytes } from '../../model/index.ts';

/*
 * The words of this sub-room: the key specs whose keys have a public half, and the algorithms that go with them
 * (specs.json "keySpecs").
 */

export const rsaSpecs = ['RSA_2048', 'RSA_3072', 'RSA_4096'] as const;
export const curveSpecs = [
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'SM2',
] as const;
export const mlDsaSpecs = ['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'] as const;
export const mlKemSpecs = ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const;
export const asymmetricSpecs = [
  ...rsaSpecs,
  ...curveSpecs,
  'ECC_NIST_EDWARDS25519',
  ...mlDsaSpecs,
  ...mlKemSpecs,
] as const;

export type RsaSpec = (typeof rsaSpecs)[number];
export type CurveSpec = (typeof curveSpecs)[number];
export type MlDsaSpec = (typeof mlDsaSpecs)[number];
export type MlKemSpec = (typeof mlKemSpecs)[number];
export type AsymmetricSpec = (typeof asymmetricSpecs)[number];

export type ShaName = 'SHA_256' | 'SHA_384' | 'SHA_512';
export type SigningAlgorithm =
  | `RSASSA_PKCS1_V1_5_${ShaName}`
  | `RSASSA_PSS_${ShaName}`
  | `ECDSA_${ShaName}`
  | 'ED25519_SHA_512'
  | 'ED25519_PH_SHA_512'
  | 'SM2DSA'
  | 'ML_DSA_SHAKE_256';
export type EncryptionAlgorithm = 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256' | 'SM2PKE';

/** DER, as other software reads and writes it. */
export interface KeyPair {
  /** PKCS#8 PrivateKeyInfo (RFC 5958). Secret. */
  readonly private: Bytes;
  /** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
  readonly public: Bytes;
}

/** A key once read. The numbers are secret; the caller keeps them as long as one call lasts. */
export interface RsaPrivateKey {
  readonly kind: 'RSA';
  readonly spec: RsaSpec;
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  /** d mod p-1, d mod q-1, q⁻¹ mod p: what the Chinese remainder theorem needs. */
  readonly dp: bigint;
  readonly dq: bigint;
  readonly qInv: bigint;
}
export interface CurvePrivateKey {
  readonly kind: 'EC';
  readonly spec: CurveSpec;
  /** As long as the curve's order. */
  readonly secret: Bytes;
  /** Uncompressed, 04 ‖ x ‖ y. */
  readonly point: Bytes;
}
export interface Ed25519PrivateKey {
  readonly kind: 'Ed25519';
  readonly spec: 'ECC_NIST_EDWARDS25519';
  readonly secret: Bytes;
  readonly point: Bytes;
}
interface Expanded {
  /** What is kept: 32 bytes (ML-DSA) or 64 (ML-KEM). */
  readonly seed: Bytes;
  /** What FIPS 203 and 204 expand the seed to. */
  readonly expanded: Bytes;
  readonly point: Bytes;
}
export interface MlDsaPrivateKey extends Expanded {
  readonly kind: 'ML-DSA';
  readonly spec: MlDsaSpec;
}
export interface MlKemPrivateKey extends Expanded {
  readonly kind: 'ML-KEM';
  readonly spec: MlKemSpec;
}
export type PrivateKey =
  RsaPrivateKey | CurvePrivateKey | Ed25519PrivateKey | MlDsaPrivateKey | MlKemPrivateKey;

export interface RsaPublicKey {
  readonly kind: 'RSA';
  readonly spec: RsaSpec;
  readonly n: bigint;
  readonly e: bigint;
}
export interface CurvePublicKey {
  readonly kind: 'EC';
  readonly spec: CurveSpec;
  readonly point: Bytes;
}
export interface Ed25519PublicKey {
  readonly kind: 'Ed25519';
  readonly spec: 'ECC_NIST_EDWARDS25519';
  readonly point: Bytes;
}
export interface MlDsaPublicKey {
  readonly kind: 'ML-DSA';
  readonly spec: MlDsaSpec;
  readonly point: Bytes;
}
export interface MlKemPublicKey {
  readonly kind: 'ML-KEM';
  readonly spec: MlKemSpec;
  readonly point: Bytes;
}
/** `point` is the raw public key: uncompressed on Weierstrass curves, else as RFC 8032, FIPS 203 and 204 encode it. */
export type PublicKey = RsaPublicKey | CurvePublicKey | Ed25519PublicKey | MlDsaPublicKey | MlKemPublicKey;

/** Why bytes are not the key that they should be; the first reason met. */
export interface KeyFault {
  readonly fault:
    /** Not BER or DER, or not the structure. */
    | 'encoding'
    /** A key of another algorithm. */
    | 'algorithm'
    /** The right algorithm on another curve or of another parameter set, or with parameters written out. */
    | 'parameters'
    /** An RSA modulus of another length, a secret of the wrong number of bytes. */
    | 'size'
    /** Numbers that do not make a key, or a public half that is not that of the private one. */
    | 'numbers';
  /** A sentence without any secret. */
  readonly expected: string;
}
export const isKeyFault = (read: PrivateKey | PublicKey | KeyPair | KeyFault): read is KeyFault =>
  'fault' in read;

export const isCurveSpec = (spec: AsymmetricSpec): spec is CurveSpec =>
  curveSpecs.some((name) => name === spec);
export const isRsaSpec = (spec: AsymmetricSpec): spec is RsaSpec => spec.startsWith('RSA_');
export const isMlDsaSpec = (spec: AsymmetricSpec): spec is MlDsaSpec => spec.startsWith('ML_DSA_');
export const isMlKemSpec = (spec: AsymmetricSpec): spec is MlKemSpec => spec.startsWith('ML_KEM_');

/** Key and algorithm that do not go together: the caller has to refuse such calls before. */
export const mismatch = (algorithm: string, spec: string): TypeError =>
  new TypeError(`algorithm ${algorithm} does not go with a key of spec ${spec}`);
