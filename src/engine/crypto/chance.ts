import { chacha20 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../model/index.ts';
import { concat, toHex, uint32, utf8 } from './codec.ts';

/** Draws `n` bytes; the next draw continues where this one ended. */
export type Random = (n: number) => Bytes;

/**
 * The draws of one step of a seeded world: the ChaCha20 key stream (RFC 8439) under SHA-256 of step and seed. The same
 * bytes come however they are asked for, in one draw or in many. Not for free worlds: whoever knows the seed knows all.
 */
export function seededBytes(seed: string, step: number): Random {
  if (!Number.isSafeInteger(step) || step < 0)
    throw new RangeError(`"step" expected a whole number from 0, got ${step}`);
  const number = concat(uint32(Math.floor(step / 2 ** 32)), uint32(step % 2 ** 32));
  const key = sha256(concat(utf8('KMS Lab draws'), Uint8Array.of(0), number, utf8(seed)));
  const nonce = new Uint8Array(12);
  let block = 0;
  let left: Bytes = new Uint8Array(0);
  return (n) => {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new RangeError(`"n" expected a whole number from 0, got ${n}`);
    const missing = Math.ceil(Math.max(0, n - left.length) / 64);
    if (missing > 0) {
      left = concat(left, chacha20(key, nonce, new Uint8Array(missing * 64), undefined, block));
      block += missing;
    }
    const drawn = left.slice(0, n);
    left = left.slice(n);
    return drawn;
  };
}

/** A version 4 UUID from 16 draws (RFC 9562 §5.4). */
export function uuidFrom(random: Random): string {
  const bytes = random(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
