import { encryptionKeys } from '../authorize.ts';
import { findKeyOfCiphertext, incorrectKey, invalidCiphertext } from '../ciphertext.ts';
import { ciphertextFault, ignoresCiphertext } from '../dryRun.ts';
import { materialIdOf, open } from '../hsm.ts';
import { isRefusal, type Bytes } from '../model/index.ts';
import { onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { recipientFault } from '../recipient.ts';
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
  readonly KeyMaterialId: string;
}

export const Decrypt = operation<DecryptRequest, DecryptResponse>({
  name: 'Decrypt',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['InvalidCiphertextException', 'UnsupportedOperationException'],
  check: (input) => ciphertextFault(input, { value: input.KeyId, member: 'keyId' }),
  find(input, step) {
    const blob = ignoresCiphertext(input) ? undefined : input.CiphertextBlob;
    const key = findKeyOfCiphertext({ blob, KeyId: input.KeyId, by: 'KeyId', action: 'kms:Decrypt' }, step);
    return isRefusal(key) ? key : { keys: [key] };
  },
  permissions: onTheKey('kms:Decrypt'),
  context: ({ EncryptionContext, EncryptionAlgorithm }) => encryptionKeys(EncryptionContext, EncryptionAlgorithm),
  usage: (input, located, step) =>
    incorrectKey(ignoresCiphertext(input) ? undefined : input.CiphertextBlob, theKey(located), step) ??
    encryptionUsage('Decrypt', theKey(located), input.EncryptionAlgorithm),
  async run(input, located, step) {
    const { rec } = theKey(located);
    const unsupported = recipientFault(input.Recipient);
    if (unsupported) return unsupported;
    const { CiphertextBlob } = input;
    if (ignoresCiphertext(input) || !CiphertextBlob) {
      // Nothing to open: the dry run ends in its own exception, which handle.ts answers.
      return { KeyId: rec.arn, Plaintext: new Uint8Array(0), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT', KeyMaterialId: rec.currentMaterial };
    }
    const Plaintext = await open(step, rec, CiphertextBlob, input.EncryptionContext);
    if (!Plaintext) return invalidCiphertext;
    noteUse(rec, 'Decrypt', step);
    return {
      KeyId: rec.arn,
      Plaintext,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyMaterialId: materialIdOf(CiphertextBlob),
    };
  },
  trail: {
    request: ['KeyId', 'EncryptionAlgorithm', 'EncryptionContext'],
    defaults: () => ({ EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }),
    response: 'none',
    additional: ({ KeyMaterialId }) => ({ keyMaterialId: KeyMaterialId }),
  },
});
