import { nextKeyState } from './machines/index.ts';
import { ref, type EpochMs, type KeyRec, type KeyState } from './model/index.ts';
import type { Step } from './operation.ts';

type StateOperation = 'EnableKey' | 'DisableKey' | 'ScheduleKeyDeletion' | 'CancelKeyDeletion';

/** Lets the state machine decide the next state of a key and writes it. The table has allowed the operation by then. */
export function changeState(rec: KeyRec, operation: StateOperation, step: Step, DeletionDate?: EpochMs): KeyState {
  const next = nextKeyState(rec.KeyState, { type: operation }, { origin: rec.Origin, hasReplicas: false });
  if (next === undefined || next === 'gone') {
    throw new Error(`the state machine has no way for ${operation} from ${rec.KeyState}`);
  }
  step.view.put(ref.key(rec.arn), { ...rec, KeyState: next, DeletionDate });
  step.note({ kind: 'stateChanged', key: rec.arn, from: rec.KeyState, to: next });
  return next;
}
