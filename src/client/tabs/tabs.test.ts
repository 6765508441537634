import { describe, expect, it } from 'vitest';
import { tableOf, type Bytes, type Rec, type Ref } from '../../engine/index.ts';
import {
  MemoryStore,
  WriterLost,
  type Entry,
  type KeptAnswer,
  type StoreImage,
  type WorldStore,
} from '../../store/index.ts';
import type { WorldEvent } from '../api.ts';
import { account, ask, genesis, makeKey, output, region } from '../world.fixture.ts';
import { World } from '../world.ts';
import { openSharedWorld, type SharedWorld } from './sharedWorld.ts';
import { TestBrowser, type TestTab } from './tabs.fixture.ts';

/** One disk under all tabs; what a killed tab still has on its way never reaches it. */
class Disk {
  readonly store = new MemoryStore({ device: new Uint8Array(32).fill(9) });
  #claims = 0;

  for(tab: TestTab, claimed: () => void = () => undefined): WorldStore {
    const { store } = this;
    const mine = (this.#claims += 1);
    const fence = () => {
      if (mine === this.#claims) return;
      claimed();
      throw new WriterLost();
    };
    const guarded = <T>(work: () => Promise<T>): Promise<T> =>
      tab.alive ? work() : new Promise<T>(() => undefined);
    return {
      kind: 'indexeddb',
      open: () => store.open(),
      claim: () => Promise.resolve(),
      device: () => store.device(),
      get: (refs) => guarded(() => store.get(refs)),
      range: (index, range) => guarded(() => store.range(index, range)),
      refs: (range) => guarded(() => store.refs(range)),
      append: async (entries: readonly Entry[], answers?: readonly KeptAnswer[]) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
        return guarded(async () => {
          fence();
          return store.append(entries, answers);
        });
      },
      answer: (once) => guarded(() => store.answer(once)),
      forgetAnswers: (onces) => guarded(() => store.forgetAnswers(onces)),
      entries: (page) => guarded(() => store.entries(page)),
      putObject: (object) => guarded(() => store.putObject(object)),
      getObject: (id) => guarded(() => store.getObject(id)),
      listObjects: () => guarded(() => store.listObjects()),
      removeObject: (id) => guarded(() => store.removeObject(id)),
      count: () => store.count(),
      put: (part) => guarded(() => store.put(part)),
      found: (head) => guarded(() => store.found(head)),
      trim: (floor) => guarded(() => store.trim(floor)),
      refill: (contents) => guarded(() => store.refill(contents)),
      clear: () => guarded(() => store.clear()),
      close: () => Promise.resolve(),
    };
  }
}

const open = (disk: Disk, tab: TestTab): Promise<SharedWorld> =>
  openSharedWorld({
    id: 'main',
    name: 'kms-lab',
    tabs: tab,
    where: 'indexeddb',
    open: (traces, claimed) => World.open(disk.for(tab, claimed), { genesis, traces }),
    times: { beat: 5, patience: 60 },
  });

const fold = (image: StoreImage): Map<Ref, Rec> => {
  const records = new Map<Ref, Rec>();
  for (const { diff } of image.entries)
    for (const { ref, before, after } of diff) {
      expect(records.get(ref)).toEqual(before);
      if (after) records.set(ref, after);
      else records.delete(ref);
    }
  return records;
};

describe('a world in several tabs', () => {
  it('is written by one; the other works through it and follows live', async () => {
    const [browser, disk] = [new TestBrowser(), new Disk()];
    const one = await open(disk, browser.tab());
    const two = await open(disk, browser.tab());
    expect([one.writer, two.writer]).toEqual(['here', 'elsewhere']);
    const heard: WorldEvent[] = [];
    two.subscribe((event) => heard.push(event));
    const KeyId = await makeKey(one, 'from one');
    await expect.poll(() => heard.map(({ kind }) => kind)).toEqual(['committed']);
    expect((await two.key(KeyId))?.rec.Description).toBe('from one');
    await output(ask(two, 'DisableKey', { KeyId }));
    expect((await one.key(KeyId))?.rec.KeyState).toBe('Disabled');
    expect(await two.history.undo()).toMatchObject({ ok: true });
    expect((await one.key(KeyId))?.rec.KeyState).toBe('Enabled');
    expect(await two.hash()).toBe(await one.hash());
    const fork = await two.fork();
    await output(ask(fork, 'DisableKey', { KeyId }));
    expect((await one.key(KeyId))?.rec.KeyState).toBe('Enabled');
    // What was answered is not kept any longer than it is needed.
    await expect.poll(() => disk.store.image().entries.length).toBe(4);
    expect((await two.exportFile()).fileName).toMatch(/^kms-lab/);
  });

  it('goes on with another writer when the first is closed, and nobody notices', async () => {
    const [browser, disk] = [new TestBrowser(), new Disk()];
    const one = await open(disk, browser.tab());
    const two = await open(disk, browser.tab());
    const KeyId = await makeKey(two, 'a');
    await one.close();
    await output(ask(two, 'DisableKey', { KeyId }));
    expect(two.writer).toBe('here');
    expect((await two.key(KeyId))?.rec.KeyState).toBe('Disabled');
    const three = await open(disk, browser.tab());
    expect(await three.hash()).toBe(await two.hash());
    await two.close();
    expect((await three.trail({ n: 9 })).map(({ event }) => event.eventName)).toEqual([
      'DisableKey',
      'CreateKey',
    ]);
  });

  it('says so when the writer sleeps, and takes over when that is wanted; the sleeper wakes up and can write nothing', async () => {
    const [browser, disk] = [new TestBrowser(), new Disk()];
    const [first, second] = [browser.tab(), browser.tab()];
    const one = await open(disk, first);
    const two = await open(disk, second);
    const KeyId = await makeKey(one, 'before');
    const heard: string[] = [];
    two.subscribe((event) => event.kind === 'writer' && heard.push(event.writer));
    first.sleep();
    const asked = ask(two, 'UpdateKeyDescription', { KeyId, Description: 'asked of the sleeper' });
    await expect.poll(() => two.writer).toBe('silent');
    // Who opens the world now is told, and need not wait for ever.
    const three = await open(disk, browser.tab());
    expect(three.writer).toBe('silent');
    await two.takeOver();
    await output(asked);
    expect(two.writer).toBe('here');
    expect(heard).toEqual(['silent', 'none', 'here']);
    await expect.poll(() => three.writer).toBe('elsewhere');
    expect((await three.key(KeyId))?.rec.Description).toBe('asked of the sleeper');
    // It computes what it was asked for before it hears of anything.
    const late = ask(one, 'CreateKey', { Description: 'of the sleeper itself' });
    const shown: string[] = [];
    one.subscribe(({ kind }) => shown.push(kind));
    await new Promise((resolve) => setTimeout(resolve, 20));
    first.wake();
    await output(late);
    await expect.poll(() => one.writer).toBe('elsewhere');
    expect(shown).not.toContain('storageFailed');
    expect(await one.hash()).toBe(await two.hash());
    const image = disk.store.image();
    expect(fold(image)).toEqual(new Map(image.records));
    const said = image.entries.map(({ call }) => (call.input as { Description?: string }).Description);
    expect(said.filter(Boolean)).toEqual(['before', 'asked of the sleeper', 'of the sleeper itself']);
    // And the line behind the new writer stands: the old one may follow it.
    await two.close();
    await expect.poll(() => [one.writer, three.writer].toSorted()).toEqual(['elsewhere', 'here']);
  });

  it('takes a writer that answers late for awake again', async () => {
    const [browser, disk] = [new TestBrowser(), new Disk()];
    const first = browser.tab();
    await open(disk, first);
    const two = await open(disk, browser.tab());
    first.sleep();
    const asked = makeKey(two);
    await expect.poll(() => two.writer).toBe('silent');
    first.wake();
    await asked;
    expect(two.writer).toBe('elsewhere');
  });

  it('keeps the traces that it has seen when it takes over', async () => {
    const [browser, disk] = [new TestBrowser(), new Disk()];
    const [first, second] = [browser.tab(), browser.tab()];
    const one = await open(disk, first);
    const two = await open(disk, second);
    await makeKey(one);
    await expect.poll(async () => (await two.traces(9)).length).toBe(1);
    first.kill();
    await expect.poll(() => two.writer).toBe('here');
    expect((await two.traces(9)).map(({ operation }) => operation)).toEqual(['CreateKey']);
  });

  it('answers a request that was done, and whose answer was lost, from what was kept', async () => {
    const disk = new Disk();
    const browser = new TestBrowser();
    const one = await World.open(disk.for(browser.tab()), { genesis });
    const request = {
      operation: 'CreateKey',
      input: {},
      principal: 'arn:aws:iam::111122223333:user/Admin' as never,
      region,
    };
    const first = await one.call({ ...request, once: 'a name' });
    const again = await World.open(disk.for(browser.tab()));
    const second = await again.call({ ...request, once: 'a name' });
    expect(second.result).toEqual(first.result);
    expect(second.seq).toBe(first.seq);
    expect((await again.keys({ account, region })).items).toHaveLength(1);
    await again.forgetAnswers(['a name']);
    await again.call({ ...request, once: 'a name' });
    expect((await again.keys({ account, region })).items).toHaveLength(2);
  });

  it('kept answers hold no plaintext that can be read', async () => {
    const disk = new Disk();
    const world = await World.open(disk.for(new TestBrowser().tab()), { genesis });
    const KeyId = await makeKey(world);
    const { result } = await world.call({
      operation: 'GenerateDataKey',
      input: { KeyId, KeySpec: 'AES_256' },
      principal: 'arn:aws:iam::111122223333:user/Admin' as never,
      region,
      once: 'secret',
    });
    const { Plaintext } = (result.ok ? result.output : {}) as { readonly Plaintext: Bytes };
    const kept = await disk.store.answer('secret');
    for (const form of ['hex', 'base64', 'latin1'] as const)
      expect(Buffer.from(kept?.sealed ?? []).toString('latin1')).not.toContain(
        Buffer.from(Plaintext).toString(form),
      );
  });

  it('1,000 mixed calls from each of two tabs, the writer killed at random: every acknowledged call once, and the fold holds', async () => {
    const calls = process.env['KMS_LONG'] ? 1000 : 150;
    const [browser, disk] = [new TestBrowser(), new Disk()];
    let writers = 0;
    const acknowledged: { readonly what: string; readonly seq: number }[] = [];
    const working = new Set<Promise<void>>();
    let left = 2 * calls;
    const work = async (tab: TestTab): Promise<void> => {
      const world = await open(disk, tab);
      while (left > 0 && tab.alive) {
        left -= 1;
        const what = `call ${left}`;
        const alias = `alias/a${left % 7}`;
        const done =
          left % 10 === 0
            ? world.history.undo().then((moved) => (moved.ok ? moved.seq : 0))
            : left % 10 === 1
              ? world.history.redo().then((moved) => (moved.ok ? moved.seq : 0))
              : left % 3 === 0
                ? ask(world, 'CreateKey', { Description: what }).then(({ seq }) => seq)
                : ask(world, 'UpdateKeyDescription', { KeyId: alias, Description: what }).then(
                    ({ seq }) => seq,
                  );
        // A killed tab waits for ever; its work is over.
        const seq = await Promise.race([done, died(tab)]);
        if (seq !== undefined && seq > 0) acknowledged.push({ what, seq });
        if (world.writer === 'here' && Math.random() < 0.04 && tab.alive) {
          tab.kill();
          writers += 1;
          start();
        }
      }
    };
    const start = () => {
      const run = work(browser.tab()).finally(() => working.delete(run));
      working.add(run);
    };
    start();
    start();
    while (working.size > 0) await Promise.race(working);
    expect(writers).toBeGreaterThan(2);
    const image = disk.store.image();
    expect(fold(image)).toEqual(new Map(image.records));
    // Every acknowledged seq is one entry, and no description is there twice.
    const seqs = acknowledged.map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    const inputs = image.entries.flatMap(({ call }) => {
      const { Description } = (call.input ?? {}) as { readonly Description?: string };
      return Description === undefined ? [] : [Description];
    });
    expect(new Set(inputs).size).toBe(inputs.length);
    for (const { what, seq } of acknowledged) {
      const entry = image.entries[seq - 1];
      const { Description } = (entry?.call.input ?? {}) as { readonly Description?: string };
      expect(Description ?? what).toBe(what);
      expect(entry).toBeDefined();
    }
    expect(image.records.some(([ref]) => tableOf(ref) === 'key')).toBe(true);
  });
});

const died = (tab: TestTab): Promise<undefined> =>
  new Promise((resolve) => {
    const look = () => (tab.alive ? setTimeout(look, 5).unref() : resolve(undefined));
    look();
  });
