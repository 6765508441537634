import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from './jsonCheck.ts';

test('finds nothing exactly where JSON.parse finds nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((j) => j.slice(0, -1)),
        fc.json().map((j) => `${j}]`),
      ),
      (text) => {
        let reads = true;
        try {
          JSON.parse(text);
        } catch {
          reads = false;
        }
        expect(jsonFault(text) === undefined).toBe(reads);
      },
    ),
  );
});

test('a text cut short is faulty where it ends', () => {
  fc.assert(
    fc.property(
      fc.object().map((o) => JSON.stringify({ o }, undefined, 2)),
      fc.nat(),
      (text, n) => {
        const cut = text.slice(0, n % text.length);
        const fault = jsonFault(cut);
        expect(fault).toBeDefined();
        expect(fault?.line).toBeLessThanOrEqual(cut.split('\n').length);
      },
    ),
  );
});

test.each([
  ['{\n  "a": 1,\n}', 2, 9, 'a comma may not stand before the end'],
  ['{\n  "a" 1\n}', 2, 7, 'a colon is expected'],
  ['{"a": 1 "b": 2}', 1, 9, 'a comma or } is expected'],
  ["{'a': 1}", 1, 2, 'a name or text in double quotes is expected'],
  ['[1, 2', 1, 6, 'the text ends too early: a comma or ] is expected'],
  ['{"a": "x}', 1, 7, 'this text has no closing quote'],
  ['{"a": ture}', 1, 7, 'a value is expected'],
  ['{} {}', 1, 4, 'nothing more is expected here'],
  ['', 1, 1, 'the text ends too early: a value is expected'],
])('%j is faulty at %i:%i', (text, line, column, why) => {
  expect(jsonFault(text)).toEqual({ line, column, why });
});
