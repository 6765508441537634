import { getInitialSnapshot, setup, transition, type SnapshotFrom } from 'xstate';
import type { KeyState } from '../model/index.ts';

/*
 * What state comes next: this machine is the authority. Whether an operation is allowed, and with which exception it is
 * refused, is AWS's own table (operationStates.ts); a test holds the two against each other in both directions.
 * Sources: reference/key-states.json "transitions" and "matrix".
 *
 * No `after` and no `invoke`: a deadline is a date in a record, and `advance` sends DeleteKey when it has come.
 */

/** AWS's operation names, and what virtual time or another operation brings about. */
export type KeyEvent =
  | { readonly type: 'EnableKey' }
  | { readonly type: 'DisableKey' }
  | { readonly type: 'ScheduleKeyDeletion' }
  | { readonly type: 'CancelKeyDeletion' }
  /** The waiting period is over. */
  | { readonly type: 'DeleteKey' }
  /** The last replica of a primary is really gone: its own waiting period starts. */
  | { readonly type: 'replicasGone' }
  /** The multi-Region work in the background is done. */
  | { readonly type: 'ready' }
  | { readonly type: 'ImportKeyMaterial' }
  | { readonly type: 'DeleteImportedKeyMaterial' }
  | { readonly type: 'UpdatePrimaryRegion' }
  | { readonly type: 'DisconnectCustomKeyStore' };

export interface KeyStateContext {
  readonly origin: 'AWS_KMS' | 'EXTERNAL' | 'AWS_CLOUDHSM' | 'EXTERNAL_KEY_STORE';
  readonly hasReplicas: boolean;
}

export const keyStateMachine = setup({
  types: {} as { context: KeyStateContext; events: KeyEvent; input: KeyStateContext },
  guards: {
    imported: ({ context }) => context.origin === 'EXTERNAL',
    hasReplicas: ({ context }) => context.hasReplicas,
    inKeyStore: ({ context }) => context.origin === 'AWS_CLOUDHSM' || context.origin === 'EXTERNAL_KEY_STORE',
  },
}).createMachine({
  id: 'keyState',
  context: ({ input }) => input,
  initial: 'Enabled',
  states: {
    Creating: {
      on: {
        ScheduleKeyDeletion: 'PendingDeletion',
        ready: [{ guard: 'imported', target: 'PendingImport' }, { target: 'Enabled' }],
      },
    },
    Enabled: {
      on: {
        EnableKey: 'Enabled',
        DisableKey: 'Disabled',
        ScheduleKeyDeletion: [
          { guard: 'hasReplicas', target: 'PendingReplicaDeletion' },
          { target: 'PendingDeletion' },
        ],
        DeleteImportedKeyMaterial: { guard: 'imported', target: 'PendingImport' },
        UpdatePrimaryRegion: 'Updating',
        DisconnectCustomKeyStore: { guard: 'inKeyStore', target: 'Unavailable' },
      },
    },
    Disabled: {
      on: {
        EnableKey: 'Enabled',
        DisableKey: 'Disabled',
        ScheduleKeyDeletion: [
          { guard: 'hasReplicas', target: 'PendingReplicaDeletion' },
          { target: 'PendingDeletion' },
        ],
        DeleteImportedKeyMaterial: { guard: 'imported', target: 'PendingImport' },
        DisconnectCustomKeyStore: { guard: 'inKeyStore', target: 'Unavailable' },
      },
    },
    PendingImport: {
      on: {
        ImportKeyMaterial: 'Enabled',
        DeleteImportedKeyMaterial: 'PendingImport',
        ScheduleKeyDeletion: [
          { guard: 'hasReplicas', target: 'PendingReplicaDeletion' },
          { target: 'PendingDeletion' },
        ],
      },
    },
    PendingDeletion: { on: { CancelKeyDeletion: 'Disabled', DeleteKey: 'gone' } },
    PendingReplicaDeletion: { on: { CancelKeyDeletion: 'Disabled', replicasGone: 'PendingDeletion' } },
    Unavailable: {
      on: { EnableKey: 'Unavailable', DisableKey: 'Unavailable', ScheduleKeyDeletion: 'PendingDeletion' },
    },
    // The table lets a second change of the primary Region through while the first one runs.
    Updating: { on: { ready: 'Enabled', UpdatePrimaryRegion: 'Updating' } },
    gone: { type: 'final' },
  },
});

type KeySnapshot = SnapshotFrom<typeof keyStateMachine>;

const snapshotAt = (state: KeyState, context: KeyStateContext): KeySnapshot =>
  keyStateMachine.resolveState({ value: state, context });

/** The state after `event`, or undefined when the machine has no way to go from here. */
export function nextKeyState(
  state: KeyState,
  event: KeyEvent,
  context: KeyStateContext,
): KeyState | 'gone' | undefined {
  const snapshot = snapshotAt(state, context);
  if (!snapshot.can(event)) return undefined;
  const [next] = transition(keyStateMachine, snapshot, event);
  return next.value as KeyState | 'gone';
}

/** The state in which a key begins its life: Enabled, or PendingImport when its material comes from outside. */
export function firstKeyState(context: KeyStateContext): KeyState {
  const first = getInitialSnapshot(keyStateMachine, context).value as KeyState;
  return context.origin === 'EXTERNAL' ? 'PendingImport' : first;
}
