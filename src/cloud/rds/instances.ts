import {
  isRefusal,
  type Bytes,
  type Operation,
  type RdsInstanceRec,
  type RdsStorage,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { upperLetters } from '../ids.ts';
import { at, below } from '../refs.ts';
import {
  dropFromHost,
  letRdsIn,
  newStorage,
  readBlocks,
  retireGrant,
  startOnHost,
  writeBlocks,
} from './keys.ts';
import { takeSnapshot } from './snapshots.ts';
import {
  instanceArn,
  instanceNow,
  named,
  noticed,
  onInstance,
  putInstance,
  rds,
  running,
  statusOf,
  type OfInstance,
} from './state.ts';
import { badCombination, instanceExists, noInstance, ofInstance, ofKey, wrongState } from './words.ts';

// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html and its neighbours.

export const instanceShown = (rec: RdsInstanceRec, step: Step) => ({
  DBInstanceIdentifier: rec.name,
  DBInstanceArn: rec.arn,
  DbiResourceId: rec.resourceId,
  DBInstanceClass: rec.instanceClass,
  Engine: rec.engine,
  DBInstanceStatus: statusOf(rec, step),
  InstanceCreateTime: new Date(rec.created),
  StorageEncrypted: rec.keyArn !== undefined,
  ...(rec.keyArn === undefined ? {} : { KmsKeyId: rec.keyArn }),
});

const plainStorage: RdsStorage = {
  keyArn: undefined,
  wrapped: undefined,
  dbId: undefined,
  volumeId: undefined,
  blocks: undefined,
};

/** What a new instance is, before its storage. */
export function bareInstance(
  name: string,
  { engine, instanceClass }: Pick<RdsInstanceRec, 'engine' | 'instanceClass'>,
  step: Step,
): RdsInstanceRec {
  const { identity, region, env } = step;
  return {
    ...plainStorage,
    arn: instanceArn(name, step),
    name: named(name),
    resourceId: `db-${upperLetters(26, env)}`,
    account: identity.account,
    region,
    engine,
    instanceClass,
    status: 'available',
    grantId: undefined,
    created: env.at,
    checked: env.at,
    inaccessible: undefined,
  };
}

export const isThere = (name: string, { view, identity, region }: Step): boolean =>
  view.get(at.rdsInstance(identity.account, region, named(name))) !== undefined;

/** Keeps a new instance and starts it. */
export async function begun(instance: RdsInstanceRec, step: Step): Promise<RdsInstanceRec | Refusal> {
  const fault = await startOnHost(instance, step);
  if (fault) return fault;
  putInstance(instance, step);
  return instance;
}

interface CreateRequest extends OfInstance {
  readonly DBInstanceClass: string;
  readonly Engine: string;
  readonly StorageEncrypted?: boolean;
  readonly KmsKeyId?: string;
}

const CreateDBInstance = rds<CreateRequest, object>({
  name: 'CreateDBInstance',
  refusals: ['DBInstanceAlreadyExists', 'InvalidParameterCombination', ...ofKey],
  on: onInstance,
  members: ['DBInstanceIdentifier', 'DBInstanceClass', 'Engine', 'StorageEncrypted', 'KmsKeyId'],
  async run({ DBInstanceIdentifier, DBInstanceClass, Engine, StorageEncrypted = false, KmsKeyId }, step) {
    if (isThere(DBInstanceIdentifier, step)) return instanceExists();
    const bare = bareInstance(DBInstanceIdentifier, { engine: Engine, instanceClass: DBInstanceClass }, step);
    if (!StorageEncrypted) {
      if (KmsKeyId !== undefined)
        return badCombination('KmsKeyId is for an instance whose StorageEncrypted is true.');
      putInstance(bare, step);
      return { DBInstance: { ...instanceShown(bare, step), DBInstanceStatus: 'creating' } };
    }
    const grant = await letRdsIn(KmsKeyId ?? 'alias/aws/rds', bare.resourceId, step);
    if (isRefusal(grant)) return grant;
    const storage = await newStorage(grant, bare.resourceId, bare, step);
    if (isRefusal(storage)) return storage;
    const made = await begun({ ...bare, ...storage, grantId: grant.GrantId }, step);
    return isRefusal(made)
      ? made
      : { DBInstance: { ...instanceShown(made, step), DBInstanceStatus: 'creating' } };
  },
  shows: (shown) => ({ ...shown }),
});

/** OURS: as many are listed. */
const mostListed = 100;

const DescribeDBInstances = rds<Partial<OfInstance>, object>({
  name: 'DescribeDBInstances',
  readOnly: true,
  refusals: ['DBInstanceNotFound'],
  on: ({ DBInstanceIdentifier = '*' }, step) => instanceArn(DBInstanceIdentifier, step),
  members: ['DBInstanceIdentifier'],
  async run({ DBInstanceIdentifier }, step) {
    const { view, identity, region } = step;
    const all = view
      .range('ref', { prefix: below.rdsInstances(identity.account, region), n: mostListed })
      .map(({ rec }) => rec as RdsInstanceRec)
      .filter(({ name }) => DBInstanceIdentifier === undefined || name === named(DBInstanceIdentifier));
    if (DBInstanceIdentifier !== undefined && all.length === 0) return noInstance(DBInstanceIdentifier);
    const DBInstances: object[] = [];
    for (const one of all) DBInstances.push(instanceShown(await noticed(one, step), step));
    return { DBInstances };
  },
});

/** Nothing of its encryption: that is decided at creation (services.json RDS "rules"), and its members are not taken. */
const ModifyDBInstance = rds<OfInstance & { readonly DBInstanceClass?: string }, object>({
  name: 'ModifyDBInstance',
  refusals: [...ofInstance],
  on: onInstance,
  members: ['DBInstanceIdentifier', 'DBInstanceClass'],
  async run({ DBInstanceIdentifier, DBInstanceClass }, step) {
    const instance = await running(DBInstanceIdentifier, step);
    if (isRefusal(instance)) return instance;
    const changed = { ...instance, instanceClass: DBInstanceClass ?? instance.instanceClass };
    putInstance(changed, step);
    return { DBInstance: instanceShown(changed, step) };
  },
  shows: (shown) => ({ ...shown }),
});

const StopDBInstance = rds<OfInstance, object>({
  name: 'StopDBInstance',
  refusals: [...ofInstance],
  on: onInstance,
  members: ['DBInstanceIdentifier'],
  async run({ DBInstanceIdentifier }, step) {
    const instance = await running(DBInstanceIdentifier, step);
    if (isRefusal(instance)) return instance;
    dropFromHost(instance, step);
    const stopped: RdsInstanceRec = { ...instance, status: 'stopped' };
    putInstance(stopped, step);
    return { DBInstance: { ...instanceShown(stopped, step), DBInstanceStatus: 'stopping' } };
  },
  shows: (shown) => ({ ...shown }),
});

/** Also the way out of inaccessible-encryption-credentials-recoverable, once the key is back. */
const StartDBInstance = rds<OfInstance, object>({
  name: 'StartDBInstance',
  refusals: [...ofInstance, ...ofKey],
  on: onInstance,
  members: ['DBInstanceIdentifier'],
  async run({ DBInstanceIdentifier }, step) {
    const instance = await instanceNow(DBInstanceIdentifier, step);
    if (isRefusal(instance)) return instance;
    const status = statusOf(instance, step);
    if (status !== 'stopped' && status !== 'inaccessible-encryption-credentials-recoverable')
      return wrongState(`Instance ${instance.name} cannot be started in the state ${status}.`);
    const now = step.env.at;
    const started: RdsInstanceRec = {
      ...instance,
      status: 'available',
      checked: now,
      inaccessible: undefined,
    };
    const done = await begun(started, step);
    return isRefusal(done)
      ? done
      : { DBInstance: { ...instanceShown(done, step), DBInstanceStatus: 'starting' } };
  },
  shows: (shown) => ({ ...shown }),
});

const DeleteDBInstance = rds<
  OfInstance & { readonly SkipFinalSnapshot?: boolean; readonly FinalDBSnapshotIdentifier?: string },
  object
>({
  name: 'DeleteDBInstance',
  refusals: [...ofInstance, 'DBSnapshotAlreadyExists', 'InvalidParameterCombination'],
  on: onInstance,
  members: ['DBInstanceIdentifier', 'SkipFinalSnapshot', 'FinalDBSnapshotIdentifier'],
  async run({ DBInstanceIdentifier, SkipFinalSnapshot = false, FinalDBSnapshotIdentifier }, step) {
    const instance = await instanceNow(DBInstanceIdentifier, step);
    if (isRefusal(instance)) return instance;
    if (SkipFinalSnapshot !== (FinalDBSnapshotIdentifier === undefined))
      return badCombination('Either FinalDBSnapshotIdentifier or SkipFinalSnapshot is needed.');
    if (FinalDBSnapshotIdentifier !== undefined) {
      const taken = takeSnapshot(instance, FinalDBSnapshotIdentifier, step);
      if (isRefusal(taken)) return taken;
    }
    dropFromHost(instance, step);
    await retireGrant(instance.keyArn, instance.grantId, instance, step);
    step.view.put(at.rdsInstance(instance.account, instance.region, instance.name), undefined);
    return { DBInstance: { ...instanceShown(instance, step), DBInstanceStatus: 'deleting' } };
  },
  shows: (shown) => ({ ...shown }),
});

/*
 * OURS: what a program asks of a database is no call of AWS. These two stand for it: nobody's permission is asked, no trail
 * hears of them, and KMS is not called for them, because the host has the key.
 */
const DatabaseWrite = rds<OfInstance & { readonly Data: Bytes }>({
  name: 'DatabaseWrite',
  dataEvent: true,
  refusals: [...ofInstance],
  asks: () => [],
  members: ['DBInstanceIdentifier'],
  async run({ DBInstanceIdentifier, Data }, step) {
    const instance = await running(DBInstanceIdentifier, step);
    if (isRefusal(instance)) return instance;
    putInstance({ ...instance, blocks: await writeBlocks(instance, Data, step) }, step);
    return undefined;
  },
});

const DatabaseRead = rds<OfInstance, object>({
  name: 'DatabaseRead',
  readOnly: true,
  dataEvent: true,
  refusals: [...ofInstance],
  asks: () => [],
  members: ['DBInstanceIdentifier'],
  async run({ DBInstanceIdentifier }, step) {
    const instance = await running(DBInstanceIdentifier, step);
    return isRefusal(instance) ? instance : { Data: await readBlocks(instance, step) };
  },
});

export const instanceOperations: readonly Operation[] = [
  CreateDBInstance,
  DescribeDBInstances,
  ModifyDBInstance,
  StopDBInstance,
  StartDBInstance,
  DeleteDBInstance,
  DatabaseWrite,
  DatabaseRead,
];
