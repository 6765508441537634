import type {
  AccountId,
  Bytes,
  EpochMs,
  GrantRec,
  KeyArn,
  KeyState,
  Ref,
  Region,
  ServiceName,
} from '../../engine/index.ts';

/*
 * What services keep under keys of KMS, as records tell it: no event, no quota, and never plaintext. A look at a thing is
 * not a read by its service; that is a call, and `read` says which.
 */

export type ThingService = Extract<
  ServiceName,
  | 's3'
  | 'ec2'
  | 'secretsmanager'
  | 'sqs'
  | 'sns'
  | 'ssm'
  | 'lambda'
  | 'dynamodb'
  | 'logs'
  | 'rds'
  | 'kinesis'
  | 'eks'
  | 'redshift'
>;
export type ThingKind =
  | 'bucket'
  | 'object'
  | 'upload'
  | 'instance'
  | 'volume'
  | 'snapshot'
  | 'secret'
  | 'secretVersion'
  | 'queue'
  | 'message'
  | 'topic'
  | 'parameter'
  | 'function'
  | 'table'
  | 'item'
  | 'logGroup'
  | 'logEvent'
  | 'dbInstance'
  | 'dbSnapshot'
  | 'stream'
  | 'record'
  | 'kubernetes'
  | 'kubernetesSecret'
  | 'warehouse'
  | 'block'
  | 'warehouseSnapshot'
  | 'copyGrant';

/** A key between the bytes and what KMS wrapped. */
export interface InnerKey {
  /** `salt`: no key, but what it is derived by from the seed. */
  readonly is: 'objectKey' | 'blockKey' | 'databaseKey' | 'salt';
  /** Wrapped under the next key on the way to KMS. */
  readonly bytes: Bytes;
}

/** What bytes hang on. The first six are keys of KMS. */
export type Protection =
  /** A data key that KMS wrapped. */
  | 'dataKey'
  /** KMS itself encrypted the bytes. */
  | 'kms'
  /** A key of its own under a bucket key, which KMS wrapped. */
  | 'bucketKey'
  /** A data key that KMS wrapped, and a second layer of the service's own. */
  | 'twoLayers'
  /** A key of its own under a database key, under a cluster key, which KMS wrapped. */
  | 'tiers'
  /** A key that is derived from a seed, which KMS encrypted. */
  | 'seed'
  /** A key that came with the request and that the service did not keep. */
  | 'customerKey'
  /** A key that the service owns. */
  | 'ownKey'
  | 'none';

interface ThingCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}
export interface ThingRead extends ThingCall {
  /** A call to be made before: the member `hands` of its output is the one of that name in the input. */
  readonly before?: ThingCall & { readonly hands: string };
}

export interface StoredThing {
  /** Where its record lies; names it in `storedThing`. */
  readonly id: Ref;
  readonly service: ThingService;
  readonly kind: ThingKind;
  readonly name: string;
  /** What it is called in requests and policies; undefined for what has no ARN of its own. */
  readonly arn: string | undefined;
  readonly account: AccountId;
  readonly region: Region;
  /** `id` of the bucket, queue, secret, table or log group that it lies in. */
  readonly within: Ref | undefined;
  readonly created: EpochMs | undefined;
  /** Undefined: it keeps no data itself. */
  readonly protection: Protection | undefined;
  /** As they are stored: how many, and the first of them. Without `first` when they are not encrypted. */
  readonly bytes: { readonly length: number; readonly first: Bytes | undefined } | undefined;
  /** The data key as KMS wrapped it, when it lies beside the bytes. */
  readonly wrapped: Bytes | undefined;
  /** The keys between the bytes and `wrapped`, from the bytes on: under a bucket key, a database key, the service's own. */
  readonly inner: readonly InnerKey[];
  readonly keyArn: KeyArn | undefined;
  /** `gone`: deleted, or of no key that was ever in this world. */
  readonly keyState: KeyState | 'gone' | undefined;
  /** Under which KMS wrapped the data key: without the same pairs it does not open. */
  readonly context: Readonly<Record<string, string>> | undefined;
  /** Grants by which the service, or who runs it, uses the key. */
  readonly grantIds: readonly string[];
  /** For whom, and how long, the service can still read by a plaintext key that it holds. */
  readonly held: readonly { readonly by: string | undefined; readonly until: EpochMs | undefined }[];
  /** The key for new things in it, where something is configured: as named, and the key that the name means. */
  readonly forNew: { readonly named: string; readonly keyArn: KeyArn | undefined } | undefined;
  /** Instance that a volume is attached to. */
  readonly attachedTo: string | undefined;
  /** Accounts that a snapshot is shared with. */
  readonly sharedWith: readonly string[];
  /** State of it in its service's own word, where it has one. */
  readonly status: string | undefined;
  /** The call by which its service reads it; undefined when a reader has to bring more. */
  readonly read: ThingRead | undefined;
}

export interface ThingsQuestion {
  readonly account?: AccountId | undefined;
  readonly region?: Region | undefined;
  readonly service?: ThingService | undefined;
  /** What hangs on this key. */
  readonly keyArn?: KeyArn | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly n?: number | undefined;
}

/** One service of one account in one Region. */
export interface StoredPlace {
  readonly account: AccountId;
  readonly region: Region;
  readonly service: ThingService;
  /** How many of each kind. */
  readonly kinds: Readonly<Partial<Record<ThingKind, number>>>;
  /** Things with data in them. */
  readonly things: number;
  /** Bytes as stored. */
  readonly bytes: number;
  /** Those whose KMS key cannot be used at this moment. */
  readonly locked: number;
  /** Keys of KMS that they hang on. */
  readonly keys: readonly KeyArn[];
}

export interface LostGroup {
  readonly service: ThingService;
  readonly kind: ThingKind;
  readonly account: AccountId;
  readonly region: Region;
  readonly total: number;
  readonly bytes: number;
  /** The first of them. */
  readonly things: readonly StoredThing[];
}

/** What could not be read any more if a key went: computed from what is stored at this moment. */
export interface LostWith {
  readonly key: KeyArn;
  readonly state: KeyState | 'gone';
  /** Account of the key. */
  readonly owner: AccountId;
  readonly groups: readonly LostGroup[];
  readonly total: number;
  readonly bytes: number;
  /** Of those, in other accounts than the key's. */
  readonly elsewhere: number;
  /** Volumes that go on while they are attached, and others that a service reads on for a while. */
  readonly lasting: number;
  /** What new things would be encrypted with: that would be refused. */
  readonly stops: readonly StoredThing[];
  /** Trails that write their log files under it: they would write no more. */
  readonly trails: readonly { readonly arn: string; readonly name: string }[];
  /** They go with the key. */
  readonly grants: readonly GrantRec[];
  readonly aliases: readonly string[];
  /** Files that somebody sealed in this lab with a data key under it. */
  readonly files: readonly { readonly id: string; readonly name: string; readonly length: number }[];
  /** Keys with the same material: who has the stored bytes can have the data key opened there. */
  readonly related: readonly { readonly arn: KeyArn; readonly region: Region; readonly state: KeyState }[];
}
