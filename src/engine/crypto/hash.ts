import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../model/index.ts';

/*
 * SHA-256 and HMAC (FIPS 180-4, RFC 2104) with the library's hasher. A hasher costs more to make than a short message
 * costs to hash, so one is used again and again: steps are synchronous here, and each digest wipes it.
 */

const blank = sha256.create();
const working = sha256.create();
type Hasher = typeof blank;

/** 32 bytes. */
export function sha256Of(message: Bytes): Bytes {
  blank._cloneInto(working);
  return working.update(message).digest();
}

const blockLength = 64;
const pad = new Uint8Array(blockLength);

/** What a hasher is after the key's block. */
function afterKey(hasher: Hasher, key: Bytes, mark: number): Hasher {
  const short = key.length > blockLength ? sha256Of(key) : key;
  pad.fill(mark);
  for (let i = 0; i < short.length; i++) pad[i] = (short[i] ?? 0) ^ mark;
  blank._cloneInto(hasher).update(pad);
  pad.fill(0);
  return hasher;
}

function finish(inner: Hasher, outer: Hasher, message: Bytes): Bytes {
  inner._cloneInto(working);
  const digest = working.update(message).digest();
  outer._cloneInto(working);
  return working.update(digest).digest();
}

const onceInner = sha256.create();
const onceOuter = sha256.create();

export function hmacSha256(key: Bytes, message: Bytes): Bytes {
  const mac = finish(afterKey(onceInner, key, 0x36), afterKey(onceOuter, key, 0x5c), message);
  onceInner.destroy();
  onceOuter.destroy();
  return mac;
}

/** HMAC-SHA-256 under one key, set up once for many messages: half of the work of a short message is the set-up. */
export function hmacSha256Under(key: Bytes): (message: Bytes) => Bytes {
  const inner = afterKey(sha256.create(), key, 0x36);
  const outer = afterKey(sha256.create(), key, 0x5c);
  return (message) => finish(inner, outer, message);
}
