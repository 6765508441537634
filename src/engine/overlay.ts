import {
  indexKeyIn,
  ref as refs,
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
} from './model/index.ts';

interface Written {
  readonly before: Rec | undefined;
  readonly after: Rec | undefined;
}

/**
 * A view that can be written into without changing what lies under it. What was written is the diff. Costs what changes:
 * nothing is copied.
 */
export class Overlay implements View {
  readonly #under: View;
  readonly #written = new Map<Ref, Written>();

  constructor(under: View) {
    this.#under = under;
  }

  get<T extends TableName>(ref: Ref<T>): Tables[T] | undefined {
    const written = this.#written.get(ref);
    // A ref names its table, so that the record under it has that table's type.
    return written ? (written.after as Tables[T] | undefined) : this.#under.get(ref);
  }

  range(index: IndexName, range: Range): readonly Found[] {
    if (this.#written.size === 0) return this.#under.range(index, range);
    const mine = this.#mine(index, range);
    if (!mine) return this.#under.range(index, range);
    // At most as many rows of the one below can be hidden as were written here.
    const below = this.#under.range(index, { ...range, n: range.n + mine.hidden.size });
    return [...below.filter((row) => !mine.hidden.has(row.indexKey)), ...mine.rows]
      .sort((a, b) => (a.indexKey < b.indexKey ? -1 : 1))
      .slice(0, range.n);
  }

  /** Rows of an index that were written here, and the index keys below that they hide; undefined: none of both. */
  #mine(index: IndexName, { prefix, after }: Range): { hidden: Set<string>; rows: Found[] } | undefined {
    let mine: { hidden: Set<string>; rows: Found[] } | undefined;
    const inRange = (key: string) => key.startsWith(prefix) && (after === undefined || key > after);
    for (const [ref, { before, after: rec }] of this.#written) {
      const was = before && indexKeyIn(index, ref, before);
      if (was !== undefined && inRange(was)) (mine ??= { hidden: new Set(), rows: [] }).hidden.add(was);
      const is = rec && indexKeyIn(index, ref, rec);
      if (rec && is !== undefined && inRange(is))
        (mine ??= { hidden: new Set(), rows: [] }).rows.push({ indexKey: is, ref, rec });
    }
    return mine;
  }

  /** Writes a record, or removes it with `undefined`. */
  put<T extends TableName>(ref: Ref<T>, rec: Tables[T] | undefined): void {
    const earlier = this.#written.get(ref);
    const before = earlier ? earlier.before : this.#under.get(ref);
    if (before === undefined && rec === undefined) this.#written.delete(ref);
    else this.#written.set(ref, { before, after: rec });
  }

  /** Adds to a counter record, so that a limit never scans. */
  count(name: string, by: number): number {
    const at = refs.counter(name);
    const count = (this.get(at)?.count ?? 0) + by;
    this.put(at, count === 0 ? undefined : { name, count });
    return count;
  }

  /** Writes all that another overlay over this one holds. */
  take(diff: Diff): void {
    for (const { ref, after } of diff) this.put(ref, after as never);
  }

  diff(): Diff {
    if (this.#written.size === 0) return [];
    const changes: Change[] = [];
    for (const [ref, { before, after }] of this.#written) {
      if (before !== after) changes.push({ ref, before, after });
    }
    return changes;
  }
}
