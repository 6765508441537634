import { nextKeyState, refusalForState } from './machines/index.ts';
import type { KeyRec, KeyState, Refusal } from './model/index.ts';

export interface KeyTransition {
  readonly operation: string;
  /** The state after it, or the present one when it is refused. */
  readonly to: KeyState | 'gone';
  readonly allowed: boolean;
  readonly refusal?: Refusal;
}

const stateOperations = ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion'] as const;

/** What the table says of every state-changing operation from here, and where the machine would go. */
export function keyTransitions(rec: KeyRec): readonly KeyTransition[] {
  return stateOperations.map((operation) => {
    const refusal = refusalForState(operation, rec.KeyState, rec.arn);
    const to = nextKeyState(rec.KeyState, { type: operation }, { origin: rec.Origin, hasReplicas: false });
    return { operation, to: to ?? rec.KeyState, allowed: !refusal, ...(refusal ? { refusal } : {}) };
  });
}
