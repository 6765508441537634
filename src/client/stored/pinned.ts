import type { Rec, Ref } from '../../engine/index.ts';
import type { Entry, WorldStore } from '../../store/index.ts';
import { PageSize, type Job } from './job.ts';

export type Row = readonly [Ref, Rec];

/**
 * A stored world as it was after one entry, read page by page while others go on writing it: what changed since is known
 * from the journal, which says what was there before.
 */
export class Pinned {
  readonly seq: number;
  readonly store: WorldStore;
  /** What records were after entry `seq` that were changed later. */
  readonly #since = new Map<Ref, Rec | undefined>();
  #sorted: Ref[] = [];
  #upTo: number;

  private constructor(store: WorldStore, seq: number) {
    this.store = store;
    this.seq = seq;
    this.#upTo = seq;
  }

  /** @throws RangeError when that entry is folded away or was never written */
  static async at(store: WorldStore, at?: number): Promise<Pinned> {
    const { seq, floor } = await store.open();
    if (at !== undefined && (!Number.isInteger(at) || at > seq || at < Math.max(1, floor)))
      throw new RangeError(`"at" expected an entry from ${Math.max(1, floor)} to ${seq}, got ${at}`);
    const pinned = new Pinned(store, at ?? seq);
    await pinned.#follow();
    return pinned;
  }

  /** The same world as its checkpoint has it; `floor` of a world that was never folded: before its first entry. */
  static async checkpointOf(store: WorldStore): Promise<Pinned> {
    const pinned = new Pinned(store, (await store.open()).floor);
    if (pinned.seq > 0) await pinned.#follow();
    return pinned;
  }

  /** Reads what was written since. */
  async #follow(): Promise<void> {
    const { seq, floor } = await this.store.open();
    if (seq === this.#upTo) return;
    if (floor > this.#upTo) throw new Error('the world changed too much while it was read');
    for await (const entries of entriesOf(this.store, this.#upTo, seq))
      for (const { diff } of entries)
        for (const { ref, before } of diff) if (!this.#since.has(ref)) this.#since.set(ref, before);
    this.#sorted = [...this.#since.keys()].sort();
    this.#upTo = seq;
  }

  /** Its records in the order of their refs. */
  async *rows(job: Job): AsyncGenerator<readonly Row[]> {
    if (this.seq === 0) return;
    const pages = new PageSize(500, 2000);
    for (let after: Ref | undefined; ;) {
      const found = await this.store.range('ref', { prefix: '', after, n: pages.next() });
      // Whatever of it was written after `seq` is in the journal by now.
      await this.#follow();
      const end = found.at(-1)?.ref;
      yield this.#merged(found, after, end);
      await job.did(found.length);
      if (end === undefined) return;
      after = end;
    }
  }

  #merged(
    found: readonly { readonly ref: Ref; readonly rec: Rec }[],
    after: Ref | undefined,
    end: Ref | undefined,
  ) {
    const rows: Row[] = [];
    for (const { ref, rec } of found) if (!this.#since.has(ref)) rows.push([ref, rec]);
    const mine = rows.length;
    for (let i = firstAfter(this.#sorted, after); i < this.#sorted.length; i += 1) {
      const ref = this.#sorted[i];
      if (ref === undefined || (end !== undefined && ref > end)) break;
      const rec = this.#since.get(ref);
      if (rec) rows.push([ref, rec]);
    }
    if (rows.length > mine) rows.sort(([a], [b]) => (a < b ? -1 : 1));
    return rows;
  }

  /** The entries that led here, oldest first, as far back as they are kept. */
  entries(floor: number): AsyncGenerator<readonly Entry[]> {
    return entriesOf(this.store, floor, this.seq);
  }
}

/** Those after `from`, up to `to`, oldest first. @throws when some are folded away meanwhile */
async function* entriesOf(store: WorldStore, from: number, to: number): AsyncGenerator<readonly Entry[]> {
  const pages = new PageSize(4, 512);
  for (let at = from; at < to;) {
    const end = Math.min(to, at + pages.next());
    const page = (await store.entries({ before: end + 1, n: end - at })).toReversed();
    if (page.length < end - at) throw new Error('the world changed too much while it was read');
    yield page;
    at = end;
  }
}

/** The position of the first ref behind this one. */
function firstAfter(sorted: readonly Ref[], after: Ref | undefined): number {
  if (after === undefined) return 0;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
