import { hasReplicas } from './multiRegion.ts';
import { stateOf } from './keyState.ts';
import { nextKeyState, type KeyEvent } from './machines/index.ts';
import { ref, type KeyRec, type KeyState, type Work } from './model/index.ts';
import type { Overlay } from './overlay.ts';

interface Place {
  readonly view: Overlay;
  note(work: Work): void;
}

/**
 * Lets the state machine decide the next state of a key and writes it, with what else changes in the record. The table
 * has allowed the operation by then.
 */
export function changeState(
  rec: KeyRec,
  event: KeyEvent['type'],
  place: Place,
  also: Partial<KeyRec> = {},
): KeyState {
  const { view } = place;
  const from = stateOf(rec, view);
  const next = nextKeyState(
    from,
    { type: event },
    { origin: rec.Origin, hasReplicas: hasReplicas(rec, view) },
  );
  if (next === undefined || next === 'gone')
    throw new Error(`the state machine has no way for ${event} from ${from}`);
  view.put(ref.key(rec.arn), { ...rec, ...also, KeyState: underlying(event, next) });
  place.note({ kind: 'stateChanged', key: rec.arn, from, to: next });
  return next;
}

/** What the record says while its store is away: the state to come back to. */
function underlying(event: KeyEvent['type'], next: KeyState): KeyState {
  if (next !== 'Unavailable') return next;
  return event === 'DisableKey' ? 'Disabled' : 'Enabled';
}
