import {
  isRefusal,
  type Bytes,
  type RedshiftBlockRec,
  type KeyArn,
  type RedshiftClusterRec,
  type RedshiftCopyGrantRec,
  type RedshiftSnapshotRec,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Kms } from '../callingKms.ts';
import { dropKey, heldKey, holderName, holdKey, mustOpen, sealData } from '../keeping.ts';
import { worded } from './words.ts';

/*
 * Four tiers (services.json Redshift "hierarchy"): KMS key > cluster key > database key > a key for each block. KMS knows
 * of the cluster key alone, and is asked for it at the launch and when a cluster starts; the database key is in the memory
 * of the cluster.
 */

/** OURS: the grantee. services.json says "Redshift through the grant". */
const host = (region: Region): string => `redshift.${region}.amazonaws.com`;

export type Cluster = Pick<RedshiftClusterRec, 'arn' | 'name' | 'account' | 'region' | 'created'>;

/** `20150206T1832Z` */
const createTime = ({ created }: Cluster): string =>
  `${new Date(created).toISOString().replaceAll(/[-:]/g, '').slice(0, 13)}Z`;
const contextOf = (cluster: Cluster) => ({
  'aws:redshift:arn': cluster.arn,
  'aws:redshift:createtime': createTime(cluster),
});

const kmsOfCaller = (step: Step): Kms => kmsAs(step, { kind: 'forward', via: 'redshift' }, { worded });

/** Redshift itself, by the grant. */
function kmsOfRedshift(
  cluster: Pick<RedshiftClusterRec, 'arn' | 'account' | 'region' | 'keyArn' | 'grantId'>,
  step: Step,
): Kms {
  const { arn, account, region } = cluster;
  const itself = { kind: 'service', service: host(region), sourceArn: arn, sourceAccount: account } as const;
  return kmsAs(step, itself, { worded, grant: cluster });
}

export type Encryption = Pick<RedshiftClusterRec, 'keyArn' | 'grantId' | 'clusterKey' | 'databaseKey'>;
export const unencrypted: Encryption = {
  keyArn: undefined,
  grantId: undefined,
  clusterKey: undefined,
  databaseKey: undefined,
};

const databasePlace = ({ arn }: Cluster): string => `${arn}|database key`;

/** A new cluster key by `kms`, and a new database key under it, which goes into the cluster's memory. */
async function newKeys(
  kms: Kms,
  keyId: string,
  cluster: Cluster,
  step: Step,
): Promise<Omit<Encryption, 'grantId'> | Refusal> {
  const key = await kms.dataKey(keyId, contextOf(cluster));
  if (isRefusal(key)) return key;
  const { keyArn, wrapped } = key;
  const plain = step.env.random(32);
  await remember(cluster, { plain, wrapped, keyArn }, step);
  return {
    keyArn,
    clusterKey: wrapped,
    databaseKey: sealData(step, key.plain, plain, databasePlace(cluster)),
  };
}

/** Launch: CreateGrant and GenerateDataKey, both as the caller. */
export async function launchKeys(keyId: string, cluster: Cluster, step: Step): Promise<Encryption | Refusal> {
  const kms = kmsOfCaller(step);
  const grant = await kms.createGrant({
    KeyId: keyId,
    GranteePrincipal: host(step.region),
    RetiringPrincipal: host(step.region),
    // OURS: the operations: what starting and rotating take.
    Operations: ['Decrypt', 'GenerateDataKey', 'DescribeKey', 'RetireGrant'],
    Constraints: { EncryptionContextSubset: contextOf(cluster) },
  });
  if (isRefusal(grant)) return grant;
  const keys = await newKeys(kms, keyId, cluster, step);
  return isRefusal(keys) ? keys : { ...keys, grantId: grant.GrantId };
}

/** OURS: the operations of the grant of a Region that copies come into, and that no context binds it: it serves many clusters. */
export async function letCopiesIn(
  keyId: string,
  step: Step,
): Promise<{ readonly keyArn: KeyArn; readonly grantId: string } | Refusal> {
  const kms = kmsOfCaller(step);
  const key = await kms.describe(keyId);
  if (isRefusal(key)) return key;
  const grant = await kms.createGrant({
    KeyId: key.arn,
    GranteePrincipal: host(step.region),
    RetiringPrincipal: host(step.region),
    Operations: ['Decrypt', 'GenerateDataKey', 'DescribeKey', 'RetireGrant'],
  });
  return isRefusal(grant) ? grant : { keyArn: key.arn, grantId: grant.GrantId };
}

/** The database key of a running cluster under a new cluster key of another Region: what a copy of a snapshot hangs on. */
export async function keysThere(
  cluster: RedshiftClusterRec,
  there: Pick<RedshiftCopyGrantRec, 'keyArn' | 'grantId' | 'region'>,
  step: Step,
): Promise<Omit<Encryption, 'grantId'> | Refusal> {
  const { arn, account } = cluster;
  const itself = {
    kind: 'service',
    service: host(there.region),
    sourceArn: arn,
    sourceAccount: account,
  } as const;
  const kms = kmsAs(step, itself, { worded, region: there.region, grant: there });
  const key = await kms.dataKey(there.keyArn, contextOf(cluster));
  if (isRefusal(key)) return key;
  const databaseKey = await databaseKeyOf(cluster, step);
  if (!databaseKey) throw new Error(`${cluster.name} is not encrypted`);
  return {
    keyArn: key.keyArn,
    clusterKey: key.wrapped,
    databaseKey: sealData(step, key.plain, databaseKey, databasePlace(cluster)),
  };
}

/**
 * The database key of a snapshot. OURS: as with RDS, who restores makes a grant for it, by which Redshift opens the cluster
 * key, and which it retires.
 */
export async function keyOfSnapshot(
  { keyArn, clusterKey, databaseKey, clusterArn, clusterCreated }: RedshiftSnapshotRec,
  into: Cluster,
  step: Step,
): Promise<Bytes | undefined | Refusal> {
  if (!keyArn || !clusterKey || !databaseKey) return undefined;
  const source = { ...into, arn: clusterArn, created: clusterCreated };
  const grant = await kmsOfCaller(step).createGrant({
    KeyId: keyArn,
    GranteePrincipal: host(step.region),
    RetiringPrincipal: host(step.region),
    Operations: ['Decrypt', 'RetireGrant'],
    Constraints: { EncryptionContextSubset: contextOf(source) },
  });
  if (isRefusal(grant)) return grant;
  const kms = kmsOfRedshift({ ...into, keyArn, grantId: grant.GrantId }, step);
  const key = await kms.decrypt(clusterKey, contextOf(source));
  if (isRefusal(key)) return key;
  await kms.retireGrant(keyArn, grant.GrantId);
  return mustOpen(key, databaseKey, databasePlace(source));
}

/** OURS: a rotation is Redshift's own work, by the grant. */
export async function rotatedKeys(
  cluster: RedshiftClusterRec,
  keyArn: string,
  step: Step,
): Promise<Encryption | Refusal> {
  const keys = await newKeys(kmsOfRedshift(cluster, step), keyArn, cluster, step);
  return isRefusal(keys) ? keys : { ...keys, grantId: cluster.grantId };
}

/** Redshift retires its own grant, whatever state the key is in. */
export async function retireGrant(
  cluster: Pick<RedshiftClusterRec, 'arn' | 'account' | 'region' | 'keyArn' | 'grantId'>,
  step: Step,
): Promise<void> {
  const { keyArn, grantId } = cluster;
  if (keyArn !== undefined && grantId !== undefined)
    await kmsOfRedshift(cluster, step).retireGrant(keyArn, grantId);
}

const holderOf = ({ region, arn }: Cluster): string => holderName('redshift', region, arn);
const said = ({ name }: Cluster): string => `the database key of ${name}, in its memory`;

const remember = (cluster: Cluster, key: Parameters<typeof holdKey>[1]['key'], step: Step): Promise<void> =>
  holdKey(step, { holder: holderOf(cluster), what: said(cluster), key });
export const forget = (cluster: Cluster, step: Step): void => dropKey(step, holderOf(cluster), said(cluster));

/** A cluster starts: its cluster key comes from KMS, by the grant, and opens the database key. */
export async function loadKeys(cluster: RedshiftClusterRec, step: Step): Promise<Refusal | undefined> {
  const { keyArn, clusterKey, databaseKey } = cluster;
  if (!keyArn || !clusterKey || !databaseKey) return undefined;
  const key = await kmsOfRedshift(cluster, step).decrypt(clusterKey, contextOf(cluster));
  if (isRefusal(key)) return key;
  const plain = mustOpen(key, databaseKey, databasePlace(cluster));
  await remember(cluster, { plain, wrapped: clusterKey, keyArn }, step);
  return undefined;
}

/** The database key of a running cluster; undefined when it is not encrypted. */
export async function databaseKeyOf(cluster: RedshiftClusterRec, step: Step): Promise<Bytes | undefined> {
  if (!cluster.keyArn) return undefined;
  const key = await heldKey(step, holderOf(cluster), said(cluster));
  if (!key) throw new Error(`${cluster.name} is running, and has no database key`);
  return key.plain;
}

const blockPlace = (cluster: string, number: number): string => `${cluster}|${number}`;
const keyPlace = (cluster: string, number: number): string => `${cluster}|${number}|key`;

/** A block under a key of its own, and that under the database key. */
export function sealBlock(
  { arn }: Cluster,
  number: number,
  plain: Bytes,
  databaseKey: Bytes | undefined,
  step: Step,
): RedshiftBlockRec {
  if (!databaseKey) return { cluster: arn, number, blockKey: undefined, body: plain };
  const key = step.env.random(32);
  step.note({
    kind: 'dataSealed',
    what: `block ${number}`,
    byteLength: plain.length,
    under: 'a key of its own',
  });
  return {
    cluster: arn,
    number,
    blockKey: sealData(step, databaseKey, key, keyPlace(arn, number)),
    body: sealData(step, key, plain, blockPlace(arn, number)),
  };
}

const blockKeyOf = (blockKey: Bytes, { cluster, number }: RedshiftBlockRec, databaseKey: Bytes): Bytes =>
  mustOpen(databaseKey, blockKey, keyPlace(cluster, number));

export function openBlock(block: RedshiftBlockRec, databaseKey: Bytes | undefined, step: Step): Bytes {
  const { blockKey, body, cluster, number } = block;
  if (!blockKey || !databaseKey) return body;
  const plain = mustOpen(blockKeyOf(blockKey, block, databaseKey), body, blockPlace(cluster, number));
  step.note({
    kind: 'dataOpened',
    what: `block ${number}`,
    byteLength: plain.length,
    under: 'a key of its own',
  });
  return plain;
}

/** The same block, of which only the key is encrypted anew: that is what a hierarchy is for. */
export function underAnother(
  block: RedshiftBlockRec,
  { from, to }: { readonly from: Bytes; readonly to: Bytes },
  step: Step,
): RedshiftBlockRec {
  const { blockKey, cluster, number } = block;
  if (!blockKey) throw new Error(`block ${number} of ${cluster} has no key`);
  const key = blockKeyOf(blockKey, block, from);
  return { ...block, blockKey: sealData(step, to, key, keyPlace(cluster, number)) };
}
