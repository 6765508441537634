import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../model/index.ts';
import { encryptedData, innerFrame, type BlobKind } from './blobLayout.ts';
import { concat, toBase64, toHex, uint32 } from './codec.ts';
import { materialIdentifier } from './material.ts';
import { blobFieldNames, isBlobFault, parseBlob, type ParsedBlob } from './parseBlob.ts';
import { openBlob, sealBlob, type SealRequest } from './sealBlob.ts';

const fill = (byte: number, length: number): Bytes => new Uint8Array(length).fill(byte);
const sample = (length: number, kind: BlobKind = 'Encrypt'): SealRequest => ({
  material: fill(1, 32),
  materialId: materialIdentifier(fill(2, 32)),
  nonce: fill(3, 16),
  iv: fill(4, 12),
  plaintext: Uint8Array.from({ length }, (_, i) => i),
  aad: fill(5, 9),
  kind,
});
const parsed = (blob: Bytes): ParsedBlob => {
  const read = parseBlob(blob);
  if (isBlobFault(read)) throw new Error(`fault in ${read.field} at ${read.offset}: ${read.expected}`);
  return read;
};
const opens = (blob: Bytes, { material, aad }: Pick<SealRequest, 'material' | 'aad'>): Bytes | undefined => {
  const read = parseBlob(blob);
  return isBlobFault(read) ? undefined : openBlob({ blob: read, material, aad });
};
const bytes = (constraints: fc.IntArrayConstraints) =>
  fc.uint8Array(constraints).map((b): Bytes => Uint8Array.from(b));
const fixed = (n: number) => bytes({ minLength: n, maxLength: n });
const requests: fc.Arbitrary<SealRequest> = fc.record({
  material: fixed(32),
  materialId: fixed(32).map(materialIdentifier),
  nonce: fixed(16),
  iv: fixed(12),
  plaintext: fc.oneof(
    bytes({ minLength: 1, maxLength: 300 }),
    fc.integer({ min: 1, max: 4096 }).map((n) => fill(n, n)),
  ),
  aad: bytes({ maxLength: 64 }),
  kind: fc.constantFrom<BlobKind>('Encrypt', 'GenerateDataKey'),
});

describe('the observed layout', () => {
  it.each([
    [6, 158],
    [32, 184],
  ])('a plaintext of %i bytes gives a blob of %i', (plaintext, blob) =>
    expect(sealBlob(sample(plaintext)).length).toBe(blob),
  );

  it('begins AQICAH from Encrypt and AQIDAH from GenerateDataKey, and says "simulated"', () => {
    expect(toBase64(sealBlob(sample(32)))).toMatch(/^AQICAHhzaW11bGF0ZW/);
    expect(toBase64(sealBlob(sample(32, 'GenerateDataKey')))).toMatch(/^AQIDAHhzaW11bGF0ZW/);
  });

  it('has every constant of the published samples in its place', () => {
    // Written out from samples of 184 bytes: identifier, nonce, IV and ciphertext are the bytes that vary.
    const layout = [
      '0102020078',
      materialIdentifier(fill(2, 32)),
      '01' + '03'.repeat(16),
      '0000007e',
      '307c06092a864886f70d010706a06f306d020100306806092a864886f70d010701301e060960864801650304012e3011040c',
      '04'.repeat(12),
      '020110803b',
    ].join('');
    const blob = toHex(sealBlob(sample(32)));
    expect(blob.slice(0, layout.length)).toBe(layout);
    expect(blob.length - layout.length).toBe((11 + 32 + 16) * 2);
  });

  it('grows with the octets of the DER lengths only, and stays under the limit of CiphertextBlob', () => {
    for (let n = 1; n <= 4096; n++) {
      const head = encryptedData(fill(0, 12), fill(0, n + 27)).length - (n + 27);
      expect(head).toBeGreaterThanOrEqual(152 - 58 - 27);
      expect(head).toBeLessThanOrEqual(152 - 58 - 27 + 10);
    }
    expect(sealBlob(sample(4096)).length).toBeLessThanOrEqual(6144);
  });

  it.each([1, 34, 35, 41, 42, 73, 99, 100, 101, 127, 128, 158, 200, 228, 229, 255, 256, 4096])(
    'reads back %i bytes, fields tiling the blob',
    (n) => {
      const request = sample(n);
      const blob = sealBlob(request);
      const read = parsed(blob);
      expect(read.fields.map((f) => f.name)).toEqual(blobFieldNames);
      let at = 0;
      for (const field of read.fields) {
        expect(field.offset).toBe(at);
        expect(field.length).toBeGreaterThan(0);
        at += field.length;
      }
      expect(at).toBe(blob.length);
      expect(read).toMatchObject({
        kind: 'Encrypt',
        materialId: request.materialId,
        plaintextLength: n,
        nonce: request.nonce,
        iv: request.iv,
      });
      expect(openBlob({ blob: read, material: request.material, aad: request.aad })).toEqual(
        request.plaintext,
      );
    },
  );

  it.each([0, 4097])('throws on %i bytes of plaintext', (n) =>
    expect(() => sealBlob(sample(n))).toThrow(/"plaintext" expected 1 to 4096/),
  );
});

describe('opening', () => {
  it('gives back what was sealed', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const read = parsed(sealBlob(request));
        expect(read.kind).toBe(request.kind);
        expect(openBlob({ blob: read, material: request.material, aad: request.aad })).toEqual(
          request.plaintext,
        );
      }),
    );
  });

  it('gives nothing with other material or another context', () => {
    fc.assert(
      fc.property(requests, requests, (request, other) => {
        const blob = sealBlob(request);
        if (toHex(other.material) !== toHex(request.material))
          expect(opens(blob, { ...request, material: other.material })).toBeUndefined();
        if (toHex(other.aad) !== toHex(request.aad))
          expect(opens(blob, { ...request, aad: other.aad })).toBeUndefined();
      }),
    );
  });

  it('gives nothing after any single bit flipped, of any byte', () => {
    for (const n of [1, 32, 120]) {
      const request = sample(n);
      const blob = sealBlob(request);
      for (let i = 0; i < blob.length; i++) {
        for (let bit = 1; bit < 256; bit <<= 1) {
          const flipped = blob.map((byte, at) => (at === i ? byte ^ bit : byte));
          expect(opens(flipped, request), `byte ${i}, bit ${bit}`).toBeUndefined();
        }
      }
    }
  });

  it('names field and offset of every cut, and of what is too much', () => {
    const blob = sealBlob(sample(32));
    for (let n = 0; n < blob.length; n++) {
      const read = parseBlob(blob.slice(0, n));
      if (!isBlobFault(read)) throw new Error(`a cut at ${n} was read`);
      expect(read.offset).toBeLessThanOrEqual(n);
      expect(read.expected).not.toBe('');
    }
    expect(parseBlob(concat(blob, fill(0, 1)))).toMatchObject({ field: 'contentLength', offset: 54 });
    expect(parseBlob(fill(0, 6145))).toMatchObject({ field: 'blob', offset: 0 });
    expect(parseBlob(fill(0, 0))).toMatchObject({ field: 'blob', offset: 0 });
  });

  it('gives nothing, or the truth, after random edits', () => {
    const edit = fc.record({ at: fc.nat(300), drop: fc.nat(4), insert: bytes({ maxLength: 4 }) });
    fc.assert(
      fc.property(requests, fc.array(edit, { minLength: 1, maxLength: 3 }), (request, edits) => {
        const blob = sealBlob(request);
        const edited = edits.reduce(
          (b, e) => concat(b.slice(0, e.at), e.insert, b.slice(e.at + e.drop)),
          blob,
        );
        const opened = opens(edited, request);
        expect(opened === undefined || toHex(edited) === toHex(blob)).toBe(true);
      }),
    );
  });

  it('reads no random bytes and never throws', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 400 }), (b) => {
        expect(isBlobFault(parseBlob(b))).toBe(true);
      }),
    );
  });
});

describe('faults', () => {
  const blob = sealBlob(sample(32));
  const put = (at: number, ...values: number[]): Bytes => {
    const changed = blob.slice();
    changed.set(values, at);
    return changed;
  };
  it.each([
    ['layoutStart', 0, put(0, 2)],
    ['kind', 2, put(2, 1)],
    ['layoutEnd', 3, put(4, 0x79)],
    ['nonceMark', 37, put(37, 2)],
    ['contentLength', 54, put(57, 0x7f)],
    ['contentInfo', 58, put(59, 0x7b)],
    ['oidEncryptedData', 60, put(70, 7)],
    ['explicitContent', 71, put(71, 0xa1)],
    ['encryptedData', 73, put(74, 0x6c)],
    ['cmsVersion', 75, put(77, 1)],
    ['encryptedContentInfo', 78, put(79, 0x69)],
    ['oidData', 80, put(90, 2)],
    ['algorithm', 91, put(92, 0x1f)],
    ['oidAes256Gcm', 93, put(103, 6)],
    ['parameters', 104, put(107, 16)],
    ['tagLength', 120, put(122, 12)],
    ['encryptedContent', 123, put(124, 0x3a)],
  ])('%s at %i', (field, offset, changed) =>
    expect(parseBlob(changed)).toMatchObject({ fault: 'layout', field, offset }),
  );

  it('refuses a length in more octets than it needs', () => {
    // contentInfo as 30 81 7c instead of 30 7c, with the outer length made to fit.
    const long = concat(blob.slice(0, 54), uint32(0x7f), Uint8Array.of(0x30, 0x81, 0x7c), blob.slice(60));
    expect(parseBlob(long)).toMatchObject({ field: 'contentInfo', offset: 58 });
  });

  it('refuses a ciphertext with no room for a plaintext', () => {
    const content = encryptedData(fill(0, 12), fill(0, innerFrame(0).length + 16));
    expect(parseBlob(concat(blob.slice(0, 54), uint32(content.length), content))).toMatchObject({
      field: 'ciphertext',
      offset: 125,
    });
  });
});
