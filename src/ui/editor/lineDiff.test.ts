import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folded, lineDiff, type DiffLine, type DiffRow } from './lineDiff.ts';

const textOf = (line: DiffLine | undefined): readonly string[] =>
  line ? [line.pieces.map(({ text }) => text).join('')] : [];
const side = (rows: readonly DiffRow[], which: 'before' | 'after'): string =>
  rows.flatMap((row) => textOf(row[which])).join('\n');
const picture = (rows: readonly DiffRow[]): string =>
  rows.map(({ kind }) => ({ same: '=', changed: '~', removed: '-', added: '+' })[kind]).join('');
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '  d', ''), { maxLength: 12 })
  .map((all) => all.join('\n'));

test('both texts can be read off the rows, line by line', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const rows = lineDiff(before, after);
      expect(side(rows, 'before')).toBe(before);
      expect(side(rows, 'after')).toBe(after);
      const numbers = rows.flatMap(({ after: line }) => (line ? [line.n] : []));
      expect(numbers).toEqual(after === '' ? [] : after.split('\n').map((_, i) => i + 1));
    }),
  );
});

/** The longest common subsequence, by the book: as many lines must be kept. */
function mostKept(a: readonly string[], b: readonly string[]): number {
  const [head, ...rest] = a;
  if (head === undefined) return 0;
  const without = mostKept(rest, b);
  const at = b.indexOf(head);
  return at === -1 ? without : Math.max(without, 1 + mostKept(rest, b.slice(at + 1)));
}
test('as many lines are kept as can be', () => {
  const short = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 }).map((all) => all.join('\n'));
  fc.assert(
    fc.property(short, short, (before, after) => {
      const same = lineDiff(before, after).filter(({ kind }) => kind === 'same').length;
      const linesOf = (all: string) => (all === '' ? [] : all.split('\n'));
      expect(same).toBe(mostKept(linesOf(before), linesOf(after)));
    }),
  );
});

test('a line that became another stands beside it, with what differs', () => {
  const rows = lineDiff('{\n  "Action": "kms:Encrypt"\n}', '{\n  "Action": "kms:Decrypt"\n}');
  expect(picture(rows)).toBe('=~=');
  expect(rows[1]?.after?.pieces).toEqual([
    { text: '  "Action": "kms:', changed: false },
    { text: 'De', changed: true },
    { text: 'crypt"', changed: false },
  ]);
});

test('what is the same is folded, but for a few lines around each change', () => {
  const lines = Array.from({ length: 20 }, (_, i) => String(i));
  const rows = lineDiff(lines.join('\n'), lines.with(10, 'x').join('\n'));
  expect(folded(rows, 2).map((row) => (row.kind === 'folded' ? row.count : row.kind))).toEqual([
    8,
    'same',
    'same',
    'changed',
    'same',
    'same',
    7,
  ]);
  expect(folded(lineDiff('a', 'a'), 2)).toHaveLength(1);
});
