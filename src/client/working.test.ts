import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  indexKey,
  indexKeysOf,
  invert,
  Missing,
  ref,
  type Change,
  type Found,
  type IndexName,
  type Range,
  type Rec,
  type Ref,
  type View,
} from '../engine/index.ts';
import { MemoryStore } from '../store/index.ts';
import { aliasRec, entry, keyNumber, keyRec } from '../store/records.fixture.ts';
import { WorkingView, type ForkView, type LiveView } from './working.ts';

/** Runs until nothing is missing, as a world does. */
async function reading<T>(view: LiveView, look: (view: View) => T): Promise<T> {
  for (let tries = 0; tries < 1000; tries += 1) {
    try {
      return look(view);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      await view.load(error);
    }
  }
  throw new Error('a view that never has enough');
}

class Model {
  readonly recs: Map<Ref, Rec>;
  constructor(recs: Iterable<[Ref, Rec]> = []) {
    this.recs = new Map(recs);
  }
  apply(diff: readonly Change[]): void {
    for (const { ref: at, after } of diff) {
      if (after) this.recs.set(at, after);
      else this.recs.delete(at);
    }
  }
  range(index: IndexName, { prefix, after, n }: Range): readonly Found[] {
    return [...this.recs]
      .flatMap(([at, rec]) => indexKeysOf(at, rec).map((row) => ({ ...row, ref: at, rec })))
      .filter(
        (row) =>
          row.index === index &&
          row.indexKey.startsWith(prefix) &&
          (after === undefined || row.indexKey > after),
      )
      .sort((a, b) => (a.indexKey < b.indexKey ? -1 : 1))
      .slice(0, n)
      .map(({ indexKey: key, ref: at, rec }) => ({ indexKey: key, ref: at, rec }));
  }
}

const record = fc.oneof(
  fc
    .record({ i: fc.nat(60), deletion: fc.option(fc.nat(3), { nil: undefined }) })
    .map(({ i, deletion }): [Ref, Rec] => [ref.key(keyNumber(i)), keyRec(i, deletion)]),
  fc
    .record({ name: fc.constantFrom('a', 'ab', 'b'), target: fc.nat(2) })
    .map(({ name, target }): [Ref, Rec] => {
      const rec = aliasRec(name, target);
      return [ref.alias(rec.arn), rec];
    }),
);
/** Often more than one page of a store, so that spans end in the middle. */
const stored = fc
  .tuple(fc.constantFrom(0, 5, 50, 100), fc.array(record, { maxLength: 10 }))
  .map(([n, more]): [Ref, Rec][] => [
    ...Array.from({ length: n }, (_, i): [Ref, Rec] => [
      ref.key(keyNumber(i)),
      keyRec(i, i % 3 === 0 ? i % 4 : undefined),
    ]),
    ...more,
  ]);
const range = fc.record({
  index: fc.constantFrom<IndexName>('ref', 'due', 'aliasByTarget'),
  prefix: fc.constantFrom(
    '',
    'key/',
    'key/111122223333/us-east-1/',
    'alias/',
    indexKey.due(1),
    `${keyNumber(1)}|`,
  ),
  after: fc.option(
    fc.constantFrom('', 'key/1111', ref.key(keyNumber(7)), ref.key(keyNumber(30)), indexKey.due(2)),
    { nil: undefined },
  ),
  n: fc.nat(40),
});

type Act =
  | { readonly do: 'write'; readonly who: number; readonly at: [Ref, Rec]; readonly remove: boolean }
  | { readonly do: 'get'; readonly who: number; readonly at: [Ref, Rec] }
  | { readonly do: 'range'; readonly who: number; readonly ask: { index: IndexName } & Range }
  | { readonly do: 'fork'; readonly who: number }
  | { readonly do: 'close'; readonly who: number }
  | { readonly do: 'commit' }
  | { readonly do: 'undo' };
const who = fc.nat(5);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('write' as const), who, at: record, remove: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), who, at: record }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('range' as const), who, ask: range }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fork' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
);

describe('WorkingView and its forks', () => {
  it('each answers as a world of its own would, whatever the others, the store and failed commits do', async () => {
    await fc.assert(
      fc.asyncProperty(
        stored,
        fc.boolean(),
        fc.array(act, { maxLength: 40 }),
        async (records, fresh, acts) => {
          const store = new MemoryStore();
          const start = new Model(fresh ? [] : records);
          let seq = 1;
          await store.append([
            entry(
              seq,
              [...start.recs].map(([at, rec]) => ({ ref: at, before: undefined, after: rec })),
            ),
          ]);
          const root = new WorkingView(store, fresh);
          const worlds: { view: LiveView; model: Model; fork?: ForkView }[] = [{ view: root, model: start }];
          /** Applied by the main world and not yet in the store. */
          let waiting: Change[] = [];
          for (const one of acts) {
            if (one.do === 'commit') {
              await store.append([entry((seq += 1), waiting)]);
              waiting = [];
              continue;
            }
            if (one.do === 'undo') {
              root.apply(invert(waiting));
              start.apply(invert(waiting));
              waiting = [];
              continue;
            }
            const number = one.who % worlds.length;
            const world = worlds[number];
            if (!world) throw new Error('the main world is always there');
            if (one.do === 'fork') {
              const fork = world.view.fork();
              worlds.push({ view: fork, fork, model: new Model(world.model.recs) });
            } else if (one.do === 'close') {
              world.fork?.close();
              if (world.fork) worlds.splice(number, 1);
            } else if (one.do === 'get') {
              expect(await reading(world.view, (view) => view.get(one.at[0]))).toEqual(
                world.model.recs.get(one.at[0]),
              );
            } else if (one.do === 'range') {
              const { index, ...asked } = one.ask;
              expect(await reading(world.view, (view) => view.range(index, asked))).toEqual(
                world.model.range(index, asked),
              );
            } else {
              const [at, rec] = one.at;
              const before = await reading(world.view, (view) => view.get(at));
              const change = { ref: at, before, after: one.remove ? undefined : rec };
              world.view.apply([change]);
              world.model.apply([change]);
              if (number === 0) waiting.push(change);
            }
          }
          for (const { view, model } of worlds) {
            expect(await reading(view, (one) => one.range('ref', { prefix: '', n: 1000 }))).toEqual(
              model.range('ref', { prefix: '', n: 1000 }),
            );
            expect(await reading(view, (one) => one.range('due', { prefix: '', n: 3 }))).toEqual(
              model.range('due', { prefix: '', n: 3 }),
            );
          }
        },
      ),
      { numRuns: process.env['KMS_LONG'] ? 3000 : 300 },
    );
  });

  it('in a fresh world nothing is ever missing', () => {
    const view = new WorkingView(new MemoryStore(), true);
    expect(view.get(ref.clock)).toBeUndefined();
    expect(view.range('due', { prefix: '', n: 5 })).toEqual([]);
  });

  it('says what it lacks, once', async () => {
    const store = new MemoryStore();
    const rec = keyRec(1);
    await store.append([entry(1, [{ ref: ref.key(rec.arn), before: undefined, after: rec }])]);
    const view = new WorkingView(store, false);
    expect(() => view.get(ref.key(rec.arn))).toThrow(Missing);
    await view.load(new Missing([ref.key(rec.arn), ref.clock], []));
    expect(view.get(ref.key(rec.arn))).toBe(rec);
    expect(view.get(ref.clock)).toBeUndefined();
  });

  it('[design §4] a step does not cost more in a world of 99,000 keys', () => {
    const view = new WorkingView(new MemoryStore(), true);
    view.apply(
      Array.from({ length: 99_000 }, (_, i) => ({
        ref: ref.key(keyNumber(i)),
        before: undefined,
        after: keyRec(i),
      })),
    );
    const small = new WorkingView(new MemoryStore(), true);
    small.apply(
      Array.from({ length: 10 }, (_, i) => ({
        ref: ref.key(keyNumber(i * 2)),
        before: undefined,
        after: keyRec(i * 2),
      })),
    );
    const time = (one: WorkingView): number => {
      const started = performance.now();
      for (let i = 0; i < 3000; i += 1) {
        const rec = keyRec(200_000 + ((i * 7919) % 100_000));
        one.apply([{ ref: ref.key(rec.arn), before: undefined, after: rec }]);
        one.range('ref', { prefix: 'key/', after: ref.key(rec.arn), n: 10 });
        one.fork().close();
        one.apply([{ ref: ref.key(rec.arn), before: rec, after: undefined }]);
      }
      return performance.now() - started;
    };
    time(small);
    const ratio = Math.min(...[1, 2, 3].map(() => time(view) / time(small)));
    // A copy or a scan would make it thousands; the rest is cache misses and a longer binary search.
    expect(ratio).toBeLessThan(8);
  });
});
