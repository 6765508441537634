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
