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
  handle,
  sealBlob,
  seededBytes,
  setQuota,
  symmetricBucket,
  uuidFrom,
  type Call,
  type Outcome,
  type PrincipalArn,
  type Region,
} from '../src/engine/index.ts';
import { MemoryStore } from '../src/store/index.ts';
import type { Suite } from './suite.ts';

/*
 * The whole way of a call: the real SDK client signs, the door reads, the engine goes through every stage (signature,
 * authorization, trace, quota and trail all on), the world commits to a store in memory. Beside it, in the same run, the
 * same client with a handler that answers with canned bytes and does nothing else. The quotas are raised as a user may
 * raise them; their stage stays.
 */

const region = 'us-east-1' as Region;
const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;

type RequestHandler = ReturnType<typeof createRequestHandler>;
type Answered = { readonly response: HttpResponse };

/** Remembers the last answer of each operation. */
const listening = (to: RequestHandler, heard: Map<string, HttpResponse>): RequestHandler => ({
  ...to,
  async handle(request, options) {
    const answered = await to.handle(request, options);
    const { response } = answered;
    heard.set(targetOf(request), {
      ...response,
      headers: { ...response.headers },
      body: response.body.slice(),
    });
    return answered;
  },
});
const targetOf = (request: HttpRequest): string => request.headers['x-amz-target'] ?? '';

/** Answers with what was heard, whatever is asked. */
const canned = (base: RequestHandler, heard: ReadonlyMap<string, HttpResponse>): RequestHandler => ({
  ...base,
  handle(request): Promise<Answered> {
    const response = heard.get(targetOf(request));
    if (!response) return Promise.reject(new Error(`nothing was heard of ${targetOf(request)}`));
    // The SDK changes headers and body: both are made for this answer alone.
    return Promise.resolve({
      response: { ...response, headers: { ...response.headers }, body: response.body.slice() },
    });
  },
});

async function openWorld(): Promise<World> {
  const world = await World.open(new MemoryStore(), { id: 'bench' });
  await world.change('SetQuota', {}, (overlay) => {
    for (const bucket of [symmetricBucket, 'DescribeKey']) setQuota(overlay, bucket, 1e9);
  });
  return world;
}

const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[of.length >> 1] ?? Number.NaN;
async function timed(calls: number, run: () => unknown): Promise<number> {
  const started = performance.now();
  for (let call = 0; call < calls; call++) await run();
  return ((performance.now() - started) / calls) * 1000;
}

const rounds = 25;
const callsInRound = 60;
const warmUp = 1500;

const suite: Suite = async (bench) => {
  const world = await openWorld();
  const credentials = await credentialsFor(world, admin, {});
  const real = createRequestHandler(() => world);
  const heard = new Map<string, HttpResponse>();
  const client = (requestHandler: RequestHandler) =>
    new KMSClient({
      region,
      credentials,
      requestHandler: requestHandler as KMSClientConfig['requestHandler'] & object,
      maxAttempts: 1,
    });
  const [teacher, ours, bare] = [client(listening(real, heard)), client(real), client(canned(real, heard))];

  const { result } = await world.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!result.ok) throw new Error(`CreateKey: ${result.refusal.refused}`);
  const { KeyMetadata } = result.output as { KeyMetadata: { Arn: string } };
  const KeyId = KeyMetadata.Arn;
  const Plaintext = bytes(1024);
  const { CiphertextBlob } = await teacher.send(new EncryptCommand({ KeyId, Plaintext }));
  if (!CiphertextBlob) throw new Error('no ciphertext');

  const calls: Readonly<Record<string, (to: KMSClient) => Promise<unknown>>> = {
    GenerateDataKey: (to) => to.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
    'Encrypt 1 KiB': (to) => to.send(new EncryptCommand({ KeyId, Plaintext })),
    Decrypt: (to) => to.send(new DecryptCommand({ CiphertextBlob })),
    DescribeKey: (to) => to.send(new DescribeKeyCommand({ KeyId })),
  };
  const ratios: number[] = [];
  for (const [name, call] of Object.entries(calls)) {
    // Until the engines have compiled both ways: ours is much more code than the null handler's.
    for (let warm = 0; warm < warmUp; warm++)
      await call(teacher)
        .then(() => call(ours))
        .then(() => call(bare));
    const times = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.ours.push(await timed(callsInRound, () => call(ours)));
      times.bare.push(await timed(callsInRound, () => call(bare)));
    }
    const [a, b] = [median(times.ours), median(times.bare)];
    ratios.push(b / a);
    bench.figure(`${name} through the SDK client`, a, 'µs');
    bench.figure(`${name} with a null handler`, b, 'µs');
    bench.figure(`${name}: speed beside the null handler`, b / a, '×');
  }
  bench.figure(
    'geometric mean of speed beside the null handler',
    Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length),
    '×',
  );
  await whereTimeGoes(bench, { world, client, real, KeyId });
  await world.close();
};

/** One GenerateDataKey, in its parts: each part is run alone on what the part before it would have handed over. */
async function whereTimeGoes(
  bench: Parameters<Suite>[0],
  {
    world,
    client,
    real,
    KeyId,
  }: {
    readonly world: World;
    readonly client: (handler: RequestHandler) => KMSClient;
    readonly real: RequestHandler;
    readonly KeyId: string;
  },
): Promise<void> {
  // What the client hands to the door, what the door hands to the world, what the world answers.
  let request: HttpRequest | undefined;
  let call: Call | undefined;
  let answer: Awaited<ReturnType<World['handle']>> | undefined;
  const tap: RequestHandler = {
    ...real,
    handle(given, options) {
      request = given;
      return createRequestHandler(() => ({
        async handle(read) {
          call = read;
          return (answer = await world.handle(read));
        },
      })).handle(given, options);
    },
  };
  await client(tap).send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
  if (!request || !call || !answer) throw new Error('the call did not pass');
  const [asked, read, answered] = [request, call, answer];
  const door = createRequestHandler(() => ({ handle: () => Promise.resolve(answered) }));
  const random = seededBytes('bench', 0);
  const uuid = () => uuidFrom(random);
  const device = await new MemoryStore().device();
  const step = (): Promise<Outcome> =>
    world
      .change('Nothing', {}, (overlay, env) => handle(overlay, read, { ...env, uuid, random, device }))
      .then((o) => o);
  const blob = {
    material: bytes(32),
    materialId: '0'.repeat(64),
    nonce: bytes(16),
    iv: bytes(12),
    plaintext: bytes(32),
    aad: new Uint8Array(0),
    kind: 'GenerateDataKey',
  } as const;
  const parts: Readonly<Record<string, () => unknown>> = {
    'door: read, string to sign, answer': () => door.handle(asked),
    'engine: the step, all stages': step,
    'world: queue, step, commit': () => world.handle(read),
    'of the step: sealing the data key': () => sealBlob(blob),
  };
  for (const [name, run] of Object.entries(parts)) {
    await timed(200, run);
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) samples.push(await timed(callsInRound, run));
    bench.figure(`where time goes: ${name}`, median(samples), 'µs');
  }
}
export default suite;
