import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from './codec.ts';
import { seededBytes, uuidFrom } from './chance.ts';

describe('seededBytes', () => {
  it('is one stream, however it is drawn', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.array(fc.nat(200), { maxLength: 12 }), (seed, step, sizes) => {
        const draw = seededBytes(seed, step);
        const pieces = sizes.map((n) => toHex(draw(n))).join('');
        expect(pieces).toBe(toHex(seededBytes(seed, step)(sizes.reduce((a, b) => a + b, 0))));
      }),
    );
  });

  it('is the ChaCha20 key stream of the platform', () => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(2n ** 40n + 5n);
    const key = createHash('sha256').update('KMS Lab draws\0').update(number).update('seed').digest();
    const stream = createCipheriv('chacha20', key, Buffer.alloc(16)).update(Buffer.alloc(1000));
    expect(toHex(seededBytes('seed', 2 ** 40 + 5)(1000))).toBe(stream.toString('hex'));
  });

  it('differs by seed and by step', () => {
    const draws = [seededBytes('a', 0), seededBytes('a', 1), seededBytes('b', 0), seededBytes('a', 2 ** 32)];
    expect(new Set(draws.map((draw) => toHex(draw(16)))).size).toBe(4);
  });

  it('gives bytes that nobody else holds', () => {
    const draw = seededBytes('a', 0);
    draw(8).fill(0);
    const whole = seededBytes('a', 0)(16);
    expect(draw(8)).toEqual(whole.slice(8));
  });

  it.each([-1, 0.5, Number.NaN, Infinity])('throws on %s', (n) => {
    expect(() => seededBytes('a', n)).toThrow(/step/);
    expect(() => seededBytes('a', 0)(n)).toThrow(/"n"/);
  });
});

describe('uuidFrom', () => {
  it('sets version and variant, and keeps the other bits', () => {
    expect(uuidFrom((n) => new Uint8Array(n).fill(0xff))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(uuidFrom((n) => new Uint8Array(n))).toBe('00000000-0000-4000-8000-000000000000');
  });
});
