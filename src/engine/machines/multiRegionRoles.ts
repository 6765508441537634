import type { MultiRegionEvent, MultiRegionRole } from './multiRegion.ts';
import table from './multi-region-roles.json';

/*
 * What a key may do in its part of a set, as data (specs.json multiRegion "onlyOnPrimary", operations.json). What comes of
 * it is the business of multiRegion.ts, and what the key's state says that of operationStates.ts.
 */

export type RoleCell = 'ok' | { readonly refused: string };

const cells = table as Readonly<Record<string, Readonly<Record<MultiRegionRole, RoleCell>>>>;

/** Rows of the table. */
export const eventsWithRoles: readonly string[] = Object.keys(cells);

export const roleCell = (event: MultiRegionEvent, role: MultiRegionRole): RoleCell | undefined =>
  cells[event]?.[role];
