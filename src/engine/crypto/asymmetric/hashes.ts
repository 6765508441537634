import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../../model/index.ts';
import { concat, uint32 } from '../codec.ts';
import type { ShaName } from './specs.ts';

export type HashName = 'SHA_1' | ShaName;

export interface Hash {
  readonly digest: (message: Bytes) => Bytes;
  readonly length: number;
  /** DigestInfo up to the digest (RFC 8017 §9.2, note 1). */
  readonly digestInfo: Bytes;
}

/** SEQUENCE { SEQUENCE { 2.16.840.1.101.3.4.2.`id`, NULL }, OCTET STRING of `length` }. */
// prettier-ignore
const sha2Info = (id: number, length: number): Bytes => Uint8Array.of(
  0x30, 17 + length, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, id, 0x05, 0x00, 0x04, length,
);

export const hashes: Readonly<Record<HashName, Hash>> = {
  // For OAEP alone; KMS signs nothing with it.
  SHA_1: { digest: (message) => sha1(message), length: 20, digestInfo: new Uint8Array(0) },
  SHA_256: { digest: (message) => sha256(message), length: 32, digestInfo: sha2Info(1, 32) },
  SHA_384: { digest: (message) => sha384(message), length: 48, digestInfo: sha2Info(2, 48) },
  SHA_512: { digest: (message) => sha512(message), length: 64, digestInfo: sha2Info(3, 64) },
};

/** The hash that an algorithm's name ends with. */
export function hashNameOf(algorithm: string): HashName {
  const [name] = /SHA_(1|256|384|512)$/.exec(algorithm) ?? [];
  if (name !== 'SHA_1' && name !== 'SHA_256' && name !== 'SHA_384' && name !== 'SHA_512')
    throw new TypeError(`algorithm ${algorithm} names no hash`);
  return name;
}

/** MGF1 (RFC 8017 B.2.1). */
export function mgf1(hash: Hash, seed: Bytes, length: number): Bytes {
  const blocks = Array.from({ length: Math.ceil(length / hash.length) }, (_, i) =>
    hash.digest(concat(seed, uint32(i))),
  );
  return concat(...blocks).slice(0, length);
}

/** `bytes` under `mask`, in place. */
export function xorInto(bytes: Bytes, mask: Bytes): Bytes {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) ^ (mask[i] ?? 0);
  return bytes;
}

/** Touches all bytes whatever they are; lengths are public. */
export function equalSecret(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
