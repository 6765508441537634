import { dataKeyContext, makeDataKey, sizeFault, type DataKeyRequest } from '../dataKey.ts';
import type { Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { recipientFault } from '../recipient.ts';
import { keyMaterial } from '../trailFacts.ts';
import { symmetricUsage } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html

export interface GenerateDataKeyResponse {
  readonly CiphertextBlob: Bytes;
  readonly Plaintext: Bytes;
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
}

export const GenerateDataKey = operation<DataKeyRequest, GenerateDataKeyResponse>({
  name: 'GenerateDataKey',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['UnsupportedOperationException'],
  check: sizeFault,
  find: keyNamedBy('kms:GenerateDataKey', 'withAliases'),
  permissions: onTheKey('kms:GenerateDataKey'),
  context: dataKeyContext,
  usage: (_input, located) => symmetricUsage('GenerateDataKey', theKey(located)),
  run: (input, located, step) =>
    recipientFault(input.Recipient) ?? makeDataKey('GenerateDataKey', input, located, step),
  trail: {
    request: ['KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext'],
    response: 'none',
    additional: ({ KeyMaterialId }, located) => keyMaterial(theKey(located).rec, KeyMaterialId),
  },
});
