import type { Ref, RdsStorage, ServiceTables } from '../../engine/index.ts';
import { card, grants, innerKey, stored, type Makers } from './card.ts';

/*
 * Databases, streams, clusters and warehouses: what stands between their bytes and KMS differs most. A database has one
 * data key; a record has that of its writer; a secret of Kubernetes has a key that is derived from a seed; a block of
 * Redshift has one under a key under a key.
 */

const storageLike = ({ keyArn, wrapped, dbId, volumeId, blocks }: RdsStorage) => ({
  ...stored(blocks ?? new Uint8Array(0), wrapped ? 'dataKey' : 'none'),
  ...{ keyArn, wrapped },
  context: dbId === undefined || volumeId === undefined ? undefined : contextOfVolume(dbId, volumeId),
});
const contextOfVolume = (db: string, volume: string) => ({ 'aws:rds:db-id': db, 'aws:ebs:id': volume });

const contextOfWarehouse = ({ arn, created }: Pick<ServiceTables['redshiftCluster'], 'arn' | 'created'>) => ({
  'aws:redshift:arn': arn,
  // `20150206T1832Z`
  'aws:redshift:createtime': `${new Date(created).toISOString().replaceAll(/[-:]/g, '').slice(0, 13)}Z`,
});

/** OURS: the one shard of a stream. */
const ShardId = 'shardId-000000000000';

type Of = 'rdsInstance' | 'rdsSnapshot' | 'kinesisStream' | 'kinesisRecord';
type OfClusters = 'eksCluster' | 'eksSecret' | 'redshiftCluster' | 'redshiftBlock';
type OfSnapshots = 'redshiftSnapshot' | 'redshiftCopyGrant';

export const makersOfDatabases: Pick<Makers, Of | OfClusters | OfSnapshots> = {
  rdsInstance(rec, id, { now, standing }) {
    const { arn, name, account, region, created, grantId } = rec;
    const status = standing.rdsInstance(rec, now);
    return card(id, {
      ...{ service: 'rds', kind: 'dbInstance', name, account, region, created, arn, status },
      ...storageLike(rec),
      grantIds: grants(grantId),
      holder: arn,
      looksAgain: standing.looksAgain(rec),
      // One that does not run is not read, and not even looked at.
      read: { operation: 'DatabaseRead', input: { DBInstanceIdentifier: name } },
    });
  },
  rdsSnapshot: (rec, id) =>
    card(id, {
      ...{ service: 'rds', kind: 'dbSnapshot', name: rec.name, account: rec.account, region: rec.region },
      ...{ created: rec.created, arn: rec.arn, sharedWith: rec.sharedWith },
      ...storageLike(rec),
      holder: rec.arn,
    }),
  kinesisStream: ({ arn, name, account, region, created, keyId, keyArn }, id) =>
    card(id, {
      ...{ service: 'kinesis', kind: 'stream', name, account, region, created, arn },
      // What an alias meant when encryption was started.
      keyNamed: keyArn ?? keyId,
    }),
  kinesisRecord({ stream: arn, number, partitionKey, arrived, keyArn, wrapped, body }, id, around) {
    const stream = around.stream(arn);
    if (!stream) return undefined;
    const { account, region } = stream;
    const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: String(number) };
    return card(id, {
      ...{ service: 'kinesis', kind: 'record', name: `${partitionKey} ${number}`, account, region },
      ...{ created: arrived, keyArn, wrapped, within: `kinesisStream/${arn}` as const },
      ...stored(body, wrapped ? 'dataKey' : 'none'),
      context: wrapped && { 'aws:kinesis:arn': arn },
      read: {
        operation: 'GetRecords',
        input: { Limit: 1 },
        before: {
          operation: 'GetShardIterator',
          input: { StreamARN: arn, ShardId, ...at },
          hands: 'ShardIterator',
        },
      },
    });
  },
  eksCluster(rec, id, { now, standing }) {
    const { arn, name, account, region, created, keyArn, seed, grantId } = rec;
    return card(id, {
      ...{ service: 'eks', kind: 'kubernetes', name, account, region, created, arn, keyArn },
      status: standing.eksCluster(rec, now),
      protection: seed ? 'seed' : 'ownKey',
      wrapped: seed,
      context: seed && {},
      grantIds: grants(grantId),
      holder: arn,
      keyNamed: keyArn,
    });
  },
  eksSecret({ cluster: arn, name, salt, sealed }, id, around) {
    const cluster = around.cluster(arn);
    if (!cluster) return undefined;
    const { account, region, keyArn, seed } = cluster;
    return card(id, {
      ...{ service: 'eks', kind: 'kubernetesSecret', name, account, region, keyArn, wrapped: seed },
      within: `eksCluster/${account}/${region}/${cluster.name}`,
      ...stored(sealed, seed ? 'seed' : 'ownKey'),
      inner: innerKey('salt', salt),
      context: seed && {},
      grantIds: grants(cluster.grantId),
      holder: arn,
      read: { operation: 'SecretRead', input: { clusterName: cluster.name, secretName: name } },
    });
  },
  redshiftCluster: (rec, id) => card(id, { ...ofWarehouse(rec), kind: 'warehouse', arn: rec.arn }),
  redshiftBlock({ cluster: arn, number, blockKey, body }, id, around) {
    const cluster = around.warehouse(arn);
    if (!cluster) return undefined;
    const { account, region, name } = cluster;
    const whole = ofWarehouse(cluster);
    return card(id, {
      ...whole,
      ...{ kind: 'block', name: `block ${number}`, created: undefined, status: undefined },
      within: `redshiftCluster/${account}/${region}/${name}` as Ref, // as cloud/refs.ts makes it
      ...stored(body, blockKey ? 'tiers' : 'none'),
      inner: [...innerKey('blockKey', blockKey), ...whole.inner],
      read: { operation: 'BlockRead', input: { ClusterIdentifier: name, Block: number } },
    });
  },
  redshiftSnapshot(rec, id) {
    const { arn, name, account, region, created, clusterArn, clusterCreated, blocks } = rec;
    const [first] = blocks;
    const kept = stored(first?.body ?? new Uint8Array(0), rec.clusterKey ? 'tiers' : 'none');
    return card(id, {
      ...{ service: 'redshift', kind: 'warehouseSnapshot', name, account, region, created, arn },
      ...kept,
      // All blocks are in it; those of the first are shown.
      bytes: { first: kept.bytes?.first, length: blocks.reduce((sum, { body }) => sum + body.length, 0) },
      ...{ keyArn: rec.keyArn, wrapped: rec.clusterKey },
      inner: [...innerKey('blockKey', first?.blockKey), ...innerKey('databaseKey', rec.databaseKey)],
      context: rec.clusterKey && contextOfWarehouse({ arn: clusterArn, created: clusterCreated }),
      holder: arn,
    });
  },
  redshiftCopyGrant: ({ name, account, region, created, keyArn, grantId }, id) =>
    card(id, {
      ...{ service: 'redshift', kind: 'copyGrant', name, account, region, created },
      arn: `arn:aws:redshift:${region}:${account}:snapshotcopygrant:${name}`,
      grantIds: grants(grantId),
      keyNamed: keyArn,
    }),
};

const ofWarehouse = (rec: ServiceTables['redshiftCluster']) =>
  ({
    service: 'redshift',
    ...{ name: rec.name, account: rec.account, region: rec.region, created: rec.created },
    ...{ status: rec.status, keyArn: rec.keyArn, wrapped: rec.clusterKey },
    protection: rec.clusterKey ? 'tiers' : 'none',
    inner: innerKey('databaseKey', rec.databaseKey),
    context: rec.clusterKey && contextOfWarehouse(rec),
    grantIds: grants(rec.grantId),
    holder: rec.arn,
  }) as const;
