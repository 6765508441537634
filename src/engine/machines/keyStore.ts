import { setup, transition } from 'xstate';
import type { KeyStoreRec } from '../model/index.ts';

/*
 * Connection of a custom key store: this machine is the authority for what comes next. Source: specs.json customKeyStores
 * "states", operations.json ConnectCustomKeyStore ("not from DISCONNECTING or FAILED: disconnect first"). Connecting and
 * disconnecting take time: their ends are dates in records, and `advance` sends what comes of them.
 */

export type ConnectionState = KeyStoreRec['state'];

export type KeyStoreEvent =
  | { readonly type: 'ConnectCustomKeyStore' }
  | { readonly type: 'DisconnectCustomKeyStore' }
  | { readonly type: 'DeleteCustomKeyStore' }
  /** What was begun has come to its end. */
  | { readonly type: 'settled' }
  /** What is behind the store did not let it. */
  | { readonly type: 'failed' };

export const keyStoreMachine = setup({ types: {} as { events: KeyStoreEvent } }).createMachine({
  id: 'keyStore',
  initial: 'DISCONNECTED',
  states: {
    DISCONNECTED: { on: { ConnectCustomKeyStore: 'CONNECTING', DeleteCustomKeyStore: 'gone' } },
    CONNECTING: {
      on: {
        settled: 'CONNECTED',
        failed: 'FAILED',
        ConnectCustomKeyStore: 'CONNECTING',
        DisconnectCustomKeyStore: 'DISCONNECTING',
      },
    },
    // The exception's text in the model: not from DISCONNECTING or FAILED, from every other state yes.
    CONNECTED: { on: { ConnectCustomKeyStore: 'CONNECTED', DisconnectCustomKeyStore: 'DISCONNECTING' } },
    FAILED: { on: { DisconnectCustomKeyStore: 'DISCONNECTING' } },
    DISCONNECTING: { on: { settled: 'DISCONNECTED' } },
    gone: { type: 'final' },
  },
});

/** The state after `event`, or undefined when there is no way from here: CustomKeyStoreInvalidStateException. */
export function nextConnectionState(
  state: ConnectionState,
  type: KeyStoreEvent['type'],
): ConnectionState | 'gone' | undefined {
  const snapshot = keyStoreMachine.resolveState({ value: state });
  if (!snapshot.can({ type })) return undefined;
  const [next] = transition(keyStoreMachine, snapshot, { type });
  return next.value as ConnectionState | 'gone';
}
