import { describe, expect, it } from 'vitest';
import type { Bytes, KeyArn } from '../model/index.ts';
import { fromHex, toHex, utf8 } from './codec.ts';
import {
  isSimulatedMaterialId,
  materialAad,
  materialIdentifier,
  simulatedPrefix,
  unwrapMaterial,
  wrapMaterial,
} from './material.ts';

const fill = (byte: number, length: number): Bytes => new Uint8Array(length).fill(byte);
const key = (n: number): KeyArn =>
  `arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-00000000000${n}` as KeyArn;

describe('material identifier', () => {
  it('is 64 lower-case hex digits that begin with the word "simulated" and end with the draw', () => {
    const id = materialIdentifier(fill(0xab, 32));
    expect(id).toBe(toHex(utf8('simulated')) + 'ab'.repeat(23));
    expect(simulatedPrefix).toBe(toHex(utf8('simulated')));
    expect(isSimulatedMaterialId(id)).toBe(true);
    expect(isSimulatedMaterialId('ab'.repeat(32))).toBe(false);
    expect(() => materialIdentifier(fill(1, 31))).toThrow('"random" expected 32 bytes, got length=31');
  });
});

describe('wrapped material', () => {
  const [domainKey, material, nonce] = [fill(1, 32), fill(2, 32), fill(3, 12)];
  const [id, otherId] = [materialIdentifier(fill(4, 32)), materialIdentifier(fill(5, 32))];
  const wrapped = wrapMaterial(domainKey, material, nonce, materialAad(key(1), id));

  it('opens with its domain key, for its key and its identifier', () => {
    expect(wrapped.length).toBe(12 + 32 + 16);
    expect(toHex(wrapped)).not.toContain(toHex(material));
    expect(unwrapMaterial(domainKey, wrapped, materialAad(key(1), id))).toEqual(material);
  });

  it.each([
    ['another domain key', fill(9, 32), wrapped, materialAad(key(1), id)],
    ['another key', domainKey, wrapped, materialAad(key(2), id)],
    ['another identifier', domainKey, wrapped, materialAad(key(1), otherId)],
    ['a cut token', domainKey, wrapped.slice(0, 27), materialAad(key(1), id)],
    ['an empty token', domainKey, fill(0, 0), materialAad(key(1), id)],
  ])('does not open with %s', (_name, domain, token, aad) =>
    expect(unwrapMaterial(domain, token, aad)).toBeUndefined(),
  );

  it('does not open with any byte flipped', () => {
    for (let i = 0; i < wrapped.length; i++) {
      const flipped = wrapped.map((byte, at) => (at === i ? byte ^ 0x10 : byte));
      expect(unwrapMaterial(domainKey, flipped, materialAad(key(1), id)), `byte ${i}`).toBeUndefined();
    }
  });

  it.each(['', 'ab', 'xy'.repeat(32), 'ab'.repeat(33)])('refuses %j as an identifier', (bad) => {
    expect(() => materialAad(key(1), bad)).toThrow(/materialId/);
    expect(fromHex(bad)?.length).not.toBe(32);
  });
});
