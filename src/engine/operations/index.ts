import type { Operation } from '../operation.ts';
import { CancelKeyDeletion } from './CancelKeyDeletion.ts';
import { ConnectCustomKeyStore } from './ConnectCustomKeyStore.ts';
import { CreateAlias } from './CreateAlias.ts';
import { CreateCustomKeyStore } from './CreateCustomKeyStore.ts';
import { CreateGrant } from './CreateGrant.ts';
import { CreateKey } from './CreateKey.ts';
import { Decapsulate } from './Decapsulate.ts';
import { Decrypt } from './Decrypt.ts';
import { DeleteAlias } from './DeleteAlias.ts';
import { DeleteCustomKeyStore } from './DeleteCustomKeyStore.ts';
import { DeleteImportedKeyMaterial } from './DeleteImportedKeyMaterial.ts';
import { DeriveSharedSecret } from './DeriveSharedSecret.ts';
import { DescribeCustomKeyStores } from './DescribeCustomKeyStores.ts';
import { DescribeKey } from './DescribeKey.ts';
import { DisableKey } from './DisableKey.ts';
import { DisableKeyRotation } from './DisableKeyRotation.ts';
import { DisconnectCustomKeyStore } from './DisconnectCustomKeyStore.ts';
import { EnableKey } from './EnableKey.ts';
import { EnableKeyRotation } from './EnableKeyRotation.ts';
import { Encapsulate } from './Encapsulate.ts';
import { Encrypt } from './Encrypt.ts';
import { GenerateDataKey } from './GenerateDataKey.ts';
import { GenerateDataKeyPair } from './GenerateDataKeyPair.ts';
import { GenerateDataKeyPairWithoutPlaintext } from './GenerateDataKeyPairWithoutPlaintext.ts';
import { GenerateDataKeyWithoutPlaintext } from './GenerateDataKeyWithoutPlaintext.ts';
import { GenerateMac } from './GenerateMac.ts';
import { GenerateRandom } from './GenerateRandom.ts';
import { GetKeyLastUsage } from './GetKeyLastUsage.ts';
import { GetKeyPolicy } from './GetKeyPolicy.ts';
import { GetKeyRotationStatus } from './GetKeyRotationStatus.ts';
import { GetParametersForImport } from './GetParametersForImport.ts';
import { GetPublicKey } from './GetPublicKey.ts';
import { ImportKeyMaterial } from './ImportKeyMaterial.ts';
import { ListAliases } from './ListAliases.ts';
import { ListGrants } from './ListGrants.ts';
import { ListKeyPolicies } from './ListKeyPolicies.ts';
import { ListKeyRotations } from './ListKeyRotations.ts';
import { ListKeys } from './ListKeys.ts';
import { ListResourceTags } from './ListResourceTags.ts';
import { ListRetirableGrants } from './ListRetirableGrants.ts';
import { PutKeyPolicy } from './PutKeyPolicy.ts';
import { ReEncrypt } from './ReEncrypt.ts';
import { ReplicateKey } from './ReplicateKey.ts';
import { RetireGrant } from './RetireGrant.ts';
import { RevokeGrant } from './RevokeGrant.ts';
import { RotateKeyOnDemand } from './RotateKeyOnDemand.ts';
import { ScheduleKeyDeletion } from './ScheduleKeyDeletion.ts';
import { Sign } from './Sign.ts';
import { TagResource } from './TagResource.ts';
import { UntagResource } from './UntagResource.ts';
import { UpdateAlias } from './UpdateAlias.ts';
import { UpdateCustomKeyStore } from './UpdateCustomKeyStore.ts';
import { UpdateKeyDescription } from './UpdateKeyDescription.ts';
import { UpdatePrimaryRegion } from './UpdatePrimaryRegion.ts';
import { Verify } from './Verify.ts';
import { VerifyMac } from './VerifyMac.ts';

/**
 * The catalogue: every operation that this engine has, in alphabetical order. To add one: a file of AWS's name beside
 * these, a line here, and its rate in quota/rates.ts; the shape and the state row are data already.
 */
export const operations: readonly Operation[] = [
  CancelKeyDeletion,
  ConnectCustomKeyStore,
  CreateAlias,
  CreateCustomKeyStore,
  CreateGrant,
  CreateKey,
  Decapsulate,
  Decrypt,
  DeleteAlias,
  DeleteCustomKeyStore,
  DeleteImportedKeyMaterial,
  DeriveSharedSecret,
  DescribeCustomKeyStores,
  DescribeKey,
  DisableKey,
  DisableKeyRotation,
  DisconnectCustomKeyStore,
  EnableKey,
  EnableKeyRotation,
  Encapsulate,
  Encrypt,
  GenerateDataKey,
  GenerateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext,
  GenerateDataKeyWithoutPlaintext,
  GenerateMac,
  GenerateRandom,
  GetKeyLastUsage,
  GetKeyPolicy,
  GetKeyRotationStatus,
  GetParametersForImport,
  GetPublicKey,
  ImportKeyMaterial,
  ListAliases,
  ListGrants,
  ListKeyPolicies,
  ListKeyRotations,
  ListKeys,
  ListResourceTags,
  ListRetirableGrants,
  PutKeyPolicy,
  ReEncrypt,
  ReplicateKey,
  RetireGrant,
  RevokeGrant,
  RotateKeyOnDemand,
  ScheduleKeyDeletion,
  Sign,
  TagResource,
  UntagResource,
  UpdateAlias,
  UpdateCustomKeyStore,
  UpdateKeyDescription,
  UpdatePrimaryRegion,
  Verify,
  VerifyMac,
];

const byName = new Map(operations.map((operation) => [operation.name, operation]));

export const operationByName = (name: string): Operation | undefined => byName.get(name);

export { storesPerAccountAndRegion } from './CreateCustomKeyStore.ts';
export { onDemandRotationsPerKey } from './RotateKeyOnDemand.ts';
export { deletionDays } from './ScheduleKeyDeletion.ts';
