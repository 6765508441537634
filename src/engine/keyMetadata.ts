import { materialsOf } from './materials.ts';
import { algorithmMember, keySpecs } from './keySpecs.ts';
import { keyArn, ref, type KeyRec, type MultiRegionRec, type View } from './model/index.ts';
import { multiRegionOf } from './multiRegion.ts';
import { stateOf } from './keyState.ts';

/**
 * `KeyMetadata` as CreateKey and DescribeKey answer it. Which members are present in which state:
 * key-states.json "describeKeyFields".
 */
export function keyMetadata(rec: KeyRec, view: View): Readonly<Record<string, unknown>> {
  const KeyState = stateOf(rec, view);
  return {
    AWSAccountId: rec.account,
    KeyId: rec.key,
    Arn: rec.arn,
    CreationDate: new Date(rec.CreationDate),
    Enabled: KeyState === 'Enabled',
    Description: rec.Description,
    KeyUsage: rec.KeyUsage,
    KeyState,
    ...(rec.DeletionDate === undefined ? {} : { DeletionDate: new Date(rec.DeletionDate) }),
    ...(rec.pendingWindowInDays === undefined
      ? {}
      : { PendingDeletionWindowInDays: rec.pendingWindowInDays }),
    Origin: rec.Origin,
    KeyManager: rec.KeyManager,
    ...olderSpec(rec),
    KeySpec: rec.KeySpec,
    ...algorithmMember(rec),
    MultiRegion: rec.MultiRegion,
    ...(rec.MultiRegion ? { MultiRegionConfiguration: multiRegionConfiguration(rec, view) } : {}),
    ...materialMembers(rec, view),
    ...keyStoreMembers(rec, view),
  };
}

/** The documented example of an ML-DSA key has no such member: the deprecated word knows no newer spec. */
export const olderSpec = ({ KeySpec }: KeyRec): { readonly CustomerMasterKeySpec?: string } =>
  /^(ML_|ECC_NIST_EDWARDS)/.test(KeySpec) ? {} : { CustomerMasterKeySpec: KeySpec };

function materialMembers(rec: KeyRec, view: View): Readonly<Record<string, unknown>> {
  const current =
    rec.currentMaterial !== undefined && keySpecs[rec.KeySpec].class === 'symmetric' && !rec.keyStore
      ? { CurrentKeyMaterialId: rec.currentMaterial }
      : {};
  if (rec.Origin !== 'EXTERNAL') return current;
  const held = materialsOf(rec.arn, view).filter(({ wrapped, imported }) => wrapped && imported);
  if (held.length === 0 || rec.KeyState === 'PendingImport') return current;
  const dates = held.flatMap(({ imported }) => (imported?.expires === undefined ? [] : [imported.expires]));
  return {
    ...current,
    ExpirationModel: dates.length > 0 ? 'KEY_MATERIAL_EXPIRES' : 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    // The earliest of all materials: the key is unusable as soon as any of them is gone.
    ...(dates.length > 0 ? { ValidTo: new Date(Math.min(...dates)) } : {}),
  };
}

function multiRegionConfiguration(rec: KeyRec, view: View): Readonly<Record<string, unknown>> {
  const set = multiRegionOf(rec, view);
  const one = (region: MultiRegionRec['primary']) => ({
    Arn: keyArn(region, rec.account, rec.key),
    Region: region,
  });
  return {
    MultiRegionKeyType: set.primary === rec.region ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: one(set.primary),
    ReplicaKeys: set.replicas.map(one),
  };
}

function keyStoreMembers(rec: KeyRec, view: View): Readonly<Record<string, unknown>> {
  if (!rec.keyStore) return {};
  const store = view.get(ref.keyStore(rec.account, rec.region, rec.keyStore.id));
  return {
    CustomKeyStoreId: rec.keyStore.id,
    ...(store?.cloudHsm ? { CloudHsmClusterId: store.cloudHsm.clusterId } : {}),
    ...(rec.keyStore.xksKeyId === undefined ? {} : { XksKeyConfiguration: { Id: rec.keyStore.xksKeyId } }),
  };
}
