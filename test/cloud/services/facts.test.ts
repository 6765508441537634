import { describe, expect, it } from 'vitest';
import type { Lab, LabCall } from '../../../src/client/lab.ts';
import { a, makeKey, makeRole, policy, trust } from '../house.ts';
import facts from './facts.json';
import { admin, grantsOn, kmsCallsOf, servicesJson, shop, type KmsCall } from './kms.ts';

/*
 * Every service against its row of facts: each line is played, and what KMS was asked is read from the trail. The tables of
 * the single services beside this file say more.
 */

/** `caller`: whoever calls the service, in a forward access session; `grantee`: the service, by a grant. */
type Who = 'caller' | 'grantee' | 'role' | 'service';
interface Row {
  readonly via: string;
  readonly alias?: string;
  readonly context: readonly string[];
  readonly grants: boolean;
  /** Operations of KMS; `by WHO` where it is not the caller. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
}
const rows = facts.services as Readonly<Record<string, Row>>;

const parted = (operation: string): { readonly op: string; readonly who: Who } => {
  const [op = '', who = 'caller'] = operation.split(' by ');
  return { op, who: who as Who }; // facts.json has no others
};
/** How services.json says it. */
const saidOf: Readonly<Record<Who, RegExp>> = {
  caller: /caller principal via the service|grant: FAS|principal creating/,
  grantee: /grant/,
  role: /execution role session/,
  service: /service principal/,
};

const said = servicesJson();
describe.skipIf(!said)('the copied facts are those of reference/services.json', () => {
  it.each(Object.entries(rows))('%s', (name, row) => {
    const there = said?.[name];
    expect(there?.via).toMatch(new RegExp(`^${row.via}\\b`));
    if (row.alias !== undefined) expect(there?.alias).toBe(row.alias);
    // Where services.json is silent about grants it has a call of CreateGrant, or none.
    const grants =
      there?.grants ?? (JSON.stringify(there?.calls).includes('CreateGrant') ? 'by CreateGrant' : 'none');
    expect(/^none/.test(grants)).toBe(!row.grants);
    for (const key of row.context) expect(JSON.stringify(there?.context)).toContain(key);
    for (const [on, operations] of Object.entries(row.calls)) {
      const call = there?.calls.find((one) => one.on === on);
      for (const { op, who } of operations.map(parted)) {
        const asked =
          call?.op.includes('GenerateDataKey*') && op.startsWith('GenerateDataKey') ? 'GenerateDataKey*' : op;
        expect(call?.op).toContain(asked);
        expect(call?.by).toMatch(saidOf[who]);
      }
    }
  });
});

const text = (value: string) => new TextEncoder().encode(value);
type Ask = (lab: Lab, operation: string, input: Readonly<Record<string, unknown>>) => LabCall;
const of =
  (service: NonNullable<LabCall['service']>): Ask =>
  (_lab, operation, input) => ({ service, operation, input, principal: admin });
const [s3, ec2, lambda, dynamodb, sqs, sns, secrets, ssm, kinesis] = (
  ['s3', 'ec2', 'lambda', 'dynamodb', 'sqs', 'sns', 'secretsmanager', 'ssm', 'kinesis'] as const
).map(of) as [Ask, Ask, Ask, Ask, Ask, Ask, Ask, Ask, Ask];
const [rds, eks, redshift, logs] = (['rds', 'eks', 'redshift', 'logs'] as const).map(of) as [
  Ask,
  Ask,
  Ask,
  Ask,
];

async function done(lab: Lab, call: LabCall): Promise<Readonly<Record<string, never>>> {
  const { result } = await lab.handle(call);
  if (!result.ok) throw new Error(`${call.operation}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output as Readonly<Record<string, never>>;
}

/** The calls that a line is about; `only`: those of KMS that it names, beside the other lines of the same calls. */
type Play = (lab: Lab) => Promise<LabCall | { readonly calls: readonly LabCall[]; readonly only?: Who }>;
/** Under the default key of the service where it has one. Makes ready, and returns what the line is about. */
const plays: Readonly<Record<string, Readonly<Record<string, Play>>>> = {
  S3: (() => {
    const object = { Bucket: 'facts', Key: 'k' };
    const put = { ...object, Body: text('b'), ServerSideEncryption: 'aws:kms' };
    const bucket = (lab: Lab) => done(lab, s3(lab, 'CreateBucket', { Bucket: 'facts' }));
    return {
      'PutObject / CopyObject target': async (lab) => {
        await bucket(lab);
        return s3(lab, 'PutObject', put);
      },
      'GetObject / HeadObject / Copy source': async (lab) => {
        await bucket(lab);
        await done(lab, s3(lab, 'PutObject', put));
        return s3(lab, 'GetObject', object);
      },
      'Bucket Key refresh': async (lab) => {
        await bucket(lab);
        return s3(lab, 'PutObject', { ...put, BucketKeyEnabled: true });
      },
    };
  })(),
  EBS: (() => {
    const AvailabilityZone = 'us-east-1a';
    const volume = async (lab: Lab, more: object) =>
      (await done(lab, ec2(lab, 'CreateVolume', { AvailabilityZone, Size: 1, ...more })))['VolumeId'];
    const snapshot = async (lab: Lab, more: object) =>
      (await done(lab, ec2(lab, 'CreateSnapshot', { VolumeId: await volume(lab, more) })))['SnapshotId'];
    return {
      'create volume (new or unencrypted snapshot)': (lab) =>
        Promise.resolve(ec2(lab, 'CreateVolume', { AvailabilityZone, Size: 1, Encrypted: true })),
      'from unencrypted snapshot': async (lab) =>
        ec2(lab, 'CreateVolume', { AvailabilityZone, Encrypted: true, SnapshotId: await snapshot(lab, {}) }),
      'attach / start instance': async (lab) => {
        const { Instances } = await done(lab, ec2(lab, 'RunInstances', {}));
        const [{ InstanceId }] = Instances as unknown as [{ InstanceId: string }];
        return ec2(lab, 'AttachVolume', {
          VolumeId: await volume(lab, { Encrypted: true }),
          InstanceId,
          Device: '/dev/sdf',
        });
      },
      'copy snapshot with key': async (lab) =>
        ec2(lab, 'CopySnapshot', {
          SourceRegion: 'us-east-1',
          SourceSnapshotId: await snapshot(lab, { Encrypted: true }),
          KmsKeyId: await makeKey(lab),
        }),
    };
  })(),
  Lambda: (() => {
    const FunctionName = 'facts';
    const create = async (lab: Lab) =>
      lambda(lab, 'CreateFunction', {
        FunctionName,
        Role: await makeRole(lab, 'Runs', policy(trust({ Service: 'lambda.amazonaws.com' }))),
        KMSKeyArn: await makeKey(lab),
        Environment: { Variables: { A: 'b' } },
      });
    const after = (operation: string) => async (lab: Lab) => {
      await done(lab, await create(lab));
      return lambda(lab, operation, { FunctionName });
    };
    return {
      'set environment variables with a customer key': create,
      'init of an execution environment': after('Invoke'),
      'console view': after('GetFunctionConfiguration'),
    };
  })(),
  DynamoDB: (() => {
    const TableName = 'facts';
    const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }];
    const create = (lab: Lab) =>
      dynamodb(lab, 'CreateTable', { TableName, KeySchema, SSESpecification: { Enabled: true } });
    return {
      'create table / switch key': (lab) => Promise.resolve(create(lab)),
      'table access after 5 min without use': async (lab) => {
        await done(lab, create(lab));
        return dynamodb(lab, 'PutItem', { TableName, Item: { id: { S: '1' } } });
      },
    };
  })(),
  SQS: (() => {
    const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${a}/facts`;
    const queue = (lab: Lab) =>
      done(
        lab,
        sqs(lab, 'CreateQueue', { QueueName: 'facts', Attributes: { KmsMasterKeyId: 'alias/aws/sqs' } }),
      );
    const send = (lab: Lab) => sqs(lab, 'SendMessage', { QueueUrl, MessageBody: 'm' });
    return {
      'SendMessage after reuse period': async (lab) => {
        await queue(lab);
        return send(lab);
      },
      'ReceiveMessage after reuse period': async (lab) => {
        await queue(lab);
        await done(lab, send(lab));
        return sqs(lab, 'ReceiveMessage', { QueueUrl });
      },
    };
  })(),
  SNS: {
    'Publish after reuse period': async (lab) => {
      await done(
        lab,
        sns(lab, 'CreateTopic', { Name: 'facts', Attributes: { KmsMasterKeyId: 'alias/aws/sns' } }),
      );
      return sns(lab, 'Publish', { TopicArn: `arn:aws:sns:us-east-1:${a}:facts`, Message: 'm' });
    },
  },
  SecretsManager: (() => {
    const create = (lab: Lab) => secrets(lab, 'CreateSecret', { Name: 'facts', SecretString: 's' });
    return {
      'CreateSecret, PutSecretValue, UpdateSecret(value), ReplicateSecretToRegions': (lab) =>
        Promise.resolve(create(lab)),
      'GetSecretValue, BatchGetSecretValue': async (lab) => {
        await done(lab, create(lab));
        return secrets(lab, 'GetSecretValue', { SecretId: 'facts' });
      },
      'choose/change key': async (lab) =>
        secrets(lab, 'CreateSecret', { Name: 'facts', KmsKeyId: await makeKey(lab) }),
    };
  })(),
  'SSM SecureString': (() => {
    const put = (lab: Lab) => ssm(lab, 'PutParameter', { Name: 'facts', Value: 'v', Type: 'SecureString' });
    return {
      PutParameter: (lab) => Promise.resolve(put(lab)),
      'GetParameter WithDecryption=true': async (lab) => {
        await done(lab, put(lab));
        return ssm(lab, 'GetParameter', { Name: 'facts', WithDecryption: true });
      },
    };
  })(),
  Kinesis: (() => {
    const StreamName = 'facts';
    const start = async (lab: Lab) => {
      await done(lab, kinesis(lab, 'CreateStream', { StreamName }));
      return kinesis(lab, 'StartStreamEncryption', {
        ...{ StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
      });
    };
    const put = async (lab: Lab) => {
      await done(lab, await start(lab));
      return kinesis(lab, 'PutRecord', { StreamName, Data: text('d'), PartitionKey: 'p' });
    };
    return {
      'producer PutRecord(s), roughly each 5 minutes': put,
      'consumer GetRecords': async (lab) => {
        await done(lab, await put(lab));
        const at = { ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' };
        const { ShardIterator } = await done(lab, kinesis(lab, 'GetShardIterator', { StreamName, ...at }));
        return kinesis(lab, 'GetRecords', { ShardIterator });
      },
      StartStreamEncryption: start,
    };
  })(),
  RDS: (() => {
    const db = { DBInstanceIdentifier: 'facts', DBInstanceClass: 'c', Engine: 'postgres' };
    const create = (only: Who) => (lab: Lab) =>
      Promise.resolve({ calls: [rds(lab, 'CreateDBInstance', { ...db, StorageEncrypted: true })], only });
    return { 'create/restore encrypted DB': create('caller'), 'storage volumes': create('grantee') };
  })(),
  EKS: (() => {
    const create = async (lab: Lab) =>
      eks(lab, 'CreateCluster', {
        name: 'facts',
        encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: await makeKey(lab) } }],
      });
    return {
      'associate key': async (lab) => ({ calls: [await create(lab)], only: 'caller' }),
      'API server start, KEK rotation, health checks': async (lab) => {
        await done(lab, await create(lab));
        await lab.advance({ seconds: 301 });
        return eks(lab, 'DescribeCluster', { name: 'facts' });
      },
    };
  })(),
  CloudWatchLogs: (() => {
    const logGroupName = 'facts';
    const ready = async (lab: Lab, more: object = {}) => {
      const kmsKeyId = await makeKey(lab, a, logsPolicy);
      await done(lab, logs(lab, 'CreateLogGroup', { logGroupName, ...more }));
      return logs(lab, 'AssociateKmsKey', { logGroupName, kmsKeyId });
    };
    const logEvents = [{ timestamp: Date.UTC(2026, 2, 1), message: 'm' }];
    return {
      associate: ready,
      'ingest / query': async (lab) => {
        await done(lab, await ready(lab));
        const put = logs(lab, 'PutLogEvents', { logGroupName, logStreamName: 's', logEvents });
        return { calls: [put, logs(lab, 'FilterLogEvents', { logGroupName })] };
      },
    };
  })(),
  Redshift: (() => {
    const one = { ClusterIdentifier: 'facts' };
    const create = (lab: Lab) => redshift(lab, 'CreateCluster', { ...one, NodeType: 'n', Encrypted: true });
    return {
      launch: (lab) => Promise.resolve(create(lab)),
      'cluster start / key load': async (lab) => {
        await done(lab, create(lab));
        await done(lab, redshift(lab, 'PauseCluster', one));
        return redshift(lab, 'ResumeCluster', one);
      },
    };
  })(),
};

const logsPolicy = policy(
  { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${a}:root` }, Action: 'kms:*', Resource: '*' },
  {
    Effect: 'Allow',
    Principal: { Service: 'logs.us-east-1.amazonaws.com' },
    Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    Resource: '*',
  },
);

/** Lines that take several calls; the tables of their service have them. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  S3: ['multipart upload'],
  SecretsManager: ['UpdateSecret(key)'],
};

const lines = Object.entries(rows).flatMap(([service, row]) =>
  Object.entries(row.calls).map(([on, operations]) => ({ service, row, on, operations })),
);

/** Every grant of the account, with the keys of AWS. */
async function allGrants(lab: Lab): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { Keys } = await done(lab, { operation: 'ListKeys', principal: admin });
  const found = [];
  for (const { KeyArn } of Keys as unknown as readonly { KeyArn: string }[])
    found.push(...(await grantsOn(lab, KeyArn)));
  return found;
}
async function whoIs({ by, op }: KmsCall, lab: Lab): Promise<Who | undefined> {
  if (by === admin) return 'caller';
  const isGranted = ({ GranteePrincipal, Operations }: Readonly<Record<string, unknown>>): boolean =>
    String(GranteePrincipal).endsWith(by) && (Operations as readonly string[]).includes(op);
  if ((await allGrants(lab)).some(isGranted)) return 'grantee';
  if (/^AROA\w+:/.test(by)) return 'role';
  return by.endsWith('.amazonaws.com') ? 'service' : undefined;
}

describe('what KMS is asked', () => {
  it.each(lines)('$service, $on: $operations', async ({ service, row, on, operations }) => {
    const play = plays[service]?.[on];
    if (!play) {
      expect(elsewhere[service]).toContain(on);
      return;
    }
    const lab = await shop();
    const played = await play(lab);
    const { calls: made, only = undefined } = 'calls' in played ? played : { calls: [played] };
    const all: { readonly call: KmsCall; readonly who: Who | undefined }[] = [];
    for (const one of made)
      for (const call of await kmsCallsOf(lab, one)) all.push({ call, who: await whoIs(call, lab) });
    const calls = all.filter(({ who }) => only === undefined || who === only);
    expect(calls.map(({ call: { op }, who }) => ({ op, who }))).toEqual(operations.map(parted));
    for (const { call, who } of calls) {
      const { op, context, error, via } = call;
      expect(error).toBeUndefined();
      if (op !== 'CreateGrant' && op !== 'DescribeKey')
        expect(Object.keys(context ?? {}).sort()).toEqual([...row.context].sort());
      // Who holds a grant, or is let in by the key policy, asks in its own name.
      expect(via).toBe(who === 'caller' || who === 'role' ? `${row.via}.amazonaws.com` : undefined);
    }
    if (!row.grants) expect(await allGrants(lab)).toEqual([]);
  });

  it.each(Object.entries(rows).filter(([name, { alias }]) => name !== 'Lambda' && alias !== undefined))(
    '%s: its AWS managed key is there after the first use, and not before',
    async (service, { alias, calls }) => {
      const lab = await shop();
      const aliases = async () => {
        const { result } = await lab.handle({ operation: 'ListAliases', principal: admin });
        const all = result.ok
          ? (result.output['Aliases'] as readonly { AliasName: string; TargetKeyId?: string }[])
          : [];
        return all.filter(({ TargetKeyId }) => TargetKeyId !== undefined).map(({ AliasName }) => AliasName);
      };
      expect(await aliases()).not.toContain(alias);
      const [first = ''] = Object.keys(calls).filter((on) => plays[service]?.[on]);
      const play = plays[service]?.[first];
      if (!play) throw new Error(`nothing is played for ${service}`);
      const played = await play(lab);
      for (const one of 'calls' in played ? played.calls : [played]) await done(lab, one);
      expect(await aliases()).toContain(alias);
    },
  );
});
