import {
  isRefusal,
  type Bytes,
  type Operation,
  type RedshiftClusterRec,
  type Refusal,
  type Service,
  type Step,
} from '../../engine/index.ts';
import {
  arnOf,
  blocksOf,
  clusterOf,
  defaultKey,
  inState,
  mostBlocks,
  onCluster,
  put,
  putBlock,
  redshift,
  shown,
  type KeyChoice,
  type OfCluster,
} from './clusters.ts';
import { copyOperations } from './copies.ts';
import { at, below } from '../refs.ts';
import { makeService, queryErrors } from '../service.ts';
import shapes from '../shapes/redshift.json';
import {
  databaseKeyOf,
  forget,
  launchKeys,
  loadKeys,
  openBlock,
  retireGrant,
  rotatedKeys,
  sealBlock,
  underAnother,
  unencrypted,
  type Encryption,
} from './keys.ts';
import { snapshotOperations, takeSnapshot } from './snapshots.ts';
import {
  badCombination,
  clusterExists,
  noBlock,
  noCluster,
  notSupported,
  ofCluster,
  ofKey,
} from './words.ts';

// https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html and its neighbours.

const CreateCluster = redshift<OfCluster & KeyChoice & { readonly NodeType: string }, object>({
  name: 'CreateCluster',
  refusals: ['ClusterAlreadyExists', 'InvalidParameterCombination', ...ofKey],
  on: onCluster,
  members: ['ClusterIdentifier', 'NodeType', 'Encrypted', 'KmsKeyId'],
  async run({ ClusterIdentifier, NodeType, Encrypted = false, KmsKeyId }, step) {
    if (clusterOf(ClusterIdentifier, step)) return clusterExists();
    if (!Encrypted && KmsKeyId !== undefined)
      return badCombination('KmsKeyId is for a cluster whose Encrypted is true.');
    const bare: RedshiftClusterRec = {
      ...unencrypted,
      arn: arnOf(ClusterIdentifier, step),
      name: ClusterIdentifier,
      account: step.identity.account,
      region: step.region,
      nodeType: NodeType,
      status: 'available',
      created: step.env.at,
    };
    const keys = Encrypted ? await launchKeys(KmsKeyId ?? defaultKey, bare, step) : unencrypted;
    if (isRefusal(keys)) return keys;
    const cluster = { ...bare, ...keys };
    put(cluster, step);
    return { Cluster: { ...shown(cluster), ClusterStatus: 'creating' } };
  },
  shows: (output) => ({ ...output }),
});

const DescribeClusters = redshift<Partial<OfCluster>, object>({
  name: 'DescribeClusters',
  readOnly: true,
  refusals: ['ClusterNotFound'],
  on: ({ ClusterIdentifier = '*' }, step) => arnOf(ClusterIdentifier, step),
  members: ['ClusterIdentifier'],
  run({ ClusterIdentifier }, step) {
    const { view, identity, region } = step;
    if (ClusterIdentifier !== undefined) {
      const one = clusterOf(ClusterIdentifier, step);
      return one ? { Clusters: [shown(one)] } : noCluster(ClusterIdentifier);
    }
    const all = view.range('ref', { prefix: below.redshiftClusters(identity.account, region), n: 100 });
    return { Clusters: all.map(({ rec }) => shown(rec as RedshiftClusterRec)) };
  },
});

/** Every block, or only its key, under the new database key. */
async function changeKeys(
  cluster: RedshiftClusterRec,
  newKeys: () => Promise<Encryption | Refusal>,
  step: Step,
): Promise<RedshiftClusterRec | Refusal> {
  const from = await databaseKeyOf(cluster, step);
  const keys = await newKeys();
  if (isRefusal(keys)) return keys;
  const changed: RedshiftClusterRec = { ...cluster, ...keys };
  const to = await databaseKeyOf(changed, step);
  for (const block of blocksOf(cluster, step))
    putBlock(
      from && to
        ? underAnother(block, { from, to }, step)
        : sealBlock(cluster, block.number, openBlock(block, from, step), to, step),
      step,
    );
  put(changed, step);
  return changed;
}

/** Other than a database of RDS, a cluster can be encrypted, decrypted, and given another key while it lives. */
const ModifyCluster = redshift<OfCluster & KeyChoice, object>({
  name: 'ModifyCluster',
  refusals: [...ofCluster, 'InvalidParameterCombination', ...ofKey],
  on: onCluster,
  members: ['ClusterIdentifier', 'Encrypted', 'KmsKeyId'],
  async run({ ClusterIdentifier, Encrypted, KmsKeyId }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    const encrypted = Encrypted ?? cluster.keyArn !== undefined;
    if (!encrypted && KmsKeyId !== undefined)
      return badCombination('KmsKeyId is for a cluster whose Encrypted is true.');
    if (encrypted === (cluster.keyArn !== undefined) && KmsKeyId === undefined)
      return { Cluster: shown(cluster) };
    const changed = await changeKeys(
      cluster,
      () => (encrypted ? launchKeys(KmsKeyId ?? defaultKey, cluster, step) : Promise.resolve(unencrypted)),
      step,
    );
    if (isRefusal(changed)) return changed;
    if (!encrypted) forget(cluster, step);
    await retireGrant(cluster, step);
    return { Cluster: { ...shown(changed), ClusterStatus: 'modifying' } };
  },
  shows: (output) => ({ ...output }),
});

const RotateEncryptionKey = redshift<OfCluster, object>({
  name: 'RotateEncryptionKey',
  refusals: [...ofCluster, 'UnsupportedOperation', ...ofKey],
  on: onCluster,
  members: ['ClusterIdentifier'],
  async run({ ClusterIdentifier }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    const { keyArn } = cluster;
    if (!keyArn) return notSupported('The cluster is not encrypted.');
    const changed = await changeKeys(cluster, () => rotatedKeys(cluster, keyArn, step), step);
    return isRefusal(changed) ? changed : { Cluster: { ...shown(changed), ClusterStatus: 'rotating-keys' } };
  },
  shows: (output) => ({ ...output }),
});

const PauseCluster = redshift<OfCluster, object>({
  name: 'PauseCluster',
  refusals: [...ofCluster],
  on: onCluster,
  members: ['ClusterIdentifier'],
  run({ ClusterIdentifier }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    forget(cluster, step);
    const paused: RedshiftClusterRec = { ...cluster, status: 'paused' };
    put(paused, step);
    return { Cluster: { ...shown(paused), ClusterStatus: 'pausing' } };
  },
  shows: (output) => ({ ...output }),
});

const ResumeCluster = redshift<OfCluster, object>({
  name: 'ResumeCluster',
  refusals: [...ofCluster, ...ofKey],
  on: onCluster,
  members: ['ClusterIdentifier'],
  async run({ ClusterIdentifier }, step) {
    const cluster = inState(ClusterIdentifier, 'paused', step);
    if (isRefusal(cluster)) return cluster;
    const fault = await loadKeys(cluster, step);
    if (fault) return fault;
    const resumed: RedshiftClusterRec = { ...cluster, status: 'available' };
    put(resumed, step);
    return { Cluster: { ...shown(resumed), ClusterStatus: 'resuming' } };
  },
  shows: (output) => ({ ...output }),
});

const DeleteCluster = redshift<
  OfCluster & {
    readonly SkipFinalClusterSnapshot?: boolean;
    readonly FinalClusterSnapshotIdentifier?: string;
  },
  object
>({
  name: 'DeleteCluster',
  refusals: ['ClusterNotFound', 'InvalidParameterCombination', 'ClusterSnapshotAlreadyExists'],
  on: onCluster,
  members: ['ClusterIdentifier', 'SkipFinalClusterSnapshot', 'FinalClusterSnapshotIdentifier'],
  async run({ ClusterIdentifier, SkipFinalClusterSnapshot = false, FinalClusterSnapshotIdentifier }, step) {
    const cluster = clusterOf(ClusterIdentifier, step);
    if (!cluster) return noCluster(ClusterIdentifier);
    if (SkipFinalClusterSnapshot !== (FinalClusterSnapshotIdentifier === undefined))
      return badCombination('Either FinalClusterSnapshotIdentifier or SkipFinalClusterSnapshot is needed.');
    if (FinalClusterSnapshotIdentifier !== undefined) {
      const taken = takeSnapshot(cluster, FinalClusterSnapshotIdentifier, step);
      if (isRefusal(taken)) return taken;
    }
    forget(cluster, step);
    await retireGrant(cluster, step);
    for (const { number } of blocksOf(cluster, step))
      step.view.put(at.redshiftBlock(cluster.arn, number), undefined);
    step.view.put(at.redshiftCluster(cluster.account, cluster.region, cluster.name), undefined);
    return { Cluster: { ...shown(cluster), ClusterStatus: 'deleting' } };
  },
  shows: (output) => ({ ...output }),
});

/*
 * OURS: what a query asks of a warehouse is no call of AWS. These two stand for it: nobody's permission is asked, no trail
 * hears of them, and KMS is not called, because the cluster has the database key.
 */
const BlockWrite = redshift<OfCluster & { readonly Data: Bytes }, object>({
  name: 'BlockWrite',
  dataEvent: true,
  refusals: [...ofCluster, 'UnsupportedOperation'],
  asks: () => [],
  members: ['ClusterIdentifier'],
  async run({ ClusterIdentifier, Data }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    const number = (blocksOf(cluster, step).at(-1)?.number ?? 0) + 1;
    if (number > mostBlocks) return notSupported(`KMS Lab keeps up to ${mostBlocks} blocks in a cluster.`);
    putBlock(sealBlock(cluster, number, Data, await databaseKeyOf(cluster, step), step), step);
    return { Block: number };
  },
});

const BlockRead = redshift<OfCluster & { readonly Block: number }, object>({
  name: 'BlockRead',
  readOnly: true,
  dataEvent: true,
  refusals: [...ofCluster, 'InvalidParameterValue'],
  asks: () => [],
  members: ['ClusterIdentifier', 'Block'],
  async run({ ClusterIdentifier, Block }, step) {
    const cluster = inState(ClusterIdentifier, 'available', step);
    if (isRefusal(cluster)) return cluster;
    const block = step.view.get(at.redshiftBlock(cluster.arn, Block));
    return block ? { Data: openBlock(block, await databaseKeyOf(cluster, step), step) } : noBlock(Block);
  },
});

export const redshiftOperations: readonly Operation[] = [
  CreateCluster,
  DescribeClusters,
  ModifyCluster,
  RotateEncryptionKey,
  PauseCluster,
  ResumeCluster,
  DeleteCluster,
  BlockWrite,
  BlockRead,
  ...snapshotOperations,
  ...copyOperations,
];

export const redshiftService: Service = makeService('redshift', shapes, redshiftOperations, queryErrors);
