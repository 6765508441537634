import fc from 'fast-check';
import { expect, it } from 'vitest';
import { World, type WorldApi } from '../../../src/client/index.ts';
import type { KeyArn } from '../../../src/engine/index.ts';
import { MemoryStore } from '../../../src/store/index.ts';
import { a, b, adminOf, allow, policy } from '../house.ts';
import { Player, scripted, type Line } from './script.ts';

/*
 * The index of things is read once and then follows the commits: whatever happens, it says what a world says that reads
 * everything anew.
 */

const genesis = {
  seed: 'index of things',
  now: '2026-01-01T00:00:00Z',
  accounts: [a, b].map((id) => ({ id, principals: [{ arn: adminOf(id), policies: [policy(allow('*'))] }] })),
  switches: { throttling: false, propagation: false },
};
/** Two more than there are calls: undo and redo. */
const line: fc.Arbitrary<Line> = fc.record({
  what: fc.nat(scripted + 1),
  key: fc.nat(2),
  n: fc.nat(11),
  foreign: fc.boolean(),
});
async function play(world: WorldApi, player: Player, one: Line): Promise<void> {
  const { history } = world;
  if (one.what < scripted) await player.play(world, one);
  else await (one.what === scripted ? history.undo() : history.redo()).catch(() => undefined);
}

const sorted = <T extends object>(all: readonly T[]) =>
  all.toSorted((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
async function everything(world: WorldApi, keys: readonly string[]) {
  const { items } = await world.storedThings({ n: 10_000 });
  const places = await world.storedPlaces();
  const lost = [];
  for (const key of keys) {
    const said = await world.lostWith(key as KeyArn);
    const { items: under } = await world.storedThings({ keyArn: key as KeyArn, n: 10_000 });
    expect(said.total).toBe(under.length);
    expect(said.lasting).toBe(under.filter(({ held }) => held.length > 0).length);
    lost.push(said);
  }
  return {
    items,
    places: sorted(places.map((one) => ({ ...one, keys: one.keys.toSorted() }))),
    lost,
  };
}

it('the index that follows says what one says that reads everything anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 90 }), async (lines) => {
      const store = new MemoryStore({ device: new Uint8Array(32).fill(7) });
      const world = await World.open(store, { genesis });
      expect(await world.storedPlaces()).toEqual([]);
      const player = new Player();
      // Two keys, and then the whole script once: most of it refuses to be made by chance alone.
      for (const n of [0, 1]) await player.play(world, { what: 1, key: 0, n, foreign: false });
      for (let what = 5; what < scripted; what += 1)
        await player.play(world, { what, key: 0, n: what % 12, foreign: false });
      expect((await world.storedPlaces()).length).toBeGreaterThan(8);
      for (const one of lines) await play(world, player, one);
      const { key: keys = [] } = player.made;
      const followed = await everything(world, keys);
      expect(followed).toEqual(await everything(await World.open(store), keys));
    }),
    { numRuns: process.env['KMS_LONG'] ? 100 : 8 },
  );
}, 120_000);
