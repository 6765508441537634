import { World } from '../src/client/index.ts';
import type { KeyArn, PrincipalArn, Ref, Region, S3ObjectRec, ServiceName } from '../src/engine/index.ts';
import { deleteIdbStore, IdbStore, MemoryStore, type WorldStore } from '../src/store/index.ts';
import type { Bench, Suite } from './suite.ts';

/*
 * What is asked of stored things after each step: the places of the map, a page of one place, what would be lost with a
 * key. Of 20,000 objects beside 20: the index follows the commits, so that the ratio should be near 1, and far from the
 * first time, when everything is read.
 */

const few = 20;
const many = 20_000;
const batch = 1000;
const region = 'us-east-1' as Region;
const principal = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const Bucket = 'bench';

async function ask(world: World, service: ServiceName, operation: string, input: object) {
  const { result } = await world.call({ service, operation, input: { ...input }, principal, region });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}

const inMemory = typeof indexedDB === 'undefined';
const fresh = (name: string): WorldStore => (inMemory ? new MemoryStore() : new IdbStore(name));

/** A world of so many objects under one key: one that S3 has put, under other names. */
async function build(store: WorldStore, objects: number): Promise<KeyArn> {
  const world = await World.open(store, {
    genesis: { switches: { throttling: false, propagation: false } },
  });
  const { KeyMetadata } = await ask(world, 'kms', 'CreateKey', {});
  const { Arn } = KeyMetadata as { readonly Arn: KeyArn };
  await ask(world, 's3', 'CreateBucket', { Bucket });
  await ask(world, 's3', 'PutObject', {
    ...{ Bucket, Key: 'first', Body: new Uint8Array(1000), SSEKMSKeyId: Arn },
    ServerSideEncryption: 'aws:kms',
  });
  const [entry] = await store.entries({ n: 1 });
  const put = entry?.diff.find((change) => change.ref === `s3Object/${Bucket}|first`);
  const first = put?.after as S3ObjectRec | undefined; // the record under an object's ref is one
  if (!entry || !first) throw new Error('PutObject left no object');
  for (let from = 1, { seq } = entry; from < objects; from += batch) {
    const names = Array.from({ length: Math.min(batch, objects - from) }, (_, i) => `object-${from + i}`);
    seq += 1;
    const diff = names.map((key) => ({
      ref: `s3Object/${Bucket}|${key}` as Ref,
      before: undefined,
      after: { ...first, key },
    }));
    await store.append([{ ...entry, seq, group: `fill ${seq}`, diff, events: [], traceId: undefined }]);
  }
  return Arn;
}

async function measureOf(bench: Bench, objects: number): Promise<Readonly<Record<string, number>>> {
  const name = `bench things ${objects}`;
  const store = fresh(name);
  const key = await build(store, objects);
  const again = inMemory ? store : fresh(name);
  const world = await World.open(again);
  const took = async (run: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };
  const total = async (): Promise<number> => (await world.lostWith(key)).total;
  const first = await took(async () => {
    if ((await total()) !== objects) throw new Error('not all of the objects hang on the key');
  });
  bench.figure(`${objects} objects: the first question, which reads them`, first, 'ms');
  const medians: Record<string, number> = {};
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    places: () => world.storedPlaces(),
    'a page': () => world.storedThings({ service: 's3', n: 200 }),
    'lost with a key': total,
  };
  for (const [asked, question] of Object.entries(questions)) {
    const samples: number[] = [];
    for (let n = 0; n < 25; n += 1) {
      // Each after a step, as the screen does.
      await ask(world, 's3', 'PutObject', { Bucket, Key: 'again', Body: new Uint8Array(10) });
      samples.push(await took(question));
    }
    const median = samples.toSorted((x, y) => x - y)[12] ?? 0;
    medians[asked] = median;
    bench.figure(`${objects} objects: ${asked}, after a step`, median, 'ms');
  }
  bench.figure(
    `${objects} objects: reading all, to lost with a key after a step`,
    first / (medians['lost with a key'] ?? 1),
    '×',
  );
  await world.close();
  if (!inMemory) await deleteIdbStore(name);
  return medians;
}

const suite: Suite = async (bench) => {
  const small = await measureOf(bench, few);
  const large = await measureOf(bench, many);
  for (const [asked, median] of Object.entries(large))
    bench.figure(`${asked}: ${many} objects to ${few}`, median / (small[asked] ?? 1), '×');
};
export default suite;
