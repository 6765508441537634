import { olderSpec } from '../keyMetadata.ts';
import { algorithmMember, isAsymmetric } from '../keySpecs.ts';
import { currentMaterialOf } from '../materials.ts';
import { refuse, type Bytes } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { refusalForState } from '../machines/index.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html

export interface GetPublicKeyRequest {
  readonly KeyId: string;
  readonly GrantTokens?: readonly string[];
}
export interface GetPublicKeyResponse {
  readonly KeyId: string;
  /** DER X.509 SubjectPublicKeyInfo. */
  readonly PublicKey: Bytes;
  readonly CustomerMasterKeySpec?: string;
  readonly KeySpec: string;
  readonly KeyUsage: string;
}

export const GetPublicKey = operation<GetPublicKeyRequest, GetPublicKeyResponse>({
  name: 'GetPublicKey',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['UnsupportedOperationException', 'KMSInvalidStateException'],
  find: keyNamedBy('kms:GetPublicKey', 'withAliases'),
  permissions: onTheKey('kms:GetPublicKey'),
  run(_input, located, { view }) {
    const { rec } = theKey(located);
    if (!isAsymmetric(rec.KeySpec)) {
      return refuse('UnsupportedOperationException', '', 'FACTS.md empty message, peers');
    }
    const PublicKey = currentMaterialOf(rec, view)?.publicKey;
    if (!PublicKey) {
      // OURS: the table lets the call through while the first import is awaited; there is nothing to give then.
      const pending = refusalForState('Sign', 'PendingImport', rec.arn);
      return pending ?? refuse('KMSInvalidStateException', '', 'key-states.json note 5');
    }
    return {
      KeyId: rec.arn,
      // A fresh array: the record's own is not the caller's to change.
      PublicKey: PublicKey.slice(),
      ...olderSpec(rec),
      KeySpec: rec.KeySpec,
      KeyUsage: rec.KeyUsage,
      ...algorithmMember(rec),
    };
  },
  trail: { request: ['KeyId'], response: 'none' },
});
