import { describe, expect, it } from 'vitest';
import type { KeyState } from '../model/index.ts';
import { nextMultiRegionRole, type MultiRegionEvent, type MultiRegionRole } from './multiRegion.ts';
import { eventsWithRoles, roleCell, type RoleCell } from './multiRegionRoles.ts';
import { cellOf, type Cell } from './operationStates.ts';

const roles = ['REPLICA', 'PRIMARY/alone', 'PRIMARY/replicated', 'PRIMARY/waitsForReplicas'] as const;
const events = eventsWithRoles as readonly MultiRegionEvent[];

/** Cells in which the machine and the table of roles do not say the same of "may this be done". */
const disagreements = (cell: (event: MultiRegionEvent, role: MultiRegionRole) => RoleCell | undefined) =>
  events.flatMap((event) =>
    roles
      .filter((role) => (cell(event, role) === 'ok') !== (nextMultiRegionRole(role, event) !== undefined))
      .map((role) => `${event} as ${role}`),
  );

/** The state in which AWS's own table has a primary of that role: there the two tables have to say the same. */
const waiting: KeyState = 'PendingReplicaDeletion';
const againstKeyStates = (cell: (operation: string, state: KeyState) => Cell | undefined) =>
  events
    .filter((event) => event !== 'importNewMaterial')
    .filter((event) => {
      const allowed = cell(event, waiting) === 'ok';
      return allowed !== (nextMultiRegionRole('PRIMARY/waitsForReplicas', event) !== undefined);
    });

describe('part of a key in a multi-Region set', () => {
  it('[specs multiRegion onlyOnPrimary] machine and table agree on every cell, in both directions', () => {
    expect(disagreements(roleCell)).toEqual([]);
    expect(events.length * roles.length).toBe(32);
  });

  it('[key-states PendingReplicaDeletion] machine and the table of key states agree on a primary that waits', () => {
    expect(againstKeyStates(cellOf)).toEqual([]);
  });

  it('the comparisons can fail: a mutated row is caught', () => {
    const mutated = (event: MultiRegionEvent, role: MultiRegionRole): RoleCell | undefined =>
      event === 'ReplicateKey' && role === 'REPLICA' ? 'ok' : roleCell(event, role);
    expect(disagreements(mutated)).toEqual(['ReplicateKey as REPLICA']);
    const otherStates = (operation: string, state: KeyState): Cell | undefined =>
      operation === 'ReplicateKey' && state === waiting ? 'ok' : cellOf(operation, state);
    expect(againstKeyStates(otherStates)).toEqual(['ReplicateKey']);
  });

  it.each<[MultiRegionRole, MultiRegionEvent, MultiRegionRole | 'gone' | undefined]>([
    ['PRIMARY/alone', 'ReplicateKey', 'PRIMARY/replicated'],
    ['PRIMARY/replicated', 'ReplicateKey', 'PRIMARY/replicated'],
    ['PRIMARY/replicated', 'UpdatePrimaryRegion', 'REPLICA'],
    ['REPLICA', 'promoted', 'PRIMARY/replicated'],
    ['PRIMARY/replicated', 'ScheduleKeyDeletion', 'PRIMARY/waitsForReplicas'],
    ['PRIMARY/waitsForReplicas', 'CancelKeyDeletion', 'PRIMARY/replicated'],
    ['PRIMARY/waitsForReplicas', 'replicaGone', 'PRIMARY/waitsForReplicas'],
    ['PRIMARY/waitsForReplicas', 'lastReplicaGone', 'PRIMARY/alone'],
    ['PRIMARY/replicated', 'lastReplicaGone', 'PRIMARY/alone'],
    ['PRIMARY/alone', 'DeleteKey', 'gone'],
    ['PRIMARY/replicated', 'DeleteKey', undefined],
    ['PRIMARY/waitsForReplicas', 'DeleteKey', undefined],
    ['REPLICA', 'DeleteKey', 'gone'],
    ['PRIMARY/replicated', 'RotateKeyOnDemand', 'PRIMARY/replicated'],
  ])('[specs multiRegion] %s, %s → %s', (role, event, next) => {
    expect(nextMultiRegionRole(role, event)).toBe(next);
  });
});
