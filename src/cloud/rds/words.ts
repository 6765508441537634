import { refuse, type Refusal } from '../../engine/index.ts';

/* RDS's refusals. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html#API_CreateDBInstance_Errors */

const list = 'RDS API Reference, Errors';

export const noInstance = (name: string): Refusal =>
  refuse('DBInstanceNotFound', `DBInstance ${name} not found.`, list, 404);
export const noSnapshot = (name: string): Refusal =>
  refuse('DBSnapshotNotFound', `DBSnapshot ${name} not found.`, list, 404);
export const instanceExists = (): Refusal =>
  refuse('DBInstanceAlreadyExists', 'DB instance already exists', list);
export const snapshotExists = (name: string): Refusal =>
  refuse(
    'DBSnapshotAlreadyExists',
    `Cannot create the snapshot because one named ${name} already exists.`,
    list,
  );
export const wrongState = (message: string): Refusal => refuse('InvalidDBInstanceState', message, list);
export const wrongSnapshot = (message: string): Refusal => refuse('InvalidDBSnapshotState', message, list);
export const badCombination = (message: string): Refusal =>
  refuse('InvalidParameterCombination', message, list);

export const ofKey = ['KMSKeyNotAccessibleFault', 'Throttling'] as const;
export const ofInstance = ['DBInstanceNotFound', 'InvalidDBInstanceState'] as const;
export const ofSnapshot = ['DBSnapshotNotFound', 'InvalidDBSnapshotState'] as const;

/**
 * Whatever KMS has said of a key, RDS says this one thing (reports of CopyDBSnapshot have the sentence).
 * OURS: that a KMS that is too busy makes RDS so.
 */
export const worded =
  (key: string, called = 'specified KMS key') =>
  ({ refused, message, because, status }: Refusal): Refusal =>
    refused === 'ThrottlingException'
      ? refuse('Throttling', message, because, status)
      : refuse(
          'KMSKeyNotAccessibleFault',
          `The ${called} [${key}] does not exist, is not enabled or you do not have permissions to access it.`,
          because,
        );

/** Whether a refusal says that the key cannot be used, and not that KMS is busy. */
export const keyIsLost = ({ refused }: Refusal): boolean => refused === 'KMSKeyNotAccessibleFault';
