import type { Rec, Ref, S3Sealing, ServiceTables } from '../../engine/index.ts';
import { card, grants, innerKey, stored, type Around, type Card, type Makers, type Table } from './card.ts';
import { makersOfDatabases } from './cardsOfDatabases.ts';
import type { Protection, ThingService } from './types.ts';

const s3Protection = ({ algorithm, bucketKey }: S3Sealing): Protection => {
  if (algorithm === 'AES256') return 'ownKey';
  if (algorithm === 'customer') return 'customerKey';
  return algorithm === 'aws:kms:dsse' ? 'twoLayers' : bucketKey ? 'bucketKey' : 'dataKey';
};
const s3Keys = ({ keyArn, context, wrapped, inner }: S3Sealing) => ({
  ...{ keyArn, context, wrapped },
  inner: innerKey('objectKey', inner),
});

const volumeLike = (rec: ServiceTables['ebsVolume'] | ServiceTables['ebsSnapshot']) => {
  const { keyArn, wrapped, contextId, blocks } = rec;
  const kept = stored(blocks ?? new Uint8Array(0), wrapped ? 'dataKey' : 'none');
  return {
    ...kept,
    keyArn,
    wrapped,
    context: contextId === undefined ? undefined : { 'aws:ebs:id': contextId },
    created: rec.created,
    account: rec.account,
    region: rec.region,
  };
};

/** In the order in which things are listed: what holds things before what lies in it. */
export const serviceOf: Readonly<Record<Table, ThingService>> = {
  s3Bucket: 's3',
  s3Object: 's3',
  s3Upload: 's3',
  ec2Instance: 'ec2',
  ebsVolume: 'ec2',
  ebsSnapshot: 'ec2',
  secret: 'secretsmanager',
  secretVersion: 'secretsmanager',
  sqsQueue: 'sqs',
  sqsMessage: 'sqs',
  snsTopic: 'sns',
  ssmParameter: 'ssm',
  lambdaFunction: 'lambda',
  dynamoTable: 'dynamodb',
  dynamoItem: 'dynamodb',
  logGroup: 'logs',
  logEvent: 'logs',
  rdsInstance: 'rds',
  rdsSnapshot: 'rds',
  kinesisStream: 'kinesis',
  kinesisRecord: 'kinesis',
  eksCluster: 'eks',
  eksSecret: 'eks',
  redshiftCluster: 'redshift',
  redshiftBlock: 'redshift',
  redshiftSnapshot: 'redshift',
  redshiftCopyGrant: 'redshift',
};
/** They hang on the key of what they lie in, whatever that is at the moment. */
export const keyOfContainer: ReadonlySet<Table> = new Set(['dynamoItem', 'eksSecret', 'redshiftBlock']);
export const tables = Object.keys(serviceOf) as readonly Table[]; // it has no others

const makers: Makers = {
  ...makersOfDatabases,
  s3Bucket: ({ name, account, region, created, encryption }, id) =>
    card(id, {
      ...{ service: 's3', kind: 'bucket', name, account, region, created },
      arn: `arn:aws:s3:::${name}`,
      keyNamed: encryption.algorithm === 'AES256' ? undefined : (encryption.keyId ?? 'alias/aws/s3'),
    }),
  s3Object({ bucket, key, modified, sealing, body }, id, around) {
    const home = around.bucket(bucket);
    return (
      home &&
      card(id, {
        ...{ service: 's3', kind: 'object', name: key, account: home.account, region: home.region },
        ...{ created: modified, within: `s3Bucket/${bucket}`, arn: `arn:aws:s3:::${bucket}/${key}` },
        ...stored(body, s3Protection(sealing)),
        ...s3Keys(sealing),
        read:
          sealing.algorithm === 'customer'
            ? undefined
            : { operation: 'GetObject', input: { Bucket: bucket, Key: key } },
      })
    );
  },
  s3Upload({ bucket, key, begun, sealing }, id, around) {
    const home = around.bucket(bucket);
    return (
      home &&
      card(id, {
        ...{ service: 's3', kind: 'upload', name: key, account: home.account, region: home.region },
        ...{ created: begun, within: `s3Bucket/${bucket}`, protection: s3Protection(sealing) },
        ...s3Keys(sealing),
      })
    );
  },
  ec2Instance: (rec, id) =>
    card(id, {
      ...{ service: 'ec2', kind: 'instance', name: rec.id, account: rec.account, region: rec.region },
      status: rec.state,
      ...{ created: rec.created, arn: `arn:aws:ec2:${rec.region}:${rec.account}:instance/${rec.id}` },
    }),
  ebsVolume: (rec, id) =>
    card(id, {
      ...{ service: 'ec2', kind: 'volume', name: rec.id, holder: rec.id, status: rec.state },
      ...volumeLike(rec),
      arn: `arn:aws:ec2:${rec.region}:${rec.account}:volume/${rec.id}`,
      grantIds: grants(rec.attachment?.grantId, rec.grantId),
      attachedTo: rec.attachment?.instance,
      read: rec.attachment && {
        operation: 'InstanceRead',
        input: { InstanceId: rec.attachment.instance, VolumeId: rec.id },
      },
    }),
  ebsSnapshot: (rec, id) =>
    card(id, {
      ...{ service: 'ec2', kind: 'snapshot', name: rec.id, holder: rec.id, status: rec.state },
      ...volumeLike(rec),
      arn: `arn:aws:ec2:${rec.region}::snapshot/${rec.id}`,
      sharedWith: rec.sharedWith,
    }),
  secret: ({ arn, name, account, region, created, keyId }, id) =>
    card(id, {
      ...{ service: 'secretsmanager', kind: 'secret', name, account, region, created, arn },
      keyNamed: keyId ?? 'alias/aws/secretsmanager',
    }),
  secretVersion(rec, id, around) {
    const { secret: arn, id: version, stages, keyArn, wrapped, sealed, created } = rec;
    const secret = around.secret(arn);
    return (
      secret &&
      card(id, {
        ...{ service: 'secretsmanager', kind: 'secretVersion', account: secret.account },
        ...{ region: secret.region, created, keyArn, wrapped, arn },
        within: `secret/${secret.account}/${secret.region}/${secret.name}`,
        name: `${secret.name} ${stages.join(' ') || version.slice(0, 8)}`,
        ...stored(sealed, 'dataKey'),
        context: { SecretARN: arn, SecretVersionId: version },
        read: { operation: 'GetSecretValue', input: { SecretId: arn, VersionId: version } },
      })
    );
  },
  sqsQueue: ({ arn, name, account, region, created, keyId }, id) =>
    card(id, {
      ...{ service: 'sqs', kind: 'queue', name, account, region, created, arn },
      keyNamed: keyId,
    }),
  sqsMessage(rec, id, around) {
    const queue = around.queue(rec.queue);
    if (!queue) return undefined;
    const { account, region, name } = queue;
    const protection = { 'SSE-KMS': 'dataKey', 'SSE-SQS': 'ownKey', none: 'none' } as const;
    return card(id, {
      ...{ service: 'sqs', kind: 'message', name: rec.id, account, region, created: rec.sent },
      within: `sqsQueue/${account}/${region}/${name}`,
      ...stored(rec.body, protection[rec.sealing]),
      keyArn: rec.keyArn,
      wrapped: rec.wrapped,
      context: rec.wrapped && { 'aws:sqs:arn': rec.queue },
      read: {
        operation: 'ReceiveMessage',
        input: { QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}` },
      },
    });
  },
  snsTopic: ({ arn, name, account, region, created, keyId }, id) =>
    card(id, {
      ...{ service: 'sns', kind: 'topic', name, account, region, created, arn },
      keyNamed: keyId,
    }),
  ssmParameter({ arn, name, account, region, modified, type, keyArn, value, wrapped }, id) {
    const protection = type === 'SecureString' ? (wrapped ? 'dataKey' : 'kms') : 'none';
    return card(id, {
      ...{ service: 'ssm', kind: 'parameter', name, account, region, created: modified, arn },
      ...stored(value, protection),
      ...{ keyArn, wrapped },
      context: protection === 'none' ? undefined : { PARAMETER_ARN: arn },
      read: { operation: 'GetParameter', input: { Name: name, WithDecryption: true } },
    });
  },
  lambdaFunction: ({ arn, name, account, region, modified, keyId, keyArn, environment, grantId }, id) =>
    card(id, {
      ...{ service: 'lambda', kind: 'function', name, account, region, created: modified, arn },
      ...(environment ? stored(environment, 'kms') : {}),
      keyArn,
      context: environment && { 'aws:lambda:FunctionArn': arn },
      grantIds: grants(grantId),
      keyNamed: keyId,
      read: { operation: 'Invoke', input: { FunctionName: name } },
    }),
  dynamoTable(rec, id, { now, standing }) {
    const { arn, name, account, region, created, wrapped, keyArn, grantId } = rec;
    return card(id, {
      ...{ service: 'dynamodb', kind: 'table', name, account, region, created, arn, keyArn, wrapped },
      protection: wrapped ? 'dataKey' : 'ownKey',
      context: wrapped && tableContext(rec),
      status: standing.dynamoTable(rec, now),
      grantIds: grants(grantId),
    });
  },
  dynamoItem({ table: arn, id: item, sealed }, id, around) {
    const table = around.table(arn);
    if (!table) return undefined;
    const { account, region, name, wrapped, keyArn } = table;
    return card(id, {
      ...{ service: 'dynamodb', kind: 'item', name: item.slice(0, 12), account, region, keyArn, wrapped },
      within: `dynamoTable/${account}/${region}/${name}`,
      ...stored(sealed, wrapped ? 'dataKey' : 'ownKey'),
      context: wrapped && tableContext(table),
    });
  },
  logGroup: ({ arn, name, account, region, created, keyId }, id) =>
    card(id, {
      ...{ service: 'logs', kind: 'logGroup', name, account, region, created, arn },
      keyNamed: keyId,
    }),
  logEvent({ group: arn, number, stream, timestamp, keyArn, wrapped, sealed }, id, around) {
    const group = around.group(arn);
    if (!group) return undefined;
    const { account, region, name } = group;
    return card(id, {
      ...{ service: 'logs', kind: 'logEvent', name: `${stream} ${number}`, account, region },
      ...{ created: timestamp, keyArn, wrapped, within: `logGroup/${account}/${region}/${name}` as const },
      ...stored(sealed, wrapped ? 'dataKey' : 'ownKey'),
      context: wrapped && { 'aws:logs:arn': arn },
      read: { operation: 'FilterLogEvents', input: { logGroupName: name } },
    });
  },
};

const tableContext = ({ name, account }: ServiceTables['dynamoTable']) => ({
  'aws:dynamodb:tableName': name,
  'aws:dynamodb:subscriberId': account,
});

/** Undefined: what it belongs to is not there any more. */
export const cardOf = (table: Table, rec: Rec, id: Ref, around: Around): Card | undefined =>
  // A record of a table is of that table's type; TypeScript cannot tie the two through the index.
  (makers[table] as (rec: Rec, id: Ref, around: Around) => Card | undefined)(rec, id, around);
