import { tableOf, type Rec, type Ref } from '../../engine/index.ts';
import type { WorldStore } from '../../store/index.ts';
import type { Comparison, RecordChange } from '../api.ts';
import { equal } from '../equal.ts';
import { recordChange } from '../history/changes.ts';
import type { Job } from './job.ts';
import { Pinned, type Row } from './pinned.ts';

export interface Side {
  readonly store: WorldStore;
  readonly at?: number | undefined;
}

/** OURS: nobody reads more; the counts tell how many there are. */
export const mostTold = 1000;

/** Two stored worlds record by record, both read in the order of refs, neither of them as a whole. */
export async function compareStored(a: Side, b: Side, job: Job): Promise<Comparison> {
  const sides = [await Pinned.at(a.store, a.at), await Pinned.at(b.store, b.at)] as const;
  for (const { store } of sides) job.expect(await store.count());
  const told = new Told();
  const [left, right] = [new Cursor(sides[0].rows(job)), new Cursor(sides[1].rows(job))];
  for (;;) {
    // Only this waits: rows of one page are compared in one go.
    const [one, other] = [left.row() ?? (await left.turn()), right.row() ?? (await right.turn())];
    if (!one && !other) return told.comparison();
    if (one && (!other || one[0] < other[0])) told.add(one[0], one[1], undefined);
    else if (other && (!one || other[0] < one[0])) told.add(other[0], undefined, other[1]);
    else if (one && other) told.add(one[0], one[1], other[1]);
    if (one && (!other || one[0] <= other[0])) left.step();
    if (other && (!one || other[0] <= one[0])) right.step();
  }
}

class Cursor {
  readonly #pages: AsyncGenerator<readonly Row[]>;
  #page: readonly Row[] = [];
  #at = 0;

  constructor(pages: AsyncGenerator<readonly Row[]>) {
    this.#pages = pages;
  }

  row(): Row | undefined {
    return this.#page[this.#at];
  }
  step(): void {
    this.#at += 1;
  }
  /** The first row of the next page that has one. */
  async turn(): Promise<Row | undefined> {
    while (this.#at >= this.#page.length) {
      const next = await this.#pages.next();
      if (next.done) return undefined;
      this.#page = next.value;
      this.#at = 0;
    }
    return this.row();
  }
}

class Told {
  readonly #lists = {
    added: [] as RecordChange[],
    removed: [] as RecordChange[],
    changed: [] as RecordChange[],
  };
  readonly #counts = { added: 0, removed: 0, changed: 0 };

  add(ref: Ref, before: Rec | undefined, after: Rec | undefined): void {
    const [a, b] = [comparable(ref, before), comparable(ref, after)];
    if (equal(a, b)) return;
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    this.#counts[kind] += 1;
    if (this.#lists[kind].length < mostTold)
      this.#lists[kind].push(recordChange({ ref, before: a, after: b }));
  }

  comparison(): Comparison {
    return { ...this.#lists, counts: this.#counts };
  }
}

/** How a domain key is wrapped differs from store to store, and says nothing. */
const comparable = (ref: Ref, rec: Rec | undefined): Rec | undefined =>
  rec && tableOf(ref) === 'domainKey' ? ({ ...rec, wrapped: new Uint8Array(0) } as Rec) : rec;
