import type { At } from './shop.svelte.ts';
import type { ServiceName } from '../../../engine/index.ts';
import type { CallInput, Done, LabState } from '../../state/lab.svelte.ts';
import { utf8 } from '../../format/bytes.ts';

/*
 * What a newcomer begins with: a few real calls in a row, of one group, so that they are undone as one.
 */

export const quickStarts = [
  'object',
  'secret',
  'volume',
  'message',
  'database',
  'record',
  'kubernetes',
  'warehouse',
] as const;
export type QuickStart = (typeof quickStarts)[number];

export interface Started {
  readonly done: Done;
  /** The call that ended so. */
  readonly call: { readonly service: ServiceName; readonly operation: string; readonly input: CallInput };
  /** Where to look, when all were served: the thing's id. */
  readonly at: (Omit<At, 'thing'> & { readonly thing: string }) | undefined;
}

type Output = Readonly<Record<string, unknown>>;
/** Makes a call of the group; throws its {@link Stopped} when it is not served. */
type Call = (service: ServiceName, operation: string, input: CallInput) => Promise<Output>;
class Stopped {
  readonly started: Started;
  constructor(started: Started) {
    this.started = started;
  }
}

/** Short enough to read, and of nobody else: a bucket's name is everybody's. */
const someName = (): string => crypto.randomUUID().slice(0, 8);

async function newKey(call: Call, description: string): Promise<string> {
  const { KeyMetadata } = await call('kms', 'CreateKey', { Description: description });
  return (KeyMetadata as { readonly Arn: string }).Arn; // CreateKey's answer
}

const starts: Readonly<
  Record<
    QuickStart,
    (
      call: Call,
      name: string,
      region: string,
    ) => Promise<Omit<At, 'account' | 'region' | 'thing'> & { readonly newest: (id: string) => boolean }>
  >
> = {
  async secret(call, name) {
    const KmsKeyId = await newKey(call, 'for secrets');
    await call('secretsmanager', 'CreateSecret', { Name: `db-${name}`, SecretString: 'hunter2', KmsKeyId });
    return {
      service: 'secretsmanager',
      newest: (id) => id.startsWith('secretVersion/') && id.includes(`db-${name}`),
    };
  },
  async object(call, name) {
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
  async volume(call, _, region) {
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
  async message(call, name) {
    const KmsMasterKeyId = await newKey(call, 'for messages');
    const { QueueUrl } = await call('sqs', 'CreateQueue', {
      QueueName: `orders-${name}`,
      Attributes: { KmsMasterKeyId },
    });
    await call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'order 17' });
    return { service: 'sqs', newest: (id) => id.startsWith('sqsMessage/') && id.includes(`orders-${name}`) };
  },
  async database(call, name) {
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
  async record(call, name) {
    const KeyId = await newKey(call, 'for streams');
    const StreamName = `clicks-${name}`;
    await call('kinesis', 'CreateStream', { StreamName });
    await call('kinesis', 'StartStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId });
    await call('kinesis', 'PutRecord', { StreamName, PartitionKey: 'shop-1', Data: utf8('order 17') });
    return { service: 'kinesis', newest: (id) => id.startsWith('kinesisRecord/') && id.includes(StreamName) };
  },
  async kubernetes(call, name) {
    const keyArn = await newKey(call, 'for secrets of Kubernetes');
    const clusterName = `shop-${name}`;
    await call('eks', 'CreateCluster', {
      name: clusterName,
      encryptionConfig: [{ resources: ['secrets'], provider: { keyArn } }],
    });
    await call('eks', 'SecretWrite', { clusterName, secretName: 'db-password', Data: utf8('hunter2') });
    return { service: 'eks', newest: (id) => id.startsWith('eksSecret/') && id.includes(clusterName) };
  },
  async warehouse(call, name) {
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
};

/** Calls as whoever is chosen. Stops at the first that is not served, and says how it ended. */
export async function begin(lab: LabState, which: QuickStart): Promise<Started> {
  const group = `begin ${crypto.randomUUID()}`;
  let last: Started | undefined;
  const call: Call = async (service, operation, input) => {
    const done = await lab.call(operation, input, group, { service });
    last = { done, call: { service, operation, input }, at: undefined };
    if (done.kind !== 'ok') throw new Stopped(last);
    return done.output;
  };
  const { account, region } = lab;
  try {
    const { service, newest } = await starts[which](call, someName(), region);
    if (!last || !account) throw new Error('a beginning without calls');
    const { items } = await lab.world.storedThings({ account, region, service, n: 1000 });
    const thing = items.find(({ id }) => newest(id));
    return { ...last, at: thing && { account, region, service, thing: thing.id } };
  } catch (stopped) {
    if (stopped instanceof Stopped) return stopped.started;
    throw stopped;
  }
}
