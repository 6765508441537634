import { refuse, type Bytes } from '../model/index.ts';
import { noKey, onTheAccount } from '../oneKey.ts';
import { operation } from '../operation.ts';
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
  refusals: ['CustomKeyStoreNotFoundException', 'UnsupportedOperationException', 'ValidationException'],
  check: ({ NumberOfBytes }) => (NumberOfBytes === undefined ? missingSize : undefined),
  find: noKey,
  permissions: onTheAccount('kms:GenerateRandom'),
  run({ NumberOfBytes, CustomKeyStoreId, Recipient }, _located, { env, note }) {
    if (NumberOfBytes === undefined) return missingSize;
    if (CustomKeyStoreId !== undefined) {
      return refuse('CustomKeyStoreNotFoundException', '', 'FACTS.md empty message');
    }
    const unsupported = recipientFault(Recipient);
    if (unsupported) return unsupported;
    note({ kind: 'random', byteLength: NumberOfBytes, for: 'random' });
    return { Plaintext: env.random(NumberOfBytes) };
  },
  trail: { request: undefined, response: 'none' },
});
