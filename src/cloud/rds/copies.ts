import {
  isRefusal,
  type Operation,
  type RdsSnapshotRec,
  type RdsStorage,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { bareInstance, begun, instanceShown, isThere } from './instances.ts';
import {
  letRdsIn,
  newStorage,
  openStorage,
  openUnder,
  retireGrant,
  sealUnder,
  type OnBehalf,
} from './keys.ts';
import {
  putSnapshot,
  snapshotArn,
  snapshotOf,
  snapshotShown,
  takeSnapshot,
  type OfSnapshot,
} from './snapshots.ts';
import { onInstance, rds, type OfInstance } from './state.ts';
import { badCombination, instanceExists, noSnapshot, ofKey, ofSnapshot } from './words.ts';

/*
 * A copy under another key is the one way to encrypt a database that was not, or to change its key (services.json RDS
 * "rules": snapshot, copy with encryption, restore).
 */

/** The storage of a snapshot, encrypted anew. RDS works by two grants, which it retires when the copy is there. */
async function storageUnder(
  keyId: string,
  source: RdsSnapshotRec,
  copy: OnBehalf,
  step: Step,
): Promise<RdsStorage | Refusal> {
  let blocks = source.blocks;
  if (source.keyArn !== undefined && source.dbId !== undefined) {
    const there = { region: source.region, called: 'source snapshot KMS key' };
    const grant = await letRdsIn(source.keyArn, source.dbId, step, there);
    if (isRefusal(grant)) return grant;
    const whose = { ...copy, region: source.region };
    const key = await openStorage(source, whose, step, { grantTokens: [grant.GrantToken] });
    if (isRefusal(key)) return key;
    blocks = blocks && openUnder(key, blocks, source, step);
    await retireGrant(grant.keyArn, grant.GrantId, whose, step);
  }
  // OURS: the copy of an unencrypted snapshot has its own ARN in place of a database's id.
  const dbId = source.dbId ?? copy.arn;
  const grant = await letRdsIn(keyId, dbId, step);
  if (isRefusal(grant)) return grant;
  const storage = await newStorage(grant, dbId, copy, step);
  if (isRefusal(storage)) return storage;
  const key = await openStorage(storage, copy, step, { grantTokens: [grant.GrantToken] });
  if (isRefusal(key)) return key;
  await retireGrant(grant.keyArn, grant.GrantId, copy, step);
  return { ...storage, blocks: blocks && sealUnder(key, blocks, storage, step) };
}

interface CopyRequest {
  /** Name, or ARN: of another Region, or one that another account shares. */
  readonly SourceDBSnapshotIdentifier: string;
  readonly TargetDBSnapshotIdentifier: string;
  readonly KmsKeyId?: string;
}

const CopyDBSnapshot = rds<CopyRequest, object>({
  name: 'CopyDBSnapshot',
  refusals: [...ofSnapshot, 'DBSnapshotAlreadyExists', 'InvalidParameterCombination', ...ofKey],
  on: ({ TargetDBSnapshotIdentifier }, step) => snapshotArn(TargetDBSnapshotIdentifier, step),
  members: ['SourceDBSnapshotIdentifier', 'TargetDBSnapshotIdentifier', 'KmsKeyId'],
  async run({ SourceDBSnapshotIdentifier, TargetDBSnapshotIdentifier, KmsKeyId }, step) {
    const source = snapshotOf(SourceDBSnapshotIdentifier, step);
    if (!source) return noSnapshot(SourceDBSnapshotIdentifier);
    const elsewhere = source.region !== step.region || source.account !== step.identity.account;
    if (KmsKeyId === undefined && source.keyArn !== undefined && elsewhere)
      return badCombination('An encrypted snapshot of another Region or account is copied with a KmsKeyId.');
    const copy = takeSnapshot(source, TargetDBSnapshotIdentifier, step);
    if (isRefusal(copy)) return copy;
    if (KmsKeyId === undefined) return { DBSnapshot: snapshotShown(copy) };
    const storage = await storageUnder(KmsKeyId, source, copy, step);
    if (isRefusal(storage)) return storage;
    putSnapshot({ ...copy, ...storage }, step);
    return { DBSnapshot: snapshotShown({ ...copy, ...storage }) };
  },
  shows: (shown) => ({ ...shown }),
});

/** An encrypted snapshot makes an encrypted instance under the same key, and there is no member to say otherwise. */
const RestoreDBInstanceFromDBSnapshot = rds<
  OfInstance & OfSnapshot & { readonly DBInstanceClass?: string },
  object
>({
  name: 'RestoreDBInstanceFromDBSnapshot',
  refusals: ['DBInstanceAlreadyExists', ...ofSnapshot, ...ofKey],
  on: onInstance,
  members: ['DBInstanceIdentifier', 'DBSnapshotIdentifier', 'DBInstanceClass'],
  async run({ DBInstanceIdentifier, DBSnapshotIdentifier, DBInstanceClass }, step) {
    if (isThere(DBInstanceIdentifier, step)) return instanceExists();
    const snapshot = snapshotOf(DBSnapshotIdentifier, step);
    if (!snapshot || snapshot.region !== step.region) return noSnapshot(DBSnapshotIdentifier);
    const { engine, instanceClass, keyArn, wrapped, dbId, volumeId, blocks } = snapshot;
    const bare = bareInstance(
      DBInstanceIdentifier,
      { engine, instanceClass: DBInstanceClass ?? instanceClass },
      step,
    );
    const restored = { ...bare, keyArn, wrapped, dbId, volumeId, blocks };
    // OURS: as with a volume of EBS, the data key stays, and with it the context under which it was wrapped.
    const grant = keyArn !== undefined && dbId !== undefined ? await letRdsIn(keyArn, dbId, step) : undefined;
    if (isRefusal(grant)) return grant;
    const made = await begun({ ...restored, grantId: grant?.GrantId }, step);
    return isRefusal(made)
      ? made
      : { DBInstance: { ...instanceShown(made, step), DBInstanceStatus: 'creating' } };
  },
  shows: (shown) => ({ ...shown }),
});

export const copyOperations: readonly Operation[] = [CopyDBSnapshot, RestoreDBInstanceFromDBSnapshot];
