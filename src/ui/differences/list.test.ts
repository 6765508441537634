import { describe, expect, it } from 'vitest';
import { differencesFromAws } from '../../engine/index.ts';
import { grouped, groupOf, matches, pieces, sentence } from './list.ts';

describe('differences from AWS, as the page has them', () => {
  it('every mark is in exactly one group', async () => {
    const list = await differencesFromAws();
    const shown = grouped(list).flatMap(({ areas }) => areas.flatMap(({ entries }) => entries));
    expect(shown.length).toBe(list.length);
    expect(new Set(shown).size).toBe(list.length);
  });

  it('operations go by their names, rooms by the table, everything else to the call', () => {
    expect(groupOf('CreateKey')).toBe('operations');
    expect(groupOf('policy')).toBe('permissions');
    expect(groupOf('handle')).toBe('call');
    expect(groupOf('somethingNew')).toBe('call');
  });

  it.each([
    ['createkey', true],
    ['engine/operations ', true],
    ['text recording', true],
    ['rotation', false],
  ])('"%s" finds it: %s', (query, found) => {
    const one = {
      area: 'CreateKey',
      file: 'engine/operations/CreateKey.ts',
      text: 'the text is in no recording.',
    };
    expect(matches(one, query)).toBe(found);
  });

  it('marks what was found, whatever the case and whatever stands in it', () => {
    expect(pieces('A key (KMS)', 'kms)')).toEqual([
      { text: 'A key (', hit: false },
      { text: 'KMS)', hit: true },
    ]);
    expect(pieces('nothing', '')).toEqual([{ text: 'nothing', hit: false }]);
  });

  it('begins with a capital, but leaves names as they are', () => {
    expect(sentence('the text is ours.')).toBe('The text is ours.');
    expect(sentence('policy.md §4 speaks')).toBe('policy.md §4 speaks');
  });
});
