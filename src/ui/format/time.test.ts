import fc from 'fast-check';
import { expect, test } from 'vitest';
import { day, iso, relative, span, utc } from './time.ts';

const hour = 3_600_000;
const at = Date.parse('2026-11-18T09:14:07.120Z');

test('dates are UTC and say so', () => {
  expect(utc(at)).toBe('2026-11-18 09:14:07 UTC');
  expect(day(at)).toBe('2026-11-18');
  expect(iso(at)).toBe('2026-11-18T09:14:07Z');
});

test.each([
  [0, '0 s'],
  [45_000, '45 s'],
  [5 * 60_000, '5 min'],
  [3 * hour + 20 * 60_000, '3 h 20 min'],
  [24 * hour, '1 d'],
  [6 * 24 * hour + 4 * hour, '6 d 4 h'],
  [-1, '0 s'],
])('%i ms is %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

test('what lies ahead says in, what lies back says ago, and the present is now', () => {
  expect(relative(at, at)).toBe('now');
  fc.assert(
    fc.property(fc.integer({ min: 5000, max: 4_000_000_000 }), (distance) => {
      expect(relative(at + distance, at)).toBe(`in ${span(distance)}`);
      expect(relative(at - distance, at)).toBe(`${span(distance)} ago`);
    }),
  );
});
