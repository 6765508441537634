import { findStore } from './keyStores.ts';
import { isRefusal, type Refusal } from './model/index.ts';
import type { Located, Step } from './operation.ts';

/** `find` for a custom key store named by `CustomKeyStoreId`. */
export const storeNamed = (
  { CustomKeyStoreId }: { readonly CustomKeyStoreId: string },
  step: Step,
): Located | Refusal => {
  const store = findStore(CustomKeyStoreId, step);
  return isRefusal(store) ? store : { keys: [], keyStore: store };
};

/** The store that `storeNamed` found. */
export function theStore({ keyStore }: Located) {
  if (!keyStore) throw new Error('"theStore" expected a located key store, got none');
  return keyStore;
}

/** additionalEventData of operations on a store (cloudtrail.json "add"). */
export const storeFacts = (located: Located): Readonly<Record<string, unknown>> => {
  const { name, cloudHsm } = theStore(located);
  return { customKeyStoreName: name, ...(cloudHsm ? { clusterId: cloudHsm.clusterId } : {}) };
};
