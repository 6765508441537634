import type { RedshiftBlockRec, RedshiftClusterRec, Refusal, Step } from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at, below } from '../refs.ts';
import { noCluster, wrongState } from './words.ts';

/* Clusters and their blocks, as every operation of Redshift finds and shows them. */

export const redshift = declareIn('redshift');

export interface OfCluster {
  readonly ClusterIdentifier: string;
}
export interface KeyChoice {
  readonly Encrypted?: boolean;
  readonly KmsKeyId?: string;
}
export const defaultKey = 'alias/aws/redshift';

export const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:redshift:${region}:${identity.account}:cluster:${name}`;
export const onCluster = ({ ClusterIdentifier }: OfCluster, step: Step): string =>
  arnOf(ClusterIdentifier, step);
export const clusterOf = (name: string, { view, identity, region }: Step): RedshiftClusterRec | undefined =>
  view.get(at.redshiftCluster(identity.account, region, name));
export const put = (rec: RedshiftClusterRec, { view }: Step): void =>
  view.put(at.redshiftCluster(rec.account, rec.region, rec.name), rec);

export function inState(
  name: string,
  status: RedshiftClusterRec['status'],
  step: Step,
): RedshiftClusterRec | Refusal {
  const cluster = clusterOf(name, step);
  if (!cluster) return noCluster(name);
  return cluster.status === status
    ? cluster
    : wrongState(`Cluster ${name} is ${cluster.status}, not ${status}.`);
}

export const shown = (rec: RedshiftClusterRec) => ({
  ClusterIdentifier: rec.name,
  ClusterNamespaceArn: rec.arn,
  NodeType: rec.nodeType,
  ClusterStatus: rec.status,
  ClusterCreateTime: new Date(rec.created),
  Encrypted: rec.keyArn !== undefined,
  ...(rec.keyArn === undefined ? {} : { KmsKeyId: rec.keyArn }),
  ...(rec.copiesTo
    ? {
        ClusterSnapshotCopyStatus: {
          DestinationRegion: rec.copiesTo.region,
          ...(rec.copiesTo.grant === undefined ? {} : { SnapshotCopyGrantName: rec.copiesTo.grant }),
        },
      }
    : {}),
});

/** OURS: blocks lie in the journal, so a cluster holds a thousand. */
export const mostBlocks = 1000;
export const blocksOf = ({ arn }: RedshiftClusterRec, { view }: Step): readonly RedshiftBlockRec[] =>
  view
    .range('ref', { prefix: below.redshiftBlocks(arn), n: mostBlocks })
    .map(({ rec }) => rec as RedshiftBlockRec);
export const putBlock = (rec: RedshiftBlockRec, { view }: Step): void =>
  view.put(at.redshiftBlock(rec.cluster, rec.number), rec);
