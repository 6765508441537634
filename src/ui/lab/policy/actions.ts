import { algorithmsOf } from '../../../client/index.ts';
import type { KeyDetail } from '../../../client/index.ts';

const perUsage: Readonly<Record<string, readonly string[]>> = {
  ENCRYPT_DECRYPT: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  SIGN_VERIFY: ['kms:Sign', 'kms:Verify'],
  GENERATE_VERIFY_MAC: ['kms:GenerateMac', 'kms:VerifyMac'],
  KEY_AGREEMENT: ['kms:DeriveSharedSecret'],
  ENCAPSULATE_DECAPSULATE: ['kms:Encapsulate', 'kms:Decapsulate'],
};

/** What one looks at first: the uses of the key, then what changes and ends it. */
export function actionsOf({ rec }: KeyDetail): readonly string[] {
  const symmetric = algorithmsOf(rec).includes('SYMMETRIC_DEFAULT');
  return [
    ...(perUsage[rec.KeyUsage] ?? []),
    ...(symmetric ? ['kms:GenerateDataKey'] : []),
    'kms:DescribeKey',
    'kms:CreateGrant',
    'kms:PutKeyPolicy',
    'kms:DisableKey',
    'kms:ScheduleKeyDeletion',
  ];
}
