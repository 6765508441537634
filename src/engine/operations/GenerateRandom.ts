import { findStore, storeStateFault } from '../keyStores.ts';
import { isRefusal, refuse, type Bytes, type Refusal } from '../model/index.ts';
import { noKey, onTheAccount } from '../oneKey.ts';
import { operation, type Step } from '../operation.ts';
import { recipientFault } from '../recipient.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html

export interface GenerateRandomRequest {
  readonly NumberOfBytes?: number;
  readonly CustomKeyStoreId?: string;
  readonly Recipient?: unknown;
}
export interface GenerateRandomResponse {
  readonly Plaintext: Bytes;
}

const missingSize = refuse(
  'ValidationException',
  'NumberOfBytes is required.',
  'FACTS.md GenerateRandom without size',
);

export const GenerateRandom = operation<GenerateRandomRequest, GenerateRandomResponse>({
  name: 'GenerateRandom',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: [
    'CustomKeyStoreNotFoundException',
    'CustomKeyStoreInvalidStateException',
    'UnsupportedOperationException',
    'ValidationException',
  ],
  check: ({ NumberOfBytes }) => (NumberOfBytes === undefined ? missingSize : undefined),
  find: noKey,
  permissions: onTheAccount('kms:GenerateRandom'),
  run({ NumberOfBytes, CustomKeyStoreId, Recipient }, _located, step) {
    const { env, note } = step;
    if (NumberOfBytes === undefined) return missingSize;
    const elsewhere = CustomKeyStoreId === undefined ? undefined : clusterFault(CustomKeyStoreId, step);
    if (elsewhere) return elsewhere;
    const unsupported = recipientFault(Recipient);
    if (unsupported) return unsupported;
    note({ kind: 'random', byteLength: NumberOfBytes, for: 'random' });
    return { Plaintext: env.random(NumberOfBytes) };
  },
  trail: { request: undefined, response: 'none' },
});

/** specs.json random "customKeyStore": a connected CloudHSM key store only. The bytes are simulated as all are. */
function clusterFault(id: string, step: Step): Refusal | undefined {
  const store = findStore(id, step);
  if (isRefusal(store)) return store;
  if (!store.cloudHsm) return refuse('UnsupportedOperationException', '', 'specs.json random customKeyStore');
  return store.state === 'CONNECTED' ? undefined : storeStateFault(store);
}
