import { isDelivered } from '../src/cloud/cloudtrail/delivery.ts';
import { TrailIndex } from '../src/cloud/cloudtrail/trailIndex.ts';
import { World } from '../src/client/index.ts';
import { epochMs, type PrincipalArn, type Region, type TrailEvent } from '../src/engine/index.ts';
import { MemoryStore, type Entry } from '../src/store/index.ts';
import type { Bench, Suite } from './suite.ts';

/*
 * Look-ups in a trail of 100,000 events, of 200 keys and 50 principals: under 50 ms each. Those of the index by itself, and
 * LookupEvents as a whole call of a world: the first reads the journal and makes the index, later ones add what is new.
 */

const many = 100_000;
/** When the first event happened. */
const first = 1_772_366_400_000;
const account = '111122223333';
const names = ['Decrypt', 'GenerateDataKey', 'Encrypt', 'DescribeKey', 'CreateGrant', 'DisableKey'];

const event = (i: number): TrailEvent => {
  const ARN = `arn:aws:kms:us-east-1:${account}:key/00000000-0000-4000-8000-${String(i % 200).padStart(12, '0')}`;
  const user = `user-${(i * 7) % 50}`;
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${account}:user/${user}`, userName: user },
    eventTime: `${new Date(first + i * 1000).toISOString().slice(0, 19)}Z`,
    eventSource: 'kms.amazonaws.com',
    eventName: names[i % 997 === 0 ? 5 : i % 5] ?? 'Decrypt',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'bench',
    ...(i % 97 === 0 ? { errorCode: 'AccessDeniedException' } : {}),
    requestParameters: { keyId: ARN, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    responseElements: null,
    requestID: `r${i}`,
    eventID: `e${i}`,
    readOnly: i % 997 !== 0,
    resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
};

/** Of Node alone; a page may not look. */
const heap = (): number | undefined => {
  const { process, gc } = globalThis as {
    readonly process?: { readonly memoryUsage?: () => { readonly heapUsed: number } };
    readonly gc?: () => void;
  };
  gc?.();
  return process?.memoryUsage?.().heapUsed;
};

/** A stored world that these events happened in. */
async function worldOf(events: readonly TrailEvent[]): Promise<World> {
  const store = new MemoryStore();
  const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  const now = new Date(first + many * 1000 + 3_600_000).toISOString();
  const accounts = [{ id: account, principals: [{ arn: principal, policies: [policy] }] }];
  await (await World.open(store, { genesis: { seed: 'bench', now, accounts } })).close();
  const of = { operation: 'Bench', region: 'us-east-1' as Region, principal, input: {} };
  const each = 10;
  const entries = Array.from({ length: many / each }, (_, i): Entry => {
    const seq = i + 2;
    const mine = events.slice(each * i, each * (i + 1));
    return { seq, group: `step ${seq}`, at: epochMs(first + seq), call: of, diff: [], events: mine };
  });
  await store.append(entries);
  return World.open(store);
}

async function lookUps(bench: Bench, events: readonly TrailEvent[]): Promise<void> {
  const world = await worldOf(events);
  const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
  const region = 'us-east-1' as Region;
  const look = async (pair?: readonly [key: string, value: string]) => {
    const input = pair && { LookupAttributes: [{ AttributeKey: pair[0], AttributeValue: pair[1] }] };
    const called = { service: 'cloudtrail', operation: 'LookupEvents', principal, region } as const;
    const { result } = await world.call({ ...called, input: { ...input } });
    if (!result.ok || (result.output['Events'] as readonly unknown[]).length === 0)
      throw new Error('nothing was found');
  };
  await world.call({ service: 'cloudtrail', operation: 'DescribeTrails', principal, region, input: {} });
  await bench.time('LookupEvents, the first of a world', () => look(), { runs: 1, warmUp: 0 });
  await bench.time('LookupEvents, newest 50, after an event each time', () => look(), { runs: 50 });
  await bench.time('LookupEvents by name', () => look(['EventName', 'DisableKey']), { runs: 50 });
  await bench.time('LookupEvents by user', () => look(['Username', 'user-7']), { runs: 50 });
  await world.close();
}

const suite: Suite = async (bench) => {
  const start = heap();
  const events = Array.from({ length: many }, (_, i) => event(i));
  const made = heap();
  const index = new TrailIndex(events);
  const indexed = heap();
  if (start !== undefined && made !== undefined && indexed !== undefined) {
    bench.figure('memory of one event', (made - start) / many, 'bytes');
    bench.figure('memory of one event in the index', (indexed - made) / many, 'bytes');
  }
  await bench.time('index of 100,000 events, made', () => new TrailIndex(events), { runs: 3 });
  const where = (...pairs: readonly (readonly [string, string])[]) => ({
    where: pairs.map(([key, value]) => ({ key: key as 'EventName', value })),
  });
  const asked = {
    'newest 50': {},
    'by name': where(['EventName', 'DisableKey']),
    'by user, all': { ...where(['Username', 'user-7']), most: many },
    'by user, key and name': where(['Username', 'user-7'], ['EventName', 'Decrypt'], ['ReadOnly', 'true']),
    'refused, in an hour': { outcome: 'refused' as const, from: 1_772_400_000_000, to: 1_772_403_600_000 },
  };
  for (const [name, question] of Object.entries(asked))
    await bench.time(`look-up ${name}`, () => index.look(question), { runs: 30 });
  await bench.time('delivered by now', () => events.filter((one) => isDelivered(one, 1_772_400_000_000)), {
    runs: 5,
  });
  await lookUps(bench, events);
};
export default suite;
