import { gcm } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../model/index.ts';
import { openGcm, sealGcm } from './gcm.ts';

const bytes = (least: number, most: number) =>
  fc.uint8Array({ minLength: least, maxLength: most }).map((b): Bytes => new Uint8Array(b));

describe('AES-256-GCM with our GHASH', () => {
  it('seals and opens as the library does, whatever the lengths and wherever the bytes begin', () => {
    fc.assert(
      fc.property(
        bytes(32, 32),
        bytes(12, 12),
        bytes(0, 5000),
        bytes(0, 300),
        fc.nat({ max: 5 }),
        (key, iv, plaintext, aad, offset) => {
          const moved = new Uint8Array(plaintext.length + offset);
          moved.set(plaintext, offset);
          const sealed = sealGcm(key, iv, moved.subarray(offset), aad);
          expect(sealed).toEqual(gcm(key, iv, aad).encrypt(plaintext));
          const sealedMoved = new Uint8Array(sealed.length + offset);
          sealedMoved.set(sealed, offset);
          expect(openGcm(key, iv, sealedMoved.subarray(offset), aad)).toEqual(plaintext);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('opens nothing of which a single bit was changed: key, IV, ciphertext, tag, additional data', () => {
    fc.assert(
      fc.property(
        bytes(32, 32),
        bytes(12, 12),
        bytes(1, 100),
        bytes(1, 40),
        fc.nat({ max: 3 }),
        fc.nat(),
        (key, iv, plaintext, aad, which, bit) => {
          const parts = [key, iv, sealGcm(key, iv, plaintext, aad), aad].map((part) => part.slice());
          const changed = parts[which] ?? key;
          const at = (bit >> 3) % changed.length;
          changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
          const [k = key, i = iv, sealed = plaintext, a = aad] = parts;
          expect(openGcm(k, i, sealed, a)).toBeUndefined();
        },
      ),
    );
  });
});
