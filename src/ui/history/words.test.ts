import { describe, expect, test } from 'vitest';
import type { HistoryEntry, RecordChange } from '../../client/index.ts';
import type { EpochMs, Region } from '../../engine/index.ts';
import { entryWords, groupWords, isBookkeeping, recordName, tableName, valueWords } from './words.ts';

const entry = (operation: string, input: unknown, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  seq: 7,
  group: 'g',
  at: 0 as EpochMs,
  call: {
    operation,
    region: 'us-east-1' as Region,
    principal: 'arn:aws:iam::111122223333:user/Admin',
    input,
  },
  travel: undefined,
  from: 6,
  onPath: true,
  tables: ['key'],
  readOnly: false,
  refused: undefined,
  trace: undefined,
  ...more,
});
const nameOf = (id: string): string => (id === 'key-1' ? 'alias/payroll' : id);
const more = (n: number): string => `and ${n} more`;

test('an operation is called by its name, what it was about, and who made it', () => {
  expect(entryWords(entry('DisableKey', { KeyId: 'key-1' }), nameOf)).toEqual({
    title: 'DisableKey',
    isOperation: true,
    about: 'alias/payroll',
    who: 'Admin',
  });
});

test.each([
  ['lab:Advance', { days: 1, hours: 2 }, 'clock advanced by 1 day 2 hours'],
  ['lab:Advance', { to: Date.parse('2027-01-01') }, 'clock advanced to 2027-01-01'],
  ['lab:Advance', { next: 'due' }, 'clock advanced to what was due'],
  ['lab:Genesis', {}, 'world made'],
  ['lab:SetClock', { mode: 'frozen' }, 'clock frozen'],
  ['lab:Anything', null, 'Anything'],
])('%s of %j is "%s"', (operation, input, words) => {
  expect(entryWords(entry(operation, input), nameOf)).toMatchObject({ title: words, isOperation: false });
});

test('a group is called after its first entry that changed something, and counts the others', () => {
  const entries = [
    entry('DescribeKey', {}, { readOnly: true }),
    entry('CreateKey', {}),
    entry('CreateAlias', { AliasName: 'alias/x' }),
  ];
  expect(groupWords({ group: 'g', first: 1, last: 3, onPath: true, entries }, nameOf, more)).toBe(
    'CreateKey and 1 more',
  );
});

test('moving along the history is told as such', () => {
  const undo = entry('lab:Undo', {}, { travel: { kind: 'undo', to: 5 } });
  expect(entryWords(undo, nameOf).title).toBe('undone, back to step 5');
});

describe('values as a person reads them', () => {
  test.each([
    [undefined, 'x', 'none'],
    [true, 'enabled', 'yes'],
    [Date.parse('2026-11-18T09:00:00Z'), 'DeletionDate', '2026-11-18 09:00:00 UTC'],
    [365, 'periodInDays', '365'],
    [new Uint8Array(184), 'wrapped', '184 B'],
    [['Encrypt', 'Decrypt'], 'Operations', 'Encrypt, Decrypt'],
    [[], 'Operations', 'none'],
    ['', 'Description', 'empty'],
    ['x'.repeat(100), 'document', `${'x'.repeat(40)}… (100 characters)`],
  ])('%j of %s', (value, path, words) => {
    expect(valueWords(value, path)).toBe(words);
  });
});

test('records are named by what tells them apart; a table that is new here is still called something', () => {
  const tag: RecordChange = {
    ref: 'tag/1',
    table: 'tag',
    kind: 'added',
    before: undefined,
    after: { key: 'key-1', TagKey: 'team', TagValue: 'people' },
    fields: [],
  };
  expect(recordName(tag, nameOf)).toBe('team, alias/payroll');
  expect(isBookkeeping(tag)).toBe(false);
  expect(tableName('somethingNew')).toBe('something new');
});
