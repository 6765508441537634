import { refuse, type KeyState, type Origin, type Refusal } from '../model/index.ts';
import table from './operation-states.json';

/*
 * AWS's operation × state table as data (reference/key-states.json): is it allowed, and with which exception is it
 * refused. What the next state is, is not its business: keyState.ts.
 */

export type Cell =
  | 'ok'
  /** The key can never be in that state with this operation. */
  | 'n/a'
  /** Depends on more than the state: the notes say on what, the operation decides. */
  | { readonly conditional: readonly string[] }
  | { readonly refused: readonly string[]; readonly notes: readonly string[] };

const cells = table as Readonly<Record<string, Readonly<Record<KeyState, Cell>>>>;

/** Undefined for operations that look at no key state. */
export const cellOf = (operation: string, state: KeyState): Cell | undefined => cells[operation]?.[state];

/** Operations that have a row. */
export const operationsWithStates: readonly string[] = Object.keys(cells);

/** What each note of the table says of a key, behind its ARN. */
const sentences: Readonly<Record<string, string>> = {
  '1': 'is disabled.',
  '2': 'is pending deletion.',
  '3': 'is pending deletion.',
  '4': 'is not pending deletion.',
  '5': 'is pending import.',
  '6': 'origin is EXTERNAL which is not valid for this operation.',
  '8': 'is pending deletion.',
  '11': 'is unavailable.',
  '14': 'is creating.',
  '15': 'is updating.',
};

/**
 * Refusal of an operation for the state of a key, or undefined where the table lets it pass.
 * @param origin of the key, which some cells hang on.
 * DisabledException and KMSInvalidStateException both stand in the table for keys pending deletion; live transcripts
 * show the second (key-states.json, "twoFootnotes").
 */
export function refusalForState(
  operation: string,
  state: KeyState,
  arn: string,
  origin?: Origin,
): Refusal | undefined {
  const cell = cellOf(operation, state);
  if (cell === undefined || cell === 'ok' || cell === 'n/a' || 'conditional' in cell) return undefined;
  // Notes 8 and 9: the state stands in the way of keys with imported material, their origin in that of all others.
  if (cell.notes.includes('9') && origin !== undefined && origin !== 'EXTERNAL') {
    return refuse(
      'UnsupportedOperationException',
      `${arn} origin is ${origin} which is not valid for this operation.`,
      `key-states.json ${operation} ${state}`,
    );
  }
  const exception = cell.refused.includes('KMSInvalidStateException')
    ? 'KMSInvalidStateException'
    : cell.refused[0];
  if (exception === undefined)
    throw new Error(`"operation-states" has an empty cell: ${operation}, ${state}`);
  const note = cell.notes.map((n) => sentences[n]).find((text) => text !== undefined);
  const said =
    state === 'PendingReplicaDeletion' && note === 'is pending deletion.'
      ? 'is pending replica deletion.'
      : note;
  return refuse(
    exception,
    said === undefined ? '' : `${arn} ${said}`,
    `key-states.json ${operation} ${state}`,
  );
}
