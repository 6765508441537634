import fc from 'fast-check';
import { createDecipheriv, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../model/index.ts';
import { concat, toHex, uint32, utf8 } from '../codec.ts';
import { materialIdentifier } from '../material.ts';
import { isBlobFault, parseBlob, type ParsedBlob } from '../parseBlob.ts';
import { openBlob, sealBlob, type SealRequest } from '../sealBlob.ts';
import { hmacSm3, sm4Cipher } from './sm4Cipher.ts';

const bytes = (min: number, max = min) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((b): Bytes => Uint8Array.from(b));
const requests: fc.Arbitrary<SealRequest> = fc.record({
  material: bytes(16),
  materialId: bytes(32).map(materialIdentifier),
  nonce: bytes(16),
  iv: bytes(12),
  plaintext: bytes(1, 300),
  aad: bytes(0, 64),
  kind: fc.constantFrom('Encrypt', 'GenerateDataKey'),
  cipher: fc.constant(sm4Cipher),
});
function read(blob: Bytes): ParsedBlob {
  const parsed = parseBlob(blob);
  if (isBlobFault(parsed)) throw new Error(`fault in ${parsed.field}`);
  return parsed;
}

describe('SM4 in the China Regions', () => {
  it('HMAC with SM3 is what OpenSSL makes, for keys shorter and longer than a block', () => {
    fc.assert(
      fc.property(bytes(1, 100), bytes(0, 200), (key, message) => {
        expect(toHex(hmacSm3(key, message))).toBe(createHmac('sm3', key).update(message).digest('hex'));
      }),
    );
  });

  it('a blob opens to what was sealed, and says SM4', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const blob = read(sealBlob(request));
        expect(blob).toMatchObject({ cipher: 'SM4-GCM', plaintextLength: request.plaintext.length });
        expect(blob.fields.map(({ name }) => name)).toContain('oidSm4Gcm');
        const { material, aad } = request;
        expect(openBlob({ blob, material, aad, cipher: sm4Cipher })).toEqual(request.plaintext);
        // Never under the cipher of other Regions.
        expect(openBlob({ blob, material: concat(material, material), aad })).toBeUndefined();
      }),
    );
  });

  it('OpenSSL finds the plaintext in a blob, given the key of the call', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { nonce, iv, ciphertext } = read(sealBlob(request));
        const input = concat(uint32(1), utf8('KMS Lab call key'), Uint8Array.of(0), nonce, uint32(128));
        const key = createHmac('sm3', request.material).update(input).digest().subarray(0, 16);
        const open = createDecipheriv('sm4-ctr', key, concat(iv, uint32(2)));
        const plain = Buffer.concat([open.update(ciphertext), open.final()]);
        // Behind our mark and the length.
        expect(plain.subarray(11).toString('hex')).toBe(toHex(request.plaintext));
      }),
      { numRuns: 30 },
    );
  });

  it('gives nothing after any single bit flipped', () => {
    const [request] = fc.sample(requests, { numRuns: 1, seed: 1 });
    if (!request) throw new Error('no request');
    const blob = sealBlob(request);
    const { material, aad } = request;
    for (let i = 0; i < blob.length; i++) {
      const parsed = parseBlob(blob.map((byte, at) => (at === i ? byte ^ 1 : byte)));
      const opened = isBlobFault(parsed)
        ? undefined
        : openBlob({ blob: parsed, material, aad, cipher: sm4Cipher });
      expect(opened, `byte ${i}`).toBeUndefined();
    }
  });
});
