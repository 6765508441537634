import type { KeyRec } from './model/index.ts';

/**
 * `KeyMetadata` as CreateKey and DescribeKey answer it. Which members are present in which state:
 * key-states.json "describeKeyFields".
 */
export function keyMetadata(rec: KeyRec): Readonly<Record<string, unknown>> {
  return {
    AWSAccountId: rec.account,
    KeyId: rec.key,
    Arn: rec.arn,
    CreationDate: new Date(rec.CreationDate),
    Enabled: rec.KeyState === 'Enabled',
    Description: rec.Description,
    KeyUsage: rec.KeyUsage,
    KeyState: rec.KeyState,
    ...(rec.DeletionDate === undefined ? {} : { DeletionDate: new Date(rec.DeletionDate) }),
    Origin: rec.Origin,
    KeyManager: rec.KeyManager,
    CustomerMasterKeySpec: rec.KeySpec,
    KeySpec: rec.KeySpec,
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
    CurrentKeyMaterialId: rec.currentMaterial,
  };
}
