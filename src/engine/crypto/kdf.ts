import type { Bytes } from '../model/index.ts';
import { concat, uint32, utf8 } from './codec.ts';
import { expectLength } from './expect.ts';
import { hmacSha256 } from './hash.ts';

/**
 * NIST SP 800-108r1 §4.1, KDF in counter mode with HMAC-SHA-256: K(i) = HMAC(key, [i] ‖ fixedInput), a 32-bit counter
 * in front, from 1. https://doi.org/10.6028/NIST.SP.800-108r1-upd1
 */
export function kdfCounterHmacSha256(key: Bytes, fixedInput: Bytes, length: number): Bytes {
  if (!Number.isInteger(length) || length < 1 || length > 32 * 0xffff) {
    throw new RangeError(`"length" expected 1…${32 * 0xffff} bytes, got ${length}`);
  }
  const derived = new Uint8Array(length);
  const blocks = Math.ceil(length / 32);
  for (let i = 1; i <= blocks; i++) {
    const block = hmacSha256(key, concat(uint32(i), fixedInput));
    const from = (i - 1) * 32;
    derived.set(block.subarray(0, Math.min(32, length - from)), from);
    block.fill(0);
  }
  return derived;
}

/** The fixed input that SP 800-108r1 recommends: Label ‖ 0x00 ‖ Context ‖ [length in bits]. */
export const fixedInput = (label: string, context: Bytes, length: number): Bytes =>
  concat(utf8(label), Uint8Array.of(0), context, uint32(length * 8));

/**
 * The AES-256 key of one call. KMS derives it from the key material and a 16-byte nonce that travels in the blob
 * (KMS Cryptographic Details, "Encrypt"). The caller wipes it after use.
 * OURS: the label; AWS publishes the construction and the nonce, not the fixed input.
 */
export function callKey(material: Bytes, nonce: Bytes): Bytes {
  expectLength('material', material, 32);
  expectLength('nonce', nonce, 16);
  return kdfCounterHmacSha256(material, fixedInput('KMS Lab call key', nonce, 32), 32);
}
