import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invert, ref, type Rec, type Ref } from '../../engine/index.ts';
import { MemoryStore } from '../../store/index.ts';
import { deed, Player, type Deed } from '../../../test/support/play.ts';
import { account, admin, ask, genesis, makeKey, output, region } from '../world.fixture.ts';
import { World } from '../world.ts';

const runs = process.env['KMS_LONG'] ? 200 : 20;
const campaign = { numRuns: runs, seed: Number(process.env['KMS_SEED'] ?? 42) };

const begin = async (options: { readonly historyLimit?: number } = {}) => {
  const store = new MemoryStore();
  return { store, world: await World.open(store, { genesis, ...options }) };
};
const everything = (world: World) => world.records();
const stored = async (store: MemoryStore): Promise<ReadonlyMap<Ref, Rec>> =>
  new Map((await store.range('ref', { prefix: '', n: Infinity })).map((row) => [row.ref, row.rec]));

type Move =
  | { readonly do: Deed; readonly grouped: boolean }
  | { readonly undo: boolean }
  | { readonly redo: true }
  | { readonly goTo: number };
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: deed, grouped: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ undo: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ redo: true } as const) },
  { weight: 1, arbitrary: fc.record({ goTo: fc.nat(40) }) },
);

async function make(world: World, player: Player, one: Move): Promise<void> {
  if ('do' in one) return player.play(world, one.do, one.grouped ? 'flow' : undefined);
  if ('undo' in one) await world.history.undo({ skipReadOnly: one.undo });
  else if ('redo' in one) await world.history.redo();
  else await world.history.goTo(one.goTo);
}

describe('the laws of history', () => {
  it('fold: after any mix of calls, undo, redo and goTo the entries come to the live records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 30 }), async (moves) => {
        const { store, world } = await begin();
        const player = new Player();
        for (const one of moves) await make(world, player, one);
        const records = new Map<Ref, Rec>();
        for (const { diff } of (await store.entries({ n: Infinity })).toReversed()) {
          for (const { ref: at, before, after } of diff) {
            expect(records.get(at)).toEqual(before);
            if (after) records.set(at, after);
            else records.delete(at);
          }
        }
        expect(records).toEqual(await stored(store));
        expect(records).toEqual(await everything(world));
      }),
      campaign,
    );
  });

  it('undo∘do is identity and redo∘undo is identity, over all records, the clock and the trail included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 15 }), deed, fc.boolean(), async (moves, last, skip) => {
        const { world } = await begin();
        const player = new Player();
        for (const one of moves) await make(world, player, one);
        const before = { records: await everything(world), trail: await world.trail({ n: 999 }) };
        const head = (await world.history.state()).head;
        await player.play(world, last);
        const after = { records: await everything(world), trail: await world.trail({ n: 999 }) };
        if ((await world.history.state()).head === head) return; // the deed did nothing
        expect(await world.history.undo()).toMatchObject({ ok: true });
        expect({ records: await everything(world), trail: await world.trail({ n: 999 }) }).toEqual(before);
        expect(await world.history.redo()).toMatchObject({ ok: true });
        expect({ records: await everything(world), trail: await world.trail({ n: 999 }) }).toEqual(after);
        if ((await world.history.undo({ skipReadOnly: skip })).ok) {
          await world.history.redo();
          expect({ records: await everything(world), trail: await world.trail({ n: 999 }) }).toEqual(after);
        }
      }),
      campaign,
    );
  });

  it('goTo: every entry can be visited again, whatever branch it lies on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 20 }), async (moves) => {
        const { world } = await begin();
        const player = new Player();
        const seen = new Map<number, ReadonlyMap<Ref, Rec>>();
        for (const one of moves) {
          await make(world, player, one);
          seen.set((await world.history.state()).head, await everything(world));
        }
        for (const [seq, records] of seen) {
          expect(await world.history.goTo(seq)).toMatchObject({ ok: true });
          expect(await everything(world)).toEqual(records);
        }
      }),
      { ...campaign, numRuns: Math.ceil(runs / 2) },
    );
  });

  it('checkpoint: a world with a short memory goes as far back as it remembers, and says where that ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 20, maxLength: 40 }), async (deeds) => {
        const { store, world } = await begin({ historyLimit: 8 });
        const player = new Player();
        const seen = new Map<number, ReadonlyMap<Ref, Rec>>();
        for (const one of deeds) {
          await player.play(world, one);
          seen.set((await world.history.state()).head, await everything(world));
        }
        const { checkpoint, head } = await world.history.state();
        if (head > 10) expect(checkpoint).toBeGreaterThan(0);
        expect((await store.entries({ n: Infinity })).length).toBe(head - checkpoint);
        for (;;) {
          const done = await world.history.undo();
          if (!done.ok) {
            expect(done.refused).toBe(done.checkpoint === 0 ? 'atBeginning' : 'beyondCheckpoint');
            break;
          }
          const records = seen.get(done.position);
          if (records) expect(await everything(world)).toEqual(records);
        }
        const back = await world.history.goTo(1);
        const folded = (await world.history.state()).checkpoint > 0;
        expect(back).toMatchObject(folded ? { refused: 'beyondCheckpoint' } : { ok: true });
      }),
      { ...campaign, numRuns: Math.ceil(runs / 2) },
    );
  });
});

describe('history', () => {
  it('undoes a flow, and an advance with what fell due, as one', async () => {
    const { world } = await begin();
    const KeyId = await makeKey(world);
    const group = 'flow 1';
    for (const operation of ['DisableKey', 'EnableKey', 'DisableKey'])
      await output(world.call({ operation, input: { KeyId }, principal: admin, region, group }));
    await output(ask(world, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }));
    await world.advance({ days: 8 });
    expect(await world.key(KeyId)).toBeUndefined();
    expect((await world.trail({ n: 1 }))[0]?.event.eventName).toBe('DeleteKey');
    await world.history.undo();
    expect((await world.key(KeyId))?.rec.KeyState).toBe('PendingDeletion');
    expect((await world.now()).at).toBe(Date.parse(genesis.now));
    expect((await world.trail({ n: 1 }))[0]?.event.eventName).toBe('ScheduleKeyDeletion');
    await world.history.undo();
    await world.history.undo();
    expect((await world.key(KeyId))?.rec.KeyState).toBe('Enabled');
    expect((await world.trail({ n: 9 })).map(({ event }) => event.eventName)).toEqual(['CreateKey']);
    await world.history.undo();
    expect(await world.history.undo()).toEqual({ ok: false, refused: 'atBeginning', checkpoint: 0 });
    expect((await world.keys({ account, region })).items).toEqual([]);
    for (let i = 0; i < 4; i += 1) await world.history.redo();
    expect(await world.history.redo()).toMatchObject({ refused: 'nothingToRedo' });
    expect(await world.key(KeyId)).toBeUndefined();
  });

  it('keeps the branch that was left, and finds the way back to it', async () => {
    const { world } = await begin();
    const first = await makeKey(world, 'first');
    const left = (await world.history.state()).head;
    await world.history.undo();
    const second = await makeKey(world, 'second');
    expect((await world.keys({ account, region })).items.map(({ rec }) => rec.arn)).toEqual([second]);
    expect((await world.history.state()).redo).toBeUndefined();
    const { groups, next } = await world.history.list();
    expect(next).toBeUndefined();
    expect(groups.map((one) => [one.first, one.onPath, one.entries[0]?.travel?.kind])).toEqual([
      [4, true, undefined],
      [3, false, 'undo'],
      [2, false, undefined],
      [1, true, undefined],
    ]);
    expect(groups[0]?.entries[0]?.from).toBe(1);
    await world.history.goTo(left);
    expect((await world.keys({ account, region })).items.map(({ rec }) => rec.arn)).toEqual([first]);
    expect(await world.history.goTo(99)).toMatchObject({ refused: 'noSuchEntry' });
  });

  it('tells what an entry changed, field by field, and no bytes', async () => {
    const { world } = await begin();
    const KeyId = await makeKey(world);
    await output(ask(world, 'DisableKey', { KeyId }));
    const { head } = await world.history.state();
    const changes = (await world.history.changes(head)) ?? [];
    expect(changes.find(({ table }) => table === 'key')).toMatchObject({
      kind: 'changed',
      ref: ref.key(KeyId),
      fields: [{ path: 'KeyState', before: 'Enabled', after: 'Disabled' }],
    });
    const made = (await world.history.changes(head - 1)) ?? [];
    expect(made.find(({ table }) => table === 'material')?.after?.['wrapped']).toEqual({
      bytes: expect.any(Number),
    });
    expect(await world.history.changes(99)).toBeUndefined();
  });

  it('pages groups without parting them', async () => {
    const { world } = await begin();
    for (let i = 0; i < 9; i += 1) {
      const group = `g${Math.floor(i / 3)}`;
      await output(world.call({ operation: 'ListKeys', input: {}, principal: admin, region, group }));
    }
    const seen: string[] = [];
    for (let before: number | undefined; ;) {
      const { groups, next } = await world.history.list({ before, n: 2 });
      seen.push(...groups.map(({ group, entries }) => `${group}×${entries.length}`));
      if (next === undefined) break;
      before = next;
    }
    expect(seen).toEqual(['g2×3', 'g1×3', 'g0×3', 'step 1×1']);
  });

  it('skips what only looked, when asked to', async () => {
    const { world } = await begin();
    await makeKey(world, 'a');
    await output(ask(world, 'ListKeys'));
    await output(ask(world, 'ListKeys'));
    const { undo } = await world.history.state({ skipReadOnly: true });
    expect([undo?.first, undo?.last]).toEqual([2, 4]);
    await world.history.undo({ skipReadOnly: true });
    expect((await world.keys({ account, region })).items).toEqual([]);
    await world.history.redo();
    expect((await world.trail({ n: 9 })).map(({ event }) => event.eventName)).toEqual([
      'ListKeys',
      'ListKeys',
      'CreateKey',
    ]);
  });

  it('a fork has the history of its parent and one of its own', async () => {
    const { world } = await begin();
    const KeyId = await makeKey(world);
    const fork = await world.fork();
    await output(ask(fork, 'DisableKey', { KeyId }));
    await fork.history.undo();
    await fork.history.undo();
    expect(await fork.key(KeyId)).toBeUndefined();
    expect((await world.key(KeyId))?.rec.KeyState).toBe('Enabled');
    expect((await world.history.state()).head).toBe(2);
  });

  it('an undone step is never made with the same draws again', async () => {
    const { world } = await begin();
    const first = await makeKey(world);
    await world.history.undo();
    expect(await makeKey(world)).not.toBe(first);
  });

  it('proves that the fold would notice: a diff inverted twice is not the diff inverted once', async () => {
    const { store, world } = await begin();
    await makeKey(world);
    const [last] = await store.entries({ n: 1 });
    expect(last && invert(last.diff)).not.toEqual(last?.diff);
  });
});

describe('the clock', () => {
  it('is frozen and let run, and goes to the next date at which something is due', async () => {
    let wall = Date.parse('2026-05-01T00:00:00Z');
    const world = await World.open(new MemoryStore(), { genesis: { seed: 'c' }, wall: () => wall });
    const KeyId = await makeKey(world);
    await output(ask(world, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }));
    await world.setClock('frozen');
    wall += 1_000_000;
    expect(world.time()).toBe(Date.parse('2026-05-01T00:00:00Z'));
    const [due] = (await world.now()).due;
    const { now, happened } = await world.advance({ next: 'due' });
    expect(now).toBe(due?.at);
    expect(happened.map(({ eventName }) => eventName)).toEqual(['DeleteKey']);
    expect(await world.advance({ next: 'due' })).toEqual({ now, happened: [] });
    await world.setClock('running');
    expect(world.time()).toBe(now);
    wall += 5000;
    expect(world.time()).toBe(now + 5000);
    await world.history.undo();
    expect((await world.now()).clock).toEqual({ mode: 'frozen', at: now });
    await expect(world.setClock('backwards' as never)).rejects.toThrow(RangeError);
  });
});
