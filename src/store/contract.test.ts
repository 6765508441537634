import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { indexKey, indexKeysOf, ref, type IndexName, type Rec, type Ref } from '../engine/index.ts';
import {
  answersKept,
  deleteIdbStore,
  IdbStore,
  MemoryStore,
  NewerFormat,
  SeqConflict,
  WriterLost,
  type WorldStore,
} from './index.ts';
import { aliasRec, counter, entry, keyNumber, keyRec, made } from './records.fixture.ts';

let stores = 0;
const kinds: readonly {
  readonly kind: string;
  readonly fresh: () => { store: WorldStore; again: () => WorldStore };
}[] = [
  {
    kind: 'MemoryStore',
    fresh: () => {
      const store = new MemoryStore();
      return { store, again: () => new MemoryStore({ image: structuredClone(store.image()) }) };
    },
  },
  {
    kind: 'IdbStore',
    fresh: () => {
      const name = `contract ${(stores += 1)}`;
      return { store: new IdbStore(name), again: () => new IdbStore(name) };
    },
  },
];

afterEach(() => vi.restoreAllMocks());

describe.each(kinds)('$kind keeps the contract of WorldStore', ({ fresh }) => {
  it('starts empty, at entry 0', async () => {
    const { store } = fresh();
    expect(await store.open()).toEqual({ format: 2, seq: 0, floor: 0 });
    expect(await store.get([ref.clock])).toEqual([undefined]);
    expect(await store.range('ref', { prefix: '', n: 10 })).toEqual([]);
    expect(await store.entries({ n: 10 })).toEqual([]);
    await store.close();
  });

  it('is filled part by part, in any order, and is a world when it is found whole', async () => {
    const { store, again } = fresh();
    await store.open();
    const [a, b] = [keyRec(1), keyRec(2)];
    await store.put({ entries: [entry(4), entry(5)] });
    await store.put({ records: [[ref.key(a.arn), a]] });
    await store.put({ records: [[ref.key(b.arn), b]], entries: [entry(3)] });
    expect(await store.open()).toMatchObject({ seq: 0 });
    await expect(store.found({ seq: 5, floor: 1 })).rejects.toThrow(/2 to 5 were expected, 3/);
    await store.found({ seq: 5, floor: 2 });
    await store.append([entry(6)]);
    expect(await store.count()).toBe(2);
    await store.close();
    const later = again();
    expect(await later.open()).toMatchObject({ seq: 6, floor: 2 });
    expect((await later.entries({ n: 9 })).map(({ seq }) => seq)).toEqual([6, 5, 4, 3]);
    expect((await later.range('ref', { prefix: 'key/', n: 9 })).map(({ rec }) => rec)).toHaveLength(2);
    await later.close();
  });

  it('folds old entries into the checkpoint, and counts on from there', async () => {
    const { store, again } = fresh();
    await store.open();
    const [a, b] = [keyRec(1), keyRec(2)];
    await store.append([entry(1, [made(ref.key(a.arn), a)]), entry(2), entry(3, [made(ref.key(b.arn), b)])]);
    await store.trim(2);
    await store.trim(1);
    expect(await store.open()).toMatchObject({ seq: 3, floor: 2 });
    expect((await store.entries({ n: 9 })).map(({ seq }) => seq)).toEqual([3]);
    expect(await store.entries({ before: 3, n: 9 })).toEqual([]);
    expect(await store.get([ref.key(a.arn)])).toEqual([a]);
    await store.append([entry(4)]);
    await store.trim(99);
    await store.close();
    const reopened = again();
    expect(await reopened.open()).toMatchObject({ seq: 4, floor: 4 });
    expect(await reopened.entries({ n: 9 })).toEqual([]);
    await reopened.append([entry(5)]);
    expect((await reopened.entries({ n: 9 })).map(({ seq }) => seq)).toEqual([5]);
    await reopened.close();
  });

  it('is filled whole, in place of all that it holds but its device key', async () => {
    const { store } = fresh();
    await store.open();
    const [a, b] = [keyRec(1), keyRec(2)];
    const wrapped = await (await store.device()).wrap(new Uint8Array([1, 2]), new Uint8Array(12));
    await store.append([entry(1, [made(ref.key(a.arn), a)])], [{ once: 'x', seq: 1, sealed: wrapped }]);
    await store.putObject({ id: 'old', meta: 1, body: new Blob(['old']) });
    const contents = {
      seq: 8,
      floor: 7,
      records: [[ref.key(b.arn), b]] as const,
      entries: [entry(8)],
      objects: [{ id: 'new', meta: 2, body: new Blob(['new']) }],
    };
    await expect(store.refill({ ...contents, entries: [entry(9)] })).rejects.toThrow(SeqConflict);
    await expect(store.refill({ ...contents, seq: 9 })).rejects.toThrow(/up to 9/);
    expect(await store.get([ref.key(a.arn)])).toEqual([a]);
    await store.refill(contents);
    expect(await store.open()).toMatchObject({ seq: 8, floor: 7 });
    expect(await store.get([ref.key(a.arn), ref.key(b.arn)])).toEqual([undefined, b]);
    expect(await store.listObjects()).toEqual([{ id: 'new', meta: 2 }]);
    expect(await store.answer('x')).toBeUndefined();
    expect(await (await store.device()).unwrap(wrapped)).toEqual(new Uint8Array([1, 2]));
    await store.close();
  });

  it('keeps answers until they are forgotten, or long gone', async () => {
    const { store } = fresh();
    await store.open();
    const sealed = new Uint8Array([1]);
    await store.append([entry(1)], [{ once: 'a', seq: 1, sealed }]);
    await store.append([], [{ once: 'b', seq: 1, sealed }]);
    expect(await store.answer('a')).toEqual({ once: 'a', seq: 1, sealed });
    await store.forgetAnswers(['b', 'c']);
    expect(await store.answer('b')).toBeUndefined();
    await store.append(Array.from({ length: answersKept + 5 }, (_, i) => entry(i + 2)));
    await store.append([entry(answersKept + 7)], [{ once: 'd', seq: answersKept + 7, sealed }]);
    expect(await store.answer('a')).toBeUndefined();
    expect(await store.answer('d')).toBeDefined();
    await store.close();
  });

  it('keeps records, journal and head through a reopening', async () => {
    const { store, again } = fresh();
    await store.open();
    const [a, b] = [keyRec(1), keyRec(2, 5000)];
    await store.append([entry(1, [made(ref.key(a.arn), a)]), entry(2, [made(ref.key(b.arn), b)])]);
    await store.append([entry(3, [{ ref: ref.key(a.arn), before: a, after: undefined }])]);
    await store.close();
    const reopened = again();
    expect(await reopened.open()).toEqual({ format: 2, seq: 3, floor: 0 });
    expect(await reopened.get([ref.key(a.arn), ref.key(b.arn)])).toEqual([undefined, b]);
    expect((await reopened.entries({ n: 2 })).map((one) => one.seq)).toEqual([3, 2]);
    expect((await reopened.entries({ before: 3, n: 9 })).map((one) => one.call)).toEqual([
      entry(2).call,
      entry(1).call,
    ]);
    expect(await reopened.range('due', { prefix: '', n: 9 })).toEqual([
      { indexKey: indexKey.due(5000) + ref.key(b.arn), ref: ref.key(b.arn), rec: b },
    ]);
    await reopened.close();
  });

  it('refuses entries that do not follow the head, and keeps nothing of the batch', async () => {
    const { store } = fresh();
    await store.open();
    await store.append([entry(1)]);
    for (const seqs of [[1], [3], [2, 4]]) {
      const batch = seqs.map((seq) => entry(seq, [made(ref.counter('x'), counter('x', seq))]));
      await expect(store.append(batch)).rejects.toBeInstanceOf(SeqConflict);
    }
    expect(await store.open()).toEqual({ format: 2, seq: 1, floor: 0 });
    expect(await store.get([ref.counter('x')])).toEqual([undefined]);
    await store.append([entry(2)]);
    await store.close();
  });

  it('has one device key as long as it lives', async () => {
    const { store, again } = fresh();
    await store.open();
    const plain = crypto.getRandomValues(new Uint8Array(32));
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const wrapped = await (await store.device()).wrap(plain, nonce);
    expect(wrapped).toHaveLength(12 + 32 + 16);
    expect(await (await store.device()).unwrap(wrapped)).toEqual(plain);
    await store.close();
    const reopened = again();
    await reopened.open();
    expect(await (await reopened.device()).unwrap(wrapped)).toEqual(plain);
    await reopened.clear();
    await expect((await reopened.device()).unwrap(wrapped)).rejects.toThrow();
    await reopened.close();
  });

  it('keeps objects beside the journal', async () => {
    const { store } = fresh();
    await store.open();
    await store.putObject({ id: 'b', meta: { name: 'two' }, body: new Blob(['second']) });
    await store.putObject({ id: 'a', meta: { name: 'one' }, body: new Blob(['first']) });
    expect(await store.listObjects()).toEqual([
      { id: 'a', meta: { name: 'one' } },
      { id: 'b', meta: { name: 'two' } },
    ]);
    expect(await (await store.getObject('a'))?.body.text()).toBe('first');
    await store.removeObject('a');
    expect(await store.getObject('a')).toBeUndefined();
    expect(await store.listObjects()).toHaveLength(1);
    await store.close();
  });

  it('clears everything', async () => {
    const { store } = fresh();
    await store.open();
    await store.append([entry(1, [made(ref.counter('x'), counter('x', 1))])]);
    await store.putObject({ id: 'a', meta: null, body: new Blob(['x']) });
    await store.clear();
    expect(await store.open()).toEqual({ format: 2, seq: 0, floor: 0 });
    expect(await store.range('ref', { prefix: '', n: 9 })).toEqual([]);
    expect(await store.listObjects()).toEqual([]);
    await store.append([entry(1)]);
    await store.close();
  });

  it('answers every range as a sorted array of all index keys would', async () => {
    const change = fc.oneof(
      fc
        .record({ i: fc.nat(5), deletion: fc.option(fc.nat(3), { nil: undefined }) })
        .map(({ i, deletion }) => {
          return { at: ref.key(keyNumber(i)) as Ref, rec: keyRec(i, deletion) as Rec };
        }),
      fc
        .record({ name: fc.constantFrom('a', 'ab', 'b', 'ü', '\uffff'), target: fc.nat(2) })
        .map(({ name, target }) => {
          const rec = aliasRec(name, target);
          return { at: ref.alias(rec.arn) as Ref, rec: rec as Rec };
        }),
      fc.nat(3).map((i) => ({ at: ref.counter(`c${i}`) as Ref, rec: counter(`c${i}`, i) as Rec })),
    );
    const steps = fc.array(fc.record({ change, remove: fc.boolean() }), { maxLength: 12 });
    const ask = fc.record({
      index: fc.constantFrom<IndexName>('ref', 'due', 'aliasByTarget', 'materialById'),
      prefix: fc.constantFrom(
        '',
        'key/',
        'alias/111122223333/us-east-1/',
        'counter/c',
        indexKey.due(1),
        `${keyNumber(1)}|`,
      ),
      afterNumber: fc.option(fc.nat(9), { nil: undefined }),
      n: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.array(ask, { minLength: 1, maxLength: 5 }), async (did, asks) => {
        const { store } = fresh();
        await store.open();
        const model = new Map<Ref, Rec>();
        const entries = did.map(({ change: { at, rec }, remove }, i) => {
          const diff = [{ ref: at, before: model.get(at), after: remove ? undefined : rec }];
          if (remove) model.delete(at);
          else model.set(at, rec);
          return entry(i + 1, diff);
        });
        await store.append(entries);
        for (const { index, prefix, afterNumber, n } of asks) {
          const all = [...model]
            .flatMap(([at, rec]) => indexKeysOf(at, rec).map((row) => ({ ...row, ref: at, rec })))
            .filter((row) => row.index === index)
            .sort((a, b) => (a.indexKey < b.indexKey ? -1 : 1));
          const after = afterNumber === undefined ? undefined : (all[afterNumber]?.indexKey ?? 'key/1');
          const expected = all
            .filter((row) => row.indexKey.startsWith(prefix) && (after === undefined || row.indexKey > after))
            .slice(0, n)
            .map(({ indexKey: found, ref: at, rec }) => ({ indexKey: found, ref: at, rec }));
          expect(await store.range(index, { prefix, after, n })).toEqual(expected);
          if (index === 'ref')
            expect(await store.refs({ prefix, after, n })).toEqual(expected.map(({ ref: at }) => at));
        }
        await store.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe('IdbStore', () => {
  it('leaves nothing of a batch when the disk is full half-way', async () => {
    const store = new IdbStore('quota');
    await store.open();
    await store.append([entry(1, [made(ref.counter('kept'), counter('kept', 1))])]);
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      puts += 1;
      if (puts === 2) throw new DOMException('The disk is full.', 'QuotaExceededError');
      return put.apply(this, args);
    });
    const batch = [2, 3, 4].map((seq) => entry(seq, [made(ref.counter(`x${seq}`), counter('x', seq))]));
    await expect(store.append(batch)).rejects.toMatchObject({ name: 'QuotaExceededError' });
    vi.restoreAllMocks();
    expect(await store.open()).toEqual({ format: 2, seq: 1, floor: 0 });
    expect(await store.range('ref', { prefix: '', n: 9 })).toHaveLength(1);
    expect(await store.entries({ n: 9 })).toHaveLength(1);
    await store.append(batch);
    expect((await store.open()).seq).toBe(4);
    await store.close();
  });

  it('two stores on one database: the second writer is told, and loses nothing of the first', async () => {
    const [one, two] = [new IdbStore('two tabs'), new IdbStore('two tabs')];
    await Promise.all([one.open(), two.open()]);
    await one.append([entry(1)]);
    await expect(two.append([entry(1)])).rejects.toThrow(/another tab or program has written/);
    expect((await two.open()).seq).toBe(1);
    await Promise.all([one.close(), two.close()]);
  });

  it('the device key cannot be exported', async () => {
    const store = new IdbStore('device');
    await store.open();
    await store.device();
    await store.close();
    const request = indexedDB.open('device');
    const database = await new Promise<IDBDatabase>(
      (resolve) => (request.onsuccess = () => resolve(request.result)),
    );
    const get = database.transaction('meta').objectStore('meta').get('device');
    const key = await new Promise<CryptoKey>(
      (resolve) => (get.onsuccess = () => resolve(get.result as CryptoKey)),
    );
    database.close();
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });

  it('refuses a newer format and leaves it alone; deleting it makes room', async () => {
    const request = indexedDB.open('newer', 99);
    await new Promise((resolve) => (request.onsuccess = resolve));
    request.result.close();
    const store = new IdbStore('newer');
    await expect(store.open()).rejects.toBeInstanceOf(NewerFormat);
    await deleteIdbStore('newer');
    expect(await store.open()).toEqual({ format: 2, seq: 0, floor: 0 });
    await store.close();
    await expect(store.get([])).rejects.toThrow(/it was closed/);
  });
});

describe('who claimed a stored world writes it', () => {
  it('and whoever claimed before writes nothing any more, of no kind', async () => {
    const name = `contract ${(stores += 1)}`;
    const told: string[] = [];
    const [old, now] = [new IdbStore(name, ({ kind }) => told.push(kind)), new IdbStore(name)];
    await old.claim();
    await old.append([entry(1)]);
    await now.claim();
    const body = new Blob(['x']);
    const writes: readonly (() => Promise<void>)[] = [
      () => old.append([entry(2)]),
      () => old.trim(1),
      () => old.putObject({ id: 'a', meta: {}, body }),
      () => old.removeObject('a'),
      () => old.refill({ seq: 0, floor: 0, records: [], entries: [], objects: [] }),
    ];
    for (const write of writes) await expect(write()).rejects.toBeInstanceOf(WriterLost);
    expect(told).toEqual(writes.map(() => 'claimed'));
    expect(await now.open()).toEqual({ format: 2, seq: 1, floor: 0 });
    await now.append([entry(2)]);
    // It may claim again, and the other one is out then.
    await old.claim();
    await old.append([entry(3)]);
    await expect(now.append([entry(4)])).rejects.toBeInstanceOf(WriterLost);
    // Programs that never claim are held to the journal alone.
    const other = new IdbStore(name);
    await other.append([entry(4)]);
    await Promise.all([old, now, other].map((store) => store.close()));
  });
});
