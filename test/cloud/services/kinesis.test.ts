import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, adminOf, b, makeKey, policy } from '../house.ts';
import {
  admin,
  alice,
  callsOf,
  kmsCallsOf,
  openPolicy,
  shop,
  spoil,
  through,
  tightShop,
  waysOf,
} from './kms.ts';

const { call, ask, refusal } = callsOf('kinesis');
const StreamName = 'clicks';
const StreamARN = `arn:aws:kinesis:us-east-1:${a}:stream/${StreamName}`;
const context = { 'aws:kinesis:arn': StreamARN };
const caller = through('kinesis');
const Data = new TextEncoder().encode('three crates seen');
const record = { StreamARN, Data, PartitionKey: 'harbour' };
const put = call('PutRecord', record);
const start = (KeyId: string) => ({ StreamName, EncryptionType: 'KMS', KeyId });

async function streamIn(lab: Lab, KeyId?: string): Promise<void> {
  await ask(lab, 'CreateStream', { StreamName });
  if (KeyId !== undefined) await ask(lab, 'StartStreamEncryption', start(KeyId));
}
async function reading(lab: Lab, principal = admin) {
  const from = { StreamARN, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = await ask(lab, 'GetShardIterator', from, principal);
  return call('GetRecords', { ShardIterator }, principal);
}
async function read(lab: Lab, principal = admin) {
  const { result } = await lab.handle(await reading(lab, principal));
  return result.ok
    ? (result.output['Records'] as readonly { readonly Data: Uint8Array; readonly EncryptionType: string }[])
    : result.refusal.refused;
}

describe('Kinesis asks of KMS exactly what services.json says', () => {
  it('no encryption: nothing', async () => {
    const lab = await shop();
    await streamIn(lab);
    expect(await kmsCallsOf(lab, put)).toEqual([]);
    expect(await kmsCallsOf(lab, await reading(lab))).toEqual([]);
  });

  it.each(['alias/aws/kinesis', 'customer managed'])(
    '%s: DescribeKey to start; GenerateDataKey to write and Decrypt to read, each good for five minutes',
    async (kind) => {
      const lab = await shop();
      await streamIn(lab);
      const key = kind === 'customer managed' ? await makeKey(lab) : kind;
      expect(await kmsCallsOf(lab, call('StartStreamEncryption', start(key)))).toEqual([
        { op: 'DescribeKey', context: undefined, ...caller },
      ]);
      expect(await kmsCallsOf(lab, put)).toEqual([{ op: 'GenerateDataKey', context, ...caller }]);
      expect(await kmsCallsOf(lab, put)).toEqual([]);
      expect(await kmsCallsOf(lab, await reading(lab))).toEqual([{ op: 'Decrypt', context, ...caller }]);
      expect(await kmsCallsOf(lab, await reading(lab))).toEqual([]);
      expect(await read(lab)).toMatchObject([{ Data }, { Data }]);
      await lab.advance({ seconds: 301 });
      expect((await kmsCallsOf(lab, put)).map(({ op }) => op)).toEqual(['GenerateDataKey']);
      // Two data keys in the stream by now.
      expect((await kmsCallsOf(lab, await reading(lab))).map(({ op }) => op)).toEqual(['Decrypt', 'Decrypt']);
    },
  );

  it('each principal has a data key of its own', async () => {
    const lab = await shop();
    await streamIn(lab, 'alias/aws/kinesis');
    await ask(lab, 'PutRecord', record);
    expect((await kmsCallsOf(lab, call('PutRecord', record, alice))).map(({ op, by }) => [op, by])).toEqual([
      ['GenerateDataKey', alice],
    ]);
    expect(await read(lab, alice)).toMatchObject([{ Data }, { Data }]);
  });

  it('only what comes after the start is encrypted, and stays so when encryption is stopped', async () => {
    const lab = await shop();
    await streamIn(lab);
    await ask(lab, 'PutRecord', record);
    await ask(lab, 'StartStreamEncryption', start('alias/aws/kinesis'));
    await ask(lab, 'PutRecord', record);
    await ask(lab, 'StopStreamEncryption', start('alias/aws/kinesis'));
    await ask(lab, 'PutRecord', record);
    expect((await read(lab)) as readonly object[]).toMatchObject(
      ['NONE', 'KMS', 'NONE'].map((EncryptionType) => ({ EncryptionType, Data })),
    );
  });

  it('records are there for a day, and an iterator for five minutes', async () => {
    const lab = await shop();
    await streamIn(lab, 'alias/aws/kinesis');
    await ask(lab, 'PutRecord', record);
    const late = await reading(lab);
    await lab.advance({ seconds: 301 });
    const { result } = await lab.handle(late);
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('ExpiredIteratorException');
    await lab.advance({ hours: 24 });
    expect(await read(lab)).toEqual([]);
  });
});

describe('another account that writes', () => {
  const Policy = policy({
    Effect: 'Allow',
    Principal: { AWS: adminOf(b) },
    Action: 'kinesis:PutRecord',
    Resource: StreamARN,
  });

  it('needs the policy of the stream, and a customer managed key: aws/kinesis is of its account alone', async () => {
    const lab = await shop();
    await streamIn(lab, 'alias/aws/kinesis');
    expect(await refusal(lab, 'PutRecord', record, adminOf(b))).toMatch(/^AccessDeniedException/);
    await ask(lab, 'PutResourcePolicy', { ResourceARN: StreamARN, Policy });
    expect(await refusal(lab, 'PutRecord', record, adminOf(b))).toMatch(/^KMSAccessDeniedException/);
    await ask(lab, 'StartStreamEncryption', start(await makeKey(lab, a, openPolicy)));
    expect(await refusal(lab, 'PutRecord', record, adminOf(b))).toBe('nothing');
    expect(await read(lab)).toMatchObject([{ Data, EncryptionType: 'KMS' }]);
  });
});

describe('Kinesis when KMS says no', () => {
  const names: Readonly<Record<string, string>> = {
    DisabledException: 'KMSDisabledException',
    KMSInvalidStateException: 'KMSInvalidStateException',
    AccessDeniedException: 'KMSAccessDeniedException',
  };
  it.each(waysOf)('$way: neither written nor read when the five minutes are over', async ({ way, name }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await streamIn(lab, key);
    await ask(lab, 'PutRecord', record);
    expect(await read(lab)).toMatchObject([{ Data }]);
    await spoil(lab, key, way, 'kinesis');
    // The plaintext data keys are still there: nobody notices.
    expect(await refusal(lab, 'PutRecord', record)).toBe('nothing');
    await lab.advance({ seconds: 301 });
    expect(await refusal(lab, 'PutRecord', record)).toContain(names[name] ?? '?');
    expect(await read(lab)).toBe(names[name]);
  });

  it('throttled', async () => {
    const { call: send, drain } = await tightShop();
    await send(call('CreateStream', { StreamName }));
    await send(call('StartStreamEncryption', start('alias/aws/kinesis')));
    await drain();
    const { result } = await send(put);
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('KMSThrottlingException');
  });
});

it('what is in a stream cannot be read where it lies', async () => {
  const lab = await shop();
  await streamIn(lab, 'alias/aws/kinesis');
  await ask(lab, 'PutRecord', record);
  const all = JSON.stringify([await lab.snapshot(), await lab.trail()]);
  for (const form of ['utf8', 'hex', 'base64'] as const)
    expect(all).not.toContain(Buffer.from('three crates').toString(form));
});
