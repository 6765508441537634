import {
  isRefusal,
  type Operation,
  type RedshiftClusterRec,
  type RedshiftSnapshotRec,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import {
  arnOf,
  blocksOf,
  clusterOf,
  defaultKey,
  inState,
  onCluster,
  put,
  putBlock,
  redshift,
  shown,
  type KeyChoice,
  type OfCluster,
} from './clusters.ts';
import {
  databaseKeyOf,
  keyOfSnapshot,
  keysThere,
  launchKeys,
  openBlock,
  sealBlock,
  unencrypted,
  type Cluster,
} from './keys.ts';
import {
  badCombination,
  clusterExists,
  noSnapshot,
  ofCluster,
  ofKey,
  ofSnapshot,
  snapshotExists,
} from './words.ts';

/*
 * Snapshots: the blocks of a cluster with their keys, the database key and the cluster key, wrapped as they are. KMS is not
 * asked to make one; for its copy in another Region it is, there, by the copy grant of that Region.
 */

interface OfSnapshot {
  readonly SnapshotIdentifier: string;
}
const snapshotArn = (
  cluster: string,
  name: string,
  { identity, region }: Pick<Step, 'identity' | 'region'>,
): string => `arn:aws:redshift:${region}:${identity.account}:snapshot:${cluster}/${name}`;
const snapshotOf = (name: string, { view, identity, region }: Step): RedshiftSnapshotRec | undefined =>
  view.get(at.redshiftSnapshot(identity.account, region, name));
const putSnapshot = (rec: RedshiftSnapshotRec, { view }: Step): void =>
  view.put(at.redshiftSnapshot(rec.account, rec.region, rec.name), rec);
const onSnapshot = ({ SnapshotIdentifier }: OfSnapshot, step: Step): string =>
  snapshotArn(snapshotOf(SnapshotIdentifier, step)?.cluster ?? '*', SnapshotIdentifier, step);

const snapshotShown = (rec: RedshiftSnapshotRec) => ({
  SnapshotIdentifier: rec.name,
  SnapshotArn: rec.arn,
  ClusterIdentifier: rec.cluster,
  NodeType: rec.nodeType,
  Status: 'available',
  SnapshotCreateTime: new Date(rec.created),
  Encrypted: rec.keyArn !== undefined,
  ...(rec.keyArn === undefined ? {} : { KmsKeyId: rec.keyArn }),
});

export function takeSnapshot(
  cluster: RedshiftClusterRec,
  name: string,
  step: Step,
): RedshiftSnapshotRec | Refusal {
  if (snapshotOf(name, step)) return snapshotExists(name);
  const { keyArn, clusterKey, databaseKey, nodeType } = cluster;
  const rec: RedshiftSnapshotRec = {
    ...{ keyArn, clusterKey, databaseKey, nodeType, name },
    arn: snapshotArn(cluster.name, name, step),
    account: cluster.account,
    region: cluster.region,
    cluster: cluster.name,
    clusterArn: cluster.arn,
    clusterCreated: cluster.created,
    created: step.env.at,
    blocks: blocksOf(cluster, step).map(({ number, blockKey, body }) => ({ number, blockKey, body })),
  };
  putSnapshot(rec, step);
  return rec;
}

/**
 * services.json Redshift "copy snapshot cross-Region". OURS: at once, under the name of the snapshot; where KMS says no there
 * is no copy, and who made the snapshot does not hear of it.
 */
async function copied(cluster: RedshiftClusterRec, rec: RedshiftSnapshotRec, step: Step): Promise<void> {
  const { copiesTo } = cluster;
  if (!copiesTo) return;
  const { region } = copiesTo;
  const grant =
    copiesTo.grant === undefined
      ? undefined
      : step.view.get(at.redshiftCopyGrant(cluster.account, region, copiesTo.grant));
  if (rec.keyArn && !grant) return;
  const keys = rec.keyArn && grant ? await keysThere(cluster, grant, step) : unencrypted;
  if (isRefusal(keys)) return;
  const { keyArn, clusterKey, databaseKey } = keys;
  const arn = snapshotArn(cluster.name, rec.name, { ...step, region });
  putSnapshot({ ...rec, keyArn, clusterKey, databaseKey, region, arn }, step);
}

const CreateClusterSnapshot = redshift<OfCluster & OfSnapshot, object>({
  name: 'CreateClusterSnapshot',
  refusals: [...ofCluster, 'ClusterSnapshotAlreadyExists'],
  on: ({ ClusterIdentifier, SnapshotIdentifier }, step) =>
    snapshotArn(ClusterIdentifier, SnapshotIdentifier, step),
  members: ['ClusterIdentifier', 'SnapshotIdentifier'],
  async run({ ClusterIdentifier, SnapshotIdentifier }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    const taken = takeSnapshot(cluster, SnapshotIdentifier, step);
    if (isRefusal(taken)) return taken;
    await copied(cluster, taken, step);
    return { Snapshot: { ...snapshotShown(taken), Status: 'creating' } };
  },
  shows: (output) => ({ ...output }),
});

const DescribeClusterSnapshots = redshift<Partial<OfSnapshot>, object>({
  name: 'DescribeClusterSnapshots',
  readOnly: true,
  refusals: [...ofSnapshot],
  members: ['SnapshotIdentifier'],
  run({ SnapshotIdentifier }, step) {
    const { view, identity, region } = step;
    if (SnapshotIdentifier !== undefined) {
      const one = snapshotOf(SnapshotIdentifier, step);
      return one ? { Snapshots: [snapshotShown(one)] } : noSnapshot(SnapshotIdentifier);
    }
    const all = view.range('ref', { prefix: below.redshiftSnapshots(identity.account, region), n: 100 });
    return { Snapshots: all.map(({ rec }) => snapshotShown(rec as RedshiftSnapshotRec)) };
  },
});

/** The blocks of a snapshot under the keys of a new cluster. */
async function fill(
  cluster: RedshiftClusterRec,
  { blocks, clusterArn }: RedshiftSnapshotRec,
  from: Awaited<ReturnType<typeof keyOfSnapshot>>,
  step: Step,
): Promise<void> {
  const to = await databaseKeyOf(cluster, step);
  for (const { number, blockKey, body } of blocks) {
    const source = { cluster: clusterArn, number, blockKey, body };
    const plain = openBlock(source, from instanceof Uint8Array ? from : undefined, step);
    putBlock(sealBlock(cluster, number, plain, to, step), step);
  }
}

/** Under the snapshot's key or another: the new cluster has keys of its own. */
const RestoreFromClusterSnapshot = redshift<OfCluster & OfSnapshot & KeyChoice, object>({
  name: 'RestoreFromClusterSnapshot',
  refusals: ['ClusterAlreadyExists', 'InvalidParameterCombination', ...ofSnapshot, ...ofKey],
  on: onCluster,
  members: ['ClusterIdentifier', 'SnapshotIdentifier', 'Encrypted', 'KmsKeyId'],
  async run({ ClusterIdentifier, SnapshotIdentifier, Encrypted, KmsKeyId }, step) {
    if (clusterOf(ClusterIdentifier, step)) return clusterExists();
    const snapshot = snapshotOf(SnapshotIdentifier, step);
    if (!snapshot) return noSnapshot(SnapshotIdentifier);
    const encrypted = Encrypted ?? (snapshot.keyArn !== undefined || KmsKeyId !== undefined);
    // OURS: that an encrypted snapshot is not restored in the clear.
    if (!encrypted && (snapshot.keyArn ?? KmsKeyId) !== undefined)
      return badCombination('An encrypted snapshot makes an encrypted cluster.');
    const bare: Cluster & Pick<RedshiftClusterRec, 'nodeType' | 'status'> = {
      arn: arnOf(ClusterIdentifier, step),
      name: ClusterIdentifier,
      account: step.identity.account,
      region: step.region,
      nodeType: snapshot.nodeType,
      status: 'available',
      created: step.env.at,
    };
    const from = await keyOfSnapshot(snapshot, bare, step);
    if (isRefusal(from)) return from;
    const keyId = KmsKeyId ?? snapshot.keyArn ?? defaultKey;
    const keys = encrypted ? await launchKeys(keyId, bare, step) : unencrypted;
    if (isRefusal(keys)) return keys;
    const cluster: RedshiftClusterRec = { ...bare, ...keys };
    put(cluster, step);
    await fill(cluster, snapshot, from, step);
    return { Cluster: { ...shown(cluster), ClusterStatus: 'creating' } };
  },
  shows: (output) => ({ ...output }),
});

const DeleteClusterSnapshot = redshift<OfSnapshot, object>({
  name: 'DeleteClusterSnapshot',
  refusals: [...ofSnapshot],
  on: onSnapshot,
  members: ['SnapshotIdentifier'],
  run({ SnapshotIdentifier }, step) {
    const rec = snapshotOf(SnapshotIdentifier, step);
    if (!rec) return noSnapshot(SnapshotIdentifier);
    step.view.put(at.redshiftSnapshot(rec.account, rec.region, rec.name), undefined);
    return { Snapshot: { ...snapshotShown(rec), Status: 'deleted' } };
  },
  shows: (output) => ({ ...output }),
});

export const snapshotOperations: readonly Operation[] = [
  CreateClusterSnapshot,
  DescribeClusterSnapshots,
  RestoreFromClusterSnapshot,
  DeleteClusterSnapshot,
];
