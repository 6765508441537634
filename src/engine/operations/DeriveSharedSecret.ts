import { primitives, privateKeyOf } from '../asymmetric.ts';
import { refuse, type Bytes } from '../model/index.ts';
import { recipientFault } from '../recipient.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { noteUse, usageOf } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html

export interface DeriveSharedSecretRequest {
  readonly KeyId: string;
  readonly KeyAgreementAlgorithm: string;
  /** The other side's key, DER SubjectPublicKeyInfo on the same curve. */
  readonly PublicKey: Bytes;
  readonly GrantTokens?: readonly string[];
  readonly DryRun?: boolean;
  readonly Recipient?: unknown;
}
export interface DeriveSharedSecretResponse {
  readonly KeyId: string;
  /** The raw x-coordinate, as long as the field. */
  readonly SharedSecret: Bytes;
  readonly KeyAgreementAlgorithm: string;
  readonly KeyOrigin: string;
}

export const DeriveSharedSecret = operation<DeriveSharedSecretRequest, DeriveSharedSecretResponse>({
  name: 'DeriveSharedSecret',
  plane: 'data',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['ValidationException', 'UnsupportedOperationException'],
  find: keyNamedBy('kms:DeriveSharedSecret', 'withAliases'),
  permissions: onTheKey('kms:DeriveSharedSecret'),
  context: ({ KeyAgreementAlgorithm }) => ({ 'kms:KeyAgreementAlgorithm': KeyAgreementAlgorithm }),
  usage: ({ KeyAgreementAlgorithm }, located) =>
    usageOf('DeriveSharedSecret', 'KEY_AGREEMENT', theKey(located), KeyAgreementAlgorithm),
  async run({ PublicKey, KeyAgreementAlgorithm, Recipient }, located, step) {
    const { rec } = theKey(located);
    const fault = recipientFault(Recipient);
    if (fault) return fault;
    const { deriveSharedSecret } = await primitives();
    const SharedSecret = deriveSharedSecret(await privateKeyOf(step, rec), PublicKey);
    if (!SharedSecret)
      return refuse('ValidationException', '', 'FACTS.md empty message: unreadable public key');
    noteUse(rec, 'DeriveSharedSecret', step);
    return { KeyId: rec.arn, SharedSecret, KeyAgreementAlgorithm, KeyOrigin: rec.Origin };
  },
  trail: { request: ['KeyId', 'KeyAgreementAlgorithm'], response: 'none' },
});
