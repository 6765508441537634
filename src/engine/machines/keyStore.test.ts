import { describe, expect, it } from 'vitest';
import { nextConnectionState, type ConnectionState } from './keyStore.ts';

/** specs.json customKeyStores, operations.json: from where an operation on the connection may be done, and where it goes. */
const facts: Readonly<Record<string, Partial<Record<ConnectionState, ConnectionState | 'gone'>>>> = {
  ConnectCustomKeyStore: { DISCONNECTED: 'CONNECTING', CONNECTING: 'CONNECTING', CONNECTED: 'CONNECTED' },
  DisconnectCustomKeyStore: {
    CONNECTED: 'DISCONNECTING',
    CONNECTING: 'DISCONNECTING',
    FAILED: 'DISCONNECTING',
  },
  DeleteCustomKeyStore: { DISCONNECTED: 'gone' },
};
const states = ['CONNECTED', 'CONNECTING', 'FAILED', 'DISCONNECTED', 'DISCONNECTING'] as const;

const disagreements = (table: typeof facts): string[] =>
  (['ConnectCustomKeyStore', 'DisconnectCustomKeyStore', 'DeleteCustomKeyStore'] as const).flatMap(
    (operation) =>
      states
        .filter((state) => nextConnectionState(state, operation) !== table[operation]?.[state])
        .map((state) => `${operation} in ${state}`),
  );

describe('connection of a custom key store', () => {
  it('[specs customKeyStores] machine and facts agree on every cell, in both directions', () => {
    expect(disagreements(facts)).toEqual([]);
  });

  it('the comparison can fail: a mutated row is caught', () => {
    const mutated = {
      ...facts,
      ConnectCustomKeyStore: { ...facts['ConnectCustomKeyStore'], FAILED: 'CONNECTING' },
    } as const;
    expect(disagreements(mutated)).toEqual(['ConnectCustomKeyStore in FAILED']);
  });

  it('what was begun ends: connected or failed, and disconnected', () => {
    expect(nextConnectionState('CONNECTING', 'settled')).toBe('CONNECTED');
    expect(nextConnectionState('CONNECTING', 'failed')).toBe('FAILED');
    expect(nextConnectionState('DISCONNECTING', 'settled')).toBe('DISCONNECTED');
    expect(nextConnectionState('CONNECTED', 'settled')).toBeUndefined();
  });
});
