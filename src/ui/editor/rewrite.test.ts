import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from './lineDiff.ts';
import { rewritten } from './rewrite.ts';

const name = fc.constantFrom('Statement', 'Action', 'Sid', 'a', 'b');
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('x', 'y', 1, true, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
const spacing = fc.constantFrom(undefined, 2, 4, '\t');

test('the text becomes the document, whatever both are', () => {
  fc.assert(
    fc.property(object, object, spacing, (before, after, by) => {
      expect(JSON.parse(rewritten(JSON.stringify(before, undefined, by), after))).toEqual(after);
    }),
    { numRuns: 500 },
  );
});
test('a text that is the document already keeps its every character', () => {
  fc.assert(
    fc.property(object, spacing, (before, by) => {
      const text = JSON.stringify(before, undefined, by);
      expect(rewritten(text, before)).toBe(text);
    }),
  );
});
test('a new statement leaves the lines of the others', () => {
  const text = `{
      "Statement": [
        { "Sid": "A",   "Action": ["x", "y"] },
        { "Sid": "B" }
      ]
}`;
  const document = JSON.parse(text) as { Statement: object[] };
  const now = rewritten(text, { ...document, Statement: [...document.Statement, { Sid: 'C' }] });
  expect(lineDiff(text, now).filter(({ kind }) => kind === 'removed')).toEqual([]);
  expect(now).toContain('{ "Sid": "A",   "Action": ["x", "y"] },');
  const without = rewritten(text, { Statement: [document.Statement[1]] });
  expect(without).not.toContain('"A"');
  expect(without).toContain('        { "Sid": "B" }');
});
