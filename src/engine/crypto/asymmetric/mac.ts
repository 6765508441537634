import { hmac } from '@noble/hashes/hmac.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../../model/index.ts';
import { equalSecret } from './hashes.ts';

/* HMAC (RFC 2104, FIPS 198-1), never shortened (specs.json "macBytes"). */

const macs = {
  HMAC_SHA_224: (key: Bytes, message: Bytes): Bytes => hmac(sha224, key, message),
  HMAC_SHA_256: (key: Bytes, message: Bytes): Bytes => hmac(sha256, key, message),
  HMAC_SHA_384: (key: Bytes, message: Bytes): Bytes => hmac(sha384, key, message),
  HMAC_SHA_512: (key: Bytes, message: Bytes): Bytes => hmac(sha512, key, message),
} as const;
export type MacAlgorithm = keyof typeof macs;

export const macOf = (algorithm: MacAlgorithm, key: Bytes, message: Bytes): Bytes =>
  macs[algorithm](key, message);

/** Takes the same time wherever a wrong MAC differs. */
export const verifyMac = (algorithm: MacAlgorithm, key: Bytes, message: Bytes, mac: Bytes): boolean =>
  equalSecret(macOf(algorithm, key, message), mac);
