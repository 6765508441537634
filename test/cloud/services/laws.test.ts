import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from '../../../src/client/index.ts';
import { invert, type Bytes, type Diff, type Rec, type Ref } from '../../../src/engine/index.ts';
import { MemoryStore } from '../../../src/store/index.ts';
import { a, b } from '../house.ts';
import { Player, type Line } from './script.ts';

/*
 * The laws of a world (design.md §4), with calls of services among those of KMS: calls inside calls are of one step.
 */

const runs = process.env['KMS_LONG'] ? 200 : 25;
const genesis = {
  seed: 'services',
  now: '2026-01-01T00:00:00Z',
  accounts: [{ id: a }, { id: b }],
  switches: { throttling: true },
} as const;
const device = (): Bytes => new Uint8Array(32).fill(7);

const line: fc.Arbitrary<Line> = fc.record({
  what: fc.nat(999),
  key: fc.nat(2),
  n: fc.nat(30),
  foreign: fc.oneof(
    { weight: 6, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});
/** Two keys and two buckets: without them nearly all would be refused. */
const prelude: readonly Line[] = [1, 1, 5, 5].map((what, i) => ({ what, key: 0, n: i % 2, foreign: false }));
const script = fc.array(line, { minLength: 10, maxLength: 60 }).map((lines) => [...prelude, ...lines]);

async function playAll(lines: readonly Line[], store = new MemoryStore({ device: device() })) {
  const world = await World.open(store, { genesis });
  const player = new Player();
  for (const one of lines) await player.play(world, one);
  return { world, store, player };
}

const everything = { prefix: '', n: Infinity };
const journal = async (store: MemoryStore) => (await store.entries({ n: Infinity })).toReversed();

function fold(diffs: readonly Diff[], from: ReadonlyMap<Ref, Rec> = new Map()): Map<Ref, Rec> {
  const records = new Map(from);
  for (const { ref, before, after } of diffs.flat()) {
    expect(records.get(ref)).toEqual(before);
    if (after) records.set(ref, after);
    else records.delete(ref);
  }
  return records;
}
const sorted = (records: Iterable<readonly [Ref, Rec]>) => [...records].sort(([x], [y]) => (x < y ? -1 : 1));

describe('the laws of a world, with services', () => {
  it('fold: the entries are the live records; reversed, they are nothing', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const { store, world } = await playAll(lines);
        const diffs = (await journal(store)).map(({ diff }) => diff);
        const folded = fold(diffs);
        const live = await world.read((view) => view.range('ref', everything));
        expect(sorted(folded)).toEqual(live.map(({ ref, rec }) => [ref, rec]));
        expect(fold(diffs.toReversed().map(invert), folded).size).toBe(0);
      }),
      { numRuns: runs },
    );
  });

  it('re-run: the same calls with the same draws give the same entries', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const [one, two] = [await playAll(lines), await playAll(lines)];
        expect(await journal(one.store)).toEqual(await journal(two.store));
      }),
      { numRuns: runs },
    );
  });

  it('retry: a world that loads what it lacks writes what one writes that has all in memory', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (lines) => {
        const complete = await playAll(lines);
        const store = new MemoryStore({ device: device() });
        await World.open(store, { genesis });
        const player = new Player();
        for (const one of lines) await player.play(await World.open(store), one);
        expect(await journal(store)).toEqual(await journal(complete.store));
      }),
      { numRuns: runs },
    );
  });

  it('undo: one step back is all that a call of a service did, and all that KMS did for it', async () => {
    await fc.assert(
      fc.asyncProperty(script, line, async (lines, last) => {
        const { world, player } = await playAll(lines);
        const before = await world.read((view) => view.range('ref', everything));
        const head = (await world.history.state()).head;
        await player.play(world, last);
        if ((await world.history.state()).head === head) return;
        await world.history.undo();
        expect(await world.read((view) => view.range('ref', everything))).toEqual(before);
      }),
      { numRuns: runs },
    );
  });
});
