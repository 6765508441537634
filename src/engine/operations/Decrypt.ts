import { encryptionKeys } from '../authorize.ts';
import { findKeyOfCiphertext, incorrectKey, invalidCiphertext } from '../ciphertext.ts';
import { ciphertextFault, ignoresCiphertext } from '../dryRun.ts';
import { contextFault, decryptUnder } from '../cipher.ts';
import { isRefusal, type Bytes } from '../model/index.ts';
import { onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { recipientFault } from '../recipient.ts';
import { keyMaterial } from '../trailFacts.ts';
import { encryptionUsage, noteUse } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html

export interface DecryptRequest {
  readonly CiphertextBlob?: Bytes;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly GrantTokens?: readonly string[];
  readonly KeyId?: string;
  readonly EncryptionAlgorithm?: string;
  readonly Recipient?: unknown;
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}
export interface DecryptResponse {
  readonly KeyId: string;
  readonly Plaintext: Bytes;
  readonly EncryptionAlgorithm: string;
  /** Symmetric encryption keys only. */
  readonly KeyMaterialId?: string;
}

export const Decrypt = operation<DecryptRequest, DecryptResponse>({
  name: 'Decrypt',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['InvalidCiphertextException', 'UnsupportedOperationException', 'ValidationException'],
  check: (input) => ciphertextFault(input, { value: input.KeyId, member: 'keyId' }),
  find(input, step) {
    const blob = ignoresCiphertext(input) ? undefined : input.CiphertextBlob;
    const key = findKeyOfCiphertext({ blob, KeyId: input.KeyId, by: 'KeyId', action: 'kms:Decrypt' }, step);
    return isRefusal(key) ? key : { keys: [key] };
  },
  permissions: onTheKey('kms:Decrypt'),
  context: ({ EncryptionContext, EncryptionAlgorithm }) =>
    encryptionKeys(EncryptionContext, EncryptionAlgorithm),
  usage: (input, located, step) =>
    incorrectKey(ignoresCiphertext(input) ? undefined : input.CiphertextBlob, theKey(located), step) ??
    encryptionUsage('Decrypt', theKey(located), input.EncryptionAlgorithm),
  async run(input, located, step) {
    const { rec } = theKey(located);
    const { CiphertextBlob, EncryptionContext, EncryptionAlgorithm = 'SYMMETRIC_DEFAULT' } = input;
    const fault = recipientFault(input.Recipient) ?? contextFault(rec, EncryptionContext);
    if (fault) return fault;
    const answer = { KeyId: rec.arn, EncryptionAlgorithm };
    if (ignoresCiphertext(input) || !CiphertextBlob) {
      // Nothing to open: the dry run ends in its own exception, which handle.ts answers.
      return { ...answer, Plaintext: new Uint8Array(0) };
    }
    const opened = await decryptUnder(rec, EncryptionAlgorithm, CiphertextBlob, EncryptionContext, step);
    if (!opened) return invalidCiphertext;
    noteUse(rec, 'Decrypt', step);
    const { plaintext, materialId } = opened;
    return {
      ...answer,
      Plaintext: plaintext,
      ...(materialId === undefined ? {} : { KeyMaterialId: materialId }),
    };
  },
  trail: {
    request: ['KeyId', 'EncryptionAlgorithm', 'EncryptionContext'],
    defaults: () => ({ EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }),
    response: 'none',
    additional: ({ KeyMaterialId }, located) => keyMaterial(theKey(located).rec, KeyMaterialId),
  },
});
