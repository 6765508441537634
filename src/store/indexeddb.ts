import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import {
  indexKeysOf,
  spanOf,
  type Device,
  type Found,
  type IndexName,
  type Range,
  type Rec,
  type Ref,
} from '../engine/index.ts';
import { makePlatformKey, platformDevice } from './device.ts';
import type { Registry, WorldRow } from './registry.ts';
import {
  answersKept,
  checkContinues,
  checkWhole,
  NewerFormat,
  storeFormat,
  WriterLost,
  type Contents,
  type Entry,
  type Head,
  type KeptAnswer,
  type ObjectRow,
  type Part,
  type StoredObject,
  type StoreLoss,
  type WorldStore,
} from './types.ts';

/** A record with its rows in the declared indexes: the browser keeps those in order, in the same transaction. */
interface RecordRow {
  readonly ref: Ref;
  readonly rec: Rec;
  /** `INDEX/INDEX KEY` for each declared index it is in; the primary order is that of `ref` itself. */
  readonly rows: readonly string[];
}

interface HeadRow {
  readonly seq: number;
  /** Absent in worlds of format 1, which had no checkpoint. */
  readonly floor?: number | undefined;
  /** How often the world was claimed; it stands here because every write reads this row. */
  readonly claims?: number | undefined;
}

interface Schema extends DBSchema {
  records: { key: Ref; value: RecordRow; indexes: { rows: string } };
  entries: { key: number; value: Entry };
  meta: { key: 'head' | 'device'; value: HeadRow | CryptoKey };
  /** What lists show, apart from the bytes, so that a list never touches a Blob. */
  objects: { key: string; value: ObjectRow };
  bodies: { key: string; value: Blob };
  answers: { key: string; value: KeptAnswer; indexes: { seq: number } };
}
type Database = IDBPDatabase<Schema>;
type Upgrade = IDBPTransaction<
  Schema,
  ('records' | 'entries' | 'meta' | 'objects' | 'bodies' | 'answers')[],
  'versionchange'
>;

/** Rung `n` lifts a database of format `n` to format `n + 1`; the first makes an empty one. */
const migrations: readonly ((database: Database, upgrade: Upgrade) => void)[] = [
  (database) => {
    database
      .createObjectStore('records', { keyPath: 'ref' })
      .createIndex('rows', 'rows', { multiEntry: true });
    database.createObjectStore('entries', { keyPath: 'seq' });
    database.createObjectStore('meta');
    database.createObjectStore('objects', { keyPath: 'id' });
    database.createObjectStore('bodies');
  },
  // Format 2: several tabs, whose requests are answered once.
  (database) => {
    database.createObjectStore('answers', { keyPath: 'once' }).createIndex('seq', 'seq');
  },
];

/**
 * "Acknowledged" means on disk. `relaxed` hands the bytes to the operating system: they survive a closed tab and a killed
 * browser, not a power cut. `strict` asks for the disk itself; it costs about 0.5 ms more a transaction (stack.md), which a
 * group commit pays once for all that waits. We promise the disk, so we pay.
 */
const durable = { durability: 'strict' } as const;

type KeptHead = { readonly seq: number; readonly floor: number; readonly claims: number };

const headOf = (value: Schema['meta']['value'] | undefined): KeptHead =>
  value && 'seq' in value
    ? { seq: value.seq, floor: value.floor ?? 0, claims: value.claims ?? 0 }
    : { seq: 0, floor: 0, claims: 0 };

const everything = ['records', 'entries', 'meta', 'objects', 'bodies', 'answers'] as const;

/** A world in this browser's IndexedDB. */
export class IdbStore implements WorldStore {
  readonly kind = 'indexeddb';
  readonly #name: string;
  readonly #lost: (loss: StoreLoss) => void;
  #database: Promise<Database> | undefined;
  #closed: string | undefined;
  /** The number of this writer's claim. */
  #claim: number | undefined;

  /** `lost` is told when the database goes away while the store is open. */
  constructor(name = 'kms-lab', lost: (loss: StoreLoss) => void = () => undefined) {
    this.#name = name;
    this.#lost = lost;
  }

  async open(): Promise<Head> {
    this.#closed = undefined;
    const database = await this.#open();
    const { seq, floor } = headOf(await database.get('meta', 'head'));
    return { format: database.version, seq, floor };
  }

  async claim(): Promise<void> {
    const tx = (await this.#open()).transaction('meta', 'readwrite', durable);
    const head = headOf(await tx.store.get('head'));
    const claims = head.claims + 1;
    await Promise.all([tx.store.put({ ...head, claims }, 'head'), tx.done]);
    this.#claim = claims;
  }

  /** Inside the transaction that is about to write, so that nobody can claim in between. */
  async #mine(meta: { get(key: 'head'): Promise<Schema['meta']['value'] | undefined> }): Promise<KeptHead> {
    const head = headOf(await meta.get('head'));
    if (this.#claim === undefined || head.claims === this.#claim) return head;
    const gone = new WriterLost();
    this.#lost({ kind: 'claimed', message: gone.message });
    throw gone;
  }

  async device(): Promise<Device> {
    const database = await this.#open();
    const kept = await database.get('meta', 'device');
    if (kept && !('seq' in kept)) return platformDevice(kept);
    // Made outside the transaction, which would not wait for it; a key that came first wins.
    const made = await makePlatformKey();
    const tx = database.transaction('meta', 'readwrite', durable);
    const first = await tx.store.get('device');
    if (!first) await tx.store.put(made, 'device');
    await tx.done;
    return platformDevice(first && !('seq' in first) ? first : made);
  }

  async get(refs: readonly Ref[]): Promise<readonly (Rec | undefined)[]> {
    const tx = (await this.#open()).transaction('records');
    const rows = await Promise.all(refs.map((ref) => tx.store.get(ref)));
    return rows.map((row) => row?.rec);
  }

  async range(index: IndexName, range: Range): Promise<readonly Found[]> {
    if (range.n <= 0) return [];
    const inPrimary = index === 'ref';
    const lead = inPrimary ? '' : `${index}/`;
    const { from, to } = spanOf({
      prefix: lead + range.prefix,
      after: range.after === undefined ? undefined : lead + range.after,
      n: range.n,
    });
    if (to !== undefined && from >= to) return [];
    const keys = to === undefined ? IDBKeyRange.lowerBound(from) : IDBKeyRange.bound(from, to, false, true);
    const { store } = (await this.#open()).transaction('records');
    const count = Number.isFinite(range.n) ? range.n : undefined;
    const rows = await (inPrimary ? store.getAll(keys, count) : store.index('rows').getAll(keys, count));
    return rows.flatMap(({ ref, rec }) => {
      const row = indexKeysOf(ref, rec).find((one) => one.index === index);
      return row ? [{ indexKey: row.indexKey, ref, rec }] : [];
    });
  }

  async refs(range: Range): Promise<readonly Ref[]> {
    const { from, to } = spanOf(range);
    if (range.n <= 0 || (to !== undefined && from >= to)) return [];
    const keys = to === undefined ? IDBKeyRange.lowerBound(from) : IDBKeyRange.bound(from, to, false, true);
    const { store } = (await this.#open()).transaction('records');
    return store.getAllKeys(keys, Number.isFinite(range.n) ? range.n : undefined);
  }

  async append(entries: readonly Entry[], answers: readonly KeptAnswer[] = []): Promise<void> {
    const last = entries.at(-1);
    if (!last && answers.length === 0) return;
    const stores = ['records', 'entries', 'meta', 'answers'] as const;
    const tx = (await this.#open()).transaction(stores, 'readwrite', durable);
    const writes: Promise<unknown>[] = [];
    try {
      const head = await this.#mine(tx.objectStore('meta'));
      checkContinues(head.seq, entries);
      // Answers that nobody asked for again. Read before anything is written, so that no failure goes unheard meanwhile.
      const old =
        answers.length === 0
          ? []
          : await tx
              .objectStore('answers')
              .index('seq')
              .getAllKeys(IDBKeyRange.upperBound(head.seq - answersKept));
      const records = tx.objectStore('records');
      for (const entry of entries) {
        for (const { ref, after } of entry.diff)
          writes.push(after ? records.put(rowOf(ref, after)) : records.delete(ref));
        writes.push(tx.objectStore('entries').add(entry));
      }
      if (last) writes.push(tx.objectStore('meta').put({ ...head, seq: last.seq }, 'head'));
      writes.push(...answers.map((answer) => tx.objectStore('answers').put(answer)));
      writes.push(...old.map((key) => tx.objectStore('answers').delete(key)));
      await Promise.all(writes);
      await tx.done;
    } catch (error) {
      await abandon(tx, writes);
      throw error;
    }
  }

  async entries({
    before,
    n,
  }: {
    readonly before?: number | undefined;
    readonly n: number;
  }): Promise<readonly Entry[]> {
    const tx = (await this.#open()).transaction(['entries', 'meta']);
    const { seq, floor } = headOf(await tx.objectStore('meta').get('head'));
    const end = Math.min(seq + 1, before ?? Infinity);
    const start = Math.max(floor + 1, end - n);
    if (start >= end) return [];
    return (await tx.objectStore('entries').getAll(IDBKeyRange.bound(start, end, false, true))).reverse();
  }

  async answer(once: string): Promise<KeptAnswer | undefined> {
    return (await this.#open()).get('answers', once);
  }

  async forgetAnswers(onces: readonly string[]): Promise<void> {
    if (onces.length === 0) return;
    // Not durable on purpose: an answer too many is dropped with time.
    const tx = (await this.#open()).transaction('answers', 'readwrite');
    await Promise.all([...onces.map((once) => tx.store.delete(once)), tx.done]);
  }

  async trim(floor: number): Promise<void> {
    const tx = (await this.#open()).transaction(['entries', 'meta'], 'readwrite', durable);
    const head = await this.#mine(tx.objectStore('meta'));
    const to = Math.min(floor, head.seq);
    if (to <= head.floor) return tx.done;
    await Promise.all([
      tx.objectStore('entries').delete(IDBKeyRange.upperBound(to)),
      tx.objectStore('meta').put({ ...head, floor: to }, 'head'),
      tx.done,
    ]);
  }

  async refill({ seq, floor, records, entries, objects }: Contents): Promise<void> {
    checkContinues(floor, entries);
    if (floor + entries.length !== seq) throw new Error(`"refill" expected entries up to ${seq}`);
    const tx = (await this.#open()).transaction(everything, 'readwrite', durable);
    const writes: Promise<unknown>[] = [];
    try {
      const { claims } = await this.#mine(tx.objectStore('meta'));
      for (const store of ['records', 'entries', 'objects', 'bodies', 'answers'] as const)
        writes.push(tx.objectStore(store).clear());
      for (const [ref, rec] of records) writes.push(tx.objectStore('records').put(rowOf(ref, rec)));
      for (const entry of entries) writes.push(tx.objectStore('entries').add(entry));
      for (const { id, meta, body } of objects) {
        writes.push(tx.objectStore('objects').put({ id, meta }));
        writes.push(tx.objectStore('bodies').put(body, id));
      }
      writes.push(tx.objectStore('meta').put({ seq, floor, claims }, 'head'));
      await Promise.all(writes);
      await tx.done;
    } catch (error) {
      await abandon(tx, writes);
      throw error;
    }
  }

  async count(): Promise<number> {
    return (await this.#open()).count('records');
  }

  async put({ records = [], entries = [] }: Part): Promise<void> {
    // Not durable on purpose: `found` is, and comes last.
    const tx = (await this.#open()).transaction(['records', 'entries'], 'readwrite');
    const writes: Promise<unknown>[] = [];
    try {
      for (const [ref, rec] of records) writes.push(tx.objectStore('records').put(rowOf(ref, rec)));
      for (const entry of entries) writes.push(tx.objectStore('entries').put(entry));
      await Promise.all(writes);
      await tx.done;
    } catch (error) {
      await abandon(tx, writes);
      throw error;
    }
  }

  async found({ seq, floor }: Pick<Head, 'seq' | 'floor'>): Promise<void> {
    const tx = (await this.#open()).transaction(['entries', 'meta'], 'readwrite', durable);
    const head = await this.#mine(tx.objectStore('meta'));
    checkWhole({ seq, floor }, await tx.objectStore('entries').count());
    await Promise.all([tx.objectStore('meta').put({ ...head, seq, floor }, 'head'), tx.done]);
  }

  async putObject({ id, meta, body }: StoredObject): Promise<void> {
    const tx = (await this.#open()).transaction(['objects', 'bodies', 'meta'], 'readwrite', durable);
    const writes: Promise<unknown>[] = [];
    try {
      await this.#mine(tx.objectStore('meta'));
      writes.push(tx.objectStore('objects').put({ id, meta }));
      writes.push(tx.objectStore('bodies').put(body, id));
      await Promise.all(writes);
      await tx.done;
    } catch (error) {
      await abandon(tx, writes);
      throw error;
    }
  }

  async getObject(id: string): Promise<StoredObject | undefined> {
    const tx = (await this.#open()).transaction(['objects', 'bodies']);
    const [row, body] = await Promise.all([
      tx.objectStore('objects').get(id),
      tx.objectStore('bodies').get(id),
    ]);
    return row && body ? { ...row, body } : undefined;
  }

  async listObjects(): Promise<readonly ObjectRow[]> {
    return (await this.#open()).getAll('objects');
  }

  async removeObject(id: string): Promise<void> {
    const tx = (await this.#open()).transaction(['objects', 'bodies', 'meta'], 'readwrite', durable);
    await this.#mine(tx.objectStore('meta'));
    await Promise.all([tx.objectStore('objects').delete(id), tx.objectStore('bodies').delete(id), tx.done]);
  }

  async clear(): Promise<void> {
    const tx = (await this.#open()).transaction(everything, 'readwrite', durable);
    await Promise.all([...everything.map((store) => tx.objectStore(store).clear()), tx.done]);
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#shut('it was closed');
    await database?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #shut(why: string): void {
    this.#closed = why;
    this.#database = undefined;
  }

  #open(): Promise<Database> {
    if (this.#closed !== undefined)
      return Promise.reject(new Error(`The store "${this.#name}" cannot be used: ${this.#closed}.`));
    return (this.#database ??= connect(this.#name, (loss) => {
      if (loss.kind === 'newer') this.#shut(loss.message);
      else this.#database = undefined;
      this.#lost(loss);
    }).catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    }));
  }
}

/** Removes the database of a store that is closed. */
export const deleteIdbStore = (name = 'kms-lab'): Promise<void> => deleteDB(name);

const rowOf = (ref: Ref, rec: Rec): RecordRow => ({
  ref,
  rec,
  rows: indexKeysOf(ref, rec).flatMap(({ index, indexKey }) =>
    index === 'ref' ? [] : [`${index}/${indexKey}`],
  ),
});

/** Ends a transaction whose work failed half-way, so that nothing of it stays. */
async function abandon(
  tx: { abort(): void; readonly done: Promise<void> },
  writes: readonly Promise<unknown>[],
): Promise<void> {
  try {
    tx.abort();
  } catch {
    // It has ended already, by the same failure.
  }
  // Every request of it now fails too; the caller hears of the first failure only.
  await Promise.allSettled([...writes, tx.done]);
}

/** OURS: how long a tab that must let go of an older database may take, in milliseconds. */
const patience = 3000;

async function connect(name: string, lost: (loss: StoreLoss) => void): Promise<Database> {
  let blocked: (error: Error) => void = () => undefined;
  const stuck = new Promise<never>((_resolve, reject) => (blocked = reject));
  try {
    const opening: Promise<Database> = openDB<Schema>(name, storeFormat, {
      upgrade(open, oldVersion, _newVersion, upgrade) {
        for (const rung of migrations.slice(oldVersion)) rung(open, upgrade);
      },
      // A newer version in another tab wants to migrate: let it, this one cannot read the result.
      blocking(_current, _blocked, event) {
        lost({
          kind: 'newer',
          message: 'a newer version of KMS Lab has opened it in another tab; reload this one',
        });
        (event.target as IDBDatabase).close(); // the event's target is the connection (Indexed Database API §2.1)
      },
      terminated() {
        lost({ kind: 'ended', message: 'the browser has ended the connection' });
      },
      // The other tab lets go when it is asked (`blocking`); one that does not in time is stuck.
      blocked() {
        setTimeout(() => {
          blocked(new Error('another tab keeps an older version of it open; close that tab'));
        }, patience);
      },
    });
    void opening.then(undefined, () => undefined); // when it ends after all, nobody listens
    return await Promise.race([opening, stuck]);
  } catch (error) {
    // "VersionError": the stored version is higher than the one asked for (Indexed Database API §4.3).
    if (error instanceof DOMException && error.name === 'VersionError') throw new NewerFormat();
    throw error;
  }
}

interface ListSchema extends DBSchema {
  worlds: { key: string; value: WorldRow };
}

/** In a small database of its own, so that the list can be read without opening a world. */
export class IdbRegistry implements Registry {
  readonly #name: string;
  #database: Promise<IDBPDatabase<ListSchema>> | undefined;

  constructor(name = 'kms-lab-worlds') {
    this.#name = name;
  }

  async list(): Promise<readonly WorldRow[]> {
    return (await this.#open()).getAll('worlds');
  }
  async put(row: WorldRow): Promise<void> {
    await (await this.#open()).put('worlds', row);
  }
  async remove(id: string): Promise<void> {
    await (await this.#open()).delete('worlds', id);
  }
  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await database?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #open(): Promise<IDBPDatabase<ListSchema>> {
    const forget = () => (this.#database = undefined);
    return (this.#database ??= openDB<ListSchema>(this.#name, 1, {
      upgrade: (database) => void database.createObjectStore('worlds', { keyPath: 'id' }),
      blocking: (_current, _blocked, event) => {
        forget();
        (event.target as IDBDatabase).close(); // the event's target is the connection (Indexed Database API §2.1)
      },
      terminated: () => void forget(),
    }).catch((error: unknown) => {
      forget();
      throw error;
    }));
  }
}
