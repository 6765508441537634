import { refuse, type Refusal } from '../../engine/index.ts';

/* Redshift's refusals. https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateCluster.html#API_CreateCluster_Errors */

const list = 'Redshift API Reference, Errors';

export const noCluster = (name: string): Refusal =>
  refuse('ClusterNotFound', `Cluster ${name} not found.`, list, 404);
export const clusterExists = (): Refusal => refuse('ClusterAlreadyExists', 'Cluster already exists', list);
export const wrongState = (message: string): Refusal => refuse('InvalidClusterState', message, list);
export const badCombination = (message: string): Refusal =>
  refuse('InvalidParameterCombination', message, list);
export const notSupported = (message: string): Refusal => refuse('UnsupportedOperation', message, list);
export const noBlock = (number: number): Refusal =>
  refuse('InvalidParameterValue', `There is no block ${number}.`, list);

export const noSnapshot = (name: string): Refusal =>
  refuse('ClusterSnapshotNotFound', `Snapshot ${name} not found.`, list, 404);
export const snapshotExists = (name: string): Refusal =>
  refuse('ClusterSnapshotAlreadyExists', `A snapshot named ${name} already exists.`, list);
/** https://docs.aws.amazon.com/redshift/latest/APIReference/API_EnableSnapshotCopy.html#API_EnableSnapshotCopy_Errors */
export const noCopyGrant = (name: string, region: string): Refusal =>
  refuse('SnapshotCopyGrantNotFoundFault', `There is no snapshot copy grant ${name} in ${region}.`, list);
export const copyGrantExists = (name: string): Refusal =>
  refuse('SnapshotCopyGrantAlreadyExistsFault', `There is a snapshot copy grant ${name} already.`, list);
export const copyGrantInUse = (name: string): Refusal =>
  refuse('InvalidSnapshotCopyGrantStateFault', `Clusters use the snapshot copy grant ${name}.`, list);
export const unknownRegion = (region: string): Refusal =>
  refuse('UnknownSnapshotCopyRegionFault', `${region} is no Region that snapshots can be copied to.`, list);
export const copiesAlready = (name: string): Refusal =>
  refuse('SnapshotCopyAlreadyEnabledFault', `Snapshots of ${name} are copied already.`, list);
export const copiesNot = (name: string): Refusal =>
  refuse('SnapshotCopyAlreadyDisabledFault', `Snapshots of ${name} are not copied.`, list);

export const ofSnapshot = ['ClusterSnapshotNotFound'] as const;
export const ofCluster = ['ClusterNotFound', 'InvalidClusterState'] as const;
export const ofKey = [
  'DependentServiceAccessDenied',
  'DependentServiceRequestThrottlingFault',
  'LimitExceededFault',
] as const;

const byName: Readonly<Record<string, string>> = {
  ThrottlingException: 'DependentServiceRequestThrottlingFault',
  /** CreateCluster, Errors: "has exceeded its grant limit". */
  LimitExceededException: 'LimitExceededFault',
};

/** OURS: that a key that cannot be used is told as access that was denied, and the words. */
export const worded = ({ refused, message, because }: Refusal): Refusal =>
  refuse(
    byName[refused] ?? 'DependentServiceAccessDenied',
    `The KMS key cannot be used: ${refused}: ${message}`,
    because,
  );
