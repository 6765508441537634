import {
  tableOf,
  under,
  type AccountId,
  type Found,
  type Range,
  type Rec,
  type Ref,
  type Region,
} from '../../engine/index.ts';
import type { Entry } from '../../store/index.ts';
import type { FindAnswer, FindHit, FindKind, FindOptions } from '../api.ts';
import { haystackOf, haystackOfEvent, hitOf, hitOfEvent, kindOf, prefixes } from './haystack.ts';

/*
 * A compact index over everything that has a name, in memory, built in portions from the first search on and kept up with
 * every commit. It holds one line of text for each record and reads no record again until it is a hit.
 */

/** What the index reads from. Committed state only: what is applied and not yet on disk arrives by `changed`. */
export interface FinderSource {
  range(range: Range): Promise<readonly Found[]>;
  /** The refs alone. */
  refs(range: Range): Promise<readonly Ref[]>;
  /** Entries of the branch that the world is on, newest first. */
  path(): AsyncIterable<Entry>;
  get(refs: readonly Ref[]): Promise<readonly (Rec | undefined)[]>;
}

/** Records in one portion: some milliseconds of work, then others have their turn. */
const portion = 2000;
/** Refs alone cost a twentieth. */
const portionOfRefs = 20_000;
/** OURS: a search looks at so many hits of a kind, and says "more" for the rest. */
const mostHits = 2000;
const kindsInOrder: readonly FindKind[] = ['alias', 'key', 'principal', 'grant', 'event'];

interface EventRow {
  readonly seq: number;
  readonly text: string;
  readonly hits: readonly FindHit[];
}

/** Lines of one table by ref. Removed rows leave a hole that the next one fills. */
class Lines {
  readonly refs: (Ref | undefined)[] = [];
  readonly texts: string[] = [];
  readonly #slots = new Map<Ref, number>();
  readonly #holes: number[] = [];

  put(at: Ref, text: string): void {
    const known = this.#slots.get(at) ?? this.#holes.pop() ?? this.refs.length;
    this.#slots.set(at, known);
    this.refs[known] = at;
    this.texts[known] = text;
  }
  remove(at: Ref): void {
    const slot = this.#slots.get(at);
    if (slot === undefined) return;
    this.#slots.delete(at);
    this.refs[slot] = undefined;
    this.texts[slot] = '';
    this.#holes.push(slot);
  }
  get size(): number {
    return this.#slots.size;
  }
}

export class Finder {
  readonly #source: FinderSource;
  readonly #lines = new Map<FindKind, Lines>();
  /** Newest first while it is built; later ones are put in front. */
  #events: EventRow[] = [];
  #newest: EventRow[] = [];
  #eventsRead = false;
  /** Refs that a commit has told since building began: what a portion says of them is older. */
  readonly #touched = new Set<Ref>();
  #building: Promise<void> | undefined;
  #recordsRead = false;
  #broken: unknown;
  /** Keys of one account and Region in the order of the list. */
  readonly #places = new Map<string, KeyOrder>();

  constructor(source: FinderSource) {
    this.#source = source;
  }

  #of(kind: FindKind): Lines {
    let lines = this.#lines.get(kind);
    if (!lines) this.#lines.set(kind, (lines = new Lines()));
    return lines;
  }

  get #complete(): boolean {
    return this.#recordsRead && this.#eventsRead;
  }

  /** A step is on disk. */
  changed({ seq, diff, events, travel }: Entry): void {
    for (const { ref: at, after } of diff) {
      const kind = kindOf(at);
      if (kind === undefined) continue;
      if (!this.#recordsRead) this.#touched.add(at);
      if (after) this.#of(kind).put(at, haystackOf(at, after));
      else this.#of(kind).remove(at);
      if (tableOf(at) === 'key')
        for (const place of this.#places.values()) place.changed(at, after !== undefined);
    }
    if (travel) {
      // Another branch, another past: its events are read again.
      this.#events = [];
      this.#newest = [];
      this.#eventsRead = false;
      this.#building = undefined;
      return;
    }
    if (events.length > 0) this.#newest.unshift(rowOf(seq, events));
  }

  /** Goes on building; resolves when all is read. One builder at a time. */
  #build(): Promise<void> {
    return (this.#building ??= this.#buildAll().catch((error: unknown) => {
      this.#broken = error;
      this.#building = undefined;
    }));
  }
  async #buildAll(): Promise<void> {
    if (!this.#recordsRead) {
      for (const prefix of prefixes) await this.#readTable(prefix);
      this.#recordsRead = true;
      this.#touched.clear();
    }
    await this.#readEvents();
  }
  async #readTable(prefix: string): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await this.#source.range({ prefix, after, n: portion });
      for (const { ref: at, rec } of page) {
        const kind = kindOf(at);
        if (kind !== undefined && !this.#touched.has(at)) this.#of(kind).put(at, haystackOf(at, rec));
      }
      if (page.length < portion) return;
      after = page.at(-1)?.indexKey;
      await turn();
    }
  }
  async #readEvents(): Promise<void> {
    const rows: EventRow[] = [];
    let n = 0;
    // What is committed meanwhile is told by `changed`; both may hold the same entry, and the search drops the second.
    for await (const entry of this.#source.path()) {
      if (entry.events.length > 0) rows.push(rowOf(entry.seq, entry.events));
      this.#events = rows;
      if ((n += 1) % 200 === 0) await turn();
    }
    this.#eventsRead = true;
  }

  async find(query: string, options: FindOptions = {}): Promise<FindAnswer> {
    const { kinds = kindsInOrder, n = 20, waitMs = 40 } = options;
    const building = this.#complete ? undefined : this.#build();
    if (building) await Promise.race([building, pause(waitMs)]);
    if (this.#broken !== undefined) {
      const error = this.#broken;
      this.#broken = undefined;
      throw error;
    }
    const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = await Promise.all(
      kinds.map(async (kind) => {
        const { hits, total } =
          kind === 'event' ? this.#findEvents(wanted, n) : await this.#findRecords(kind, wanted, n);
        return { kind, hits, total, more: total >= mostHits };
      }),
    );
    return {
      groups: groups.filter(({ hits }) => hits.length > 0),
      indexed: [...this.#lines.values()].reduce((sum, lines) => sum + lines.size, 0) + this.#events.length,
      complete: this.#complete,
    };
  }

  async #findRecords(
    kind: FindKind,
    wanted: readonly string[],
    n: number,
  ): Promise<{ readonly hits: readonly FindHit[]; readonly total: number }> {
    const { refs, texts } = this.#of(kind);
    // The longest word is the rarest, more often than not.
    const [first = '', ...others] = wanted.toSorted((a, b) => b.length - a.length);
    const found: { readonly at: Ref; readonly points: number }[] = [];
    let total = 0;
    for (let slot = 0; slot < texts.length && total < mostHits; slot++) {
      const text = texts[slot];
      const at = refs[slot];
      if (text === undefined || at === undefined || !text.includes(first)) continue;
      if (!others.every((word) => text.includes(word))) continue;
      total += 1;
      found.push({ at, points: pointsOf(text, wanted[0] ?? '') });
    }
    const best = found.toSorted((a, b) => b.points - a.points || (a.at < b.at ? -1 : 1)).slice(0, n);
    const recs = await this.#source.get(best.map(({ at }) => at));
    const hits = best.flatMap(({ at }, i) => {
      const rec = recs[i];
      return rec ? [hitOf(at, rec)] : [];
    });
    return { hits, total };
  }

  #findEvents(
    wanted: readonly string[],
    n: number,
  ): { readonly hits: readonly FindHit[]; readonly total: number } {
    const hits: FindHit[] = [];
    const seen = new Set<number>();
    let total = 0;
    for (const rows of [this.#newest, this.#events]) {
      for (const { seq, text, hits: some } of rows) {
        if (total >= mostHits) break;
        if (!wanted.every((word) => text.includes(word)) || seen.has(seq)) continue;
        seen.add(seq);
        total += some.length;
        if (hits.length < n) hits.push(...some);
      }
    }
    return { hits: hits.slice(0, n), total };
  }

  /** The keys of a place from one ordinal on, as far as they are known by now. */
  async keysFrom(
    at: { readonly account: AccountId; readonly region: Region },
    from: number,
    n: number,
    waitMs: number,
  ): Promise<{ readonly refs: readonly Ref[]; readonly known: number; readonly complete: boolean }> {
    const prefix = under.keys(at.account, at.region);
    let place = this.#places.get(prefix);
    if (!place) this.#places.set(prefix, (place = new KeyOrder(prefix, this.#source)));
    await place.upTo(from + n, waitMs);
    return { refs: place.refs.slice(from, from + n), known: place.refs.length, complete: place.complete };
  }
}

const rowOf = (seq: number, events: Entry['events']): EventRow => ({
  seq,
  text: events.map(haystackOfEvent).join(' '),
  hits: events.map((event, i) => hitOfEvent(seq, i, event)),
});

/** The beginning counts most, then the beginning of a word. */
function pointsOf(text: string, word: string): number {
  if (word === '') return 0;
  const at = text.indexOf(word);
  if (at === 0) return 3;
  return /[\s/:_.-]/.test(text[at - 1] ?? '') ? 2 : 1;
}

/** The refs of the keys of one account and Region, in order, read as far as somebody looks. */
class KeyOrder {
  readonly prefix: string;
  readonly #source: FinderSource;
  refs: Ref[] = [];
  complete = false;
  #reading: Promise<void> | undefined;
  #wanted = 0;
  readonly #touched = new Map<Ref, boolean>();

  constructor(prefix: string, source: FinderSource) {
    this.prefix = prefix;
    this.#source = source;
  }

  /** Reads on until so many are known; waits at most so long for it. */
  async upTo(n: number, waitMs: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, n);
    if (this.complete || this.refs.length >= n) return;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await Promise.race([this.#reading, pause(waitMs)]);
  }
  async #read(): Promise<void> {
    while (!this.complete && this.refs.length < this.#wanted) {
      const after = this.refs.at(-1);
      this.#touched.clear();
      const page = await this.#source.refs({ prefix: this.prefix, after, n: portionOfRefs });
      const told = new Map(this.#touched);
      // What a commit has put behind the end meanwhile is in the page, or is told.
      const fresh = page.filter((at) => told.get(at) !== false);
      const last = this.refs.at(-1) ?? '';
      for (const at of fresh) if (at > last) this.refs.push(at);
      if (page.length < portionOfRefs) {
        this.complete = true;
        for (const [at, there] of told) if (there) this.#insert(at);
      }
      await turn();
    }
  }
  changed(at: Ref, there: boolean): void {
    if (!at.startsWith(this.prefix)) return;
    this.#touched.set(at, there);
    const last = this.refs.at(-1);
    if (!there) {
      const found = this.#search(at);
      if (this.refs[found] === at) this.refs.splice(found, 1);
    } else if (this.complete || (last !== undefined && at < last)) this.#insert(at);
  }
  #insert(at: Ref): void {
    const place = this.#search(at);
    if (this.refs[place] !== at) this.refs.splice(place, 0, at);
  }
  /** The first place whose ref is not before this one. */
  #search(at: Ref): number {
    let low = 0;
    let high = this.refs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.refs[middle] ?? '') < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
/** Lets whatever waits have its turn. */
const turn = (): Promise<void> => pause(0);
