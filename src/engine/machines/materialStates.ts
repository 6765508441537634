import type { MaterialContext, MaterialEvent, MaterialState } from './material.ts';
import table from './material-states.json';

/*
 * What may be done with imported material, as data: row by row what specs.json "import" (reimport, wrongMaterial) and
 * "rotation" (imported, errors), "multiRegion" (onlyOnPrimary) and the model's texts say. What the next state is, is the
 * business of material.ts.
 */

export type MaterialCell = 'ok' | 'n/a' | { readonly refused: string };

const cells = table as Readonly<Record<string, Readonly<Record<string, MaterialCell>>>>;

/** Rows of the table. */
export const materialRows: readonly string[] = Object.keys(cells);

export const materialCell = (row: string, state: MaterialState): MaterialCell | undefined =>
  cells[row]?.[state];

/** The row that speaks of an event in a situation; undefined for what no caller does. */
export function materialRow(
  event: MaterialEvent,
  { first, replica, symmetric, otherPending }: MaterialContext,
): string | undefined {
  switch (event.type) {
    case 'ImportKeyMaterial': {
      if (first && replica) return `${event.type}, first of a replica`;
      if (event.importType === 'EXISTING_KEY_MATERIAL') return `${event.type} ${event.importType}`;
      if (first) return `${event.type}, nothing imported before`;
      const row = `${event.type} ${event.importType}`;
      if (!symmetric) return `${row}, asymmetric or HMAC`;
      if (replica) return `${row}, replica`;
      return otherPending ? `${row}, another is pending` : row;
    }
    case 'DeleteImportedKeyMaterial':
      return replica ? `${event.type}, replica` : event.type;
    case 'DeleteExpiredKeyMaterial':
    case 'RotateKeyOnDemand':
      return event.type;
    default:
      return undefined;
  }
}

/** The exception of what the table refuses; undefined where it lets it pass. */
export function materialRefusal(
  event: MaterialEvent,
  state: MaterialState,
  context: MaterialContext,
): string | undefined {
  const row = materialRow(event, context);
  const cell = row === undefined ? undefined : materialCell(row, state);
  return typeof cell === 'object' ? cell.refused : undefined;
}
