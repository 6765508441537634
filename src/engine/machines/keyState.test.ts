import { describe, expect, it } from 'vitest';
import type { KeyState } from '../model/index.ts';
import { nextKeyState, type KeyEvent, type KeyStateContext } from './keyState.ts';
import { cellOf, operationsWithStates, refusalForState, type Cell } from './operationStates.ts';

const states: readonly KeyState[] = [
  'Creating',
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingImport',
  'PendingReplicaDeletion',
  'Unavailable',
  'Updating',
];
const changing = ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion'] as const;
const context: KeyStateContext = { origin: 'AWS_KMS', hasReplicas: false };

/** Cells in which the machine and AWS's table do not say the same of "may this be done from here". */
function disagreements(cell: (operation: string, state: KeyState) => Cell | undefined): string[] {
  return changing.flatMap((operation) =>
    states
      .filter((state) => {
        const allowed = cell(operation, state) === 'ok';
        const goes = nextKeyState(state, { type: operation }, context) !== undefined;
        return allowed !== goes;
      })
      .map((state) => `${operation} in ${state}`),
  );
}

describe('key state', () => {
  it('[key-states matrix] machine and table agree on every state-changing cell, in both directions', () => {
    expect(disagreements(cellOf)).toEqual([]);
  });

  it('the comparison can fail: a mutated row is caught', () => {
    const mutated = (operation: string, state: KeyState): Cell | undefined =>
      operation === 'EnableKey' && state === 'PendingDeletion' ? 'ok' : cellOf(operation, state);
    expect(disagreements(mutated)).toEqual(['EnableKey in PendingDeletion']);
  });

  it('the table has a cell for every operation with a row and every state', () => {
    const empty = operationsWithStates.flatMap((operation) =>
      states
        .filter((state) => cellOf(operation, state) === undefined)
        .map((state) => `${operation} ${state}`),
    );
    expect(empty).toEqual([]);
    expect(operationsWithStates.length).toBeGreaterThan(40);
  });

  const transitions: readonly [KeyState, KeyEvent['type'], KeyState | 'gone', Partial<KeyStateContext>?][] = [
    ['Enabled', 'DisableKey', 'Disabled'],
    ['Disabled', 'EnableKey', 'Enabled'],
    ['Enabled', 'ScheduleKeyDeletion', 'PendingDeletion'],
    ['Disabled', 'ScheduleKeyDeletion', 'PendingDeletion'],
    ['PendingImport', 'ScheduleKeyDeletion', 'PendingDeletion'],
    ['Unavailable', 'ScheduleKeyDeletion', 'PendingDeletion'],
    ['Creating', 'ScheduleKeyDeletion', 'PendingDeletion'],
    ['Enabled', 'ScheduleKeyDeletion', 'PendingReplicaDeletion', { hasReplicas: true }],
    ['PendingReplicaDeletion', 'replicasGone', 'PendingDeletion', { hasReplicas: true }],
    ['PendingDeletion', 'CancelKeyDeletion', 'Disabled'],
    ['PendingReplicaDeletion', 'CancelKeyDeletion', 'Disabled'],
    ['PendingDeletion', 'DeleteKey', 'gone'],
    ['PendingImport', 'ImportKeyMaterial', 'Enabled', { origin: 'EXTERNAL' }],
    ['Enabled', 'DeleteImportedKeyMaterial', 'PendingImport', { origin: 'EXTERNAL' }],
    ['Creating', 'ready', 'Enabled'],
    ['Creating', 'ready', 'PendingImport', { origin: 'EXTERNAL' }],
  ];
  it.each(transitions)('[key-states transitions] %s, %s → %s', (from, type, to, over = {}) => {
    expect(nextKeyState(from, { type }, { ...context, ...over })).toBe(to);
  });

  it('a key with KMS material never waits for an import', () => {
    for (const state of states) {
      const next = nextKeyState(state, { type: 'DeleteImportedKeyMaterial' }, context);
      expect([undefined, state === 'PendingImport' ? 'PendingImport' : undefined]).toContain(next);
    }
  });

  it.each([
    ['Encrypt', 'Disabled', 'DisabledException', 'ARN is disabled.'],
    ['Decrypt', 'PendingDeletion', 'KMSInvalidStateException', 'ARN is pending deletion.'],
    ['CancelKeyDeletion', 'Enabled', 'KMSInvalidStateException', 'ARN is not pending deletion.'],
    ['EnableKey', 'PendingImport', 'KMSInvalidStateException', 'ARN is pending import.'],
    ['TagResource', 'PendingDeletion', 'KMSInvalidStateException', 'ARN is pending deletion.'],
    ['Encrypt', 'Unavailable', 'KMSInvalidStateException', 'ARN is unavailable.'],
    ['DisableKey', 'Creating', 'KMSInvalidStateException', 'ARN is creating.'],
  ] as const)('[FACTS states] %s of a key that is %s: %s', (operation, state, exception, message) => {
    expect(refusalForState(operation, state, 'ARN')).toMatchObject({ refused: exception, message });
  });
});
