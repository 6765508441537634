import type { StoredThing, ThingService } from '../../../client/index.ts';
import type { Region } from '../../../engine/index.ts';
import { utf8 } from '../../format/bytes.ts';
import type { CallInput } from '../../state/lab.svelte.ts';
import { actionsOfDatabases } from './actionsOfDatabases.ts';
import { by, check, choice, key, lines, maybe, one, text, type ServiceAction } from './fields.ts';

/*
 * The main operations of each service as forms: what a person fills in, and the request that is made of it. Names are AWS's.
 */

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
    case 'kinesis':
    case 'eks':
    case 'redshift':
      return actionsOfDatabases(service, region);
  }
};

/** What requests call a thing: a queue by its URL, a topic by its ARN, others by their names. */
export function namedInRequests({ kind, name, arn, account, region }: StoredThing): string {
  if (kind === 'queue') return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  return (kind === 'topic' || kind === 'secret') && arn !== undefined ? arn : name;
}
