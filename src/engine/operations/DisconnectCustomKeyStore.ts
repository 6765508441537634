import { connectionTakesMs, storeStateFault } from '../keyStores.ts';
import { nextConnectionState } from '../machines/index.ts';
import { epochMs, ref } from '../model/index.ts';
import { onTheAccount } from '../oneKey.ts';
import { storeFacts, storeNamed, theStore } from '../onStore.ts';
import { operation } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DisconnectCustomKeyStore.html

export interface DisconnectCustomKeyStoreRequest {
  readonly CustomKeyStoreId: string;
}

export const DisconnectCustomKeyStore = operation<
  DisconnectCustomKeyStoreRequest,
  Readonly<Record<string, never>>
>({
  name: 'DisconnectCustomKeyStore',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['CustomKeyStoreInvalidStateException'],
  find: storeNamed,
  permissions: onTheAccount('kms:DisconnectCustomKeyStore'),
  run(_input, located, { view, env, identity, region }) {
    const store = theStore(located);
    if (nextConnectionState(store.state, 'DisconnectCustomKeyStore') !== 'DISCONNECTING')
      return storeStateFault(store);
    view.put(ref.keyStore(identity.account, region, store.id), {
      ...store,
      state: 'DISCONNECTING',
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
});
