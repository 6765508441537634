import type { AccountId, Bytes, EpochMs, KeyArn, Region } from './ids.ts';
import type { EventRuleRec, MetricAlarmRec, MetricFilterRec } from './watchRecords.ts';

/*
 * What the services around KMS keep. Types only: what makes and reads them is loaded with the services. Like every record
 * they hold no plaintext: data is encrypted by its data key, and the data key lies beside it as KMS wrapped it.
 */

/**
 * A plaintext key that a service holds in its memory for a while, so that it does not ask KMS each time: a bucket key, a
 * reused data key of a queue, the key of an attached volume in the Nitro card. Sealed by a key of the service's own, which
 * the simulated HSM makes; nobody outside ever sees that one.
 */
export interface HeldKeyRec {
  /** What holds it, where, and for whom: `s3|us-east-1|BUCKET ARN|PRINCIPAL ARN`. */
  readonly holder: string;
  readonly keyArn: KeyArn;
  /** As KMS wrapped it, to be stored beside what it encrypts. */
  readonly wrapped: Bytes;
  readonly sealed: Bytes;
  readonly made: EpochMs;
  readonly used: EpochMs;
  /** From then on it is not used any more. */
  readonly until: EpochMs | undefined;
}

/** How S3 encrypts: AES256 is SSE-S3, aws:kms SSE-KMS, aws:kms:dsse DSSE-KMS, customer SSE-C. */
export type S3Encryption = 'AES256' | 'aws:kms' | 'aws:kms:dsse' | 'customer';

export interface S3BucketRec {
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly created: EpochMs;
  readonly policy: string | undefined;
  /** Default encryption of new objects. */
  readonly encryption: {
    readonly algorithm: Exclude<S3Encryption, 'customer'>;
    /** As it was given; undefined with aws:kms: alias/aws/s3. */
    readonly keyId: string | undefined;
    readonly bucketKey: boolean;
  };
}

/** What the bytes of an object hang on. */
export interface S3Sealing {
  readonly algorithm: S3Encryption;
  readonly keyArn: KeyArn | undefined;
  readonly bucketKey: boolean;
  /** Of the call that wrapped the data key (or the bucket key). */
  readonly context: Readonly<Record<string, string>> | undefined;
  /** The data key as KMS wrapped it; with a bucket key, that one. Undefined: no key of KMS. */
  readonly wrapped: Bytes | undefined;
  /** The object's key under a key that S3 has: its own root (SSE-S3, the second layer of DSSE), or the bucket key. */
  readonly inner: Bytes | undefined;
  /** SSE-C: a salted HMAC of the customer's key, which alone is kept of it. */
  readonly customerKeyCheck: Bytes | undefined;
}

export interface S3ObjectRec {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: EpochMs;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** Who wrote it. */
  readonly writer: AccountId;
  readonly sealing: S3Sealing;
  /** Encrypted. */
  readonly body: Bytes;
}

/** A multipart upload that has begun. */
export interface S3UploadRec {
  readonly bucket: string;
  readonly key: string;
  readonly id: string;
  readonly begun: EpochMs;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly writer: AccountId;
  readonly sealing: S3Sealing;
}

export interface S3PartRec {
  readonly upload: string;
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly body: Bytes;
}

/** The encrypted content of a volume or a snapshot, and what it hangs on. */
export interface EbsContent {
  readonly keyArn: KeyArn | undefined;
  /** The 64 bytes of the data key, as KMS wrapped them. */
  readonly wrapped: Bytes | undefined;
  /** Value of aws:ebs:id under which they were wrapped. */
  readonly contextId: string | undefined;
  /** What an instance wrote, encrypted when the volume is. Undefined: nothing yet. */
  readonly blocks: Bytes | undefined;
}

export interface EbsVolumeRec extends EbsContent {
  readonly id: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly zone: string;
  readonly size: number;
  readonly snapshot: string | undefined;
  readonly created: EpochMs;
  readonly state: 'available' | 'in-use' | 'error';
  /** Why it is in error, or why it could not be attached. */
  readonly stateReason: string | undefined;
  /** By which EC2 encrypted what came from an unencrypted snapshot. */
  readonly grantId: string | undefined;
  readonly attachment:
    | {
        readonly instance: string;
        readonly device: string;
        readonly at: EpochMs;
        /** The grant by which the instance's host decrypts the data key; none when the volume is not encrypted. */
        readonly grantId: string | undefined;
      }
    | undefined;
}

export interface EbsSnapshotRec extends EbsContent {
  readonly id: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly volume: string | undefined;
  readonly size: number;
  readonly created: EpochMs;
  readonly description: string;
  readonly state: 'completed' | 'error';
  readonly stateMessage: string | undefined;
  /** Accounts that may create volumes of it. */
  readonly sharedWith: readonly string[];
}

export interface Ec2InstanceRec {
  readonly id: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly zone: string;
  readonly state: 'running' | 'stopped';
  readonly stateReason: string | undefined;
  readonly created: EpochMs;
}

/** Whether new volumes of an account are encrypted, and by which key, in one Region. */
export interface EbsDefaultRec {
  readonly account: AccountId;
  readonly region: Region;
  readonly encryptByDefault: boolean;
  readonly keyId: string | undefined;
}

export interface SecretRec {
  readonly arn: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly name: string;
  readonly description: string | undefined;
  /** As it was given; undefined: alias/aws/secretsmanager. */
  readonly keyId: string | undefined;
  readonly policy: string | undefined;
  readonly created: EpochMs;
  readonly changed: EpochMs;
  readonly deletionDate: EpochMs | undefined;
  /** Of a replica: where its primary is. */
  readonly primaryRegion?: Region | undefined;
  /** Of a primary. */
  readonly replicas?: readonly SecretReplica[] | undefined;
}

export interface SecretReplica {
  readonly region: Region;
  /** As it was given; undefined: alias/aws/secretsmanager of that Region. */
  readonly keyId: string | undefined;
  /** Why it is not in sync. */
  readonly failure: string | undefined;
}

export interface SecretVersionRec {
  readonly secret: string;
  readonly id: string;
  readonly stages: readonly string[];
  readonly kind: 'string' | 'binary';
  readonly keyArn: KeyArn;
  readonly wrapped: Bytes;
  readonly sealed: Bytes;
  readonly created: EpochMs;
}

export interface SqsQueueRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** SSE-KMS, as it was given. Undefined: SSE-SQS, or nothing. */
  readonly keyId: string | undefined;
  readonly reuseSeconds: number;
  readonly sseSqs: boolean;
  readonly visibilitySeconds: number;
  readonly policy: string | undefined;
  readonly created: EpochMs;
}

export interface SqsMessageRec {
  readonly queue: string;
  /** Order of arrival. */
  readonly number: number;
  readonly id: string;
  readonly sender: string;
  /** How the body is kept. A queue may be changed; its messages keep what they have. */
  readonly sealing: 'SSE-KMS' | 'SSE-SQS' | 'none';
  readonly keyArn: KeyArn | undefined;
  readonly wrapped: Bytes | undefined;
  /** Encrypted; in a queue without any encryption the text as it is. */
  readonly body: Bytes;
  readonly sent: EpochMs;
  readonly visible: EpochMs;
  readonly receipt: string | undefined;
  readonly receives: number;
}

/** A parameter of the Parameter Store. */
export interface SsmParameterRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly tier: 'Standard' | 'Advanced';
  readonly version: number;
  /** SecureString: as it was given, or alias/aws/ssm. */
  readonly keyId: string | undefined;
  readonly keyArn: KeyArn | undefined;
  /** SecureString, standard: what KMS encrypted. Advanced: encrypted under the data key. Others: the text. */
  readonly value: Bytes;
  /** SecureString, advanced: the data key as KMS wrapped it. */
  readonly wrapped: Bytes | undefined;
  readonly modified: EpochMs;
}

export interface SnsTopicRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly keyId: string | undefined;
  readonly policy: string | undefined;
  readonly created: EpochMs;
}

/** Of a queue to a topic: the one kind of subscriber that this world can have. */
export interface SnsSubscriptionRec {
  readonly arn: string;
  readonly topic: string;
  /** ARN of the queue. */
  readonly endpoint: string;
  readonly owner: AccountId;
  /** What became of the last message, when it could not be delivered. */
  readonly lastFailure: string | undefined;
}

export interface LambdaFunctionRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly role: string;
  /** Customer managed key; undefined: alias/aws/lambda. */
  readonly keyId: string | undefined;
  readonly keyArn: KeyArn | undefined;
  /** The environment variables as KMS encrypted them. Undefined: none. */
  readonly environment: Bytes | undefined;
  /** By which the execution role may decrypt them; with a customer managed key. */
  readonly grantId: string | undefined;
  readonly modified: EpochMs;
}

export interface DynamoTableRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** Name of the partition key. */
  readonly keyName: string;
  readonly encryption: 'AWS_OWNED' | 'AWS_MANAGED' | 'CUSTOMER';
  readonly keyId: string | undefined;
  readonly keyArn: KeyArn | undefined;
  /** The table key as KMS wrapped it. Undefined: it hangs on a key of DynamoDB's own. */
  readonly wrapped: Bytes | undefined;
  readonly grantId: string | undefined;
  readonly created: EpochMs;
  /** When DynamoDB first found that the key cannot be used. */
  readonly inaccessible: EpochMs | undefined;
}

export interface DynamoItemRec {
  readonly table: string;
  /** A keyed hash of the partition key: names of items are encrypted too. */
  readonly id: string;
  readonly sealed: Bytes;
}

export interface LogGroupRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** Undefined: a key that CloudWatch Logs owns. */
  readonly keyId: string | undefined;
  readonly created: EpochMs;
}

export interface LogEventRec {
  /** ARN of the log group. */
  readonly group: string;
  /** Order of arrival. */
  readonly number: number;
  readonly stream: string;
  readonly timestamp: EpochMs;
  /** The key that the group had then; undefined: one that CloudWatch Logs owns. */
  readonly keyArn: KeyArn | undefined;
  readonly wrapped: Bytes | undefined;
  readonly sealed: Bytes;
}

/** A trail of CloudTrail: which records it writes to its bucket. */
export interface CloudTrailRec {
  readonly name: string;
  readonly arn: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly bucket: string;
  /** Before `AWSLogs/` in the names of its files. */
  readonly prefix?: string | undefined;
  /** SSE-KMS by this key, as CloudTrail has resolved it. Undefined: SSE-S3. */
  readonly keyArn?: KeyArn | undefined;
  readonly multiRegion: boolean;
  /** Each from when it counts, oldest first. */
  readonly selectors: readonly TrailSelector[];
  /** Undefined: it has never logged. */
  readonly delivery?: TrailDelivery | undefined;
}
/** How far a trail has come with its log files. */
export interface TrailDelivery {
  /** Records before this second are in a file, or were given up. */
  readonly upTo: EpochMs;
  /** When it next writes; undefined: there is nothing to write. */
  readonly next: EpochMs | undefined;
  readonly succeeded: EpochMs | undefined;
  readonly attempted: EpochMs | undefined;
  /** What S3 answered to the last attempt, when that was a refusal. */
  readonly error: string | undefined;
  /** Attempts in a row that were refused. */
  readonly failures: number;
  /** Log files written so far. */
  readonly files: number;
}
export interface TrailSelector {
  readonly from: EpochMs;
  /** Id of the record of the call that set it: records of the same second before that one know nothing of it. */
  readonly by?: string | undefined;
  readonly readWrite: 'All' | 'ReadOnly' | 'WriteOnly';
  /** Event sources that are left out: `kms.amazonaws.com`. */
  readonly without: readonly string[];
  readonly stopped: boolean;
}

/** The encrypted storage of a database or of its snapshot, and what it hangs on. */
export interface RdsStorage {
  readonly keyArn: KeyArn | undefined;
  /** The 64 bytes of the volume's data key, as KMS wrapped them. */
  readonly wrapped: Bytes | undefined;
  /** Values of aws:rds:db-id and aws:ebs:id under which they were wrapped. */
  readonly dbId: string | undefined;
  readonly volumeId: string | undefined;
  /** What the database wrote, encrypted when its storage is. Undefined: nothing yet. */
  readonly blocks: Bytes | undefined;
}

export interface RdsInstanceRec extends RdsStorage {
  readonly arn: string;
  readonly name: string;
  /** `db-…` */
  readonly resourceId: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly engine: string;
  readonly instanceClass: string;
  readonly status: 'available' | 'stopped';
  /** By which RDS uses the key, as long as the instance lives. */
  readonly grantId: string | undefined;
  readonly created: EpochMs;
  /** When RDS last found that the key can be used. */
  readonly checked: EpochMs;
  /** When RDS found that it cannot. */
  readonly inaccessible: EpochMs | undefined;
}

export interface RdsSnapshotRec extends RdsStorage {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** Name of the instance that it was made of. */
  readonly instance: string;
  readonly engine: string;
  readonly instanceClass: string;
  readonly created: EpochMs;
  /** Accounts that may copy and restore it. */
  readonly sharedWith: readonly string[];
}

/** A stream of Kinesis. OURS: of one shard. */
export interface KinesisStreamRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** As it was given; undefined: not encrypted. */
  readonly keyId: string | undefined;
  /** What that meant when encryption was started. */
  readonly keyArn: KeyArn | undefined;
  readonly policy: string | undefined;
  readonly created: EpochMs;
}

export interface KinesisRecordRec {
  /** ARN of the stream. */
  readonly stream: string;
  /** Order of arrival. */
  readonly number: number;
  readonly partitionKey: string;
  readonly arrived: EpochMs;
  /** Undefined: the stream was not encrypted then. */
  readonly keyArn: KeyArn | undefined;
  readonly wrapped: Bytes | undefined;
  /** Encrypted, or as it was given. */
  readonly body: Bytes;
}

export interface EksClusterRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** Undefined: a key that EKS owns. */
  readonly keyArn: KeyArn | undefined;
  readonly grantId: string | undefined;
  /** What the keys of all secrets are derived from, as KMS encrypted it. */
  readonly seed: Bytes | undefined;
  readonly created: EpochMs;
  /** When the API server last tried the key. */
  readonly checked: EpochMs;
  /** What it met then, and since when. */
  readonly issue: EksIssue | undefined;
}
export interface EksIssue {
  readonly code: 'KmsKeyDisabled' | 'KmsKeyMarkedForDeletion' | 'KmsKeyNotFound' | 'KmsGrantRevoked';
  readonly since: EpochMs;
}

/** A secret of Kubernetes, as it lies in etcd. */
export interface EksSecretRec {
  /** ARN of the cluster. */
  readonly cluster: string;
  readonly name: string;
  /** By which its key is derived from the seed. */
  readonly salt: Bytes;
  readonly sealed: Bytes;
}

export interface RedshiftClusterRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly nodeType: string;
  readonly status: 'available' | 'paused';
  readonly created: EpochMs;
  /** Undefined: not encrypted. */
  readonly keyArn: KeyArn | undefined;
  readonly grantId: string | undefined;
  /** The cluster key, as KMS wrapped it. */
  readonly clusterKey: Bytes | undefined;
  /** The database key, encrypted under the cluster key. */
  readonly databaseKey: Bytes | undefined;
  /** Where snapshots of it are copied to; `grant`: name of the copy grant there, for one that is encrypted. */
  readonly copiesTo?: { readonly region: Region; readonly grant: string | undefined } | undefined;
}

export interface RedshiftBlockRec {
  /** ARN of the cluster. */
  readonly cluster: string;
  readonly number: number;
  /** The block's own key, encrypted under the database key. Undefined: the cluster was not encrypted. */
  readonly blockKey: Bytes | undefined;
  readonly body: Bytes;
}

export interface RedshiftSnapshotRec {
  readonly arn: string;
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  /** Of the cluster that it was made of: its name, its ARN and when it was made, under which KMS wrapped the cluster key. */
  readonly cluster: string;
  readonly clusterArn: string;
  readonly clusterCreated: EpochMs;
  readonly nodeType: string;
  readonly created: EpochMs;
  readonly keyArn: KeyArn | undefined;
  readonly clusterKey: Bytes | undefined;
  readonly databaseKey: Bytes | undefined;
  /** As they were, with their keys. */
  readonly blocks: readonly Omit<RedshiftBlockRec, 'cluster'>[];
}

/** By which Redshift encrypts the copies of snapshots that come into a Region. */
export interface RedshiftCopyGrantRec {
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly keyArn: KeyArn;
  readonly grantId: string;
  readonly created: EpochMs;
}

/** Their names, for whoever has to know every table before the services are loaded. */
export const serviceTableNames = [
  'heldKey',
  's3Bucket',
  's3Object',
  's3Upload',
  's3Part',
  'ebsVolume',
  'ebsSnapshot',
  'ebsDefault',
  'ec2Instance',
  'secret',
  'secretVersion',
  'sqsQueue',
  'sqsMessage',
  'ssmParameter',
  'snsTopic',
  'snsSubscription',
  'lambdaFunction',
  'dynamoTable',
  'dynamoItem',
  'logGroup',
  'logEvent',
  'cloudTrail',
  'rdsInstance',
  'rdsSnapshot',
  'kinesisStream',
  'kinesisRecord',
  'eksCluster',
  'eksSecret',
  'redshiftCluster',
  'redshiftBlock',
  'redshiftSnapshot',
  'redshiftCopyGrant',
  'eventRule',
  'metricFilter',
  'metricAlarm',
] as const satisfies readonly (keyof ServiceTables)[];

export interface ServiceTables {
  readonly heldKey: HeldKeyRec;
  readonly s3Bucket: S3BucketRec;
  readonly s3Object: S3ObjectRec;
  readonly s3Upload: S3UploadRec;
  readonly s3Part: S3PartRec;
  readonly ebsVolume: EbsVolumeRec;
  readonly ebsSnapshot: EbsSnapshotRec;
  readonly ebsDefault: EbsDefaultRec;
  readonly ec2Instance: Ec2InstanceRec;
  readonly secret: SecretRec;
  readonly secretVersion: SecretVersionRec;
  readonly sqsQueue: SqsQueueRec;
  readonly sqsMessage: SqsMessageRec;
  readonly ssmParameter: SsmParameterRec;
  readonly snsTopic: SnsTopicRec;
  readonly snsSubscription: SnsSubscriptionRec;
  readonly lambdaFunction: LambdaFunctionRec;
  readonly dynamoTable: DynamoTableRec;
  readonly dynamoItem: DynamoItemRec;
  readonly logGroup: LogGroupRec;
  readonly logEvent: LogEventRec;
  readonly cloudTrail: CloudTrailRec;
  readonly rdsInstance: RdsInstanceRec;
  readonly rdsSnapshot: RdsSnapshotRec;
  readonly kinesisStream: KinesisStreamRec;
  readonly kinesisRecord: KinesisRecordRec;
  readonly eksCluster: EksClusterRec;
  readonly eksSecret: EksSecretRec;
  readonly redshiftCluster: RedshiftClusterRec;
  readonly redshiftBlock: RedshiftBlockRec;
  readonly redshiftSnapshot: RedshiftSnapshotRec;
  readonly redshiftCopyGrant: RedshiftCopyGrantRec;
  readonly eventRule: EventRuleRec;
  readonly metricFilter: MetricFilterRec;
  readonly metricAlarm: MetricAlarmRec;
}
