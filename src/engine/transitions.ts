import { nextKeyState, refusalForState } from './machines/index.ts';
import { stateOf } from './keyState.ts';
import type { KeyRec, KeyState, Refusal, View } from './model/index.ts';
import { hasReplicas } from './multiRegion.ts';

export interface KeyTransition {
  readonly operation: string;
  /** The state after it, or the present one when it is refused. */
  readonly to: KeyState | 'gone';
  readonly allowed: boolean;
  readonly refusal?: Refusal;
}

const stateOperations = ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion'] as const;

/** What the table says of every state-changing operation from here, and where the machine would go. */
export function keyTransitions(rec: KeyRec, view: View): readonly KeyTransition[] {
  const state = stateOf(rec, view);
  const context = { origin: rec.Origin, hasReplicas: hasReplicas(rec, view) };
  return stateOperations.map((operation) => {
    const refusal = refusalForState(operation, state, rec.arn);
    const to = nextKeyState(state, { type: operation }, context);
    return { operation, to: to ?? state, allowed: !refusal, ...(refusal ? { refusal } : {}) };
  });
}
