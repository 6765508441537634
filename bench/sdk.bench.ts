import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  type KMSClientConfig,
} from '@aws-sdk/client-kms';
import { credentialsFor } from '../src/client/credentials.ts';
import { World } from '../src/client/index.ts';
import { createRequestHandler } from '../src/client/sdk/index.ts';
import type { HttpRequest, HttpResponse } from '../src/client/sdk/http.ts';
import {
  setQuota,
  symmetricBucket,
  type PrincipalArn,
  type Region,
  type Stage,
} from '../src/engine/index.ts';
import { deleteIdbStore, IdbStore, MemoryStore, type WorldStore } from '../src/store/index.ts';
import type { Bench, Suite } from './suite.ts';

/*
 * The whole way of a call: the real SDK client signs, the door reads, the engine goes through every stage (signature,
 * authorization, trace, quota and trail all on), the world commits to a store in memory. Beside it, in the same run and
 * in turns of a few calls, the same client with a handler that answers with canned bytes and does nothing else: a busy
 * machine is busy for both. The quotas are raised as a user may raise them; their stage stays.
 *
 * In Node the SDK is the one for Node, in Chromium the one for browsers (scripts/bench.mjs). Where there is IndexedDB, the
 * same calls on a durable world: one after the other, and many at once, which share transactions.
 */

const region = 'us-east-1' as Region;
const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;

type RequestHandler = ReturnType<typeof createRequestHandler>;
type Answered = { readonly response: HttpResponse };

const targetOf = (request: HttpRequest): string => request.headers['x-amz-target'] ?? '';

/** The SDK changes headers and body: an answer is made for one request alone. */
const ownAnswer = (response: HttpResponse): HttpResponse => ({
  ...response,
  headers: { ...response.headers },
  body: response.body.slice(),
});

/** Remembers the last answer of each operation. */
const listening = (to: RequestHandler, heard: Map<string, HttpResponse>): RequestHandler => ({
  ...to,
  async handle(request, options) {
    const answered = await to.handle(request, options);
    heard.set(targetOf(request), ownAnswer(answered.response));
    return answered;
  },
});

/** Answers with what was heard, whatever is asked. */
const canned = (base: RequestHandler, heard: ReadonlyMap<string, HttpResponse>): RequestHandler => ({
  ...base,
  handle(request): Promise<Answered> {
    const response = heard.get(targetOf(request));
    if (!response) return Promise.reject(new Error(`nothing was heard of ${targetOf(request)}`));
    return Promise.resolve({ response: ownAnswer(response) });
  },
});

async function openWorld(store: WorldStore, passed?: (stage: Stage) => void): Promise<World> {
  const world = await World.open(store, { id: 'bench', passed });
  await world.change('SetQuota', {}, (overlay) => {
    for (const bucket of [symmetricBucket, 'DescribeKey']) setQuota(overlay, bucket, 1e9);
  });
  return world;
}

const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
/** Without the slowest fiftieth: a machine that stood still once. */
const meanOf = (of: readonly number[]): number =>
  mean(of.toSorted((a, b) => a - b).slice(0, Math.ceil(of.length * 0.98)));
const geometricMean = (of: readonly number[]): number => Math.exp(mean(of.map(Math.log)));

/** Microseconds of one call. */
async function timed(calls: number, run: () => unknown): Promise<number> {
  const started = performance.now();
  for (let call = 0; call < calls; call++) await run();
  return ((performance.now() - started) / calls) * 1000;
}

/**
 * Short rounds in turns, and their means: whatever else the machine does falls on both in proportion to their time, where a
 * median would pick the rounds that were spared, which are more of the shorter ones. Collections of garbage count.
 */
const rounds = 300;
const callsInRound = 4;
const warmUp = 1500;

type Ask = (to: KMSClient) => Promise<unknown>;

interface Bed {
  readonly world: World;
  /** The door of that world. */
  readonly real: RequestHandler;
  readonly client: (handler: RequestHandler) => KMSClient;
  readonly calls: Readonly<Record<string, Ask>>;
}

/** A world with a key and what to ask of it. */
async function makeBed(store: WorldStore, passed?: (stage: Stage) => void): Promise<Bed> {
  const world = await openWorld(store, passed);
  const credentials = await credentialsFor(world, admin, {});
  const real = createRequestHandler(() => world);
  const client = (requestHandler: RequestHandler) =>
    new KMSClient({
      region,
      credentials,
      requestHandler: requestHandler as KMSClientConfig['requestHandler'] & object,
      maxAttempts: 1,
    });
  const { result } = await world.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!result.ok) throw new Error(`CreateKey: ${result.refusal.refused}`);
  const { KeyMetadata } = result.output as { KeyMetadata: { Arn: string } };
  const KeyId = KeyMetadata.Arn;
  const Plaintext = crypto.getRandomValues(new Uint8Array(1024));
  const { CiphertextBlob } = await client(real).send(new EncryptCommand({ KeyId, Plaintext }));
  if (!CiphertextBlob) throw new Error('no ciphertext');
  const calls: Bed['calls'] = {
    GenerateDataKey: (to) => to.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
    'Encrypt 1 KiB': (to) => to.send(new EncryptCommand({ KeyId, Plaintext })),
    Decrypt: (to) => to.send(new DecryptCommand({ CiphertextBlob })),
    DescribeKey: (to) => to.send(new DescribeKeyCommand({ KeyId })),
  };
  return { world, real, client, calls };
}

const suite: Suite = async (bench) => {
  const bed = await makeBed(new MemoryStore());
  const heard = new Map<string, HttpResponse>();
  const [teacher, ours, bare] = [
    bed.client(listening(bed.real, heard)),
    bed.client(bed.real),
    bed.client(canned(bed.real, heard)),
  ];
  const inMemory = new Map<string, { readonly ours: number; readonly bare: number }>();
  for (const [name, call] of Object.entries(bed.calls)) {
    await call(teacher);
    // Until the engines have compiled both ways: ours is much more code than the null handler's.
    for (let warm = 0; warm < warmUp; warm++) await call(ours).then(() => call(bare));
    const times = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.ours.push(await timed(callsInRound, () => call(ours)));
      times.bare.push(await timed(callsInRound, () => call(bare)));
    }
    const [a, b] = [meanOf(times.ours), meanOf(times.bare)];
    inMemory.set(name, { ours: a, bare: b });
    bench.figure(`${name} through the SDK client`, a, 'µs');
    bench.figure(`${name} with a null handler`, b, 'µs');
    bench.figure(`${name}: speed beside the null handler`, b / a, '×');
  }
  bench.figure(
    'geometric mean of speed beside the null handler',
    geometricMean([...inMemory.values()].map((times) => times.bare / times.ours)),
    '×',
  );
  await bed.world.close();
  await whereTimeGoes(bench);
  if (typeof indexedDB !== 'undefined') await durable(bench, inMemory);
};

/** Marks in the order in which a call passes them, and what lies between each and the one before. */
const parts: readonly (readonly [
  mark: Stage | 'door' | 'world' | 'kept' | 'answered' | 'done',
  name: string,
])[] = [
  ['door', 'SDK client: serialise and sign'],
  ['world', 'door: read the request, string to sign'],
  ['parse', 'world: queue, what is due, draws; parse'],
  ['authenticate', 'authenticate: signature'],
  ['validate', 'validate'],
  ['quota', 'quota'],
  ['findKey', 'find the key'],
  ['authorize', 'authorize: decision with reasons'],
  ['keyState', 'key state'],
  ['usage', 'usage'],
  ['operation', 'operation: cryptography'],
  ['commit', 'trail event and diff'],
  ['kept', 'world: trace, apply, commit in memory'],
  ['answered', 'door: answer'],
  ['done', 'SDK client: read the answer'],
];
const profiled = 3000;
/** So many of the slowest calls are left out: one disturbed part would stand for all. */
const leftOut = 0.1;

/** Every part of real calls, all four operations in turns, by a clock that is read where one part ends. */
async function whereTimeGoes(bench: Bench): Promise<void> {
  const at = new Map<string, number>();
  const mark = (name: string): void => void at.set(name, performance.now());
  const { world, client, calls } = await makeBed(new MemoryStore(), mark);
  const door = createRequestHandler(() => ({
    async handle(call) {
      mark('world');
      const answered = await world.handle(call);
      mark('kept');
      return answered;
    },
  }));
  const to = client({
    ...door,
    async handle(request, options) {
      mark('door');
      const answered = await door.handle(request, options);
      mark('answered');
      return answered;
    },
  });
  const all: { readonly whole: number; readonly by: readonly number[] }[] = [];
  const asks = Object.values(calls);
  for (let call = -warmUp; call < profiled; call++) {
    const started = performance.now();
    await asks[Math.abs(call) % asks.length]?.(to);
    mark('done');
    if (call < 0) continue;
    let last = started;
    const by = parts.map(([name]) => {
      const now = at.get(name) ?? Number.NaN;
      const took = now - last;
      last = now;
      return took;
    });
    all.push({ whole: last - started, by });
  }
  await world.close();
  const kept = all.toSorted((a, b) => a.whole - b.whole).slice(0, Math.round(all.length * (1 - leftOut)));
  const whole = mean(kept.map((one) => one.whole));
  for (const [i, [, name]] of parts.entries()) {
    const took = mean(kept.map(({ by }) => by[i] ?? Number.NaN));
    bench.figure(`where a call's time goes, ${name}`, took * 1000, 'µs');
    bench.figure(`where a call's time goes, ${name}, share`, (100 * took) / whole, '%');
  }
  bench.figure("where a call's time goes, all of it", whole * 1000, 'µs');
}

const durableCalls = 200;
const atOnce = 50;

/** What it costs that an answer is given when it is on disk. */
async function durable(
  bench: Bench,
  inMemory: ReadonlyMap<string, { readonly ours: number; readonly bare: number }>,
): Promise<void> {
  const name = 'bench-sdk';
  await deleteIdbStore(name);
  const { world, real, client, calls } = await makeBed(new IdbStore(name));
  const to = client(real);
  const ratios: number[] = [];
  const shared: number[] = [];
  for (const [operation, call] of Object.entries(calls)) {
    const times = inMemory.get(operation);
    if (!times) continue;
    for (let warm = 0; warm < durableCalls; warm++) await call(to);
    const alone: number[] = [];
    const together: number[] = [];
    for (let round = 0; round < durableCalls / 10; round++) {
      alone.push(await timed(10, () => call(to)));
      const many = () => Promise.all(Array.from({ length: atOnce }, () => call(to)));
      together.push((await timed(1, many)) / atOnce);
    }
    const [one, some] = [meanOf(alone), meanOf(together)];
    bench.figure(`${operation} on IndexedDB`, one, 'µs');
    bench.figure(`${operation} on IndexedDB: what the durable write costs`, one - times.ours, 'µs');
    bench.figure(`${operation} on IndexedDB, ${atOnce} at once, each`, some, 'µs');
    ratios.push(times.bare / one);
    shared.push(times.bare / some);
  }
  bench.figure('geometric mean beside the null handler, on IndexedDB', geometricMean(ratios), '×');
  bench.figure(
    `geometric mean beside the null handler, on IndexedDB, ${atOnce} at once`,
    geometricMean(shared),
    '×',
  );
  await world.close();
  await deleteIdbStore(name);
}
export default suite;
