import { backingOf, connectionTakesMs, storeStateFault } from '../keyStores.ts';
import { nextConnectionState } from '../machines/index.ts';
import { epochMs, ref, refuse } from '../model/index.ts';
import { onTheAccount } from '../oneKey.ts';
import { storeFacts, storeNamed, theStore } from '../onStore.ts';
import { operation } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ConnectCustomKeyStore.html

export interface ConnectCustomKeyStoreRequest {
  readonly CustomKeyStoreId: string;
}

export const ConnectCustomKeyStore = operation<ConnectCustomKeyStoreRequest, Readonly<Record<string, never>>>(
  {
    name: 'ConnectCustomKeyStore',
    plane: 'control',
    readOnly: false,
    worksAcrossAccounts: false,
    refusals: [
      'CustomKeyStoreInvalidStateException',
      'CloudHsmClusterNotActiveException',
      'CloudHsmClusterInvalidConfigurationException',
    ],
    find: storeNamed,
    permissions: onTheAccount('kms:ConnectCustomKeyStore'),
    run(_input, located, { view, env, identity, region }) {
      const store = theStore(located);
      // operations.json: not from DISCONNECTING or FAILED (disconnect first).
      const next = nextConnectionState(store.state, 'ConnectCustomKeyStore');
      if (next === undefined) return storeStateFault(store);
      // OURS: what is connected, or is being, stays so.
      if (next === store.state) return {};
      if (store.cloudHsm) {
        const cluster = backingOf(store.cloudHsm.clusterId, 'cluster', view);
        const because = 'operations.json ConnectCustomKeyStore';
        if (cluster.health === 'down') return refuse('CloudHsmClusterNotActiveException', '', because);
        if (cluster.activeHsms < 1)
          return refuse('CloudHsmClusterInvalidConfigurationException', '', because);
      }
      view.put(ref.keyStore(identity.account, region, store.id), {
        ...store,
        state: 'CONNECTING',
        errorCode: undefined,
        settles: epochMs(env.at + connectionTakesMs),
      });
      return {};
    },
    trail: {
      request: ['CustomKeyStoreId'],
      response: 'none',
      additional: (_output, located) => storeFacts(located),
    },
  },
);
