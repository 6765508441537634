import { describe, expect, it } from 'vitest';
import {
  nextMaterialState,
  type MaterialContext,
  type MaterialEvent,
  type MaterialState,
} from './material.ts';
import { materialCell, materialRow, materialRows, type MaterialCell } from './materialStates.ts';

const multi = 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
const states: readonly MaterialState[] = [
  'none',
  'CURRENT/IMPORTED',
  'CURRENT/PENDING_IMPORT',
  'NON_CURRENT/IMPORTED',
  'NON_CURRENT/PENDING_IMPORT',
  'PENDING_ROTATION/IMPORTED',
  `${multi}/IMPORTED`,
  `${multi}/PENDING_IMPORT`,
];
const events: readonly MaterialEvent[] = [
  { type: 'ImportKeyMaterial', importType: 'NEW_KEY_MATERIAL' },
  { type: 'ImportKeyMaterial', importType: 'EXISTING_KEY_MATERIAL' },
  { type: 'DeleteImportedKeyMaterial' },
  { type: 'DeleteExpiredKeyMaterial' },
  { type: 'RotateKeyOnDemand' },
];
const plain: MaterialContext = {
  first: false,
  replica: false,
  symmetric: true,
  otherPending: false,
  everywhere: true,
};
const either = [false, true];
const situations: readonly MaterialContext[] = either.flatMap((first) =>
  either.flatMap((replica) =>
    either.flatMap((symmetric) =>
      either.flatMap((otherPending) =>
        either.map((everywhere) => ({ first, replica, symmetric, otherPending, everywhere })),
      ),
    ),
  ),
);

/** Every event in every state and situation, where machine and table do not say the same of "may this be done". */
function disagreements(cell: (row: string, state: MaterialState) => MaterialCell | undefined) {
  const asked = new Set<string>();
  const wrong = new Set<string>();
  for (const event of events)
    for (const state of states)
      for (const context of situations) {
        const row = materialRow(event, context);
        const says = row === undefined ? undefined : cell(row, state);
        if (row === undefined || says === undefined || says === 'n/a') continue;
        asked.add(`${row} in ${state}`);
        const goes = nextMaterialState(state, event, context) !== undefined;
        if ((says === 'ok') !== goes) wrong.add(`${row} in ${state}`);
      }
  return { asked, wrong: [...wrong] };
}

describe('imported key material', () => {
  it('[specs import, rotation] machine and table agree on every cell, in both directions', () => {
    const { asked, wrong } = disagreements(materialCell);
    expect(wrong).toEqual([]);
    const cells = materialRows.flatMap((row) =>
      states.filter((state) => materialCell(row, state) !== 'n/a').map((state) => `${row} in ${state}`),
    );
    expect([...asked].sort()).toEqual(cells.sort());
  });

  it('the comparison can fail: a mutated row is caught', () => {
    const mutated = (row: string, state: MaterialState): MaterialCell | undefined =>
      row === 'RotateKeyOnDemand' && state === `${multi}/IMPORTED` ? 'ok' : materialCell(row, state);
    expect(disagreements(mutated).wrong).toEqual([`RotateKeyOnDemand in ${multi}/IMPORTED`]);
    const other = (row: string, state: MaterialState): MaterialCell | undefined =>
      row === 'ImportKeyMaterial EXISTING_KEY_MATERIAL' && state === 'CURRENT/IMPORTED'
        ? { refused: 'IncorrectKeyMaterialException' }
        : materialCell(row, state);
    expect(disagreements(other).wrong).toEqual([
      'ImportKeyMaterial EXISTING_KEY_MATERIAL in CURRENT/IMPORTED',
    ]);
  });

  it('the table has a cell for every row and every state', () => {
    for (const row of materialRows)
      for (const state of states) expect(materialCell(row, state), `${row} ${state}`).toBeDefined();
  });

  const again: MaterialEvent = { type: 'ImportKeyMaterial', importType: 'EXISTING_KEY_MATERIAL' };
  const fresh: MaterialEvent = { type: 'ImportKeyMaterial', importType: 'NEW_KEY_MATERIAL' };
  it.each<[MaterialState, MaterialEvent, MaterialState, Partial<MaterialContext>?]>([
    ['none', fresh, 'CURRENT/IMPORTED', { first: true }],
    ['none', fresh, 'PENDING_ROTATION/IMPORTED'],
    ['none', fresh, `${multi}/IMPORTED`, { everywhere: false }],
    [`${multi}/IMPORTED`, { type: 'importedEverywhere' }, 'PENDING_ROTATION/IMPORTED'],
    [`${multi}/PENDING_IMPORT`, again, `${multi}/IMPORTED`, { replica: true, everywhere: false }],
    ['PENDING_ROTATION/IMPORTED', { type: 'RotateKeyOnDemand' }, 'PENDING_ROTATION/IMPORTED'],
    ['PENDING_ROTATION/IMPORTED', { type: 'RotateKey' }, 'CURRENT/IMPORTED'],
    ['PENDING_ROTATION/IMPORTED', { type: 'ReplicateKey' }, `${multi}/IMPORTED`],
    ['CURRENT/IMPORTED', { type: 'RotateKey' }, 'NON_CURRENT/IMPORTED'],
    ['CURRENT/IMPORTED', { type: 'DeleteImportedKeyMaterial' }, 'CURRENT/PENDING_IMPORT'],
    ['CURRENT/IMPORTED', { type: 'DeleteExpiredKeyMaterial' }, 'CURRENT/PENDING_IMPORT'],
    ['NON_CURRENT/IMPORTED', { type: 'DeleteExpiredKeyMaterial' }, 'NON_CURRENT/PENDING_IMPORT'],
    ['CURRENT/PENDING_IMPORT', again, 'CURRENT/IMPORTED'],
    ['NON_CURRENT/PENDING_IMPORT', again, 'NON_CURRENT/IMPORTED'],
    ['CURRENT/PENDING_IMPORT', fresh, 'CURRENT/IMPORTED', { replica: true, first: true }],
    ['PENDING_ROTATION/IMPORTED', { type: 'DeleteImportedKeyMaterial' }, 'gone'],
    ['PENDING_ROTATION/IMPORTED', { type: 'DeleteExpiredKeyMaterial' }, 'gone'],
    [`${multi}/IMPORTED`, { type: 'DeleteImportedKeyMaterial' }, 'gone'],
    [
      'PENDING_ROTATION/IMPORTED',
      { type: 'DeleteImportedKeyMaterial' },
      `${multi}/PENDING_IMPORT`,
      { replica: true },
    ],
    [`${multi}/PENDING_IMPORT`, { type: 'primaryDropsIt' }, 'gone', { replica: true }],
  ])('[specs rotation materialStates] %s, %o → %s', (from, event, to, over = {}) => {
    expect(nextMaterialState(from, event, { ...plain, ...over })).toBe(to);
  });
});
