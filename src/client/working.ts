import {
  indexKeysOf,
  Missing,
  nextKey,
  SortedMap,
  spanOf,
  Spans,
  staysInPlace,
  type Change,
  type Diff,
  type Found,
  type IndexName,
  type Range,
  type Rec,
  type Ref,
  type TableName,
  type Tables,
  type View,
} from '../engine/index.ts';
import type { Records } from '../store/index.ts';

/** The live state that a world's steps read, and that only the world changes. */
export interface LiveView extends View {
  /** Applies a diff in place, at the cost of the diff. */
  apply(diff: Diff): void;
  /** Fetches what a view said it lacks. */
  load(missing: Missing): Promise<void>;
  /** A view of this moment: later changes here do not show there, nor the other way. */
  fork(): ForkView;
}

/** Those who must be told what a record was before it changes. */
class Forks {
  readonly #open = new Set<ForkView>();

  get size(): number {
    return this.#open.size;
  }

  /** `emptied` is called whenever the last one leaves. */
  make(parent: LiveView, emptied: () => void = () => undefined): ForkView {
    const fork = new ForkView(parent, () => {
      if (this.#open.delete(fork) && this.#open.size === 0) emptied();
    });
    this.#open.add(fork);
    return fork;
  }

  tell(diff: Diff): void {
    for (const fork of this.#open) for (const { ref, before } of diff) fork.remember(ref, before);
  }
}

/** Records by ref together with their rows in every declared index. */
class Indexed {
  readonly #order = new Map<IndexName, SortedMap<Ref>>();

  rows(index: IndexName): SortedMap<Ref> {
    let rows = this.#order.get(index);
    if (!rows) this.#order.set(index, (rows = new SortedMap()));
    return rows;
  }

  change(ref: Ref, before: Rec | undefined, after: Rec | undefined): void {
    if (before && after && staysInPlace(ref, before, after)) return;
    if (before) for (const row of indexKeysOf(ref, before)) this.rows(row.index).delete(row.indexKey);
    if (after) for (const row of indexKeysOf(ref, after)) this.rows(row.index).set(row.indexKey, ref);
  }

  clear(): void {
    this.#order.clear();
  }
}

/** A page of the smallest kind: a store is not asked for one row at a time. */
const smallestPage = 32;

/**
 * What has been loaded of a stored world. Which parts of each index are known is kept as spans; everything else that the
 * store may hold raises {@link Missing}. What is known here is newer than what the store answers, and wins.
 */
export class WorkingView implements LiveView {
  readonly #store: Records;
  /** A ref with `undefined` is known to be absent. */
  readonly #known = new Map<Ref, Rec | undefined>();
  readonly #rows = new Indexed();
  readonly #covered = new Map<IndexName, Spans>();
  readonly #forks = new Forks();
  #complete: boolean;

  /** `complete`: the store is empty, so that everything there will ever be is known from the start. */
  constructor(store: Records, complete: boolean) {
    this.#store = store;
    this.#complete = complete;
  }

  get<T extends TableName>(ref: Ref<T>): Tables[T] | undefined {
    const rec = this.#known.get(ref);
    if (rec === undefined && !this.#knows(ref)) throw new Missing([ref], []);
    return rec as Tables[T] | undefined; // a ref names its table
  }

  #knows(ref: Ref): boolean {
    return this.#complete || this.#known.has(ref) || this.#spans('ref').endOf(ref) !== undefined;
  }

  range(index: IndexName, range: Range): readonly Found[] {
    const span = spanOf(range);
    if (span.to !== undefined && span.from >= span.to) return [];
    const known = this.#complete ? { to: undefined } : this.#spans(index).endOf(span.from);
    const whole = known && (known.to === undefined || (span.to !== undefined && known.to >= span.to));
    const upTo = whole ? span.to : known?.to;
    const rows = known ? this.#rows.rows(index).slice({ from: span.from, to: upTo }, range.n) : [];
    if (!whole && rows.length < range.n) throw new Missing([], [{ index, range }]);
    return rows.flatMap(([indexKey, ref]) => {
      const rec = this.#known.get(ref);
      return rec ? [{ indexKey, ref, rec }] : [];
    });
  }

  async load(missing: Missing): Promise<void> {
    const refs = missing.refs.filter((ref) => !this.#knows(ref));
    const [recs] = await Promise.all([
      this.#store.get(refs),
      ...missing.ranges.map(({ index, range }) => this.#loadRange(index, range)),
    ]);
    refs.forEach((ref, i) => this.#learn(ref, recs[i]));
  }

  /** Reads until more is known than before: rows that were removed here but not yet on disk do not count. */
  async #loadRange(index: IndexName, range: Range): Promise<void> {
    const { from, to } = spanOf(range);
    const known = this.#spans(index).endOf(from)?.to ?? from;
    for (let n = Math.max(range.n, smallestPage); ; n *= 2) {
      const rows = await this.#store.range(index, { ...range, n });
      for (const { ref, rec } of rows) this.#learn(ref, rec);
      const last = rows.at(-1);
      const reached = last && rows.length >= n ? nextKey(last.indexKey) : to;
      this.#spans(index).add({ from, to: reached });
      if (reached === to || reached === undefined || reached > known) return;
    }
  }

  #learn(ref: Ref, rec: Rec | undefined): void {
    if (this.#known.has(ref)) return;
    this.#known.set(ref, rec);
    this.#rows.change(ref, undefined, rec);
  }

  apply(diff: Diff): void {
    this.#forks.tell(diff);
    for (const { ref, after } of diff) {
      this.#rows.change(ref, this.#known.get(ref), after);
      if (after === undefined && this.#complete) this.#known.delete(ref);
      else this.#known.set(ref, after);
    }
  }

  fork(): ForkView {
    return this.#forks.make(this);
  }

  /** Everything loaded is out of date: somebody else has written to the store. */
  forget(): void {
    this.#complete = false;
    this.#known.clear();
    this.#rows.clear();
    this.#covered.clear();
  }

  #spans(index: IndexName): Spans {
    let spans = this.#covered.get(index);
    if (!spans) this.#covered.set(index, (spans = new Spans()));
    return spans;
  }
}

/**
 * A world that began as another one was at some moment. Holds what changed since on either side: its own changes, and
 * what the parent's records were before the parent changed them. Costs only that.
 */
export class ForkView implements LiveView {
  readonly #parent: LiveView;
  readonly #leave: () => void;
  readonly #mine = new Map<Ref, Rec | undefined>();
  readonly #rows = new Indexed();
  readonly #forks = new Forks();
  #closed = false;

  constructor(parent: LiveView, leave: () => void) {
    this.#parent = parent;
    this.#leave = leave;
  }

  get<T extends TableName>(ref: Ref<T>): Tables[T] | undefined {
    return this.#mine.has(ref) ? (this.#mine.get(ref) as Tables[T] | undefined) : this.#parent.get(ref);
  }

  range(index: IndexName, range: Range): readonly Found[] {
    const mine = this.#rows.rows(index).slice(spanOf(range), range.n);
    const below = this.#below(index, range);
    const found: Found[] = [];
    for (let i = 0, j = 0; found.length < range.n;) {
      const [row, other] = [mine[i], below[j]];
      if (row && (!other || row[0] < other.indexKey)) {
        const rec = this.#mine.get(row[1]);
        if (rec) found.push({ indexKey: row[0], ref: row[1], rec });
        i += 1;
      } else if (other) {
        found.push(other);
        j += 1;
      } else break;
    }
    return found;
  }

  /** Rows of the parent whose records are not held here, read on until there are `n`. */
  #below(index: IndexName, range: Range): readonly Found[] {
    const below: Found[] = [];
    for (let { after } = range; ;) {
      const page = this.#parent.range(index, { ...range, after });
      for (const row of page) if (!this.#mine.has(row.ref) && below.length < range.n) below.push(row);
      if (below.length >= range.n || page.length < range.n) return below;
      after = page.at(-1)?.indexKey;
    }
  }

  load(missing: Missing): Promise<void> {
    return this.#parent.load(missing);
  }

  apply(diff: Diff): void {
    this.#forks.tell(diff);
    for (const change of diff) this.#hold(change);
  }

  /** The parent changes a record: keep what it was, unless this world has its own idea of it. */
  remember(ref: Ref, before: Rec | undefined): void {
    if (!this.#mine.has(ref)) this.#hold({ ref, after: before });
  }

  #hold({ ref, after }: Pick<Change, 'ref' | 'after'>): void {
    this.#rows.change(ref, this.#mine.get(ref), after);
    this.#mine.set(ref, after);
  }

  fork(): ForkView {
    return this.#forks.make(this, () => this.#leaveWhenAlone());
  }

  /** The parent need not tell this world any more, unless forks of this one still read through it. */
  close(): void {
    this.#closed = true;
    this.#leaveWhenAlone();
  }

  #leaveWhenAlone(): void {
    if (this.#closed && this.#forks.size === 0) this.#leave();
  }
}
