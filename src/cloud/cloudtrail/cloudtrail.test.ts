import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../client/lab.ts';
import {
  epochMs,
  type AccountId,
  type CloudTrailRec,
  type Region,
  type TrailEvent,
} from '../../engine/index.ts';
import { forAlarms, isInFile, isLogging } from './delivery.ts';
import { TrailIndex } from './trailIndex.ts';
import { a, adminOf, allow, b, done, house, makeKey, policy } from '../../../test/cloud/house.ts';

const call = (operation: string, input: object = {}) => ({
  service: 'cloudtrail' as const,
  operation,
  input: { ...input },
  principal: adminOf(a),
});
const look = async (lab: Lab, input: object = {}) => {
  const { Events, NextToken } = await done(lab, call('LookupEvents', input));
  return { events: Events as readonly Record<string, unknown>[], next: NextToken as string | undefined };
};
const kms = (operation: string, input: object) => ({ operation, input: { ...input }, principal: adminOf(a) });
const by = (AttributeKey: string, AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});

describe('LookupEvents', () => {
  it('tells a call when it has been delivered, newest first, by each attribute', async () => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    await done(lab, kms('DisableKey', { KeyId }));
    expect((await look(lab)).events).toEqual([]);
    await lab.advance({ seconds: 300 });
    const { events } = await look(lab);
    // The look-up before is an event too.
    expect(events.map(({ EventName }) => EventName)).toEqual(['LookupEvents', 'DisableKey', 'CreateKey']);
    const [, disabled] = events;
    expect(disabled).toMatchObject({
      Username: 'Admin',
      ReadOnly: 'false',
      EventSource: 'kms.amazonaws.com',
      Resources: [{ ResourceType: 'AWS::KMS::Key', ResourceName: KeyId }],
    });
    expect(JSON.parse(String(disabled?.['CloudTrailEvent']))).toMatchObject({ eventName: 'DisableKey' });
    for (const [name, value, n] of [
      ['EventName', 'DisableKey', 1],
      ['ResourceName', KeyId, 2],
      ['ResourceName', KeyId.split('/')[1], 2],
      ['ResourceType', 'AWS::KMS::Key', 2],
      ['EventId', disabled?.['EventId'], 1],
      ['Username', 'Admin', 3],
      ['Username', 'Nobody', 0],
      ['ReadOnly', 'false', 2],
      ['EventSource', 'kms.amazonaws.com', 2],
    ] as const)
      expect((await look(lab, by(name, String(value)))).events, name).toHaveLength(n);
  });

  it('pages by tokens, which go on with their own question only', async () => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    for (let i = 0; i < 4; i += 1) await done(lab, kms('DescribeKey', { KeyId }));
    await lab.advance({ seconds: 300 });
    const question = by('EventName', 'DescribeKey');
    const first = await look(lab, { ...question, MaxResults: 3 });
    expect(first.events).toHaveLength(3);
    const second = await look(lab, { ...question, MaxResults: 3, NextToken: first.next });
    expect(second.events).toHaveLength(1);
    expect(second.next).toBeUndefined();
    const ids = [...first.events, ...second.events].map(({ EventId }) => EventId);
    expect(new Set(ids).size).toBe(4);
    const { result } = await lab.handle(call('LookupEvents', { MaxResults: 3, NextToken: first.next }));
    expect(result).toMatchObject({ ok: false, refusal: { refused: 'InvalidNextTokenException' } });
  });

  it('refuses what the API refuses, and a third look-up within a second where throttling is on', async () => {
    const lab = await house({ throttling: true });
    const refused = async (input: object) => {
      const { result } = await lab.handle(call('LookupEvents', input));
      await lab.advance({ seconds: 1 });
      return result.ok ? undefined : result.refusal.refused;
    };
    const two = [...by('EventName', 'x').LookupAttributes, ...by('ReadOnly', 'true').LookupAttributes];
    expect(await refused({ LookupAttributes: two })).toBe('InvalidLookupAttributesException');
    expect(await refused({ StartTime: new Date(2), EndTime: new Date(1) })).toBe('InvalidTimeRangeException');
    expect(await refused({ MaxResults: 51 })).toBe('ValidationException');
    const asked = [];
    for (let i = 0; i < 3; i += 1) asked.push((await lab.handle(call('LookupEvents'))).result);
    expect(asked.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(asked[2]).toMatchObject({ refusal: { refused: 'ThrottlingException' } });
  });

  it('answers a client that speaks AWS JSON', async () => {
    const lab = await house();
    await makeKey(lab, a);
    await lab.advance({ seconds: 300 });
    const { response } = await lab.requestHandlerFor({ principal: adminOf(a), region: 'us-east-1' }).handle({
      method: 'POST',
      hostname: 'cloudtrail.us-east-1.amazonaws.com',
      path: '/',
      headers: {
        'x-amz-target': 'CloudTrail_20131101.LookupEvents',
        'content-type': 'application/x-amz-json-1.1',
      },
      body: JSON.stringify({ StartTime: lab.now().getTime() / 1000 - 600, MaxResults: 5 }),
    });
    const told = await new Response(response.body as BodyInit).text();
    expect(told).toContain('CreateKey');
    const { Events } = JSON.parse(told) as {
      readonly Events: readonly { readonly EventName: string; readonly EventTime: number }[];
    };
    expect(Events.map(({ EventName, EventTime }) => [EventName, EventTime])).toEqual([
      ['CreateKey', lab.now().getTime() / 1000 - 300],
    ]);
  });

  it('shows an account and a Region its own events, of the last 90 days', async () => {
    const lab = await house();
    await makeKey(lab, a);
    await lab.advance({ days: 1 });
    const elsewhere = await lab.handle({ ...call('LookupEvents'), region: 'eu-west-1' });
    expect(elsewhere.result).toMatchObject({ ok: true, output: { Events: [] } });
    expect((await look(lab)).events.length).toBe(1);
    await lab.advance({ days: 90 });
    expect((await look(lab, by('EventName', 'CreateKey'))).events).toEqual([]);
  });
});

const at = (seconds: number) => epochMs(1_772_366_400_000 + seconds * 1000);
const selector = { readWrite: 'All', without: [], stopped: false, from: at(10) } as const;
const trail: CloudTrailRec = {
  name: 'all',
  arn: `arn:aws:cloudtrail:us-east-1:${a}:trail/all`,
  account: a as AccountId,
  region: 'us-east-1' as Region,
  bucket: 'files',
  multiRegion: false,
  selectors: [selector],
};

describe('what of the records has arrived where', () => {
  it('alarms read what a trail takes; an account without a trail is watched by its event history', async () => {
    const lab = await house();
    await makeKey(lab, a);
    await makeKey(lab, b);
    await lab.advance({ seconds: 10 });
    await makeKey(lab, a);
    await lab.advance({ seconds: 10 });
    await makeKey(lab, a);
    const events = await lab.trail();
    const [before, other, during, after] = events;
    const told = (...trails: readonly CloudTrailRec[]) => forAlarms(trails, events);
    expect(told()).toEqual(events);
    // Made, and never started: it is not what watches.
    expect(told({ ...trail, selectors: [] })).toEqual(events);
    // What came before the first trail was read from the event history.
    expect(told(trail)).toEqual(events);
    const without = { ...selector, without: ['kms.amazonaws.com'], from: at(20) };
    const blind = { ...trail, selectors: [selector, without] };
    expect(told(blind)).toEqual([before, other, during]);
    // Another trail that takes them is enough.
    expect(told(blind, trail)).toEqual([before, other, during, after]);
    const stopped = { ...selector, stopped: true, from: at(20) };
    expect(told({ ...trail, selectors: [selector, stopped] })).toEqual([before, other, during]);
    expect(after?.eventName).toBe('CreateKey');
  });

  it('a record is in a file when its trail took it and has written so far', async () => {
    const lab = await house();
    await lab.advance({ seconds: 10 });
    await makeKey(lab, a);
    const [event] = await lab.trail();
    if (!event) throw new Error('no event');
    const written = (upTo: number): CloudTrailRec => ({
      ...trail,
      delivery: {
        ...{ upTo: at(upTo), next: undefined, succeeded: undefined, attempted: undefined },
        ...{ error: undefined, failures: 0, files: 1 },
      },
    });
    expect(isInFile(trail, event)).toBe(false);
    expect(isInFile(written(10), event)).toBe(false);
    expect(isInFile(written(11), event)).toBe(true);
    expect(isLogging(trail)).toBe(true);
    expect(isLogging({ ...trail, selectors: [] })).toBe(false);
  });
});

describe('within one second', () => {
  it('a change of a trail counts from the call that made it, in the order of the records', async () => {
    const lab = await house();
    const cloudtrail = (operation: string, input: object) => done(lab, call(operation, input));
    const Name = 'all';
    await done(lab, {
      service: 's3',
      operation: 'CreateBucket',
      input: { Bucket: 'files' },
      principal: adminOf(a),
    });
    const Policy = policy({ ...allow('s3:*'), Principal: { Service: 'cloudtrail.amazonaws.com' } });
    await done(lab, {
      service: 's3',
      operation: 'PutBucketPolicy',
      input: { Bucket: 'files', Policy },
      principal: adminOf(a),
    });
    await cloudtrail('CreateTrail', { Name, S3BucketName: 'files' });
    await cloudtrail('StartLogging', { Name });
    await makeKey(lab, a);
    const EventSelectors = [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }];
    await cloudtrail('PutEventSelectors', { TrailName: Name, EventSelectors });
    await makeKey(lab, a);
    await cloudtrail('StopLogging', { Name });
    await cloudtrail('ListTrails', {});
    await lab.advance({ seconds: 300 });
    const { Contents } = await done(lab, {
      service: 's3',
      operation: 'ListObjectsV2',
      input: { Bucket: 'files' },
      principal: adminOf(a),
    });
    const [{ Key }] = Contents as [{ readonly Key: string }];
    const { Body } = await done(lab, {
      service: 's3',
      operation: 'GetObject',
      input: { Bucket: 'files', Key },
      principal: adminOf(a),
    });
    const { Records } = JSON.parse(gunzipSync(Body as Uint8Array).toString()) as {
      readonly Records: readonly TrailEvent[];
    };
    expect(Records.map(({ eventName }) => eventName)).toEqual([
      ...['StartLogging', 'CreateKey', 'PutEventSelectors'],
    ]);
  });
});

describe('the index of a trail', () => {
  it('answers as looking at every record does', async () => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    for (const operation of ['DescribeKey', 'DisableKey', 'EnableKey', 'DescribeKey'])
      await done(lab, kms(operation, { KeyId }));
    await lab.handle(kms('DescribeKey', { KeyId: 'alias/none' }));
    const events = await lab.trail();
    const index = new TrailIndex(events);
    const found = index
      .look({ where: [{ key: 'EventName', value: 'DescribeKey' }], outcome: 'ok', text: KeyId.slice(-8) })
      .map(({ event }) => event.eventID);
    expect(found).toEqual(
      events
        .filter(({ eventName, errorCode }) => eventName === 'DescribeKey' && errorCode === undefined)
        .map(({ eventID }) => eventID)
        .toReversed(),
    );
    expect(index.values('EventName')[0]).toEqual({ value: 'DescribeKey', n: 3 });
    expect(index.look({ before: 1 }).map(({ place }) => place)).toEqual([0]);
  });

  it('grows, and answers as one that was made of everything; made for one question, it answers that one', async () => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    for (const operation of ['DescribeKey', 'DisableKey', 'EnableKey', 'DescribeKey'])
      await done(lab, kms(operation, { KeyId }));
    const events = await lab.trail();
    const whole = new TrailIndex(events);
    const grown = new TrailIndex(events.slice(0, 2));
    grown.add(events.slice(2));
    const narrow = new TrailIndex(events, ['EventName']);
    const question = { where: [{ key: 'EventName' as const, value: 'DescribeKey' }] };
    expect(whole.look(question)).toHaveLength(2);
    for (const other of [grown, narrow]) expect(other.look(question)).toEqual(whole.look(question));
    for (const name of ['Principal', 'ResourceName', 'EventSource'] as const)
      expect(grown.values(name)).toEqual(whole.values(name));
    expect(() => narrow.values('Principal')).toThrow('made without Principal');
  });
});
