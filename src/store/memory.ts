import {
  indexKeysOf,
  SortedMap,
  spanOf,
  staysInPlace,
  type Bytes,
  type Change,
  type Device,
  type Found,
  type IndexName,
  type Range,
  type Rec,
  type Ref,
} from '../engine/index.ts';
import { rawDevice } from './device.ts';
import {
  answersKept,
  checkContinues,
  checkWhole,
  NewerFormat,
  storeFormat,
  type Contents,
  type Entry,
  type Head,
  type KeptAnswer,
  type ObjectRow,
  type Part,
  type StoredObject,
  type WorldStore,
} from './types.ts';

/** All that a world in memory is, sealed objects apart. Plain data: can be cloned, and kept as a file. */
export interface StoreImage {
  readonly format: number;
  /** The raw device key: whoever has the image can open the key material in it. */
  readonly device: Bytes;
  readonly seq: number;
  readonly floor?: number | undefined;
  readonly records: readonly (readonly [Ref, Rec])[];
  readonly entries: readonly Entry[];
}

/** A world that lives as long as its page. Holds the very records it is given: they are read-only by promise. */
export class MemoryStore implements WorldStore {
  readonly kind = 'memory';
  #device: Bytes;
  #head = 0;
  #floor = 0;
  readonly #records = new Map<Ref, Rec>();
  readonly #order = new Map<IndexName, SortedMap<Ref>>();
  #entries: Entry[] = [];
  readonly #answers = new Map<string, KeptAnswer>();
  readonly #objects = new Map<string, StoredObject>();

  /** `device`: 32 bytes; a seeded world gives its own, so that it repeats to the byte. */
  constructor(options: { readonly device?: Bytes; readonly image?: StoreImage } = {}) {
    const { image } = options;
    this.#device = options.device ?? image?.device ?? crypto.getRandomValues(new Uint8Array(32));
    if (!image) return;
    if (image.format > storeFormat) throw new NewerFormat();
    this.#head = image.seq;
    this.#floor = image.floor ?? 0;
    this.#entries.push(...image.entries);
    for (const [ref, rec] of image.records) this.#put({ ref, before: undefined, after: rec });
  }

  /** A copy to start another store from. Large records are shared, which is safe because nobody changes them. */
  image(): StoreImage {
    return {
      format: storeFormat,
      device: this.#device.slice(),
      seq: this.#head,
      floor: this.#floor,
      records: [...this.#records],
      entries: [...this.#entries],
    };
  }

  open(): Promise<Head> {
    return Promise.resolve({ format: storeFormat, seq: this.#head, floor: this.#floor });
  }

  /** Nobody else can have it. */
  claim(): Promise<void> {
    return Promise.resolve();
  }

  device(): Promise<Device> {
    return Promise.resolve(rawDevice(this.#device));
  }

  get(refs: readonly Ref[]): Promise<readonly (Rec | undefined)[]> {
    return Promise.resolve(refs.map((ref) => this.#records.get(ref)));
  }

  range(index: IndexName, range: Range): Promise<readonly Found[]> {
    const rows = this.#order.get(index)?.slice(spanOf(range), range.n) ?? [];
    return Promise.resolve(
      rows.flatMap(([indexKey, ref]) => {
        const rec = this.#records.get(ref);
        return rec ? [{ indexKey, ref, rec }] : [];
      }),
    );
  }

  refs(range: Range): Promise<readonly Ref[]> {
    const rows = this.#order.get('ref')?.slice(spanOf(range), range.n) ?? [];
    return Promise.resolve(rows.map(([, at]) => at));
  }

  // Awaits nothing, but answers like a store that does: what the check throws rejects.
  async append(entries: readonly Entry[], answers: readonly KeptAnswer[] = []): Promise<void> {
    // Nothing after the check can fail, so the whole batch happens or none of it.
    checkContinues(this.#head, entries);
    for (const entry of entries) {
      for (const change of entry.diff) this.#put(change);
      this.#entries.push(entry);
      this.#head = entry.seq;
    }
    for (const answer of answers) this.#answers.set(answer.once, answer);
    if (answers.length === 0) return;
    for (const { once, seq } of this.#answers.values())
      if (seq < this.#head - answersKept) this.#answers.delete(once);
  }

  answer(once: string): Promise<KeptAnswer | undefined> {
    return Promise.resolve(this.#answers.get(once));
  }

  forgetAnswers(onces: readonly string[]): Promise<void> {
    for (const once of onces) this.#answers.delete(once);
    return Promise.resolve();
  }

  trim(floor: number): Promise<void> {
    const to = Math.min(floor, this.#head);
    if (to > this.#floor) {
      this.#entries.splice(0, to - this.#floor);
      this.#floor = to;
    }
    return Promise.resolve();
  }

  refill({ seq, floor, records, entries, objects }: Contents): Promise<void> {
    return Promise.resolve().then(() => {
      const held = [...records]; // read before anything changes: it may fail
      checkContinues(floor, entries);
      if (floor + entries.length !== seq) throw new Error(`"refill" expected entries up to ${seq}`);
      this.#empty();
      this.#head = seq;
      this.#floor = floor;
      this.#entries = [...entries];
      for (const [ref, rec] of held) this.#put({ ref, before: undefined, after: rec });
      for (const object of objects) this.#objects.set(object.id, object);
    });
  }

  count(): Promise<number> {
    return Promise.resolve(this.#records.size);
  }

  put({ records = [], entries = [] }: Part): Promise<void> {
    for (const [ref, rec] of records) this.#put({ ref, before: undefined, after: rec });
    this.#entries.push(...entries);
    return Promise.resolve();
  }

  found({ seq, floor }: Pick<Head, 'seq' | 'floor'>): Promise<void> {
    return Promise.resolve().then(() => {
      const entries = this.#entries.toSorted((a, b) => a.seq - b.seq);
      checkWhole({ seq, floor }, entries.length);
      this.#entries = entries;
      this.#head = seq;
      this.#floor = floor;
    });
  }

  entries({
    before,
    n,
  }: {
    readonly before?: number | undefined;
    readonly n: number;
  }): Promise<readonly Entry[]> {
    const end = Math.max(0, Math.min(this.#head, (before ?? Infinity) - 1) - this.#floor);
    return Promise.resolve(this.#entries.slice(Math.max(0, end - n), end).reverse());
  }

  putObject(object: StoredObject): Promise<void> {
    this.#objects.set(object.id, object);
    return Promise.resolve();
  }

  getObject(id: string): Promise<StoredObject | undefined> {
    return Promise.resolve(this.#objects.get(id));
  }

  listObjects(): Promise<readonly ObjectRow[]> {
    const rows = [...this.#objects.values()].map(({ id, meta }) => ({ id, meta }));
    return Promise.resolve(rows.sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  removeObject(id: string): Promise<void> {
    this.#objects.delete(id);
    return Promise.resolve();
  }

  #empty(): void {
    this.#head = 0;
    this.#floor = 0;
    this.#records.clear();
    this.#order.clear();
    this.#entries = [];
    this.#answers.clear();
    this.#objects.clear();
  }

  clear(): Promise<void> {
    this.#empty();
    this.#device = crypto.getRandomValues(new Uint8Array(32));
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #put({ ref, after }: Change): void {
    const known = this.#records.get(ref);
    if (known && after && staysInPlace(ref, known, after)) {
      this.#records.set(ref, after);
      return;
    }
    if (known) for (const row of indexKeysOf(ref, known)) this.#rows(row.index).delete(row.indexKey);
    if (!after) {
      this.#records.delete(ref);
      return;
    }
    this.#records.set(ref, after);
    for (const row of indexKeysOf(ref, after)) this.#rows(row.index).set(row.indexKey, ref);
  }

  #rows(index: IndexName): SortedMap<Ref> {
    let rows = this.#order.get(index);
    if (!rows) this.#order.set(index, (rows = new SortedMap()));
    return rows;
  }
}
