import { expect, test } from 'vitest';
import { find, score, type Entry } from './search.ts';

const entry = (label: string, rest: Partial<Entry> = {}): Entry => ({
  id: label,
  group: 'action',
  label,
  run: () => undefined,
  ...rest,
});

test('every word must be found, in the label or beside it', () => {
  const undo = entry('Undo DisableKey', { also: 'back', detail: 'alias/payroll' });
  expect(score(undo, 'undo payroll')).toBeGreaterThan(0);
  expect(score(undo, 'undo grants')).toBeUndefined();
});

test('the beginning beats the middle, and a word inside an operation name counts as one', () => {
  const found = find([entry('CreateKey'), entry('Key policy'), entry('Monkey')], 'key', 9);
  expect(found[0]?.entries.map(({ label }) => label)).toEqual(['Key policy', 'CreateKey', 'Monkey']);
});

test('groups stand in the order of their best, and say how many more there are', () => {
  const keys = ['alias/a', 'alias/b', 'alias/c'].map((label) => entry(label, { group: 'key' }));
  const found = find([entry('Import', { also: 'alias' }), ...keys], 'alias', 2);
  expect(found.map(({ group, more }) => [group, more])).toEqual([
    ['key', 1],
    ['action', 0],
  ]);
});

test('without a query everything is offered, in its own order', () => {
  expect(find([entry('b'), entry('a')], ' ', 9)[0]?.entries.map(({ label }) => label)).toEqual(['b', 'a']);
});
