import { gcm } from '@noble/ciphers/aes.js';
import type { Bytes } from '../model/index.ts';
import { expectLength } from './expect.ts';

/** AES-256-GCM, 96-bit IV, 128-bit tag (NIST SP 800-38D). Answers ciphertext ‖ tag. */
export function sealGcm(key: Bytes, iv: Bytes, plaintext: Bytes, aad: Bytes): Bytes {
  expectLength('key', key, 32);
  expectLength('iv', iv, 12);
  return gcm(key, iv, aad).encrypt(plaintext);
}

/** Undefined when the tag does not match: which input was wrong cannot be told, and must not be. */
export function openGcm(key: Bytes, iv: Bytes, sealed: Bytes, aad: Bytes): Bytes | undefined {
  expectLength('key', key, 32);
  expectLength('iv', iv, 12);
  if (sealed.length < 16) return undefined;
  try {
    return gcm(key, iv, aad).decrypt(sealed);
  } catch {
    // Lengths are checked above, so the tag is the one reason left to throw.
    return undefined;
  }
}
