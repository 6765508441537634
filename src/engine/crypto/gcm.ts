import { unsafe } from '@noble/ciphers/aes.js';
import type { Bytes } from '../model/index.ts';
import { expectLength } from './expect.ts';
import { ghash } from './ghash.ts';

/*
 * AES-256-GCM, 96-bit IV, 128-bit tag (NIST SP 800-38D §7). The block cipher and its counter mode are the library's
 * ("unsafe" is its word for a mode without a tag; here the tag is added), GHASH is ours: see ghash.ts.
 */

const tagLength = 16;

/** What one message needs of its key and IV. Both arrays hold what must be wiped. */
interface Opened {
  readonly roundKeys: Uint32Array;
  /** IV ‖ 32-bit counter at 1, whose block masks the tag; the text begins at 2. */
  readonly counter: Bytes;
}

function begin(key: Bytes, iv: Bytes): Opened {
  expectLength('key', key, 32);
  expectLength('iv', iv, 12);
  const counter = new Uint8Array(16);
  counter.set(iv);
  counter[15] = 1;
  return { roundKeys: unsafe.expandKeyLE(key), counter };
}

/** The counter mode from the counter on, into `to`, which begins on a word. */
function crypt({ roundKeys, counter }: Opened, from: Bytes, to: Bytes): void {
  counter[15] = 2;
  // The library reads words.
  const aligned = from.byteOffset % 4 === 0 ? from : from.slice();
  unsafe.ctr32(roundKeys, false, counter, aligned, to);
  if (aligned !== from) aligned.fill(0);
}

function tagOf({ roundKeys, counter }: Opened, ciphertext: Bytes, aad: Bytes): Bytes {
  const h = unsafe.encryptBlock(roundKeys, new Uint8Array(16)) as Bytes; // the library answers the array it is given
  const tag = ghash(h, aad, ciphertext);
  counter.fill(0, 12);
  counter[15] = 1;
  const mask = unsafe.encryptBlock(roundKeys, counter.slice());
  for (let i = 0; i < tagLength; i++) tag[i] = (tag[i] ?? 0) ^ (mask[i] ?? 0);
  h.fill(0);
  return tag;
}

/** Answers ciphertext ‖ tag. */
export function sealGcm(key: Bytes, iv: Bytes, plaintext: Bytes, aad: Bytes): Bytes {
  const opened = begin(key, iv);
  const sealed = new Uint8Array(plaintext.length + tagLength);
  const ciphertext = sealed.subarray(0, plaintext.length);
  crypt(opened, plaintext, ciphertext);
  sealed.set(tagOf(opened, ciphertext, aad), plaintext.length);
  opened.roundKeys.fill(0);
  return sealed;
}

/** Undefined when the tag does not match: which input was wrong cannot be told, and must not be. */
export function openGcm(key: Bytes, iv: Bytes, sealed: Bytes, aad: Bytes): Bytes | undefined {
  const opened = begin(key, iv);
  if (sealed.length < tagLength) return undefined;
  const ciphertext = sealed.subarray(0, sealed.length - tagLength);
  const tag = tagOf(opened, ciphertext, aad);
  // In a time that does not tell where they differ.
  let difference = 0;
  for (let i = 0; i < tagLength; i++) difference |= (tag[i] ?? 0) ^ (sealed[ciphertext.length + i] ?? 0);
  const plaintext = difference === 0 ? new Uint8Array(ciphertext.length) : undefined;
  if (plaintext) crypt(opened, ciphertext, plaintext);
  opened.roundKeys.fill(0);
  return plaintext;
}
