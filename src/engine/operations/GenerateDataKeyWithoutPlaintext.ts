import { dataKeyContext, makeDataKey, sizeFault, type DataKeyRequest } from '../dataKey.ts';
import type { Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { keyMaterial } from '../trailFacts.ts';
import { symmetricUsage } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html

export interface GenerateDataKeyWithoutPlaintextResponse {
  readonly CiphertextBlob: Bytes;
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
}

const name = 'GenerateDataKeyWithoutPlaintext';

export const GenerateDataKeyWithoutPlaintext = operation<
  DataKeyRequest,
  GenerateDataKeyWithoutPlaintextResponse
>({
  name,
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: [],
  check: sizeFault,
  find: keyNamedBy(`kms:${name}`, 'withAliases'),
  permissions: onTheKey(`kms:${name}`),
  context: dataKeyContext,
  usage: (_input, located) => symmetricUsage(name, theKey(located)),
  async run(input, located, step) {
    const { Plaintext, ...answer } = await makeDataKey(name, input, located, step);
    Plaintext.fill(0);
    return answer;
  },
  trail: {
    request: ['KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext'],
    response: 'none',
    additional: ({ KeyMaterialId }, located) => keyMaterial(theKey(located).rec, KeyMaterialId),
  },
});
