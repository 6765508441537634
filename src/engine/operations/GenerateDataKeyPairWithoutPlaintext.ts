import {
  dataKeyPairContext,
  makeDataKeyPair,
  type DataKeyPair,
  type DataKeyPairRequest,
} from '../dataKeyPair.ts';
import { isRefusal } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { keyMaterial } from '../trailFacts.ts';
import { symmetricUsage } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html

const name = 'GenerateDataKeyPairWithoutPlaintext';

export const GenerateDataKeyPairWithoutPlaintext = operation<
  DataKeyPairRequest,
  Omit<DataKeyPair, 'PrivateKeyPlaintext'>
>({
  name,
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['UnsupportedOperationException'],
  find: keyNamedBy(`kms:${name}`, 'withAliases'),
  permissions: onTheKey(`kms:${name}`),
  context: dataKeyPairContext,
  usage: (_input, located) => symmetricUsage(name, theKey(located)),
  async run(input, located, step) {
    const pair = await makeDataKeyPair(name, input, located, step);
    if (isRefusal(pair)) return pair;
    const { PrivateKeyPlaintext, ...answer } = pair;
    PrivateKeyPlaintext.fill(0);
    return answer;
  },
  trail: {
    request: ['KeyId', 'KeyPairSpec', 'EncryptionContext'],
    response: 'none',
    additional: ({ KeyMaterialId }, located) => keyMaterial(theKey(located).rec, KeyMaterialId),
  },
});
