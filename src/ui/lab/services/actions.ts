import type { StoredThing, ThingKind, ThingService } from '../../../client/index.ts';
import type { EpochMs, Region } from '../../../engine/index.ts';
import { utf8 } from '../../format/bytes.ts';
import type { CallInput } from '../../state/lab.svelte.ts';
import { serviceWords as words } from './words.ts';

/*
 * The main operations of each service as forms: what a person fills in, and the request that is made of it. Names are AWS's.
 */

export interface ServiceField {
  /** AWS's name of the member, or of the one inside that is asked for. */
  readonly name: string;
  readonly kind: 'text' | 'lines' | 'choice' | 'check' | 'key' | 'role';
  readonly required?: boolean;
  readonly start?: string;
  readonly options?: readonly string[];
  /** Names of these kinds are offered. */
  readonly of?: ThingKind;
  /** Of a key: what is taken when none is chosen; the service's default when absent. */
  readonly unset?: string;
}
export type Values = Readonly<Record<string, string>>;
export interface ServiceAction {
  readonly service: ThingService;
  readonly operation: string;
  readonly fields: readonly ServiceField[];
  input(values: Values, around: { readonly at: EpochMs; readonly things: readonly StoredThing[] }): CallInput;
}

const text = (name: string, start = ''): ServiceField => ({ name, kind: 'text', required: true, start });
const maybe = (name: string): ServiceField => ({ name, kind: 'text' });
const lines = (name: string, start = ''): ServiceField => ({ name, kind: 'lines', required: true, start });
const key = (name: string): ServiceField => ({ name, kind: 'key' });
const choice = (name: string, options: readonly string[], start = ''): ServiceField => ({
  name,
  kind: 'choice',
  options,
  start,
});
const check = (name: string, start = ''): ServiceField => ({ name, kind: 'check', start });
const one = (name: string, of: ThingKind): ServiceField => ({ name, kind: 'text', required: true, of });

/** Members that have a value; a check is a boolean. */
function given(fields: readonly ServiceField[], values: Values): CallInput {
  return Object.fromEntries(
    fields.flatMap(({ name, kind }): readonly (readonly [string, string | true])[] => {
      const value = values[name] ?? '';
      if (kind === 'check') return value === 'true' ? [[name, true]] : [];
      return value === '' ? [] : [[name, value]];
    }),
  );
}
type Make = (
  values: Values,
  members: CallInput,
  around: { readonly at: EpochMs; readonly things: readonly StoredThing[] },
) => CallInput;
const by =
  (service: ThingService) =>
  (operation: string, fields: readonly ServiceField[], make?: Make): ServiceAction => ({
    service,
    operation,
    fields,
    input: (values, around) => {
      const members = given(fields, values);
      return make ? make(values, members, around) : members;
    },
  });

const bucket = one('Bucket', 'bucket');
const object = one('Key', 'object');
const sse = [
  choice('ServerSideEncryption', ['AES256', 'aws:kms', 'aws:kms:dsse']),
  key('SSEKMSKeyId'),
  check('BucketKeyEnabled'),
];
const s3 = by('s3');
const ec2 = by('ec2');
const secrets = by('secretsmanager');
const sqs = by('sqs');
const sns = by('sns');
const ssm = by('ssm');
const lambda = by('lambda');
const dynamodb = by('dynamodb');
const logs = by('logs');
const rds = by('rds');
const kinesis = by('kinesis');
const eks = by('eks');
const redshift = by('redshift');

const volume = one('VolumeId', 'volume');
const instance = one('InstanceId', 'instance');
const snapshot = one('SnapshotId', 'snapshot');
const secret = one('SecretId', 'secret');
const queue = one('QueueUrl', 'queue');
const topic = one('TopicArn', 'topic');
const parameter = one('Name', 'parameter');
const fn = one('FunctionName', 'function');
const table = one('TableName', 'table');
const group = one('logGroupName', 'logGroup');
const db = one('DBInstanceIdentifier', 'dbInstance');
const dbSnapshot = one('DBSnapshotIdentifier', 'dbSnapshot');
const stream = one('StreamName', 'stream');
const kubernetes = one('clusterName', 'kubernetes');
const warehouse = one('ClusterIdentifier', 'warehouse');
const warehouseSnapshot = one('SnapshotIdentifier', 'warehouseSnapshot');

const attribute = (name: string, value: string | undefined): CallInput =>
  value === undefined || value === '' ? {} : { [name]: value };
/** `NAME=value`, one a line. */
const pairsIn = (said: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    said.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1)] as const] : [];
    }),
  );
const partition = 'id';

const dataIn: Make = ({ Data = '' }, members) => ({ ...members, Data: utf8(Data) });
const ofKms: Make = (_, members) => ({ ...members, EncryptionType: 'KMS' });
const configOf = (keyArn: string): CallInput => ({
  encryptionConfig: [{ resources: ['secrets'], provider: { keyArn } }],
});

export const actionsOf = (service: ThingService, region: Region): readonly ServiceAction[] => {
  switch (service) {
    case 's3':
      return [
        s3(
          'PutObject',
          [bucket, text('Key', 'notes.txt'), lines('Body', 'meet at noon'), ...sse],
          ({ Body = '' }, members) => ({
            ...members,
            Body: utf8(Body),
          }),
        ),
        s3('GetObject', [bucket, object]),
        s3('CreateBucket', [text('Bucket')]),
        s3(
          'PutBucketEncryption',
          [
            bucket,
            choice('SSEAlgorithm', ['AES256', 'aws:kms', 'aws:kms:dsse'], 'aws:kms'),
            key('KMSMasterKeyID'),
            check('BucketKeyEnabled'),
          ],
          ({ Bucket, SSEAlgorithm, KMSMasterKeyID, BucketKeyEnabled }) => ({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: [
                {
                  ApplyServerSideEncryptionByDefault: {
                    SSEAlgorithm,
                    ...attribute('KMSMasterKeyID', KMSMasterKeyID),
                  },
                  BucketKeyEnabled: BucketKeyEnabled === 'true',
                },
              ],
            },
          }),
        ),
        s3('CopyObject', [bucket, text('Key', 'copy.txt'), text('CopySource'), ...sse]),
        s3('DeleteObject', [bucket, object]),
      ];
    case 'ec2':
      return [
        ec2(
          'CreateVolume',
          [
            text('AvailabilityZone', `${region}a`),
            text('Size', '1'),
            check('Encrypted', 'true'),
            key('KmsKeyId'),
            maybe('SnapshotId'),
          ],
          ({ Size }, members) => ({ ...members, Size: Number(Size) }),
        ),
        ec2('RunInstances', []),
        ec2('AttachVolume', [volume, instance, text('Device', '/dev/sdf')]),
        ec2('InstanceWrite', [instance, volume, lines('Data', 'meet at noon')], ({ Data = '' }, members) => ({
          ...members,
          Data: utf8(Data),
        })),
        ec2('InstanceRead', [instance, volume]),
        ec2('DetachVolume', [volume]),
        ec2('StopInstances', [instance], ({ InstanceId }) => ({ InstanceIds: [InstanceId] })),
        ec2('StartInstances', [instance], ({ InstanceId }) => ({ InstanceIds: [InstanceId] })),
        ec2('CreateSnapshot', [volume]),
        ec2(
          'ModifySnapshotAttribute',
          [snapshot, choice('OperationType', ['add', 'remove'], 'add'), text('UserId')],
          ({ SnapshotId, OperationType, UserId }) => ({
            SnapshotId,
            OperationType,
            UserIds: [UserId],
          }),
        ),
        ec2('CopySnapshot', [
          text('SourceRegion', region),
          one('SourceSnapshotId', 'snapshot'),
          check('Encrypted', 'true'),
          key('KmsKeyId'),
        ]),
        ec2('DeleteVolume', [volume]),
        ec2('DeleteSnapshot', [snapshot]),
      ];
    case 'secretsmanager':
      return [
        secrets('CreateSecret', [text('Name'), lines('SecretString', 'hunter2'), key('KmsKeyId')]),
        secrets('GetSecretValue', [secret]),
        secrets('PutSecretValue', [secret, lines('SecretString', 'hunter3')]),
        secrets('UpdateSecret', [secret, { ...key('KmsKeyId'), required: true }]),
        secrets('DeleteSecret', [secret, check('ForceDeleteWithoutRecovery')]),
      ];
    case 'ssm':
      return [
        ssm('PutParameter', [
          text('Name'),
          lines('Value', 'postgres://db'),
          choice('Type', ['SecureString', 'String'], 'SecureString'),
          key('KeyId'),
          choice('Tier', ['Standard', 'Advanced'], 'Standard'),
          check('Overwrite'),
        ]),
        ssm('GetParameter', [parameter, check('WithDecryption', 'true')]),
        ssm('DeleteParameter', [parameter]),
      ];
    case 'sqs':
      return [
        sqs('SendMessage', [queue, lines('MessageBody', 'order 17')]),
        sqs('ReceiveMessage', [queue]),
        sqs(
          'CreateQueue',
          [text('QueueName'), key('KmsMasterKeyId'), maybe('KmsDataKeyReusePeriodSeconds')],
          (values) => ({
            QueueName: values['QueueName'],
            Attributes: {
              ...attribute('KmsMasterKeyId', values['KmsMasterKeyId']),
              ...attribute('KmsDataKeyReusePeriodSeconds', values['KmsDataKeyReusePeriodSeconds']),
            },
          }),
        ),
        sqs('DeleteQueue', [queue]),
      ];
    case 'sns':
      return [
        sns('Publish', [topic, lines('Message', 'order 17')]),
        sns('CreateTopic', [text('Name'), key('KmsMasterKeyId')], ({ Name, KmsMasterKeyId }) => ({
          Name,
          Attributes: attribute('KmsMasterKeyId', KmsMasterKeyId),
        })),
        sns('Subscribe', [topic, text('Endpoint')], ({ TopicArn, Endpoint }) => ({
          TopicArn,
          Protocol: 'sqs',
          Endpoint,
        })),
        sns('DeleteTopic', [topic]),
      ];
    case 'lambda':
      return [
        lambda(
          'CreateFunction',
          [
            text('FunctionName'),
            { name: 'Role', kind: 'role', required: true },
            lines('Variables', 'DB_PASSWORD=hunter2'),
            key('KMSKeyArn'),
          ],
          ({ FunctionName, Role, Variables = '', KMSKeyArn }) => ({
            FunctionName,
            Role,
            Environment: { Variables: pairsIn(Variables) },
            ...attribute('KMSKeyArn', KMSKeyArn),
          }),
        ),
        lambda('Invoke', [fn]),
        lambda('GetFunctionConfiguration', [fn]),
        lambda('DeleteFunction', [fn]),
      ];
    case 'dynamodb':
      return [
        dynamodb(
          'CreateTable',
          [text('TableName'), check('SSEEnabled', 'true'), key('KMSMasterKeyId')],
          ({ TableName, SSEEnabled, KMSMasterKeyId }) => ({
            TableName,
            KeySchema: [{ AttributeName: partition, KeyType: 'HASH' }],
            SSESpecification: {
              Enabled: SSEEnabled === 'true',
              ...attribute('KMSMasterKeyId', KMSMasterKeyId),
            },
          }),
        ),
        dynamodb(
          'PutItem',
          [table, text(partition, 'order-17'), lines('value', '3 apples')],
          ({ TableName, value = '', ...rest }) => ({
            TableName,
            Item: { [partition]: { S: rest[partition] }, value: { S: value } },
          }),
        ),
        dynamodb('GetItem', [table, text(partition, 'order-17')], ({ TableName, ...rest }) => ({
          TableName,
          Key: { [partition]: { S: rest[partition] } },
        })),
        dynamodb('DeleteTable', [table]),
      ];
    case 'logs':
      return [
        logs(
          'PutLogEvents',
          [group, text('logStreamName', 'app'), lines('message', 'order 17 was paid')],
          ({ logGroupName, logStreamName, message }, _, { at }) => ({
            logGroupName,
            logStreamName,
            logEvents: [{ timestamp: at, message }],
          }),
        ),
        logs('FilterLogEvents', [group]),
        logs('CreateLogGroup', [text('logGroupName'), key('kmsKeyId')]),
        logs('AssociateKmsKey', [group, { ...key('kmsKeyId'), required: true }]),
        logs('DeleteLogGroup', [group]),
      ];
    case 'rds':
      return [
        rds('CreateDBInstance', [
          text('DBInstanceIdentifier'),
          text('Engine', 'postgres'),
          text('DBInstanceClass', 'db.t4g.micro'),
          check('StorageEncrypted', 'true'),
          key('KmsKeyId'),
        ]),
        rds('DatabaseWrite', [db, lines('Data', 'order 17')], dataIn),
        rds('DatabaseRead', [db]),
        rds('CreateDBSnapshot', [db, text('DBSnapshotIdentifier', 'before-the-change')]),
        rds('CopyDBSnapshot', [
          one('SourceDBSnapshotIdentifier', 'dbSnapshot'),
          text('TargetDBSnapshotIdentifier', 'under-another-key'),
          key('KmsKeyId'),
        ]),
        rds('RestoreDBInstanceFromDBSnapshot', [text('DBInstanceIdentifier', 'restored'), dbSnapshot]),
        rds(
          'ModifyDBSnapshotAttribute',
          [dbSnapshot, text('ValuesToAdd')],
          ({ DBSnapshotIdentifier, ValuesToAdd }) => ({
            DBSnapshotIdentifier,
            AttributeName: 'restore',
            ValuesToAdd: [ValuesToAdd],
          }),
        ),
        rds('DescribeDBInstances', []),
        rds('StartDBInstance', [db]),
        rds('StopDBInstance', [db]),
        rds('DeleteDBInstance', [db, check('SkipFinalSnapshot', 'true')]),
        rds('DeleteDBSnapshot', [dbSnapshot]),
      ];
    case 'kinesis':
      return [
        kinesis('PutRecord', [stream, text('PartitionKey', 'shop-1'), lines('Data', 'order 17')], dataIn),
        kinesis('StartStreamEncryption', [stream, { ...key('KeyId'), required: true }], ofKms),
        kinesis('StopStreamEncryption', [stream, { ...key('KeyId'), required: true }], ofKms),
        kinesis('CreateStream', [text('StreamName')]),
        kinesis('DeleteStream', [stream]),
      ];
    case 'eks':
      return [
        eks(
          'CreateCluster',
          [text('name'), { ...key('keyArn'), unset: words.keyOfEks }],
          ({ name, keyArn }) => ({ name, ...(keyArn ? configOf(keyArn) : {}) }),
        ),
        eks('SecretWrite', [kubernetes, text('secretName', 'db-password'), lines('Data', 'hunter2')], dataIn),
        eks('SecretRead', [kubernetes, one('secretName', 'kubernetesSecret')]),
        eks(
          'AssociateEncryptionConfig',
          [kubernetes, { ...key('keyArn'), required: true }],
          ({ clusterName, keyArn = '' }) => ({ clusterName, ...configOf(keyArn) }),
        ),
        eks('ApiServerRestart', [kubernetes]),
        eks('DescribeCluster', [{ ...kubernetes, name: 'name' }]),
        eks('DeleteCluster', [{ ...kubernetes, name: 'name' }]),
      ];
    case 'redshift':
      return [
        redshift('CreateCluster', [
          text('ClusterIdentifier'),
          text('NodeType', 'ra3.large'),
          check('Encrypted', 'true'),
          key('KmsKeyId'),
        ]),
        redshift('BlockWrite', [warehouse, lines('Data', 'order 17, 3 apples')], dataIn),
        redshift('BlockRead', [warehouse, text('Block', '1')], ({ ClusterIdentifier, Block }) => ({
          ClusterIdentifier,
          Block: Number(Block),
        })),
        redshift(
          'ModifyCluster',
          [warehouse, check('Encrypted', 'true'), key('KmsKeyId')],
          ({ Encrypted }, members) => ({ ...members, Encrypted: Encrypted === 'true' }),
        ),
        redshift('RotateEncryptionKey', [warehouse]),
        redshift('CreateClusterSnapshot', [warehouse, text('SnapshotIdentifier', 'before-the-change')]),
        redshift('RestoreFromClusterSnapshot', [
          text('ClusterIdentifier', 'restored'),
          warehouseSnapshot,
          key('KmsKeyId'),
        ]),
        redshift('CreateSnapshotCopyGrant', [text('SnapshotCopyGrantName', 'copies'), key('KmsKeyId')]),
        redshift('EnableSnapshotCopy', [
          warehouse,
          text('DestinationRegion', region === 'us-west-2' ? 'us-east-1' : 'us-west-2'),
          text('SnapshotCopyGrantName', 'copies'),
        ]),
        redshift('DisableSnapshotCopy', [warehouse]),
        redshift('PauseCluster', [warehouse]),
        redshift('ResumeCluster', [warehouse]),
        redshift('DeleteCluster', [warehouse, check('SkipFinalClusterSnapshot', 'true')]),
        redshift('DeleteClusterSnapshot', [warehouseSnapshot]),
        redshift('DeleteSnapshotCopyGrant', [one('SnapshotCopyGrantName', 'copyGrant')]),
      ];
  }
};

/** What requests call a thing: a queue by its URL, a topic by its ARN, others by their names. */
export function namedInRequests({ kind, name, arn, account, region }: StoredThing): string {
  if (kind === 'queue') return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  return (kind === 'topic' || kind === 'secret') && arn !== undefined ? arn : name;
}
