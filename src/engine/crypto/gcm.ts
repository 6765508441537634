import type { Bytes } from '../model/index.ts';
import { aesBlock, encryptAesBlock, useAesKey, wipeAes } from './aes.ts';
import { expectLength } from './expect.ts';
import { ghash } from './ghash.ts';

/*
 * AES-256-GCM, 96-bit IV, 128-bit tag (NIST SP 800-38D §7), synchronous and sized for what one call holds: a few
 * kilobytes under a key that is used once. Our own because the library's costs more to set up than such a message takes
 * (aes.ts, ghash.ts). Held to NIST's and Wycheproof's vectors (primitives.test.ts) and to the library's answers
 * (ghash.test.ts).
 */

const tagLength = 16;

const wordOf = (bytes: Bytes, at: number): number =>
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0);

/** Counter mode from counter 2 on (counter 1 masks the tag). Both are `length` bytes long; key and IV are in use. */
function crypt(iv: Bytes, from: Bytes, to: Bytes, length: number): void {
  const [w0, w1, w2] = [wordOf(iv, 0), wordOf(iv, 4), wordOf(iv, 8)];
  let counter = 2;
  const whole = length & ~15;
  for (let at = 0; at < whole; at += 16, counter++) {
    encryptAesBlock(w0, w1, w2, counter);
    for (let word = 0; word < 4; word++) {
      const mask = aesBlock[word] ?? 0;
      const i = at + 4 * word;
      to[i] = (from[i] ?? 0) ^ (mask >>> 24);
      to[i + 1] = (from[i + 1] ?? 0) ^ (mask >>> 16);
      to[i + 2] = (from[i + 2] ?? 0) ^ (mask >>> 8);
      to[i + 3] = (from[i + 3] ?? 0) ^ mask;
    }
  }
  if (whole === length) return;
  encryptAesBlock(w0, w1, w2, counter);
  for (let i = whole; i < length; i++) to[i] = (from[i] ?? 0) ^ maskAt(i & 15);
}

/** Byte of the block that was encrypted last; more bits than eight, which a byte array cuts off. */
const maskAt = (i: number): number => (aesBlock[i >> 2] ?? 0) >>> (24 - ((i & 3) << 3));

function tagOf(iv: Bytes, ciphertext: Bytes, aad: Bytes): Bytes {
  encryptAesBlock(0, 0, 0, 0);
  const tag = ghash(aesBlock, aad, ciphertext);
  encryptAesBlock(wordOf(iv, 0), wordOf(iv, 4), wordOf(iv, 8), 1);
  for (let i = 0; i < tagLength; i++) tag[i] = (tag[i] ?? 0) ^ maskAt(i);
  return tag;
}

function begin(key: Bytes, iv: Bytes): void {
  expectLength('key', key, 32);
  expectLength('iv', iv, 12);
  useAesKey(key);
}

/** Answers ciphertext ‖ tag. */
export function sealGcm(key: Bytes, iv: Bytes, plaintext: Bytes, aad: Bytes): Bytes {
  begin(key, iv);
  const sealed = new Uint8Array(plaintext.length + tagLength);
  crypt(iv, plaintext, sealed, plaintext.length);
  sealed.set(tagOf(iv, sealed.subarray(0, plaintext.length), aad), plaintext.length);
  wipeAes();
  return sealed;
}

/** Undefined when the tag does not match: which input was wrong cannot be told, and must not be. */
export function openGcm(key: Bytes, iv: Bytes, sealed: Bytes, aad: Bytes): Bytes | undefined {
  begin(key, iv);
  const length = sealed.length - tagLength;
  if (length < 0) {
    wipeAes();
    return undefined;
  }
  const tag = tagOf(iv, sealed.subarray(0, length), aad);
  // In a time that does not tell where they differ.
  let difference = 0;
  for (let i = 0; i < tagLength; i++) difference |= (tag[i] ?? 0) ^ (sealed[length + i] ?? 0);
  const plaintext = difference === 0 ? new Uint8Array(length) : undefined;
  if (plaintext) crypt(iv, sealed, plaintext, length);
  wipeAes();
  return plaintext;
}
