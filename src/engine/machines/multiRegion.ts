import { setup, transition } from 'xstate';

/*
 * The part that one multi-Region key plays in its set: this machine is the authority for who is primary, for whom a primary
 * has to wait, and for what only a primary may do. Which exception a refusal is stands in the table beside it
 * (multiRegionRoles.ts); the key's own state is the business of keyState.ts, and a test holds all three against each
 * other. Sources: specs.json "multiRegion", key-states.json "transitions".
 */

/** MultiRegionKeyType (model.json), and for a primary whether it has replicas. */
export type MultiRegionRole =
  | 'REPLICA'
  /** Primary without replicas. */
  | 'PRIMARY/alone'
  | 'PRIMARY/replicated'
  /** Scheduled for deletion while replicas exist; can last for ever. */
  | 'PRIMARY/waitsForReplicas';

export type MultiRegionEvent =
  | 'ReplicateKey'
  /** Another key of the set becomes primary in its place. */
  | 'UpdatePrimaryRegion'
  /** It becomes primary. */
  | 'promoted'
  | 'EnableKeyRotation'
  | 'DisableKeyRotation'
  | 'RotateKeyOnDemand'
  /** ImportKeyMaterial of a material that the set has not. */
  | 'importNewMaterial'
  | 'ScheduleKeyDeletion'
  | 'CancelKeyDeletion'
  /** A replica is really gone, and others are left. */
  | 'replicaGone'
  | 'lastReplicaGone'
  /** Its own waiting period is over. */
  | 'DeleteKey';

/** What changes nothing in a set, and yet only its primary does. */
const onlyPrimary = <State extends string>(state: State) => ({
  EnableKeyRotation: state,
  DisableKeyRotation: state,
  RotateKeyOnDemand: state,
  importNewMaterial: state,
});

export const multiRegionMachine = setup({
  types: {} as { events: { readonly type: MultiRegionEvent } },
}).createMachine({
  id: 'multiRegion',
  initial: 'PRIMARY',
  states: {
    PRIMARY: {
      initial: 'alone',
      states: {
        alone: {
          on: {
            ...onlyPrimary('alone' as const),
            ReplicateKey: 'replicated',
            // Without replicas its own waiting period begins, or ends early: no business of the set.
            ScheduleKeyDeletion: 'alone',
            CancelKeyDeletion: 'alone',
            DeleteKey: '#multiRegion.gone',
          },
        },
        replicated: {
          on: {
            ...onlyPrimary('replicated' as const),
            ReplicateKey: 'replicated',
            UpdatePrimaryRegion: '#multiRegion.REPLICA',
            ScheduleKeyDeletion: 'waitsForReplicas',
            replicaGone: 'replicated',
            lastReplicaGone: 'alone',
          },
        },
        waitsForReplicas: {
          on: { CancelKeyDeletion: 'replicated', replicaGone: 'waitsForReplicas', lastReplicaGone: 'alone' },
        },
      },
    },
    REPLICA: {
      on: {
        promoted: 'PRIMARY.replicated',
        ScheduleKeyDeletion: 'REPLICA',
        CancelKeyDeletion: 'REPLICA',
        DeleteKey: 'gone',
      },
    },
    gone: { type: 'final' },
  },
});

const valueOf = (role: MultiRegionRole): { value: string | { PRIMARY: string } } => {
  const [type = '', part] = role.split('/');
  return { value: part === undefined ? type : { PRIMARY: part } };
};

/** The role after `event`, or undefined when a key in this role cannot do it. */
export function nextMultiRegionRole(
  role: MultiRegionRole,
  type: MultiRegionEvent,
): MultiRegionRole | 'gone' | undefined {
  const snapshot = multiRegionMachine.resolveState(valueOf(role));
  if (!snapshot.can({ type })) return undefined;
  const [{ value }] = transition(multiRegionMachine, snapshot, { type });
  // The machine's values are the role's two parts, or `gone`.
  return typeof value === 'string'
    ? (value as 'REPLICA' | 'gone')
    : (`PRIMARY/${(value as { PRIMARY: string }).PRIMARY}` as MultiRegionRole);
}
