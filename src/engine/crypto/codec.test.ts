import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../model/index.ts';
import { fromBase64, fromHex, fromUtf8, toBase64, toHex, uint32, utf8 } from './codec.ts';

const bytes = (options?: fc.IntArrayConstraints) =>
  fc.uint8Array(options).map((b): Bytes => Uint8Array.from(b));

describe('base64', () => {
  // RFC 4648 §10: https://www.rfc-editor.org/rfc/rfc4648#section-10
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('of "%s" is "%s"', (text, base64) => {
    expect(toBase64(utf8(text))).toBe(base64);
    expect(fromBase64(base64)).toEqual(utf8(text));
  });

  it('agrees with the platform', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 300 }), (b) => {
        const platform = Buffer.from(b).toString('base64');
        expect(toBase64(b)).toBe(platform);
        expect(fromBase64(platform)).toEqual(b);
      }),
    );
    const large = new Uint8Array(100_003).map((_, i) => i * 7);
    expect(toBase64(large)).toBe(Buffer.from(large).toString('base64'));
  });

  it.each([
    'Z',
    'Zg',
    'Zg=',
    'Zg===',
    'Zh==',
    'Zm9=',
    '=Zg=',
    'Z===',
    'Zg==Zg==',
    'Zm 9v',
    'Zm9v\n',
    'Zm-_',
    'Zmé=',
    '====',
  ])('refuses %j', (text) => expect(fromBase64(text)).toBeUndefined());

  it('takes a text only if it is the one text of its bytes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQg/+=Z9'), minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(text, (t) => {
        const read = fromBase64(t);
        expect(read === undefined || toBase64(read) === t).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hex', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(bytes(), (b) => {
        expect(fromHex(toHex(b))).toEqual(b);
      }),
    );
  });
  it('takes either case', () => expect(fromHex('aAfF')).toEqual(Uint8Array.of(0xaa, 0xff)));
  it.each(['a', 'abc', 'zz', '0x00', 'aa ', 'aa\n', 'é0'])('refuses %j', (text) =>
    expect(fromHex(text)).toBeUndefined(),
  );
});

describe('utf8', () => {
  it('comes back, byte order mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (t) => {
        expect(fromUtf8(utf8(t))).toBe(t);
      }),
    );
    expect(fromUtf8(utf8('\ufeffa'))).toBe('\ufeffa');
  });
  it.each(['ff', 'c3', 'c080', 'eda080', 'f8888080'])('refuses the malformed %s', (hex) =>
    expect(fromUtf8(fromHex(hex) ?? new Uint8Array(0))).toBeUndefined(),
  );
});

describe('uint32', () => {
  it('is big-endian', () => {
    expect(toHex(uint32(0x7e))).toBe('0000007e');
    expect(toHex(uint32(0xfedcba98))).toBe('fedcba98');
  });
  it.each([-1, 1.5, 2 ** 32, Number.NaN])('throws on %s', (n) => expect(() => uint32(n)).toThrow(/uint32/));
});
