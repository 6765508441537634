import {
  dataKeyPairContext,
  makeDataKeyPair,
  type DataKeyPair,
  type DataKeyPairRequest,
} from '../dataKeyPair.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { recipientFault } from '../recipient.ts';
import { keyMaterial } from '../trailFacts.ts';
import { symmetricUsage } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html

const name = 'GenerateDataKeyPair';

export const GenerateDataKeyPair = operation<DataKeyPairRequest, DataKeyPair>({
  name,
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['UnsupportedOperationException'],
  find: keyNamedBy(`kms:${name}`, 'withAliases'),
  permissions: onTheKey(`kms:${name}`),
  context: dataKeyPairContext,
  usage: (_input, located) => symmetricUsage(name, theKey(located)),
  run: (input, located, step) =>
    recipientFault(input.Recipient) ?? makeDataKeyPair(name, input, located, step),
  trail: {
    request: ['KeyId', 'KeyPairSpec', 'EncryptionContext'],
    response: 'none',
    additional: ({ KeyMaterialId }, located) => keyMaterial(theKey(located).rec, KeyMaterialId),
  },
});
