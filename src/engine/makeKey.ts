import { makeMaterial } from './hsm.ts';
import { firstKeyState } from './machines/index.ts';
import { keyArn, ref, type AccountId, type KeyId, type KeyManager, type KeyRec, type TagRec } from './model/index.ts';
import type { Step } from './operation.ts';

export interface NewKey {
  readonly key: KeyId;
  readonly account: AccountId;
  readonly KeyManager: KeyManager;
  readonly Description: string;
  /** Re-spaced text. */
  readonly policy: string;
  readonly tags: readonly Omit<TagRec, 'key'>[];
}

/** Writes a new symmetric encryption key with its first material, policy and tags. */
export async function makeKey(fresh: NewKey, step: Step): Promise<KeyRec> {
  const { view, region, env } = step;
  const arn = keyArn(region, fresh.account, fresh.key);
  const material = await makeMaterial(step, arn, 0);
  const rec: KeyRec = {
    arn,
    key: fresh.key,
    account: fresh.account,
    region,
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Origin: 'AWS_KMS',
    KeyManager: fresh.KeyManager,
    KeyState: firstKeyState({ origin: 'AWS_KMS', hasReplicas: false }),
    Description: fresh.Description,
    CreationDate: env.at,
    DeletionDate: undefined,
    currentMaterial: material.materialId,
  };
  view.put(ref.key(arn), rec);
  view.put(ref.keyPolicy(arn), { key: arn, document: fresh.policy });
  for (const { TagKey, TagValue } of fresh.tags) view.put(ref.tag(arn, TagKey), { key: arn, TagKey, TagValue });
  if (fresh.KeyManager === 'CUSTOMER') view.count(`keys/${fresh.account}/${region}`, 1);
  return rec;
}
