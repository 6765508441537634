import { expect, test } from 'vitest';
import { ideasUnder } from './ideas.ts';
import { labNames, loadScenario, questionNames } from './library.ts';

test('what an idea stands on is followed to the ground, over every item that brings an idea in, in circles too', () => {
  const items = [
    { idea: 'roof', requires: ['wall'] },
    { idea: 'wall', requires: ['floor'] },
    { idea: 'wall', requires: ['door'] },
    { idea: 'door', requires: ['wall'] },
    { idea: 'garden', requires: ['floor'] },
  ];
  expect([...ideasUnder('roof', items)].sort()).toEqual(['door', 'floor', 'wall']);
  expect([...ideasUnder('floor', items)]).toEqual([]);
});

test('the first lab stands on nothing, and every other on something', async () => {
  const items = await Promise.all([...questionNames, ...labNames].map((name) => loadScenario(name)));
  const grounds = items
    .filter(({ kind }) => kind === 'lab')
    .filter(({ idea }) => ideasUnder(idea, items).size === 0);
  expect(grounds.map(({ id }) => id)).toEqual(['first-key']);
});
