import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { World, type CallFacts } from '../../../src/client/index.ts';
import type { KeyArn, PrincipalArn, Region, TrailEvent } from '../../../src/engine/index.ts';
import { MemoryStore } from '../../../src/store/index.ts';
import { a, adminOf, b, makeKey, policy, rootOf } from '../house.ts';
import {
  admin,
  alice,
  callsOf,
  kmsCallsOf,
  region,
  servicesJson,
  shop,
  spoil,
  tightShop,
  through,
} from './kms.ts';

const { call, ask, refusal } = callsOf('cloudtrail');
const s3 = callsOf('s3');
const Name = 'all';
const Bucket = 'trail-files';
const arn = `arn:aws:cloudtrail:${region}:${a}:trail/${Name}`;

/** As the CloudTrail User Guide has it, with the trail in aws:SourceArn. */
const bucketPolicy = (trail = arn) =>
  policy(
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:GetBucketAcl',
      Resource: `arn:aws:s3:::${Bucket}`,
      Condition: { StringEquals: { 'aws:SourceArn': trail } },
    },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/AWSLogs/${a}/*`,
      Condition: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trail },
      },
    },
  );

const everything = { Effect: 'Allow', Principal: { AWS: rootOf(a) }, Action: 'kms:*', Resource: '*' };
/** services.json CloudTrail "keyPolicy". */
const keyPolicy = (trail = arn) =>
  policy(
    everything,
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'kms:GenerateDataKey*',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceArn': trail },
        StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${a}:trail/*` },
      },
    },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'kms:DescribeKey',
      Resource: '*',
    },
  );

async function withBucket(document = bucketPolicy()): Promise<Lab> {
  const lab = await shop();
  await s3.ask(lab, 'CreateBucket', { Bucket });
  await s3.ask(lab, 'PutBucketPolicy', { Bucket, Policy: document });
  return lab;
}
const create = { Name, S3BucketName: Bucket };
/** A trail that logs, under a key. */
async function trail(more: object = {}): Promise<{ readonly lab: Lab; readonly key: string }> {
  const lab = await withBucket();
  const key = await makeKey(lab, a, keyPolicy());
  await ask(lab, 'CreateTrail', { ...create, KmsKeyId: key, ...more });
  // Records know whole seconds: what came before is to be another one.
  await lab.advance({ seconds: 1 });
  await ask(lab, 'StartLogging', { Name });
  return { lab, key };
}
const status = (lab: Lab) => ask(lab, 'GetTrailStatus', { Name });
const five = { seconds: 300 };

async function fileNames(lab: Lab): Promise<readonly string[]> {
  const { Contents = [] } = await s3.ask(lab, 'ListObjectsV2', { Bucket });
  return (Contents as readonly { readonly Key: string }[]).map(({ Key }) => Key);
}
async function recordsIn(lab: Lab, Key: string): Promise<readonly TrailEvent[]> {
  const { Body } = await s3.ask(lab, 'GetObject', { Bucket, Key });
  const { Records } = JSON.parse(gunzipSync(Body as Uint8Array).toString()) as {
    readonly Records: readonly TrailEvent[];
  };
  return Records;
}
async function allRecords(lab: Lab): Promise<readonly TrailEvent[]> {
  const files = await fileNames(lab);
  return (await Promise.all(files.map((file) => recordsIn(lab, file)))).flat();
}
const names = (events: readonly TrailEvent[]) => events.map(({ eventName }) => eventName);

const itself = { by: 'cloudtrail.amazonaws.com', via: undefined, error: undefined };

describe('CloudTrail asks of KMS what services.json says, in its own name', () => {
  it('the facts are those of services.json', () => {
    const there = servicesJson()?.['CloudTrail'];
    if (!there) return;
    expect(there.calls.map(({ on, op }) => [on, op])).toEqual([
      ['configure key', 'GenerateDataKey test (+DescribeKey)'],
      ['each log file', 'GenerateDataKey'],
      ['read log', 'Decrypt'],
    ]);
    expect(Object.keys(there.context)).toEqual(['aws:cloudtrail:arn', 'aws:s3:arn']);
  });

  it('CreateTrail and UpdateTrail: DescribeKey, and GenerateDataKey for the bucket', async () => {
    const lab = await withBucket();
    const KmsKeyId = await makeKey(lab, a, keyPolicy());
    const context = { 'aws:cloudtrail:arn': arn, 'aws:s3:arn': `arn:aws:s3:::${Bucket}` };
    const test = [
      { op: 'DescribeKey', context: undefined, ...itself },
      { op: 'GenerateDataKey', context, ...itself },
    ];
    expect(await kmsCallsOf(lab, call('CreateTrail', { ...create, KmsKeyId }))).toEqual(test);
    expect(await kmsCallsOf(lab, call('UpdateTrail', { Name, KmsKeyId }))).toEqual(test);
    expect(await kmsCallsOf(lab, call('UpdateTrail', { Name, KmsKeyId: '' }))).toEqual([]);
    expect(await ask(lab, 'GetTrail', { Name })).toEqual({
      Trail: {
        ...{ Name, S3BucketName: Bucket, IsMultiRegionTrail: false, TrailARN: arn, HomeRegion: region },
      },
    });
  });

  it('each log file: GenerateDataKey with the trail and the file in its context; read: Decrypt by the reader', async () => {
    const { lab, key } = await trail();
    await lab.handle({ operation: 'DescribeKey', input: { KeyId: key }, principal: admin });
    const before = (await lab.trail()).length;
    const happened = await lab.advance(five);
    const [Key] = await fileNames(lab);
    expect(Key).toMatch(
      new RegExp(
        `^AWSLogs/${a}/CloudTrail/${region}/2026/03/01/${a}_CloudTrail_${region}_20260301T1205Z_[A-Za-z0-9]{16}\\.json\\.gz$`,
      ),
    );
    const context = { 'aws:cloudtrail:arn': arn, 'aws:s3:arn': `arn:aws:s3:::${Bucket}/${Key}` };
    expect(happened).toMatchObject([
      {
        eventName: 'GenerateDataKey',
        userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
        requestParameters: { keyId: key, encryptionContext: context },
      },
    ]);
    expect((await lab.trail()).length).toBe(before + 1);
    expect(await kmsCallsOf(lab, s3.call('GetObject', { Bucket, Key: Key ?? '' }))).toEqual([
      { op: 'Decrypt', context, ...through('s3') },
    ]);
    expect(names(await recordsIn(lab, Key ?? ''))).toEqual(['StartLogging', 'DescribeKey']);
  });

  it('without a key: SSE-S3, and no call of KMS', async () => {
    const lab = await withBucket();
    await ask(lab, 'CreateTrail', create);
    await lab.advance({ seconds: 1 });
    await ask(lab, 'StartLogging', { Name });
    expect(await lab.advance(five)).toEqual([]);
    expect(names(await allRecords(lab))).toEqual(['StartLogging']);
    const [Key] = await fileNames(lab);
    expect(await s3.ask(lab, 'HeadObject', { Bucket, Key: Key ?? '' })).toMatchObject({
      ServerSideEncryption: 'AES256',
    });
  });

  it('who may not use the key reads no file, whatever the bucket says', async () => {
    const { lab } = await trail();
    await lab.advance(five);
    const [Key = ''] = await fileNames(lab);
    expect(await s3.refusal(lab, 'GetObject', { Bucket, Key }, alice)).toContain(
      'not authorized to perform: kms:Decrypt',
    );
  });
});

describe('a trail', () => {
  it('writes in virtual time, once for what came within five minutes, and nothing when there is nothing', async () => {
    const { lab, key } = await trail();
    for (let i = 0; i < 4; i += 1) {
      await lab.advance({ seconds: 60 });
      await lab.handle({ operation: 'DescribeKey', input: { KeyId: key }, principal: admin });
    }
    expect(await fileNames(lab)).toEqual([]);
    await lab.advance({ seconds: 60 });
    expect(await fileNames(lab)).toHaveLength(1);
    // Its own GenerateDataKey calls for no file: a month passes without one.
    await lab.advance({ days: 29 });
    expect(await fileNames(lab)).toHaveLength(1);
    expect(await status(lab)).toMatchObject({ IsLogging: true });
    await lab.advance(five);
    expect(names(await allRecords(lab))).toEqual([
      ...['StartLogging', 'DescribeKey', 'DescribeKey', 'DescribeKey', 'DescribeKey'],
      ...['GenerateDataKey', 'GetTrailStatus'], // to list and to read objects are data events
    ]);
  });

  it('that leaves KMS out has no record of KMS in its files from then on; the event history has them all', async () => {
    const { lab } = await trail();
    await makeKey(lab);
    await lab.advance({ seconds: 1 });
    await ask(lab, 'PutEventSelectors', {
      TrailName: Name,
      EventSelectors: [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }],
    });
    await lab.advance({ seconds: 1 });
    await makeKey(lab);
    await lab.advance(five);
    expect(names(await allRecords(lab))).toEqual(['StartLogging', 'CreateKey', 'PutEventSelectors']);
    const { Events } = await ask(lab, 'LookupEvents', {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateKey' }],
    });
    expect(Events).toHaveLength(3); // the trail's own key, and these
    const wrong = [{ ExcludeManagementEventSources: ['s3.amazonaws.com'] }];
    expect(await refusal(lab, 'PutEventSelectors', { TrailName: Name, EventSelectors: wrong })).toContain(
      'InvalidEventSelectorsException',
    );
    expect(await ask(lab, 'GetEventSelectors', { TrailName: Name })).toMatchObject({
      EventSelectors: [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }],
    });
  });

  it('takes reads or writes only; all Regions or its own; nothing after StopLogging', async () => {
    const { lab, key } = await trail({ IsMultiRegionTrail: true });
    const inParis = { operation: 'ListKeys', principal: admin, region: 'eu-west-3' } as const;
    await lab.handle(inParis);
    await lab.advance(five);
    const files = await fileNames(lab);
    expect(files.map((file) => file.split('/')[3])).toEqual(['eu-west-3', region]);
    await ask(lab, 'PutEventSelectors', {
      TrailName: Name,
      EventSelectors: [{ ReadWriteType: 'WriteOnly' }],
    });
    await lab.advance({ seconds: 1 });
    for (const operation of ['DescribeKey', 'DisableKey', 'EnableKey'])
      await lab.handle({ operation, input: { KeyId: key }, principal: admin });
    await lab.advance({ seconds: 1 });
    await ask(lab, 'StopLogging', { Name });
    await lab.advance({ seconds: 1 });
    await lab.handle({ operation: 'DisableKeyRotation', input: { KeyId: key }, principal: admin });
    await lab.advance(five);
    const written = names(await allRecords(lab));
    expect(written.slice(-3)).toEqual(['PutEventSelectors', 'DisableKey', 'EnableKey']);
    expect(await status(lab)).toMatchObject({ IsLogging: false });
    expect(await ask(lab, 'ListTrails', {})).toEqual({
      Trails: [{ TrailARN: arn, Name, HomeRegion: region }],
    });
  });

  it('keeps what a key did by itself, and is of a Region; five in one', async () => {
    const { lab, key } = await trail();
    await lab.handle({
      operation: 'ScheduleKeyDeletion',
      input: { KeyId: await makeKey(lab), PendingWindowInDays: 7 },
      principal: admin,
    });
    await lab.advance({ days: 8 });
    expect(names(await allRecords(lab))).toContain('DeleteKey');
    expect(await refusal(lab, 'CreateTrail', { ...create, KmsKeyId: key })).toBe(
      `TrailAlreadyExistsException: Trail ${Name} already exists.`,
    );
    for (let i = 0; i < 4; i += 1) await s3.ask(lab, 'ListBuckets', {});
    const open = bucketPolicy().replaceAll(arn, `arn:aws:cloudtrail:${region}:${a}:trail/*`);
    await s3.ask(lab, 'PutBucketPolicy', { Bucket, Policy: open.replaceAll('StringEquals', 'StringLike') });
    for (const name of ['t-1', 't-2', 't-3', 't-4']) await ask(lab, 'CreateTrail', { ...create, Name: name });
    expect(await refusal(lab, 'CreateTrail', { ...create, Name: 't-5' })).toContain(
      'MaximumNumberOfTrailsExceededException',
    );
    await ask(lab, 'DeleteTrail', { Name: 't-4' });
    for (const operation of ['GetTrail', 'GetTrailStatus', 'StartLogging', 'StopLogging', 'DeleteTrail'])
      expect(await refusal(lab, operation, { Name: 't-4' })).toBe(
        'TrailNotFoundException: Unknown trail: t-4',
      );
    expect(await refusal(lab, 'UpdateTrail', { Name: 't-4' })).toContain('TrailNotFoundException');
    for (const operation of ['GetEventSelectors', 'PutEventSelectors'])
      expect(
        await refusal(lab, operation, { TrailName: 't-4', EventSelectors: [{ ReadWriteType: 'All' }] }),
      ).toContain(operation === 'GetEventSelectors' ? 'ValidationException' : 'TrailNotFoundException');
  });

  it('nobody makes it write by a call', async () => {
    const { lab } = await trail();
    expect(await refusal(lab, 'DeliverLogFiles', { Name })).toContain('UnknownOperationException');
  });
});

describe('CloudTrail when KMS says no to a key that a trail is given', () => {
  it.each([
    ['a key policy without CloudTrail', policy(everything), 'InsufficientEncryptionPolicyException'],
    ['a key policy for another trail', keyPolicy(`${arn}-other`), 'InsufficientEncryptionPolicyException'],
  ])('%s', async (_said, document, wanted) => {
    const lab = await withBucket();
    const KmsKeyId = await makeKey(lab, a, document);
    expect(await refusal(lab, 'CreateTrail', { ...create, KmsKeyId })).toContain(wanted);
    expect(await ask(lab, 'DescribeTrails', {})).toEqual({ trailList: [] });
  });

  it.each([
    ['disabled', 'KmsException'],
    ['pending deletion', 'KmsException'],
  ] as const)('%s', async (way, wanted) => {
    const lab = await withBucket();
    const KmsKeyId = await makeKey(lab, a, keyPolicy());
    await spoil(lab, KmsKeyId, way, 'cloudtrail');
    expect(await refusal(lab, 'CreateTrail', { ...create, KmsKeyId })).toContain(wanted);
  });

  it('no such key, and a key of another Region than the bucket', async () => {
    const lab = await withBucket();
    const { result } = await lab.handle({
      operation: 'CreateKey',
      input: { Policy: keyPolicy() },
      principal: admin,
      region: 'eu-west-1',
    });
    const elsewhere = result.ok && (result.output['KeyMetadata'] as { readonly Arn: string }).Arn;
    for (const KmsKeyId of ['alias/none', elsewhere])
      expect(await refusal(lab, 'CreateTrail', { ...create, KmsKeyId })).toMatch(
        /^(KmsKeyNotFoundException|InvalidKmsKeyIdException)/,
      );
  });

  it('a key of another account: its policy has to let CloudTrail in', async () => {
    const lab = await withBucket();
    const its = (trust: string) => trust.replace(rootOf(a), rootOf(b));
    expect(
      await refusal(lab, 'CreateTrail', {
        ...create,
        KmsKeyId: await makeKey(lab, b, its(policy(everything))),
      }),
    ).toContain('InsufficientEncryptionPolicyException');
    const KmsKeyId = await makeKey(lab, b, its(keyPolicy()));
    expect(await ask(lab, 'CreateTrail', { ...create, KmsKeyId })).toMatchObject({ KmsKeyId });
  });

  it('the bucket: none, or one whose policy does not let this trail in', async () => {
    const lab = await withBucket(bucketPolicy(`${arn}-other`));
    expect(await refusal(lab, 'CreateTrail', create)).toContain('InsufficientS3BucketPolicyException');
    expect(await refusal(lab, 'CreateTrail', { ...create, S3BucketName: 'none' })).toContain(
      'S3BucketDoesNotExistException',
    );
  });

  it('throttled: the quota is that of the account of the trail', async () => {
    const { call: tight, drain } = await tightShop();
    const made = await tight({
      operation: 'CreateKey',
      input: { Policy: keyPolicy() },
      principal: admin,
    });
    const KmsKeyId = made.result.ok && (made.result.output['KeyMetadata'] as { readonly Arn: string }).Arn;
    await tight(s3.call('CreateBucket', { Bucket }));
    await tight(s3.call('PutBucketPolicy', { Bucket, Policy: bucketPolicy() }));
    await drain();
    const { result } = await tight(call('CreateTrail', { ...create, KmsKeyId }));
    expect(result).toMatchObject({ ok: false, refusal: { refused: 'ThrottlingException' } });
  });
});

describe('CloudTrail when KMS or S3 says no to a log file: it stops, says why, tries again, and catches up', () => {
  it.each([
    ['disabled', 'KMS.DisabledException', 'EnableKey'],
    ['pending deletion', 'KMS.KMSInvalidStateException', 'CancelKeyDeletion'],
    ['wrong account', 'AccessDenied', 'PutKeyPolicy'],
  ] as const)('%s', async (way, error, mend) => {
    const { lab, key } = await trail();
    await lab.advance(five);
    await spoil(lab, key, way, 'cloudtrail');
    await lab.advance({ seconds: 900 });
    expect(await status(lab)).toMatchObject({ LatestDeliveryError: error, IsLogging: true });
    const files = await fileNames(lab);
    expect(files).toHaveLength(1);
    // Each attempt is a record of its own, with the refusal.
    const refused = (await lab.trail()).filter(
      ({ eventName, errorCode }) => eventName === 'GenerateDataKey' && errorCode !== undefined,
    );
    expect(refused.map(({ eventTime }) => eventTime.slice(11, 16))).toEqual(['12:10', '12:15']);
    await lab.handle({ operation: mend, input: { KeyId: key, Policy: keyPolicy() }, principal: admin });
    if (mend === 'CancelKeyDeletion')
      await lab.handle({ operation: 'EnableKey', input: { KeyId: key }, principal: admin });
    await lab.advance({ hours: 7 });
    expect(await status(lab)).not.toHaveProperty('LatestDeliveryError');
    expect(names(await allRecords(lab))).toContain(mend);
  });

  it('throttled, and a bucket that is gone; UpdateTrail makes it try soon; after 30 days it gives up', async () => {
    const { lab, key } = await trail();
    await s3.ask(lab, 'PutBucketPolicy', { Bucket, Policy: bucketPolicy(`${arn}-other`) });
    await lab.advance({ days: 1 });
    expect(await status(lab)).toMatchObject({ LatestDeliveryError: 'AccessDenied' });
    await s3.ask(lab, 'DeleteBucket', { Bucket });
    await lab.advance({ days: 1 });
    expect(await status(lab)).toMatchObject({ LatestDeliveryError: 'S3BucketDoesNotExistException' });
    await lab.advance({ days: 40 });
    await s3.ask(lab, 'CreateBucket', { Bucket });
    await s3.ask(lab, 'PutBucketPolicy', { Bucket, Policy: bucketPolicy() });
    await ask(lab, 'UpdateTrail', { Name, KmsKeyId: key });
    await lab.advance(five);
    const written = names(await allRecords(lab));
    expect(written).toContain('UpdateTrail');
    expect(written).not.toContain('StartLogging');
  });

  it('throttled: it comes through with the next attempt', async () => {
    const { call: tight, drain, world } = await tightWorld();
    const made = await tight({ operation: 'CreateKey', input: { Policy: keyPolicy() }, principal: admin });
    const KmsKeyId = made.result.ok && (made.result.output['KeyMetadata'] as { readonly Arn: string }).Arn;
    await tight(s3.call('CreateBucket', { Bucket }));
    await tight(s3.call('PutBucketPolicy', { Bucket, Policy: bucketPolicy() }));
    await tight(call('CreateTrail', { ...create, KmsKeyId }));
    await tight(call('StartLogging', { Name }));
    await world.advance({ seconds: 299.999 });
    await drain();
    await world.advance({ seconds: 0.001 });
    const told = await tight(call('GetTrailStatus', { Name }));
    expect(told.result).toMatchObject({ output: { LatestDeliveryError: 'KMS.ThrottlingException' } });
    await world.advance({ seconds: 400 });
    expect((await tight(call('GetTrailStatus', { Name }))).result).not.toMatchObject({
      output: { LatestDeliveryError: expect.anything() as unknown },
    });
    await world.close();
  });
});

/** {@link tightShop} with a clock that can be moved. */
async function tightWorld() {
  const { setQuota, symmetricBucket } = await import('../../../src/engine/index.ts');
  const world = await open({ throttling: true });
  const tight = ({
    service,
    operation,
    input = {},
    principal,
  }:
    ReturnType<typeof call> | { operation: string; input: object; principal: string; service?: undefined }) =>
    world.call({
      service,
      operation,
      input: input as CallFacts['input'],
      principal: principal as PrincipalArn,
      region: region as Region,
    });
  return {
    call: tight,
    world,
    async drain(): Promise<void> {
      await world.change('SetQuota', {}, (overlay) => setQuota(overlay, symmetricBucket, 1));
      await tight({ operation: 'GenerateRandom', input: { NumberOfBytes: 1 }, principal: admin });
    },
  };
}

const open = (switches: object = {}) =>
  World.open(new MemoryStore(), {
    genesis: {
      seed: 'trail',
      now: '2026-03-01T12:00:00Z',
      accounts: [a, b].map((id) => ({
        id,
        principals: [
          {
            arn: adminOf(id) as PrincipalArn,
            policies: [policy({ Effect: 'Allow', Action: '*', Resource: '*' })],
          },
        ],
      })),
      switches: { throttling: false, ...switches },
    },
  });

describe('a delivery is one step', () => {
  it('with its calls inside, in one entry; undone with the advance that brought it, and done again the same', async () => {
    const world = await open();
    const done = async (service: 'kms' | 's3' | 'cloudtrail', operation: string, input: object) => {
      const { result } = await world.call({
        service,
        operation,
        input: { ...input },
        principal: admin as PrincipalArn,
        region: region as Region,
      });
      if (!result.ok) throw new Error(`${operation}: ${result.refusal.message}`);
      return result.output as Readonly<Record<string, { readonly Arn: string }>>;
    };
    const { KeyMetadata } = await done('kms', 'CreateKey', { Policy: keyPolicy() });
    await done('s3', 'CreateBucket', { Bucket });
    await done('s3', 'PutBucketPolicy', { Bucket, Policy: bucketPolicy() });
    await done('cloudtrail', 'CreateTrail', { ...create, KmsKeyId: KeyMetadata?.Arn });
    await world.advance({ seconds: 1 });
    await done('cloudtrail', 'StartLogging', { Name });
    const before = await world.hash();
    expect((await world.now()).due).toMatchObject([{ what: 'DeliverLogFiles', key: undefined }]);
    await world.advance({ next: 'due' });
    const after = await world.hash();
    const [line] = await world.trail({ n: 1 });
    const trace = await world.trace(line?.trace ?? '');
    expect(trace).toMatchObject({
      operation: 'DeliverLogFiles',
      caller: 'cloudtrail.amazonaws.com',
      children: [{ operation: 'PutObject', children: [{ operation: 'GenerateDataKey' }] }],
    });
    const { items } = await world.storedThings({ n: 10 });
    const file = items.find(({ kind }) => kind === 'object');
    expect(file).toMatchObject({
      protection: 'dataKey',
      keyArn: KeyMetadata?.Arn,
      context: { 'aws:cloudtrail:arn': arn },
    });
    // The file hangs on the key, and so does every later one.
    expect(await world.lostWith(KeyMetadata?.Arn as KeyArn)).toMatchObject({
      total: 1,
      groups: [{ service: 's3', kind: 'object', total: 1 }],
      trails: [{ arn, name: Name }],
    });
    expect(await world.history.undo()).toMatchObject({ ok: true });
    expect(await world.hash()).toBe(before);
    await world.history.redo();
    expect(await world.hash()).toBe(after);
    // Who replays a link has deliveries by themselves: time brings them.
    const link = await world.share();
    expect(link.ok && link.contents.steps.map(({ operation }) => operation)).toEqual([
      ...['CreateKey', 'CreateBucket', 'PutBucketPolicy', 'CreateTrail', 'StartLogging'],
    ]);
    // A fork delivers for itself; after an undo the trail that is looked at is the shorter one.
    await world.history.undo();
    const fork = await world.fork();
    await fork.advance({ next: 'due' });
    await fork.advance({ hours: 1 });
    const look = (one: World) =>
      one.call({
        service: 'cloudtrail',
        operation: 'LookupEvents',
        input: {
          LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'cloudtrail.amazonaws.com' }],
        },
        principal: admin as PrincipalArn,
        region: region as Region,
      });
    const told = await look(fork);
    const here = await look(world);
    expect(told.result.ok && told.result.output['Events']).toHaveLength(3);
    expect(here.result).toMatchObject({ output: { Events: [] } });
    await fork.close();
    await world.close();
  });
});
