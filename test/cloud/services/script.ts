import type { WorldApi } from '../../../src/client/index.ts';
import type { PrincipalArn, Region, ServiceName } from '../../../src/engine/index.ts';
import { a as account, b, policy, rootOf, trust } from '../house.ts';

/*
 * Things to do to services, for the laws: a line for each that matters to how calls lie inside calls. Names of what earlier
 * lines made come in when the script is played.
 */

export interface ScriptedCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What later lines may name. */
  readonly makes?: (output: Readonly<Record<string, unknown>>) => string | undefined;
  readonly kind?: string;
}

const text = (said: string) => new TextEncoder().encode(said);

export function scriptedCalls({
  name,
  n,
}: {
  readonly name: (kind: string) => string;
  readonly n: number;
}): readonly ScriptedCall[] {
  const Bucket = `bucket-${n % 2}`;
  const Key = `object-${n % 3}`;
  const encryption = [
    {},
    { ServerSideEncryption: 'aws:kms' },
    { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: name('key') },
    { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: name('key'), BucketKeyEnabled: true },
    { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: name('key') },
  ][n % 5];
  const s3 = (operation: string, input: object): ScriptedCall => ({
    service: 's3',
    operation,
    input: { Bucket, ...input },
  });
  const ec2 = (operation: string, input: object): ScriptedCall => ({
    service: 'ec2',
    operation,
    input: { ...input },
  });
  const secret = (operation: string, input: object): ScriptedCall => ({
    service: 'secretsmanager',
    operation,
    input: { ...input },
  });
  const queue = (operation: string, input: object): ScriptedCall => ({
    service: 'sqs',
    operation,
    input: { ...input },
  });
  const by =
    (service: string, always: object = {}) =>
    (operation: string, input: object): ScriptedCall => ({
      service,
      operation,
      input: { ...always, ...input },
    });
  const [ssm, sns, lambda, dynamodb] = [by('ssm'), by('sns'), by('lambda'), by('dynamodb')];
  const logs = by('logs', { logGroupName: 'group' });
  const cloudtrail = by('cloudtrail', { Name: 'all' });
  const eks = by('eks');
  const redshift = by('redshift', { ClusterIdentifier: `warehouse-${n % 2}` });
  const cluster = `cluster-${n % 2}`;
  const encryptionConfig = [{ resources: ['secrets'], provider: { keyArn: name('key') } }];
  const rds = by('rds');
  const kinesis = by('kinesis', { StreamName: `stream-${n % 2}` });
  const db = { DBInstanceIdentifier: `db-${n % 2}` };
  const TopicArn = `arn:aws:sns:us-east-1:${account}:topic`;
  const fn = { FunctionName: `fn-${n % 2}` };
  const TableName = `table-${n % 2}`;
  const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${account}/queue-${n % 2}`;
  const volumeKey = n % 4 === 0 ? { KmsKeyId: name('key'), Encrypted: true } : {};
  const upload = { Key, UploadId: name('upload') };
  return [
    { service: 'kms', operation: 'advance', input: {} },
    {
      service: 'kms',
      operation: 'CreateKey',
      input: {},
      kind: 'key',
      makes: ({ KeyMetadata }) => (KeyMetadata as { readonly Arn: string }).Arn,
    },
    { service: 'kms', operation: 'DisableKey', input: { KeyId: name('key') } },
    { service: 'kms', operation: 'EnableKey', input: { KeyId: name('key') } },
    {
      service: 'kms',
      operation: 'ScheduleKeyDeletion',
      input: { KeyId: name('key'), PendingWindowInDays: 7 },
    },
    s3('CreateBucket', {}),
    s3('PutObject', { Key, Body: text(`body ${n}`), ...encryption }),
    s3('PutObject', { Key, Body: text(`body ${n}`), ...encryption }),
    s3('GetObject', { Key }),
    s3('CopyObject', { Key: `copy-${n % 2}`, CopySource: `bucket-${n % 3}/${Key}`, ...encryption }),
    s3('DeleteObject', { Key }),
    {
      ...s3('CreateMultipartUpload', { Key, ...encryption }),
      kind: 'upload',
      makes: ({ UploadId }) => String(UploadId),
    },
    s3('UploadPart', { ...upload, PartNumber: 1 + (n % 3), Body: text(`part ${n}`) }),
    s3('AbortMultipartUpload', upload),
    {
      ...ec2('CreateVolume', {
        AvailabilityZone: 'us-east-1a',
        Size: 1,
        Encrypted: n % 3 !== 0,
        ...volumeKey,
      }),
      kind: 'volume',
      makes: ({ VolumeId }) => String(VolumeId),
    },
    {
      ...ec2('CreateVolume', {
        AvailabilityZone: 'us-east-1a',
        SnapshotId: name('snapshot'),
        Encrypted: true,
        ...volumeKey,
      }),
      kind: 'volume',
      makes: ({ VolumeId }) => String(VolumeId),
    },
    {
      ...ec2('RunInstances', {}),
      kind: 'instance',
      makes: ({ Instances }) => (Instances as readonly { readonly InstanceId: string }[])[0]?.InstanceId,
    },
    ec2('AttachVolume', { VolumeId: name('volume'), InstanceId: name('instance'), Device: '/dev/sdf' }),
    ec2('DetachVolume', { VolumeId: name('volume') }),
    ec2('StopInstances', { InstanceIds: [name('instance')] }),
    ec2('StartInstances', { InstanceIds: [name('instance')] }),
    ec2('InstanceWrite', {
      VolumeId: name('volume'),
      InstanceId: name('instance'),
      Data: text(`blocks ${n}`),
    }),
    {
      ...ec2('CreateSnapshot', { VolumeId: name('volume') }),
      kind: 'snapshot',
      makes: ({ SnapshotId }) => String(SnapshotId),
    },
    {
      ...secret('CreateSecret', {
        Name: `secret-${n % 2}`,
        SecretString: `value ${n}`,
        ...(n % 3 === 0 ? { KmsKeyId: name('key') } : {}),
      }),
    },
    secret('PutSecretValue', { SecretId: `secret-${n % 2}`, SecretString: `value ${n}` }),
    secret('UpdateSecret', { SecretId: `secret-${n % 2}`, KmsKeyId: name('key') }),
    secret('GetSecretValue', { SecretId: `secret-${n % 2}` }),
    secret('BatchGetSecretValue', { SecretIdList: ['secret-0', 'secret-1'] }),
    secret('ReplicateSecretToRegions', {
      SecretId: `secret-${n % 2}`,
      AddReplicaRegions: [{ Region: 'eu-west-1' }],
    }),
    queue('CreateQueue', {
      QueueName: `queue-${n % 2}`,
      Attributes: n % 3 === 0 ? {} : { KmsMasterKeyId: n % 3 === 1 ? 'alias/aws/sqs' : name('key') },
    }),
    queue('SendMessage', { QueueUrl, MessageBody: `message ${n}` }),
    queue('SendMessage', { QueueUrl, MessageBody: `message ${n}` }),
    queue('ReceiveMessage', { QueueUrl, VisibilityTimeout: n % 2 }),
    {
      ...ec2('CopySnapshot', { SourceRegion: 'us-east-1', SourceSnapshotId: name('snapshot'), ...volumeKey }),
      kind: 'snapshot',
      makes: ({ SnapshotId }) => String(SnapshotId),
    },
    ssm('PutParameter', {
      Name: `p-${n % 2}`,
      Value: `value ${n}`,
      Type: 'SecureString',
      Overwrite: true,
      ...(n % 3 === 0 ? { KeyId: name('key') } : {}),
      ...(n % 4 === 0 ? { Tier: 'Advanced' } : {}),
    }),
    ssm('GetParameter', { Name: `p-${n % 2}`, WithDecryption: true }),
    sns('CreateTopic', { Name: 'topic', Attributes: n % 2 === 0 ? {} : { KmsMasterKeyId: name('key') } }),
    sns('Subscribe', {
      TopicArn,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:us-east-1:${account}:queue-${n % 2}`,
    }),
    sns('Publish', { TopicArn, Message: `message ${n}` }),
    {
      service: 'iam',
      operation: 'CreateRole',
      input: {
        RoleName: 'Runs',
        AssumeRolePolicyDocument: policy(trust({ Service: 'lambda.amazonaws.com' })),
      },
    },
    lambda('CreateFunction', {
      ...fn,
      Role: `arn:aws:iam::${account}:role/Runs`,
      Environment: { Variables: { N: String(n) } },
      ...(n % 2 === 0 ? { KMSKeyArn: name('key') } : {}),
    }),
    lambda('UpdateFunctionConfiguration', { ...fn, Environment: { Variables: { N: String(n) } } }),
    lambda('Invoke', fn),
    lambda('DeleteFunction', fn),
    dynamodb('CreateTable', {
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      SSESpecification: [
        { Enabled: false },
        { Enabled: true },
        { Enabled: true, KMSMasterKeyId: name('key') },
      ][n % 3],
    }),
    dynamodb('UpdateTable', { TableName, SSESpecification: { Enabled: true, KMSMasterKeyId: name('key') } }),
    dynamodb('PutItem', { TableName, Item: { id: { S: `i${n % 4}` }, n: { N: String(n) } } }),
    dynamodb('GetItem', { TableName, Key: { id: { S: `i${n % 4}` } } }),
    dynamodb('DeleteTable', { TableName }),
    logs('CreateLogGroup', n % 2 === 0 ? {} : { kmsKeyId: name('key') }),
    logs('PutLogEvents', { logStreamName: 's', logEvents: [{ timestamp: n, message: `line ${n}` }] }),
    logs('FilterLogEvents', {}),
    rds('CreateDBInstance', {
      ...db,
      DBInstanceClass: 'db.t4g.micro',
      Engine: 'postgres',
      ...[{}, { StorageEncrypted: true }, { StorageEncrypted: true, KmsKeyId: name('key') }][n % 3],
    }),
    rds('DatabaseWrite', { ...db, Data: text(`row ${n}`) }),
    rds('DatabaseRead', db),
    rds('DescribeDBInstances', {}),
    rds('StopDBInstance', db),
    rds('StartDBInstance', db),
    rds('CreateDBSnapshot', { ...db, DBSnapshotIdentifier: `s-${n % 3}` }),
    rds('CopyDBSnapshot', {
      SourceDBSnapshotIdentifier: `s-${n % 3}`,
      TargetDBSnapshotIdentifier: `c-${n % 3}`,
      KmsKeyId: name('key'),
    }),
    rds('RestoreDBInstanceFromDBSnapshot', { ...db, DBSnapshotIdentifier: `c-${n % 3}` }),
    rds('DeleteDBInstance', { ...db, SkipFinalSnapshot: true }),
    kinesis('CreateStream', {}),
    kinesis('StartStreamEncryption', {
      EncryptionType: 'KMS',
      KeyId: n % 3 === 0 ? 'alias/aws/kinesis' : name('key'),
    }),
    kinesis('PutRecord', { Data: text(`record ${n}`), PartitionKey: 'p' }),
    {
      ...kinesis('GetShardIterator', { ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' }),
      kind: 'iterator',
      makes: ({ ShardIterator }) => String(ShardIterator),
    },
    { service: 'kinesis', operation: 'GetRecords', input: { ShardIterator: name('iterator') } },
    s3('PutBucketPolicy', {
      Policy: policy({
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: '*',
      }),
    }),
    cloudtrail('CreateTrail', { S3BucketName: Bucket, IsMultiRegionTrail: true }),
    cloudtrail('StartLogging', {}),
    cloudtrail('UpdateTrail', { S3BucketName: Bucket, KmsKeyId: n % 3 === 0 ? '' : name('key') }),
    cloudtrail('LookupEvents', { Name: undefined }),
    eks('CreateCluster', { name: cluster, ...(n % 3 === 0 ? { encryptionConfig } : {}) }),
    eks('AssociateEncryptionConfig', { clusterName: cluster, encryptionConfig }),
    eks('SecretWrite', { clusterName: cluster, secretName: `s-${n % 3}`, Data: text(`secret ${n}`) }),
    eks('SecretRead', { clusterName: cluster, secretName: `s-${n % 3}` }),
    eks('ApiServerRestart', { clusterName: cluster }),
    eks('DescribeCluster', { name: cluster }),
    redshift('CreateCluster', {
      NodeType: 'ra3.large',
      ...[{}, { Encrypted: true }, { Encrypted: true, KmsKeyId: name('key') }][n % 3],
    }),
    redshift('BlockWrite', { Data: text(`block ${n}`) }),
    redshift('BlockRead', { Block: 1 }),
    redshift('ModifyCluster', { Encrypted: n % 4 !== 0, ...(n % 4 === 0 ? {} : { KmsKeyId: name('key') }) }),
    redshift('RotateEncryptionKey', {}),
    redshift('CreateClusterSnapshot', { SnapshotIdentifier: `w-${n % 3}` }),
    redshift('RestoreFromClusterSnapshot', {
      SnapshotIdentifier: `w-${n % 3}`,
      ...(n % 2 === 0 ? { KmsKeyId: name('key') } : {}),
    }),
    redshift('DeleteCluster', { SkipFinalClusterSnapshot: true }),
    redshift('PauseCluster', {}),
    redshift('ResumeCluster', {}),
  ];
}

export interface Line {
  /** Number of the call, counted round. */
  readonly what: number;
  /** Which of what was made it names. */
  readonly key: number;
  readonly n: number;
  readonly foreign: boolean;
}
/** What was made so far, for the lines that name it. */
export class Player {
  readonly made: Record<string, string[]> = {
    ...{ key: [], upload: [], volume: [], snapshot: [], instance: [], iterator: [] },
  };

  async play(world: WorldApi, { what, key, n, foreign }: Line): Promise<void> {
    const name = (kind: string) =>
      this.made[kind]?.[key % Math.max(1, this.made[kind]?.length ?? 0)] ?? `no-${kind}`;
    const calls = scriptedCalls({ name, n });
    const one = calls[what % calls.length];
    if (!one) throw new Error('the script is empty');
    if (one.operation === 'advance') return void (await world.advance({ hours: n }));
    const { result } = await world.call({
      service: one.service as ServiceName,
      operation: one.operation,
      input: one.input,
      principal: rootOf(foreign ? b : account) as PrincipalArn,
      region: 'us-east-1' as Region,
    });
    const made = result.ok && one.makes ? one.makes(result.output) : undefined;
    if (made !== undefined && one.kind !== undefined) this.made[one.kind]?.push(made);
  }
}

/** How many calls there are. */
export const scripted = scriptedCalls({ name: () => '', n: 0 }).length;
