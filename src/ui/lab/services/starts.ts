import type { AccountId, EpochMs, Region, ServiceName } from '../../../engine/index.ts';
import type { ThingService } from '../../../client/index.ts';
import { utf8 } from '../../format/bytes.ts';
import type { CallInput } from '../../state/lab.svelte.ts';

/*
 * What each beginning does: the fewest calls that leave something encrypted to look at, under a key of its own.
 */

export const quickStarts = [
  'object',
  'secret',
  'volume',
  'message',
  'parameter',
  'function',
  'item',
  'logEvent',
  'news',
  'database',
  'record',
  'kubernetes',
  'warehouse',
] as const;
export type QuickStart = (typeof quickStarts)[number];

export interface Around {
  /** Makes a call of the group; throws when it is not served. */
  readonly call: (
    service: ServiceName,
    operation: string,
    input: CallInput,
  ) => Promise<Readonly<Record<string, unknown>>>;
  /** A name that nobody else has. */
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly at: EpochMs;
}
interface Made {
  readonly service: ThingService;
  /** Whether a thing of this id is what came of it. */
  readonly newest: (id: string) => boolean;
}

async function newKey(call: Around['call'], Description: string, Policy?: string): Promise<string> {
  const { KeyMetadata } = await call('kms', 'CreateKey', {
    Description,
    ...(Policy === undefined ? {} : { Policy }),
  });
  return (KeyMetadata as { readonly Arn: string }).Arn; // CreateKey's answer
}

/** IAM of the account decides, and one service may use the key in its own name. */
const policyFor = (account: AccountId, service: string, operations: readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      { Effect: 'Allow', Principal: { Service: service }, Action: operations, Resource: '*' },
    ],
  });
/** One service may do one thing: a policy of a role or a queue. */
const letting = (Service: string, Action: string, more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action, ...more }],
  });

/** The beginning of each service, for its own page. */
export const startOf: Readonly<Record<ThingService, QuickStart>> = {
  s3: 'object',
  ec2: 'volume',
  secretsmanager: 'secret',
  sqs: 'message',
  sns: 'news',
  ssm: 'parameter',
  lambda: 'function',
  dynamodb: 'item',
  logs: 'logEvent',
  rds: 'database',
  kinesis: 'record',
  eks: 'kubernetes',
  redshift: 'warehouse',
};

export const starts: Readonly<Record<QuickStart, (around: Around) => Promise<Made>>> = {
  async secret({ call, name }) {
    const KmsKeyId = await newKey(call, 'for secrets');
    await call('secretsmanager', 'CreateSecret', { Name: `db-${name}`, SecretString: 'hunter2', KmsKeyId });
    return {
      service: 'secretsmanager',
      newest: (id) => id.startsWith('secretVersion/') && id.includes(`db-${name}`),
    };
  },
  async object({ call, name }) {
    const SSEKMSKeyId = await newKey(call, 'for objects');
    const Bucket = `notes-${name}`;
    await call('s3', 'CreateBucket', { Bucket });
    await call('s3', 'PutObject', {
      Bucket,
      Key: 'notes.txt',
      Body: utf8('meet at noon'),
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId,
      BucketKeyEnabled: true,
    });
    return { service: 's3', newest: (id) => id === `s3Object/${Bucket}|notes.txt` };
  },
  async volume({ call, region }) {
    const KmsKeyId = await newKey(call, 'for volumes');
    const { VolumeId } = await call('ec2', 'CreateVolume', {
      AvailabilityZone: `${region}a`,
      Size: 1,
      Encrypted: true,
      KmsKeyId,
    });
    const { Instances } = await call('ec2', 'RunInstances', {});
    const [instance] = Instances as readonly { readonly InstanceId: string }[]; // RunInstances' answer
    const InstanceId = instance?.InstanceId;
    await call('ec2', 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' });
    await call('ec2', 'InstanceWrite', { VolumeId, InstanceId, Data: utf8('meet at noon') });
    return { service: 'ec2', newest: (id) => id.endsWith(`/${String(VolumeId)}`) };
  },
  async message({ call, name }) {
    const KmsMasterKeyId = await newKey(call, 'for messages');
    const { QueueUrl } = await call('sqs', 'CreateQueue', {
      QueueName: `orders-${name}`,
      Attributes: { KmsMasterKeyId },
    });
    await call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'order 17' });
    return { service: 'sqs', newest: (id) => id.startsWith('sqsMessage/') && id.includes(`orders-${name}`) };
  },
  async database({ call, name }) {
    const KmsKeyId = await newKey(call, 'for databases');
    const DBInstanceIdentifier = `shop-${name}`;
    await call('rds', 'CreateDBInstance', {
      ...{ DBInstanceIdentifier, Engine: 'postgres', DBInstanceClass: 'db.t4g.micro' },
      StorageEncrypted: true,
      KmsKeyId,
    });
    await call('rds', 'DatabaseWrite', { DBInstanceIdentifier, Data: utf8('order 17') });
    return { service: 'rds', newest: (id) => id.endsWith(`/${DBInstanceIdentifier}`) };
  },
  async record({ call, name }) {
    const KeyId = await newKey(call, 'for streams');
    const StreamName = `clicks-${name}`;
    await call('kinesis', 'CreateStream', { StreamName });
    await call('kinesis', 'StartStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId });
    await call('kinesis', 'PutRecord', { StreamName, PartitionKey: 'shop-1', Data: utf8('order 17') });
    return { service: 'kinesis', newest: (id) => id.startsWith('kinesisRecord/') && id.includes(StreamName) };
  },
  async kubernetes({ call, name }) {
    const keyArn = await newKey(call, 'for secrets of Kubernetes');
    const clusterName = `shop-${name}`;
    await call('eks', 'CreateCluster', {
      name: clusterName,
      encryptionConfig: [{ resources: ['secrets'], provider: { keyArn } }],
    });
    await call('eks', 'SecretWrite', { clusterName, secretName: 'db-password', Data: utf8('hunter2') });
    return { service: 'eks', newest: (id) => id.startsWith('eksSecret/') && id.includes(clusterName) };
  },
  async warehouse({ call, name }) {
    const KmsKeyId = await newKey(call, 'for warehouses');
    const ClusterIdentifier = `sales-${name}`;
    await call('redshift', 'CreateCluster', {
      ...{ ClusterIdentifier, NodeType: 'ra3.large' },
      Encrypted: true,
      KmsKeyId,
    });
    await call('redshift', 'BlockWrite', { ClusterIdentifier, Data: utf8('order 17, 3 apples') });
    return {
      service: 'redshift',
      newest: (id) => id.startsWith('redshiftBlock/') && id.includes(ClusterIdentifier),
    };
  },
  async parameter({ call, name }) {
    const KeyId = await newKey(call, 'for parameters');
    const Name = `db-url-${name}`;
    await call('ssm', 'PutParameter', { Name, Value: 'postgres://db', Type: 'SecureString', KeyId });
    return { service: 'ssm', newest: (id) => id.endsWith(`/${Name}`) };
  },
  async function({ call, name, account }) {
    const KMSKeyArn = await newKey(call, 'for functions');
    const RoleName = `runs-${name}`;
    const FunctionName = `orders-${name}`;
    await call('iam', 'CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: letting('lambda.amazonaws.com', 'sts:AssumeRole'),
    });
    await call('lambda', 'CreateFunction', {
      ...{ FunctionName, KMSKeyArn, Role: `arn:aws:iam::${account}:role/${RoleName}` },
      Environment: { Variables: { DB_PASSWORD: 'hunter2' } },
    });
    return { service: 'lambda', newest: (id) => id.endsWith(`/${FunctionName}`) };
  },
  async item({ call, name }) {
    const KMSMasterKeyId = await newKey(call, 'for tables');
    const TableName = `orders-${name}`;
    await call('dynamodb', 'CreateTable', {
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      SSESpecification: { Enabled: true, KMSMasterKeyId },
    });
    await call('dynamodb', 'PutItem', {
      TableName,
      Item: { id: { S: 'order-17' }, what: { S: '3 apples' } },
    });
    return { service: 'dynamodb', newest: (id) => id.startsWith('dynamoItem/') && id.includes(TableName) };
  },
  async logEvent({ call, name, account, region, at }) {
    const service = `logs.${region}.amazonaws.com`;
    const operations = [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:Describe*',
    ];
    const kmsKeyId = await newKey(call, 'for logs', policyFor(account, service, operations));
    const logGroupName = `app-${name}`;
    await call('logs', 'CreateLogGroup', { logGroupName, kmsKeyId });
    await call('logs', 'PutLogEvents', {
      ...{ logGroupName, logStreamName: 'app' },
      logEvents: [{ timestamp: at, message: 'order 17 was paid' }],
    });
    return { service: 'logs', newest: (id) => id.startsWith('logEvent/') && id.includes(logGroupName) };
  },
  async news({ call, name, account, region }) {
    const operations = ['kms:GenerateDataKey', 'kms:Decrypt'];
    const KmsMasterKeyId = await newKey(
      call,
      'for news',
      policyFor(account, 'sns.amazonaws.com', operations),
    );
    const topic = `arn:aws:sns:${region}:${account}:news-${name}`;
    const Endpoint = `arn:aws:sqs:${region}:${account}:readers-${name}`;
    await call('sns', 'CreateTopic', { Name: `news-${name}`, Attributes: { KmsMasterKeyId } });
    const Policy = letting('sns.amazonaws.com', 'sqs:SendMessage', {
      Resource: Endpoint,
      Condition: { ArnEquals: { 'aws:SourceArn': topic } },
    });
    await call('sqs', 'CreateQueue', {
      QueueName: `readers-${name}`,
      Attributes: { KmsMasterKeyId, Policy },
    });
    await call('sns', 'Subscribe', { TopicArn: topic, Protocol: 'sqs', Endpoint });
    await call('sns', 'Publish', { TopicArn: topic, Message: 'order 17 was paid' });
    // A topic keeps nothing: the message lies in the queue.
    return { service: 'sqs', newest: (id) => id.startsWith('sqsMessage/') && id.includes(`readers-${name}`) };
  },
};
