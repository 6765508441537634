import type {
  AccountId,
  CloudTrailRec,
  DynamoItemRec,
  DynamoTableRec,
  EventRuleRec,
  LambdaFunctionRec,
  LogEventRec,
  LogGroupRec,
  MetricAlarmRec,
  MetricFilterRec,
  SnsSubscriptionRec,
  SnsTopicRec,
  SsmParameterRec,
  EbsDefaultRec,
  EbsSnapshotRec,
  EbsVolumeRec,
  Ec2InstanceRec,
  HeldKeyRec,
  EksClusterRec,
  EksSecretRec,
  KinesisRecordRec,
  KinesisStreamRec,
  RdsInstanceRec,
  RdsSnapshotRec,
  RedshiftBlockRec,
  RedshiftClusterRec,
  RedshiftCopyGrantRec,
  RedshiftSnapshotRec,
  Ref,
  Region,
  S3BucketRec,
  S3ObjectRec,
  S3PartRec,
  S3UploadRec,
  SecretRec,
  SecretVersionRec,
  ServiceTables,
  SqsMessageRec,
  SqsQueueRec,
} from '../engine/index.ts';

/*
 * Where the records of the services lie. Beside the engine's refs.ts, because they are loaded with the services.
 */

/** Fixed width, so that numbers sort. */
export const padded = (n: number, width = 10): string => String(n).padStart(width, '0');

export const at = {
  heldKey: (holder: string): Ref<'heldKey'> => `heldKey/${holder}`,
  s3Bucket: (name: string): Ref<'s3Bucket'> => `s3Bucket/${name}`,
  s3Object: (bucket: string, key: string): Ref<'s3Object'> => `s3Object/${bucket}|${key}`,
  s3Upload: (bucket: string, id: string): Ref<'s3Upload'> => `s3Upload/${bucket}|${id}`,
  s3Part: (upload: string, number: number): Ref<'s3Part'> => `s3Part/${upload}|${padded(number, 5)}`,
  ebsVolume: (region: Region, id: string): Ref<'ebsVolume'> => `ebsVolume/${region}/${id}`,
  ebsSnapshot: (region: Region, id: string): Ref<'ebsSnapshot'> => `ebsSnapshot/${region}/${id}`,
  ebsDefault: (account: AccountId, region: Region): Ref<'ebsDefault'> => `ebsDefault/${account}/${region}`,
  ec2Instance: (region: Region, id: string): Ref<'ec2Instance'> => `ec2Instance/${region}/${id}`,
  secret: (account: AccountId, region: Region, name: string): Ref<'secret'> =>
    `secret/${account}/${region}/${name}`,
  secretVersion: (secret: string, id: string): Ref<'secretVersion'> => `secretVersion/${secret}|${id}`,
  sqsQueue: (account: AccountId, region: Region, name: string): Ref<'sqsQueue'> =>
    `sqsQueue/${account}/${region}/${name}`,
  ssmParameter: (account: AccountId, region: Region, name: string): Ref<'ssmParameter'> =>
    `ssmParameter/${account}/${region}/${name}`,
  snsTopic: (arn: string): Ref<'snsTopic'> => `snsTopic/${arn}`,
  snsSubscription: (arn: string): Ref<'snsSubscription'> => `snsSubscription/${arn}`,
  lambdaFunction: (account: AccountId, region: Region, name: string): Ref<'lambdaFunction'> =>
    `lambdaFunction/${account}/${region}/${name}`,
  dynamoTable: (account: AccountId, region: Region, name: string): Ref<'dynamoTable'> =>
    `dynamoTable/${account}/${region}/${name}`,
  dynamoItem: (table: string, id: string): Ref<'dynamoItem'> => `dynamoItem/${table}|${id}`,
  logGroup: (account: AccountId, region: Region, name: string): Ref<'logGroup'> =>
    `logGroup/${account}/${region}/${name}`,
  logEvent: (group: string, number: number): Ref<'logEvent'> => `logEvent/${group}|${padded(number)}`,
  cloudTrail: (account: AccountId, region: Region, name: string): Ref<'cloudTrail'> =>
    `cloudTrail/${account}/${region}/${name}`,
  sqsMessage: (queue: string, number: number): Ref<'sqsMessage'> => `sqsMessage/${queue}|${padded(number)}`,
  rdsInstance: (account: AccountId, region: Region, name: string): Ref<'rdsInstance'> =>
    `rdsInstance/${account}/${region}/${name}`,
  rdsSnapshot: (arn: string): Ref<'rdsSnapshot'> => `rdsSnapshot/${arn}`,
  eksCluster: (account: AccountId, region: Region, name: string): Ref<'eksCluster'> =>
    `eksCluster/${account}/${region}/${name}`,
  eksSecret: (cluster: string, name: string): Ref<'eksSecret'> => `eksSecret/${cluster}|${name}`,
  redshiftCluster: (account: AccountId, region: Region, name: string): Ref<'redshiftCluster'> =>
    `redshiftCluster/${account}/${region}/${name}`,
  redshiftBlock: (cluster: string, number: number): Ref<'redshiftBlock'> =>
    `redshiftBlock/${cluster}|${padded(number)}`,
  redshiftSnapshot: (account: AccountId, region: Region, name: string): Ref<'redshiftSnapshot'> =>
    `redshiftSnapshot/${account}/${region}/${name}`,
  redshiftCopyGrant: (account: AccountId, region: Region, name: string): Ref<'redshiftCopyGrant'> =>
    `redshiftCopyGrant/${account}/${region}/${name}`,
  kinesisStream: (arn: string): Ref<'kinesisStream'> => `kinesisStream/${arn}`,
  kinesisRecord: (stream: string, number: number): Ref<'kinesisRecord'> =>
    `kinesisRecord/${stream}|${padded(number)}`,
  eventRule: (account: AccountId, region: Region, name: string): Ref<'eventRule'> =>
    `eventRule/${account}/${region}/${name}`,
  metricFilter: (account: AccountId, region: Region, group: string, name: string): Ref<'metricFilter'> =>
    `metricFilter/${account}/${region}/${group}|${name}`,
  metricAlarm: (account: AccountId, region: Region, name: string): Ref<'metricAlarm'> =>
    `metricAlarm/${account}/${region}/${name}`,
};

/** Prefixes for ranges over the primary order. */
export const below = {
  s3Buckets: 's3Bucket/',
  s3Objects: (bucket: string) => `s3Object/${bucket}|`,
  s3Parts: (upload: string) => `s3Part/${upload}|`,
  ebsVolumes: (region: Region) => `ebsVolume/${region}/`,
  ebsSnapshots: (region: Region) => `ebsSnapshot/${region}/`,
  ec2Instances: (region: Region) => `ec2Instance/${region}/`,
  secrets: (account: AccountId, region: Region) => `secret/${account}/${region}/`,
  secretVersions: (secret: string) => `secretVersion/${secret}|`,
  sqsQueues: (account: AccountId, region: Region) => `sqsQueue/${account}/${region}/`,
  ssmParameters: (account: AccountId, region: Region) => `ssmParameter/${account}/${region}/`,
  snsTopics: (account: AccountId, region: Region) => `snsTopic/arn:aws:sns:${region}:${account}:`,
  /** A subscription's ARN is its topic's with an id behind it. */
  snsSubscriptions: (topic: string) => `snsSubscription/${topic}:`,
  lambdaFunctions: (account: AccountId, region: Region) => `lambdaFunction/${account}/${region}/`,
  dynamoTables: (account: AccountId, region: Region) => `dynamoTable/${account}/${region}/`,
  dynamoItems: (table: string) => `dynamoItem/${table}|`,
  logGroups: (account: AccountId, region: Region) => `logGroup/${account}/${region}/`,
  logEvents: (group: string) => `logEvent/${group}|`,
  sqsMessages: (queue: string) => `sqsMessage/${queue}|`,
  rdsInstances: (account: AccountId, region: Region) => `rdsInstance/${account}/${region}/`,
  kinesisStreams: (account: AccountId, region: Region) =>
    `kinesisStream/arn:aws:kinesis:${region}:${account}:stream/`,
  kinesisRecords: (stream: string) => `kinesisRecord/${stream}|`,
  eksClusters: (account: AccountId, region: Region) => `eksCluster/${account}/${region}/`,
  eksSecrets: (cluster: string) => `eksSecret/${cluster}|`,
  redshiftClusters: (account: AccountId, region: Region) => `redshiftCluster/${account}/${region}/`,
  redshiftBlocks: (cluster: string) => `redshiftBlock/${cluster}|`,
  redshiftSnapshots: (account: AccountId, region: Region) => `redshiftSnapshot/${account}/${region}/`,
  redshiftCopyGrants: (account: AccountId, region: Region) => `redshiftCopyGrant/${account}/${region}/`,
  rdsSnapshots: (region: Region) => `rdsSnapshot/arn:aws:rds:${region}:`,
  eventRules: (account: AccountId, region: Region) => `eventRule/${account}/${region}/`,
  metricFilters: (account: AccountId, region: Region) => `metricFilter/${account}/${region}/`,
  metricAlarms: (account: AccountId, region: Region) => `metricAlarm/${account}/${region}/`,
};

/** The ref under which a record of a table must lie: what a file is held to. */
export const placeOf: { readonly [T in keyof ServiceTables]: (rec: ServiceTables[T]) => Ref } = {
  heldKey: (r: HeldKeyRec) => at.heldKey(r.holder),
  s3Bucket: (r: S3BucketRec) => at.s3Bucket(r.name),
  s3Object: (r: S3ObjectRec) => at.s3Object(r.bucket, r.key),
  s3Upload: (r: S3UploadRec) => at.s3Upload(r.bucket, r.id),
  s3Part: (r: S3PartRec) => at.s3Part(r.upload, r.number),
  ebsVolume: (r: EbsVolumeRec) => at.ebsVolume(r.region, r.id),
  ebsSnapshot: (r: EbsSnapshotRec) => at.ebsSnapshot(r.region, r.id),
  ebsDefault: (r: EbsDefaultRec) => at.ebsDefault(r.account, r.region),
  ec2Instance: (r: Ec2InstanceRec) => at.ec2Instance(r.region, r.id),
  secret: (r: SecretRec) => at.secret(r.account, r.region, r.name),
  secretVersion: (r: SecretVersionRec) => at.secretVersion(r.secret, r.id),
  sqsQueue: (r: SqsQueueRec) => at.sqsQueue(r.account, r.region, r.name),
  sqsMessage: (r: SqsMessageRec) => at.sqsMessage(r.queue, r.number),
  ssmParameter: (r: SsmParameterRec) => at.ssmParameter(r.account, r.region, r.name),
  snsTopic: (r: SnsTopicRec) => at.snsTopic(r.arn),
  snsSubscription: (r: SnsSubscriptionRec) => at.snsSubscription(r.arn),
  lambdaFunction: (r: LambdaFunctionRec) => at.lambdaFunction(r.account, r.region, r.name),
  dynamoTable: (r: DynamoTableRec) => at.dynamoTable(r.account, r.region, r.name),
  dynamoItem: (r: DynamoItemRec) => at.dynamoItem(r.table, r.id),
  logGroup: (r: LogGroupRec) => at.logGroup(r.account, r.region, r.name),
  logEvent: (r: LogEventRec) => at.logEvent(r.group, r.number),
  cloudTrail: (r: CloudTrailRec) => at.cloudTrail(r.account, r.region, r.name),
  rdsInstance: (r: RdsInstanceRec) => at.rdsInstance(r.account, r.region, r.name),
  rdsSnapshot: (r: RdsSnapshotRec) => at.rdsSnapshot(r.arn),
  redshiftCluster: (r: RedshiftClusterRec) => at.redshiftCluster(r.account, r.region, r.name),
  redshiftBlock: (r: RedshiftBlockRec) => at.redshiftBlock(r.cluster, r.number),
  redshiftSnapshot: (r: RedshiftSnapshotRec) => at.redshiftSnapshot(r.account, r.region, r.name),
  redshiftCopyGrant: (r: RedshiftCopyGrantRec) => at.redshiftCopyGrant(r.account, r.region, r.name),
  eksCluster: (r: EksClusterRec) => at.eksCluster(r.account, r.region, r.name),
  eksSecret: (r: EksSecretRec) => at.eksSecret(r.cluster, r.name),
  kinesisStream: (r: KinesisStreamRec) => at.kinesisStream(r.arn),
  kinesisRecord: (r: KinesisRecordRec) => at.kinesisRecord(r.stream, r.number),
  eventRule: (r: EventRuleRec) => at.eventRule(r.account, r.region, r.name),
  metricFilter: (r: MetricFilterRec) => at.metricFilter(r.account, r.region, r.logGroup, r.name),
  metricAlarm: (r: MetricAlarmRec) => at.metricAlarm(r.account, r.region, r.name),
};
