import type { loadServices } from '../../cloud/index.ts';
import type { Bytes, EpochMs, Ref, ServiceTables } from '../../engine/index.ts';
import type { InnerKey, Protection, StoredThing } from './types.ts';

/*
 * A card of each record that a service keeps. How a service wraps and names what it stores is told in src/cloud; that a
 * card says the same is tested by opening what is on it by a call of KMS.
 */

/** So much of the bytes is on a card. */
const mostShown = 512;

/** What several records of one service are read with. */
export interface Around {
  readonly bucket: (name: string) => ServiceTables['s3Bucket'] | undefined;
  readonly table: (arn: string) => ServiceTables['dynamoTable'] | undefined;
  readonly secret: (arn: string) => ServiceTables['secret'] | undefined;
  readonly queue: (arn: string) => ServiceTables['sqsQueue'] | undefined;
  readonly group: (arn: string) => ServiceTables['logGroup'] | undefined;
  readonly stream: (arn: string) => ServiceTables['kinesisStream'] | undefined;
  readonly cluster: (arn: string) => ServiceTables['eksCluster'] | undefined;
  readonly warehouse: (arn: string) => ServiceTables['redshiftCluster'] | undefined;
  readonly now: EpochMs;
  /** What only the services know of their records. */
  readonly standing: Awaited<ReturnType<typeof loadServices>>['standing'];
}

/** What a record tells by itself; who holds keys and what state they are in comes later. */
export type Card = Omit<StoredThing, 'keyState' | 'held' | 'forNew'> & {
  readonly keyNamed: string | undefined;
  /** How the name of what holds its key ends. Undefined: whoever holds the same wrapped key reads it. */
  readonly holder: string | undefined;
  /** When its service looks again whether the key is there: what is held is given up then. */
  readonly looksAgain: EpochMs | undefined;
};

type Given = Pick<Card, 'service' | 'kind' | 'name' | 'account' | 'region'> & Partial<Card>;
export const card = (id: Ref, given: Given): Card => ({
  arn: undefined,
  within: undefined,
  created: undefined,
  protection: undefined,
  bytes: undefined,
  wrapped: undefined,
  inner: [],
  keyArn: undefined,
  context: undefined,
  grantIds: [],
  attachedTo: undefined,
  sharedWith: [],
  read: undefined,
  keyNamed: undefined,
  holder: undefined,
  looksAgain: undefined,
  status: undefined,
  ...given,
  id,
});

export const stored = (bytes: Bytes, protection: Protection): Pick<Card, 'bytes' | 'protection'> => ({
  protection,
  bytes: { length: bytes.length, first: protection === 'none' ? undefined : bytes.slice(0, mostShown) },
});

export const grants = (...ids: readonly (string | undefined)[]): readonly string[] =>
  ids.filter((id) => id !== undefined);
export const innerKey = (is: InnerKey['is'], bytes: Bytes | undefined): readonly InnerKey[] =>
  bytes ? [{ is, bytes }] : [];

/** Tables without cards: they keep nothing of a customer's, or are on the card of something else. */
type Without =
  | 'heldKey'
  | 's3Part'
  | 'ebsDefault'
  | 'snsSubscription'
  | 'cloudTrail'
  | 'eventRule'
  | 'metricFilter'
  | 'metricAlarm';
export type Table = Exclude<keyof ServiceTables, Without>;

export type Makers = {
  readonly [T in Table]: (rec: ServiceTables[T], id: Ref, around: Around) => Card | undefined;
};
