import { encryptionKeys } from '../authorize.ts';
import { contextFault, encryptUnder } from '../cipher.ts';
import { isRefusal, type Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { keyMaterial } from '../trailFacts.ts';
import { encryptionUsage, noteUse } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html

export interface EncryptRequest {
  readonly KeyId: string;
  /** 1 to 4,096 bytes. */
  readonly Plaintext: Bytes;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly GrantTokens?: readonly string[];
  readonly EncryptionAlgorithm?: string;
  readonly DryRun?: boolean;
}
export interface EncryptResponse {
  readonly CiphertextBlob: Bytes;
  readonly KeyId: string;
  readonly EncryptionAlgorithm: string;
}

export const Encrypt = operation<EncryptRequest, EncryptResponse>({
  name: 'Encrypt',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['ValidationException'],
  find: keyNamedBy('kms:Encrypt', 'withAliases'),
  permissions: onTheKey('kms:Encrypt'),
  context: ({ EncryptionContext, EncryptionAlgorithm }) =>
    encryptionKeys(EncryptionContext, EncryptionAlgorithm),
  usage: ({ EncryptionAlgorithm }, located) =>
    encryptionUsage('Encrypt', theKey(located), EncryptionAlgorithm),
  async run({ Plaintext, EncryptionContext, EncryptionAlgorithm = 'SYMMETRIC_DEFAULT' }, located, step) {
    const { rec } = theKey(located);
    const fault = contextFault(rec, EncryptionContext);
    if (fault) return fault;
    const sealed = await encryptUnder(rec, EncryptionAlgorithm, Plaintext, EncryptionContext, step);
    if (isRefusal(sealed)) return sealed;
    noteUse(rec, 'Encrypt', step);
    return { CiphertextBlob: sealed.blob, KeyId: rec.arn, EncryptionAlgorithm };
  },
  trail: {
    request: ['KeyId', 'EncryptionAlgorithm', 'EncryptionContext'],
    defaults: () => ({ EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }),
    response: 'none',
    additional: (_output, located) => keyMaterial(theKey(located).rec),
  },
});
