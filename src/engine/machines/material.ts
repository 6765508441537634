import { setup, transition, type SnapshotFrom } from 'xstate';

/*
 * One imported key material of one KMS key: this machine is the authority for what comes next. Whether it may be done, and
 * with which exception it is refused, is the table beside it (materialStates.ts); a test holds the two against each other.
 * The words are AWS's KeyMaterialState and ImportState (model.json), which run side by side: what the material is to its
 * key, and whether it is here. Sources: specs.json "import" and "rotation", the model's texts of ImportKeyMaterial,
 * DeleteImportedKeyMaterial and RotationsListEntry.
 *
 * No `after`: a material expires when `advance` sends DeleteExpiredKeyMaterial.
 */

export type KeyMaterialState =
  'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION' | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
export type ImportState = 'IMPORTED' | 'PENDING_IMPORT';
export type ImportType = 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL';

/** `none`: the key knows no such material (yet). `gone`: it knows it no longer. */
export type MaterialState = 'none' | 'gone' | `${KeyMaterialState}/${ImportState}`;

export type MaterialEvent =
  | { readonly type: 'ImportKeyMaterial'; readonly importType: ImportType }
  | { readonly type: 'DeleteImportedKeyMaterial' }
  | { readonly type: 'DeleteExpiredKeyMaterial' }
  /** The rotation begins; it ends with RotateKey. */
  | { readonly type: 'RotateKeyOnDemand' }
  /** The pending material becomes current, the current one is superseded. */
  | { readonly type: 'RotateKey' }
  /** One more related key, which has not this material yet. */
  | { readonly type: 'ReplicateKey' }
  /** Every related key has it now. */
  | { readonly type: 'importedEverywhere' }
  /** The primary's pending material was deleted, and so is that of its replicas. */
  | { readonly type: 'primaryDropsIt' };

export interface MaterialContext {
  /** Nothing has ever been imported into this key. */
  readonly first: boolean;
  /** The key is a multi-Region replica. */
  readonly replica: boolean;
  /** Only symmetric encryption keys can have more than one material. */
  readonly symmetric: boolean;
  /** Another material of the key waits for rotation. */
  readonly otherPending: boolean;
  /** All related keys have this material, or there are none. */
  readonly everywhere: boolean;
}

const isNew = (event: MaterialEvent): boolean =>
  event.type === 'ImportKeyMaterial' && event.importType === 'NEW_KEY_MATERIAL';

export const materialMachine = setup({
  types: {} as { context: MaterialContext; events: MaterialEvent; input: MaterialContext },
  guards: {
    firstOfKey: ({ context, event }) => context.first && !context.replica && isNew(event),
    mayWait: ({ context, event }) =>
      isNew(event) && context.symmetric && !context.first && !context.replica && !context.otherPending,
    mayWaitEverywhere: ({ context, event }) =>
      isNew(event) &&
      context.symmetric &&
      !context.first &&
      !context.replica &&
      !context.otherPending &&
      context.everywhere,
    // A replica is born knowing its primary's materials: the first import there may be called either.
    again: ({ context, event }) => !isNew(event) || (context.replica && context.first),
    /** The key that a pending material hangs on: a primary, or a key without relatives. */
    holder: ({ context }) => !context.replica,
  },
}).createMachine({
  id: 'material',
  context: ({ input }) => input,
  initial: 'none',
  states: {
    none: {
      on: {
        ImportKeyMaterial: [
          { guard: 'firstOfKey', target: ['known.is.CURRENT', 'known.here.IMPORTED'] },
          { guard: 'mayWaitEverywhere', target: ['known.is.PENDING_ROTATION', 'known.here.IMPORTED'] },
          {
            guard: 'mayWait',
            target: ['known.is.PENDING_MULTI_REGION_IMPORT_AND_ROTATION', 'known.here.IMPORTED'],
          },
        ],
      },
    },
    known: {
      type: 'parallel',
      states: {
        is: {
          initial: 'CURRENT',
          states: {
            PENDING_MULTI_REGION_IMPORT_AND_ROTATION: {
              on: {
                importedEverywhere: 'PENDING_ROTATION',
                // What only waits is not bound to its key (RotationsListEntry): there it goes whole. A replica goes on
                // knowing what its primary has.
                DeleteImportedKeyMaterial: { guard: 'holder', target: '#material.gone' },
                DeleteExpiredKeyMaterial: { guard: 'holder', target: '#material.gone' },
                primaryDropsIt: '#material.gone',
              },
            },
            PENDING_ROTATION: {
              on: {
                RotateKeyOnDemand: 'PENDING_ROTATION',
                RotateKey: 'CURRENT',
                ReplicateKey: 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION',
                DeleteImportedKeyMaterial: [
                  { guard: 'holder', target: '#material.gone' },
                  { target: 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION' },
                ],
                DeleteExpiredKeyMaterial: [
                  { guard: 'holder', target: '#material.gone' },
                  { target: 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION' },
                ],
                primaryDropsIt: '#material.gone',
              },
            },
            CURRENT: { on: { RotateKey: 'NON_CURRENT' } },
            NON_CURRENT: {},
          },
        },
        here: {
          initial: 'PENDING_IMPORT',
          states: {
            IMPORTED: {
              on: {
                ImportKeyMaterial: { guard: 'again', target: 'IMPORTED' },
                DeleteImportedKeyMaterial: 'PENDING_IMPORT',
                DeleteExpiredKeyMaterial: 'PENDING_IMPORT',
              },
            },
            PENDING_IMPORT: {
              on: {
                ImportKeyMaterial: { guard: 'again', target: 'IMPORTED' },
                DeleteImportedKeyMaterial: 'PENDING_IMPORT',
              },
            },
          },
        },
      },
    },
    gone: { type: 'final' },
  },
});

type Snapshot = SnapshotFrom<typeof materialMachine>;

function snapshotAt(state: MaterialState, context: MaterialContext): Snapshot {
  if (state === 'none' || state === 'gone') return materialMachine.resolveState({ value: state, context });
  const [is = '', here = ''] = state.split('/');
  return materialMachine.resolveState({ value: { known: { is, here } }, context });
}

function stateOfSnapshot({ value }: Snapshot): MaterialState {
  // Two of the machine's states are simple, the third holds the two regions of `known`.
  if (typeof value === 'string') return value as MaterialState;
  const { is, here } = (value as { known: { is: KeyMaterialState; here: ImportState } }).known;
  return `${is}/${here}`;
}

/** The state after `event`, or undefined when the machine has no way to go from here. */
export function nextMaterialState(
  state: MaterialState,
  event: MaterialEvent,
  context: MaterialContext,
): MaterialState | undefined {
  const snapshot = snapshotAt(state, context);
  if (!snapshot.can(event)) return undefined;
  const [next] = transition(materialMachine, snapshot, event);
  return stateOfSnapshot(next);
}
