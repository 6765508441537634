import { storeStateFault } from '../keyStores.ts';
import { nextConnectionState } from '../machines/index.ts';
import { indexKey, ref, refuse } from '../model/index.ts';
import { onTheAccount } from '../oneKey.ts';
import { storeFacts, storeNamed, theStore } from '../onStore.ts';
import { operation } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteCustomKeyStore.html

export interface DeleteCustomKeyStoreRequest {
  readonly CustomKeyStoreId: string;
}

export const DeleteCustomKeyStore = operation<DeleteCustomKeyStoreRequest, Readonly<Record<string, never>>>({
  name: 'DeleteCustomKeyStore',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['CustomKeyStoreInvalidStateException', 'CustomKeyStoreHasCMKsException'],
  find: storeNamed,
  permissions: onTheAccount('kms:DeleteCustomKeyStore'),
  run(_input, located, { view, identity, region }) {
    const store = theStore(located);
    // specs.json customKeyStores "delete": disconnected and empty; a key waiting for deletion still counts.
    if (nextConnectionState(store.state, 'DeleteCustomKeyStore') !== 'gone') return storeStateFault(store);
    if (view.range('keyByStore', { prefix: indexKey.keyByStore(store.id), n: 1 }).length > 0) {
      return refuse('CustomKeyStoreHasCMKsException', '', 'specs.json customKeyStores delete');
    }
    view.put(ref.keyStore(identity.account, region, store.id), undefined);
    return {};
  },
  trail: {
    request: ['CustomKeyStoreId'],
    response: 'none',
    additional: (_output, located) => storeFacts(located),
  },
});
