import { makeMaterial } from './hsm.ts';
import { firstKeyState } from './machines/index.ts';
import {
  keyArn,
  ref,
  type AccountId,
  type KeyId,
  type KeyManager,
  type KeyRec,
  type TagRec,
} from './model/index.ts';
import type { Step } from './operation.ts';
import { namingPolicy } from './principals.ts';
import { defaultPeriodInDays, periodLater, rotationOf } from './rotation.ts';

export interface NewKey extends Pick<KeyRec, 'KeySpec' | 'KeyUsage' | 'Origin' | 'MultiRegion' | 'keyStore'> {
  readonly key: KeyId;
  readonly account: AccountId;
  readonly KeyManager: KeyManager;
  readonly Description: string;
  /** Re-spaced text. */
  readonly policy: string;
  readonly tags: readonly Omit<TagRec, 'key'>[];
}

/** A symmetric encryption key with KMS material: what AWS managed keys are, and customers' keys by default. */
export const plainKey = {
  KeySpec: 'SYMMETRIC_DEFAULT',
  KeyUsage: 'ENCRYPT_DECRYPT',
  Origin: 'AWS_KMS',
  MultiRegion: false,
  keyStore: undefined,
} as const;

/** Writes a new key with its policy and tags, and its first material unless that is to be imported. */
export async function makeKey(fresh: NewKey, step: Step): Promise<KeyRec> {
  const { view, region, env } = step;
  const { key, account, KeyManager, Description, KeySpec, KeyUsage, Origin, MultiRegion, keyStore } = fresh;
  const arn = keyArn(region, account, key);
  // Material of a key store's key is in the store; here it stands for the backing key there (keyStores.ts).
  const material = Origin === 'EXTERNAL' ? undefined : await makeMaterial(step, arn, KeySpec, 0);
  const rec: KeyRec = {
    arn,
    key,
    account,
    region,
    KeySpec,
    KeyUsage,
    Origin,
    KeyManager,
    KeyState: firstKeyState({ origin: Origin, hasReplicas: false }),
    Description,
    CreationDate: env.at,
    DeletionDate: undefined,
    currentMaterial: material?.materialId,
    MultiRegion,
    pendingWindowInDays: undefined,
    settles: undefined,
    keyStore,
  };
  view.put(ref.key(arn), rec);
  view.put(ref.keyPolicy(arn), { key: arn, ...namingPolicy(fresh.policy, view) });
  for (const { TagKey, TagValue } of fresh.tags)
    view.put(ref.tag(arn, TagKey), { key: arn, TagKey, TagValue });
  if (MultiRegion) view.put(ref.multiRegion(account, key), { account, key, primary: region, replicas: [] });
  if (KeyManager === 'CUSTOMER') view.count(`keys/${account}/${region}`, 1);
  // specs.json rotation "awsManaged": every year, unchangeable.
  else
    view.put(ref.rotation(arn), {
      ...rotationOf(arn, view),
      enabled: true,
      next: periodLater(env.at, defaultPeriodInDays),
    });
  return rec;
}
