import { streamWorldFile } from '../src/client/files/stream.ts';
import { World } from '../src/client/index.ts';
import { compareStored } from '../src/client/stored/compare.ts';
import { copyWorld } from '../src/client/stored/copy.ts';
import { Job } from '../src/client/stored/job.ts';
import {
  ref,
  tableOf,
  type AccountId,
  type Diff,
  type KeyArn,
  type KeyRec,
  type PrincipalArn,
  type Rec,
  type Ref,
  type Region,
} from '../src/engine/index.ts';
import { deleteIdbStore, IdbStore, MemoryStore, type WorldStore } from '../src/store/index.ts';
import type { Bench, Suite } from './suite.ts';

/*
 * What a step costs in a world of 99,000 keys, beside one of 10: no table is copied, so that the ratio should be near 1.
 * And what opening such a world reads before its first answer. Then it is copied, compared and written to a file, page by
 * page: how long that takes, and how long a call of somebody else has to wait meanwhile. In Node in memory, in Chromium in
 * IndexedDB.
 */

const few = 10;
const many = 99_000;
const samples = 120;
const warmUp = 10;
/** Keys that are written by one entry. */
const batch = 3000;
const account = '111122223333' as AccountId;
const region = 'us-east-1' as Region;
const principal = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;

/** Records that a store handed out. */
interface Reads {
  records: number;
  requests: number;
}
function counted<S extends WorldStore>(store: S, reads: Reads): S {
  const [get, range] = [store.get.bind(store), store.range.bind(store)];
  const note = <T>(found: readonly T[]): readonly T[] => {
    reads.requests += 1;
    reads.records += found.filter((one) => one !== undefined).length;
    return found;
  };
  return Object.assign(store, {
    get: async (refs: Parameters<typeof get>[0]) => note(await get(refs)),
    range: async (...given: Parameters<typeof range>) => note(await range(...given)),
  });
}

async function ask(
  world: World,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { result } = await world.call({ operation, input, principal, region });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

type Rename = (text: string) => string;
/** A value with other names in all its texts. */
function renamed(value: unknown, rename: Rename): unknown {
  if (typeof value === 'string') return rename(value);
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, renamed(one, rename)]));
}

interface Place {
  readonly make: (name: string) => WorldStore;
  readonly drop: (name: string) => Promise<void>;
}
const stores: Place =
  typeof indexedDB === 'undefined'
    ? (() => {
        const kept = new Map<string, MemoryStore>();
        return {
          make: (name: string) => {
            // A store in memory lives on in its image.
            const before = kept.get(name);
            const store = before ? new MemoryStore({ image: before.image() }) : new MemoryStore();
            kept.set(name, store);
            return store;
          },
          drop: async (name: string) => void kept.delete(name),
        };
      })()
    : { make: (name) => new IdbStore(name), drop: deleteIdbStore };

/** Writes a world of so many keys: one that CreateKey made, and its records under other ids. Answers that one. */
async function build(
  name: string,
  keys: number,
): Promise<{ readonly key: string; readonly records: number }> {
  const store = stores.make(name);
  const world = await World.open(store, {
    genesis: { switches: { throttling: false, propagation: false } },
  });
  const { KeyMetadata } = await ask(world, 'CreateKey', { Description: 'The first' });
  const arn = (KeyMetadata as { readonly Arn: KeyArn }).Arn;
  const key = arn.slice(arn.lastIndexOf('/') + 1);
  const [entry] = await store.entries({ n: 1 });
  if (!entry) throw new Error('CreateKey left no entry');
  const ofKey = entry.diff.filter((change) => change.ref.includes(key) && tableOf(change.ref) !== 'counter');
  if (!ofKey.some((change) => change.ref === ref.key(arn))) throw new Error('no record of the key');
  const counter = ref.counter(`keys/${account}/${region}`);
  const made = entry.diff.find((change) => change.ref === ref.key(arn))?.after;
  // The record under a key's ref is a key's.
  const material = (made as KeyRec | undefined)?.currentMaterial;
  if (material === undefined) throw new Error('a key without material');
  /** Ids are spread evenly among those of other keys, as chance would do it. */
  const rename =
    (n: number): Rename =>
    (text) => {
      const id = ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
      return text
        .replaceAll(key, `${id}-0000-4000-8000-000000000000`)
        .replaceAll(material, material.slice(0, -8) + id);
    };
  let { seq } = entry;
  let records = entry.diff.length;
  for (let from = 1; from < keys; from += batch) {
    const diff: Diff = Array.from({ length: Math.min(batch, keys - from) }, (_, i) =>
      rename(from + i),
    ).flatMap((name) =>
      ofKey.map((change) => ({
        // Texts are replaced by texts: a ref stays a ref, a record a record of its table.
        ref: name(change.ref) as Ref,
        before: undefined,
        after: renamed(change.after, name) as Rec,
      })),
    );
    records += diff.length;
    await store.append([{ ...entry, seq: (seq += 1), group: `step ${seq}`, diff, events: [] }]);
  }
  const count = {
    ref: counter,
    before: undefined,
    after: { name: counter.slice('counter/'.length), count: keys },
  };
  await store.append([{ ...entry, seq: seq + 1, group: 'counter', diff: [count], events: [] }]);
  await world.close();
  return { key, records };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const said = (n: number): string => n.toLocaleString('en-US');

const nameOf = (keys: number): string => `bench-worlds-${keys}`;

interface Side {
  readonly keys: number;
  readonly key: string;
  readonly world: World;
  /** What the store was asked for, from the opening on. */
  readonly reads: Reads;
  readonly opening: Reads;
  readonly ms: number;
  readonly records: number;
}

/** A world of so many keys, built, closed, opened again and asked for its first answer. */
async function opened(name: string, keys: number): Promise<Side> {
  const { key, records } = await build(name, keys);
  const reads: Reads = { records: 0, requests: 0 };
  const store = counted(stores.make(name), reads);
  const started = performance.now();
  const world = await World.open(store);
  await ask(world, 'DescribeKey', { KeyId: key });
  return { keys, key, world, reads, opening: { ...reads }, ms: performance.now() - started, records };
}

/** What long work takes, and the longest time for which it let nobody else in. */
async function whole<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly held: number }> {
  let held = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    held = Math.max(held, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  look();
  clearInterval(timer);
  return { ms, held };
}

/** A world of so many keys as people handle it: whole. */
async function handled(bench: Bench, { world, keys, key }: Side): Promise<void> {
  const copy = `${nameOf(keys)}-copy`;
  await stores.drop(copy);
  const from = stores.make(nameOf(keys));
  const to = stores.make(copy);
  let waited = 0;
  let bytes = 0;
  let differ = 0;
  const works: Readonly<Record<string, () => Promise<unknown>>> = {
    'duplicate it': () => copyWorld(from, to, { job: new Job() }),
    'compare the two': async () => {
      const { counts } = await compareStored({ store: from }, { store: to }, new Job());
      differ = counts.added + counts.removed + counts.changed;
    },
    'export it': async () => {
      bytes = (await streamWorldFile(from, { name: 'bench', options: {}, job: new Job() })).size;
    },
  };
  for (const [name, work] of Object.entries(works)) {
    const state = { working: true };
    // Somebody who goes on calling meanwhile.
    const calling = (async () => {
      for (waited = 0; state.working;) {
        const asked = performance.now();
        await ask(world, 'DescribeKey', { KeyId: key });
        waited = Math.max(waited, performance.now() - asked);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const { ms, held } = await whole(work);
    state.working = false;
    await calling;
    bench.figure(`${name}, ${said(keys)} keys`, ms, 'ms');
    bench.figure(`${name}: the longest that it held the thread`, held, 'ms');
    bench.figure(`${name}: the longest that a DescribeKey waited`, waited, 'ms');
  }
  bench.figure('the file', bytes / 2 ** 20, 'MiB');
  // What was called meanwhile is in the first alone.
  bench.figure('records that differ in the end', differ, 'records');
  await to.close();
  await from.close();
  await stores.drop(copy);
}

const suite: Suite = async (bench) => {
  await stores.drop('bench-worlds-warm');
  const warm = await opened('bench-worlds-warm', few);
  await warm.world.close();
  await stores.drop('bench-worlds-warm');

  const sides: Side[] = [];
  for (const keys of [few, many]) {
    await stores.drop(nameOf(keys));
    const side = await opened(nameOf(keys), keys);
    const { opening } = side;
    bench.figure(`opening, until DescribeKey is answered, ${said(keys)} keys`, side.ms, 'ms');
    bench.figure(`opening, ${said(side.records)} records stored, read`, opening.records, 'records');
    bench.figure(`opening, ${said(side.records)} records stored, asked in`, opening.requests, 'reads');
    sides.push(side);
  }

  const steps: Readonly<Record<string, (side: Side) => Promise<unknown>>> = {
    DescribeKey: ({ world, key }) => ask(world, 'DescribeKey', { KeyId: key }),
    Encrypt: ({ world, key }) =>
      ask(world, 'Encrypt', { KeyId: key, Plaintext: new Uint8Array(32), EncryptionContext: { app: 'one' } }),
    CreateKey: ({ world }) => ask(world, 'CreateKey', {}),
    'ListKeys, a page of 10': ({ world }) => ask(world, 'ListKeys', { Limit: 10 }),
  };
  for (const [name, step] of Object.entries(steps)) {
    const times = sides.map((): number[] => []);
    const before = sides.map(({ reads }) => reads.records);
    // In turns, so that whatever else the machine does meets both.
    for (let sample = -warmUp; sample < samples; sample++) {
      for (const [i, side] of sides.entries()) {
        const started = performance.now();
        await step(side);
        if (sample >= 0) times[i]?.push(performance.now() - started);
      }
    }
    const [small = Number.NaN, large = Number.NaN] = times.map(median);
    bench.figure(`${name}, in a world of ${said(few)} keys`, small, 'ms');
    bench.figure(`${name}, in a world of ${said(many)} keys`, large, 'ms');
    bench.figure(`${name}, ${said(many)} / ${said(few)}`, large / small, '×');
    for (const [i, { keys, reads }] of sides.entries()) {
      const read = reads.records - (before[i] ?? 0);
      bench.figure(`${name}, read for ${samples + warmUp} in a world of ${said(keys)} keys`, read, 'records');
    }
  }
  const [, large] = sides;
  if (large) await handled(bench, large);
  for (const { world, keys } of sides) {
    await world.close();
    await stores.drop(nameOf(keys));
  }
};
export default suite;
