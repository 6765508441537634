import {
  isRefusal,
  ref,
  type Operation,
  type RdsInstanceRec,
  type RdsSnapshotRec,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { rds, running, type OfInstance } from './state.ts';
import { noSnapshot, ofInstance, ofSnapshot, snapshotExists, wrongSnapshot } from './words.ts';

/*
 * Snapshots: the blocks of a database and the data key that they are under, wrapped as it is. KMS is not asked to make one.
 */

export interface OfSnapshot {
  readonly DBSnapshotIdentifier: string;
}

export const snapshotArn = (name: string, { identity, region }: Pick<Step, 'identity' | 'region'>): string =>
  name.startsWith('arn:') ? name : `arn:aws:rds:${region}:${identity.account}:snapshot:${name}`;
const onSnapshot = ({ DBSnapshotIdentifier }: OfSnapshot, step: Step): string =>
  snapshotArn(DBSnapshotIdentifier, step);
export const putSnapshot = (rec: RdsSnapshotRec, { view }: Step): void =>
  view.put(at.rdsSnapshot(rec.arn), rec);

const mayBeSeen = ({ account, sharedWith }: RdsSnapshotRec, { identity }: Step): boolean =>
  account === identity.account || sharedWith.includes(identity.account);

/** An own one, or one that is shared with the caller's account; by name or ARN. */
export function snapshotOf(name: string, step: Step): RdsSnapshotRec | undefined {
  const rec = step.view.get(at.rdsSnapshot(snapshotArn(name, step)));
  return rec && mayBeSeen(rec, step) ? rec : undefined;
}

export const snapshotShown = (rec: RdsSnapshotRec) => ({
  DBSnapshotIdentifier: rec.name,
  DBSnapshotArn: rec.arn,
  DBInstanceIdentifier: rec.instance,
  Engine: rec.engine,
  Status: 'available',
  SnapshotCreateTime: new Date(rec.created),
  Encrypted: rec.keyArn !== undefined,
  ...(rec.keyArn === undefined ? {} : { KmsKeyId: rec.keyArn }),
});

/** The snapshot's own members, of an instance or of another snapshot. */
export function takeSnapshot(
  of: RdsInstanceRec | RdsSnapshotRec,
  name: string,
  step: Step,
): RdsSnapshotRec | Refusal {
  const arn = snapshotArn(name, step);
  if (step.view.get(at.rdsSnapshot(arn))) return snapshotExists(name);
  const { keyArn, wrapped, dbId, volumeId, blocks, engine, instanceClass } = of;
  const rec: RdsSnapshotRec = {
    ...{ keyArn, wrapped, dbId, volumeId, blocks, engine, instanceClass },
    arn,
    name,
    account: step.identity.account,
    region: step.region,
    instance: 'instance' in of ? of.instance : of.name,
    created: step.env.at,
    sharedWith: [],
  };
  putSnapshot(rec, step);
  return rec;
}

const CreateDBSnapshot = rds<OfInstance & OfSnapshot, object>({
  name: 'CreateDBSnapshot',
  refusals: [...ofInstance, 'DBSnapshotAlreadyExists'],
  on: onSnapshot,
  members: ['DBInstanceIdentifier', 'DBSnapshotIdentifier'],
  async run({ DBInstanceIdentifier, DBSnapshotIdentifier }, step) {
    const instance = await running(DBInstanceIdentifier, step);
    if (isRefusal(instance)) return instance;
    const taken = takeSnapshot(instance, DBSnapshotIdentifier, step);
    return isRefusal(taken) ? taken : { DBSnapshot: { ...snapshotShown(taken), Status: 'creating' } };
  },
  shows: (shown) => ({ ...shown }),
});

const ModifyDBSnapshotAttribute = rds<
  OfSnapshot & { readonly ValuesToAdd?: readonly string[]; readonly ValuesToRemove?: readonly string[] },
  object
>({
  name: 'ModifyDBSnapshotAttribute',
  refusals: [...ofSnapshot],
  on: onSnapshot,
  members: ['DBSnapshotIdentifier', 'ValuesToAdd', 'ValuesToRemove'],
  run({ DBSnapshotIdentifier, ValuesToAdd = [], ValuesToRemove = [] }, step) {
    const rec = snapshotOf(DBSnapshotIdentifier, step);
    if (rec?.account !== step.identity.account) return noSnapshot(DBSnapshotIdentifier);
    const key = rec.keyArn && step.view.get(ref.key(rec.keyArn));
    // services.json RDS "rules": the default key can be shared with nobody. OURS: the sentence.
    if (ValuesToAdd.length > 0 && key && key.KeyManager === 'AWS')
      return wrongSnapshot('A snapshot that is encrypted under the default key of RDS cannot be shared.');
    const others = rec.sharedWith.filter(
      (one) => !ValuesToAdd.includes(one) && !ValuesToRemove.includes(one),
    );
    const sharedWith = [...others, ...ValuesToAdd];
    putSnapshot({ ...rec, sharedWith }, step);
    return {
      DBSnapshotAttributesResult: {
        DBSnapshotIdentifier: rec.name,
        DBSnapshotAttributes: [{ AttributeName: 'restore', AttributeValues: sharedWith }],
      },
    };
  },
});

/** OURS: as many are listed. */
const mostListed = 100;
const snapshotsHere = (region: Region, { view }: Step): readonly RdsSnapshotRec[] =>
  view
    .range('ref', { prefix: below.rdsSnapshots(region), n: mostListed })
    .map(({ rec }) => rec as RdsSnapshotRec);

const DescribeDBSnapshots = rds<Partial<OfSnapshot> & { readonly IncludeShared?: boolean }, object>({
  name: 'DescribeDBSnapshots',
  readOnly: true,
  refusals: ['DBSnapshotNotFound'],
  members: ['DBSnapshotIdentifier', 'IncludeShared'],
  run({ DBSnapshotIdentifier, IncludeShared = false }, step) {
    if (DBSnapshotIdentifier !== undefined) {
      const one = snapshotOf(DBSnapshotIdentifier, step);
      return one ? { DBSnapshots: [snapshotShown(one)] } : noSnapshot(DBSnapshotIdentifier);
    }
    const own = ({ account }: RdsSnapshotRec) => account === step.identity.account;
    const all = snapshotsHere(step.region, step).filter((one) =>
      IncludeShared ? mayBeSeen(one, step) : own(one),
    );
    return { DBSnapshots: all.map(snapshotShown) };
  },
});

const DeleteDBSnapshot = rds<OfSnapshot, object>({
  name: 'DeleteDBSnapshot',
  refusals: [...ofSnapshot],
  on: onSnapshot,
  members: ['DBSnapshotIdentifier'],
  run({ DBSnapshotIdentifier }, step) {
    const rec = snapshotOf(DBSnapshotIdentifier, step);
    if (rec?.account !== step.identity.account) return noSnapshot(DBSnapshotIdentifier);
    step.view.put(at.rdsSnapshot(rec.arn), undefined);
    return { DBSnapshot: { ...snapshotShown(rec), Status: 'deleted' } };
  },
  shows: (shown) => ({ ...shown }),
});

export const snapshotOperations: readonly Operation[] = [
  CreateDBSnapshot,
  ModifyDBSnapshotAttribute,
  DescribeDBSnapshots,
  DeleteDBSnapshot,
];
