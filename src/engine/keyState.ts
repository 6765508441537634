import { ref, type KeyRec, type KeyState, type View } from './model/index.ts';

/**
 * The state that KMS shows of a key. A key in a custom key store is Unavailable while its store is not connected; what it
 * was before stays in its record, and EnableKey and DisableKey change that (key-states.json notes 12 and 13).
 */
export function stateOf(rec: KeyRec, view: View): KeyState {
  if (!rec.keyStore || (rec.KeyState !== 'Enabled' && rec.KeyState !== 'Disabled')) return rec.KeyState;
  const store = view.get(ref.keyStore(rec.account, rec.region, rec.keyStore.id));
  return store?.state === 'CONNECTED' ? rec.KeyState : 'Unavailable';
}
