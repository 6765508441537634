import {
  indexKeysOf,
  type Diff,
  type Found,
  type IndexName,
  type Range,
  type Rec,
  type Ref,
  type TableName,
  type Tables,
  type View,
} from '../../src/engine/index.ts';

/** The plainest view there can be, to hold the clever ones against: everything in one Map, ranges by scan and sort. */
export class MapView implements View {
  readonly records = new Map<Ref, Rec>();

  get<T extends TableName>(ref: Ref<T>): Tables[T] | undefined {
    return this.records.get(ref) as Tables[T] | undefined;
  }

  range(index: IndexName, { prefix, after, n }: Range): readonly Found[] {
    const found: Found[] = [];
    for (const [ref, rec] of this.records) {
      for (const row of indexKeysOf(ref, rec)) {
        if (row.index !== index || !row.indexKey.startsWith(prefix)) continue;
        if (after === undefined || row.indexKey > after) found.push({ indexKey: row.indexKey, ref, rec });
      }
    }
    return found.sort((a, b) => (a.indexKey < b.indexKey ? -1 : 1)).slice(0, n);
  }

  apply(diff: Diff): void {
    for (const { ref, after } of diff) {
      if (after === undefined) this.records.delete(ref);
      else this.records.set(ref, after);
    }
  }
}
