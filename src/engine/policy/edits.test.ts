import { describe, expect, test } from 'vitest';
import { applyEdits, type JsonEdit } from './edits.ts';

const before = { Version: '2012-10-17', Statement: [{ Action: 'kms:Encrypt' }, { Action: ['a', 'b'] }] };
const cases: readonly (readonly [title: string, edits: readonly JsonEdit[], after: object])[] = [
  ['sets', [{ op: 'set', path: ['Version'], value: 'x' }], { ...before, Version: 'x' }],
  [
    'makes what is on the way',
    [{ op: 'set', path: ['Statement', 0, 'Condition', 'Bool', 'k'], value: 'true' }],
    {
      ...before,
      Statement: [{ Action: 'kms:Encrypt', Condition: { Bool: { k: 'true' } } }, { Action: ['a', 'b'] }],
    },
  ],
  [
    'removes a member',
    [{ op: 'remove', path: ['Statement', 1, 'Action'] }],
    { ...before, Statement: [{ Action: 'kms:Encrypt' }, {}] },
  ],
  [
    'removes an item',
    [{ op: 'remove', path: ['Statement', 0] }],
    { ...before, Statement: [{ Action: ['a', 'b'] }] },
  ],
  [
    'appends to a list',
    [{ op: 'append', path: ['Statement', 1, 'Action'], value: 'c' }],
    { ...before, Statement: [{ Action: 'kms:Encrypt' }, { Action: ['a', 'b', 'c'] }] },
  ],
  [
    'makes a list of a lone value',
    [{ op: 'append', path: ['Statement', 0, 'Action'], value: 'c' }],
    { ...before, Statement: [{ Action: ['kms:Encrypt', 'c'] }, { Action: ['a', 'b'] }] },
  ],
  [
    'one after the other',
    [
      { op: 'remove', path: ['Statement', 0] },
      { op: 'remove', path: ['Statement', 0, 'Action', 0] },
    ],
    { ...before, Statement: [{ Action: ['b'] }] },
  ],
];

describe('applyEdits', () => {
  test.each(cases)('%s', (_, edits, after) => {
    expect(JSON.parse(applyEdits(JSON.stringify(before), edits))).toEqual(after);
  });
  test('a path that leads nowhere is a mistake of ours', () => {
    expect(() => applyEdits('{}', [{ op: 'remove', path: ['Statement', 0] }])).toThrow(
      'expected something at ["Statement",0]',
    );
    expect(() => applyEdits('[]', [{ op: 'set', path: [], value: 1 }])).toThrow('expected something at []');
  });
});
