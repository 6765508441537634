import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdbStore, MemoryStore, type WorldStore } from '../../store/index.ts';
import { toJson } from '../files/codec.ts';
import { streamWorldFile } from '../files/stream.ts';
import { canonicalJson, canonicalText } from '../files/write.ts';
import { readFile } from '../files/read.ts';
import { worldHash } from '../files/hash.ts';
import { openLab } from '../local.ts';
import { account, ask, genesis, makeKey, output, region } from '../world.fixture.ts';
import { World } from '../world.ts';
import { compareStored } from './compare.ts';
import { copyWorld } from './copy.ts';
import { Cancelled, Job } from './job.ts';

let names = 0;
const kinds: readonly { readonly kind: string; readonly fresh: () => WorldStore }[] = [
  { kind: 'memory', fresh: () => new MemoryStore() },
  { kind: 'IndexedDB', fresh: () => new IdbStore(`stored ${(names += 1)}`) },
];

/** A store that somebody writes to between any two pages that are read of it. */
function busy(store: WorldStore, write: () => Promise<unknown>): WorldStore {
  const range = store.range.bind(store);
  let left = 12;
  return Object.assign(Object.create(store) as WorldStore, {
    open: () => store.open(),
    count: () => store.count(),
    device: () => store.device(),
    entries: (page: Parameters<WorldStore['entries']>[0]) => store.entries(page),
    listObjects: () => store.listObjects(),
    getObject: (id: string) => store.getObject(id),
    range: async (index: 'ref', given: Parameters<typeof range>[1]) => {
      // Small pages, so that there are many moments in between.
      const found = await range(index, { ...given, n: Math.min(given.n, 7) });
      if (left > 0) {
        left -= 1;
        await write();
      }
      return found;
    },
  });
}

describe.each(kinds)('a world in a store of $kind', ({ fresh }) => {
  const made = async () => {
    const store = fresh();
    const world = await World.open(store, { genesis });
    for (let i = 0; i < 12; i += 1) await makeKey(world, `key ${i}`);
    return { store, world };
  };
  const openCopy = async (to: WorldStore): Promise<World> => World.open(to);

  it('is copied as it was when the copying began, while it is written', async () => {
    const { store, world } = await made();
    const { items } = await world.keys({ account, region });
    const before = await world.hash();
    let n = 0;
    const writes: readonly (() => Promise<unknown>)[] = [
      () => makeKey(world, 'meanwhile'),
      () => output(ask(world, 'DisableKey', { KeyId: items[n % items.length]?.rec.arn })),
      () => output(ask(world, 'CreateAlias', { AliasName: `alias/m${n}`, TargetKeyId: items[0]?.rec.arn })),
      () => world.history.undo(),
    ];
    const to = fresh();
    await copyWorld(
      busy(store, () => (writes[n++ % writes.length] ?? writes[0])?.() ?? Promise.resolve()),
      to,
      {
        job: new Job(),
      },
    );
    expect(n).toBeGreaterThan(3);
    const copy = await openCopy(to);
    expect(await copy.hash()).toBe(before);
    expect(await world.hash()).not.toBe(before);
    // Its keys open what the first world's sealed, its history goes back.
    const KeyId = items[3]?.rec.arn;
    const sealed = await output(
      ask(world, 'Encrypt', { KeyId: items[5]?.rec.arn, Plaintext: new Uint8Array([4]) }),
    );
    const opened = await output(ask(copy, 'Decrypt', { CiphertextBlob: sealed['CiphertextBlob'] }));
    expect(opened['Plaintext']).toEqual(new Uint8Array([4]));
    await output(ask(copy, 'DisableKey', { KeyId }));
    expect(await copy.history.undo()).toMatchObject({ ok: true });
    await world.close();
    await copy.close();
  });

  it('is the same file whether it is written in one go or page by page', async () => {
    const { store, world } = await made();
    const sealed = { passphrase: 'correct horse', objects: true };
    for (const options of [{}, { objects: true, at: 5 }, sealed]) {
      const blob = await streamWorldFile(store, { name: 'w', options, job: new Job() });
      const { worlds } = await readFile(blob, options === sealed ? sealed.passphrase : undefined);
      const whole = await world.exportFile({ ...options, title: 'w' });
      const { worlds: others } = await readFile(
        whole.blob,
        options === sealed ? sealed.passphrase : undefined,
      );
      expect(worlds.map(({ name, about }) => ({ name, about }))).toEqual(
        others.map(({ name, about }) => ({ name, about })),
      );
      const [one, other] = [worlds[0], others[0]];
      expect(worldHash(new Map(one?.contents.records))).toBe(worldHash(new Map(other?.contents.records)));
    }
    await world.close();
  });

  it('of which the beginning is folded away is copied, and written to a file, from there on', async () => {
    const store = fresh();
    const world = await World.open(store, { genesis, historyLimit: 4 });
    for (let i = 0; i < 12; i += 1) await makeKey(world, `key ${i}`);
    await expect.poll(async () => (await store.open()).floor).toBeGreaterThan(3);
    const { floor } = await store.open();
    const blob = await streamWorldFile(store, { name: 'w', options: {}, job: new Job() });
    const [read] = (await readFile(blob, undefined)).worlds;
    expect(read?.about.checkpoint).toBe(floor);
    const to = fresh();
    await copyWorld(store, to, { at: floor + 2, job: new Job() });
    expect(await to.open()).toMatchObject({ seq: floor + 2, floor });
    const difference = await compareStored({ store, at: floor + 2 }, { store: to }, new Job());
    expect(difference.counts).toEqual({ added: 0, removed: 0, changed: 0 });
    await expect(copyWorld(store, fresh(), { at: floor - 1, job: new Job() })).rejects.toThrow(/entry from/);
    await world.close();
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const { store, world } = await made();
    const told: (readonly [number, number])[] = [];
    const job = new Job((done, total) => told.push([done, total]));
    await copyWorld(store, fresh(), { job });
    expect(told.every(([done, total]) => done <= total && total > 12)).toBe(true);
    const stopped = new Job();
    stopped.cancel();
    await expect(copyWorld(store, fresh(), { job: stopped })).rejects.toBeInstanceOf(Cancelled);
    await expect(compareStored({ store }, { store }, stopped)).rejects.toBeInstanceOf(Cancelled);
    await world.close();
  });
});

describe('a text that is made in one pass', () => {
  it('is the one that is made of JSON', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('$bytes', '$x', '10', '9', '__proto__', 'é', 'a'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, undefined, true, 0, -1.5, '', 'ü"\\'),
        fc.uint8Array({ maxLength: 9 }),
        fc.date({ noInvalidDate: true }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(canonicalText(given)).toBe(canonicalJson(toJson(given)) ?? 'null');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a copy that was begun and not finished', () => {
  it('is nowhere after it was stopped, nor after the page went', async () => {
    const lab = await openLab({ store: 'indexeddb', name: 'begun', genesis });
    for (let i = 0; i < 5; i += 1) await makeKey(lab.main, `key ${i}`);
    const databases = async () => (await indexedDB.databases()).map(({ name }) => name).toSorted();
    const before = await databases();
    const copying = lab.duplicateWorld('main', { name: 'copy', job: 'j' });
    await lab.cancel('j');
    await copying.then(
      () => expect.unreachable(),
      (error: unknown) => expect(error).toMatchObject({ name: 'Cancelled' }),
    );
    expect(await databases()).toEqual(before);
    expect(await lab.worlds()).toHaveLength(1);
    await lab.close();
  });
});
