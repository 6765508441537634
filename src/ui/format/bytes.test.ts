import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64, hex, hexLines, readableText, size, toBase64, utf8 } from './bytes.ts';

test('a dump has 16 pairs a line and every byte once, in order', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const lines = hexLines(bytes);
      expect(lines.flatMap((l) => l.pairs).join('')).toBe(hex(bytes));
      lines.forEach((line, at) => {
        expect(line.offset).toBe(at * 16);
        expect(line.pairs.length).toBe(at === lines.length - 1 ? bytes.length - line.offset : 16);
      });
    }),
  );
});

test('base64 goes there and back, line breaks forgiven', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = toBase64(bytes);
      expect([...(fromBase64(text.replace(/(.{20})/g, '$1\n')) ?? [])]).toEqual([...bytes]);
    }),
  );
});

test.each(['no base64!', 'A', '====', 'AAAA=A'])('%s is no base64', (text) => {
  expect(fromBase64(text)).toBeUndefined();
});

test('only readable text is spelled out', () => {
  expect(readableText(utf8('Grüße\n'))).toBe('Grüße\n');
  expect(readableText(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
  expect(readableText(Uint8Array.of(0))).toBeUndefined();
  expect(readableText(new Uint8Array())).toBeUndefined();
});

test('sizes carry their unit', () => {
  expect([size(0), size(184), size(1536), size(5 * 1024 * 1024)]).toEqual([
    '0 B',
    '184 B',
    '1.5 KiB',
    '5.0 MiB',
  ]);
});
