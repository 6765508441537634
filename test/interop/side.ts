import type { Bytes, KeySpec } from '../../src/engine/index.ts';

/* The words of the interoperation table: what is asked, and what another implementation answers with. */

/** What an algorithm of a key spec is for. */
export type Use = 'sign' | 'encrypt' | 'agree' | 'mac' | 'encapsulate' | 'wrap' | 'seal';

export interface Row {
  readonly spec: KeySpec;
  readonly algorithm: string;
  readonly use: Use;
}

export interface Pair {
  /** PKCS#8. */
  readonly private: Bytes;
  /** SubjectPublicKeyInfo. */
  readonly public: Bytes;
}

/** The other side has no such thing: an empty cell of the table, with its reason. */
export class Lacks extends Error {
  override readonly name = 'Lacks';
}

/**
 * One implementation. Keys cross as DER, everything else as bytes in the encodings of KMS (signatures of curves as DER).
 * @throws Lacks where it has not what is asked
 */
export interface Side {
  readonly name: string;
  /** What it is, with its version. */
  readonly about: string;
  pair(row: Row): Promise<Pair>;
  sign(row: Row, privateKey: Bytes, message: Bytes): Promise<Bytes>;
  verify(row: Row, publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean>;
  encrypt(row: Row, publicKey: Bytes, plaintext: Bytes): Promise<Bytes>;
  decrypt(row: Row, privateKey: Bytes, ciphertext: Bytes): Promise<Bytes>;
  agree(row: Row, privateKey: Bytes, publicKey: Bytes): Promise<Bytes>;
  mac(row: Row, key: Bytes, message: Bytes): Promise<Bytes>;
  encapsulate(row: Row, publicKey: Bytes): Promise<{ readonly ciphertext: Bytes; readonly secret: Bytes }>;
  decapsulate(row: Row, privateKey: Bytes, ciphertext: Bytes): Promise<Bytes>;
  /** Material for import. */
  wrap(row: Row, publicKey: Bytes, material: Bytes): Promise<Bytes>;
  unwrap(row: Row, privateKey: Bytes, wrapped: Bytes): Promise<Bytes>;
  /** AEAD; ciphertext ‖ tag. */
  seal(row: Row, key: Bytes, iv: Bytes, plaintext: Bytes, aad: Bytes): Promise<Bytes>;
  open(row: Row, key: Bytes, iv: Bytes, sealed: Bytes, aad: Bytes): Promise<Bytes>;
}

/** `RSASSA_PSS_SHA_384` → `384`. */
export const hashOf = ({ algorithm }: Row): string => /SHA_(\d+)/.exec(algorithm)?.[1] ?? '';
/** RFC 3394 §2.2.3.1 of RFC 5649. */
export const kwpIv = 'a65959a6';
export const rsaBits = ({ spec }: Row): number => Number(spec.slice('RSA_'.length));
