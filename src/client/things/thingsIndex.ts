import { loadServices } from '../../cloud/index.ts';
import {
  epochMs,
  SortedMap,
  tableOf,
  type AccountId,
  type Found,
  type HeldKeyRec,
  type KeyArn,
  type Range,
  type Rec,
  type Ref,
  type Region,
} from '../../engine/index.ts';
import type { Entry } from '../../store/index.ts';
import type { Around, Card, Table } from './card.ts';
import { cardOf, keyOfContainer, tables } from './cards.ts';
import { Containers, isContainer } from './containers.ts';
import { spelledOut } from './names.ts';
import type { ThingKind, ThingService } from './types.ts';

/*
 * What services keep, by place and by key, in memory: read once, then kept up with every commit at the cost of what it
 * changed. It holds no bytes of things; whoever shows some reads their records by ref.
 */

/** Things of one kind in one place under one key, and in one container where they are in one. */
export interface Shelf {
  readonly table: Table;
  readonly service: ThingService;
  readonly kind: ThingKind;
  readonly account: AccountId;
  readonly region: Region;
  readonly within: Ref | undefined;
  /** Of the things themselves; that of the container where they hang on its key. */
  readonly key: KeyArn | 'of the container' | undefined;
  /** They have data in them. */
  readonly keeps: boolean;
  /** In order. */
  readonly rows: SortedMap<Row>;
  bytes: number;
  /** How many read by the same held key, by {@link holdOf}, and one of them. */
  readonly holds: Map<string, { n: number; readonly one: Ref }>;
}
interface Row {
  readonly length: number;
  readonly hold: string | undefined;
}

const portion = 500;
/** Lets whatever waits have its turn. */
const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

export class ThingsIndex {
  readonly #containers = new Containers();
  readonly #shelves = new Map<string, Shelf>();
  readonly #where = new Map<Ref, { readonly shelf: Shelf; readonly named: string | undefined }>();
  /** Refs of what names a key for new things, by the ARN of the key or alias that is meant. */
  readonly #naming = new Map<string, Set<Ref>>();
  readonly #held = new Map<KeyArn, Map<Ref, HeldKeyRec>>();
  readonly #heldUnder = new Map<Ref, KeyArn>();
  /** Refs that a commit has told while the tables are read: what a portion says of them is older. */
  #touched: Set<Ref> | undefined = new Set();
  readonly #around: Around;

  private constructor(around: (containers: Containers) => Around) {
    this.#around = around(this.#containers);
  }

  /** `begun` gets it before anything is read: from then on it has to hear of every commit. */
  static async read(
    range: (range: Range) => Promise<readonly Found[]>,
    begun: (index: ThingsIndex) => void,
  ): Promise<ThingsIndex> {
    const { standing } = await loadServices();
    // What an index keeps of a thing does not depend on the hour.
    const index = new ThingsIndex((containers) => containers.around(epochMs(0), standing));
    begun(index);
    for (const table of [...tables, 'heldKey']) {
      for (let after: string | undefined; ;) {
        const page = await range({ prefix: `${table}/`, after, n: portion });
        for (const { ref: at, rec } of page) if (!index.#touched?.has(at)) index.#put(at, rec);
        if (page.length < portion) break;
        after = page.at(-1)?.indexKey;
        await turn();
      }
    }
    index.#touched = undefined;
    return index;
  }

  /** A step is on disk. */
  changed({ diff }: Pick<Entry, 'diff'>): void {
    // What lies in something is read with it.
    for (const containers of [true, false])
      for (const { ref: at, after } of diff) {
        if (isContainer(tableOf(at)) !== containers) continue;
        this.#touched?.add(at);
        this.#put(at, after);
      }
  }

  #put(at: Ref, rec: Rec | undefined): void {
    const table = tableOf(at);
    if (table === 'heldKey') return this.#putHeld(at, rec as HeldKeyRec | undefined); // of that table
    if (!isThing(table)) return;
    if (isContainer(table)) this.#containers.put(table, at, rec);
    this.#remove(at);
    const card = rec && cardOf(table, rec, at, this.#around);
    if (card) this.#add(table, card);
  }

  #add(table: Table, card: Card): void {
    const { id, service, kind, account, region, within, keyArn, protection, bytes } = card;
    const key = keyOfContainer.has(table) ? 'of the container' : keyArn;
    const keeps = protection !== undefined;
    const name = [table, within ?? `${account}|${region}`, key, keeps].join('|');
    let shelf = this.#shelves.get(name);
    if (!shelf) {
      shelf = {
        ...{ table, service, kind, account, region, within, key, keeps, bytes: 0 },
        rows: new SortedMap(),
        holds: new Map(),
      };
      this.#shelves.set(name, shelf);
    }
    const row: Row = { length: bytes?.length ?? 0, hold: holdOf(card) };
    shelf.rows.set(id, row);
    shelf.bytes += row.length;
    if (row.hold !== undefined) {
      const known = shelf.holds.get(row.hold);
      if (known) known.n += 1;
      else shelf.holds.set(row.hold, { n: 1, one: id });
    }
    const named = card.keyNamed === undefined ? undefined : spelledOut(card.keyNamed, account, region);
    if (named !== undefined) this.#naming.set(named, (this.#naming.get(named) ?? new Set()).add(id));
    this.#where.set(id, { shelf, named });
  }

  #remove(at: Ref): void {
    const known = this.#where.get(at);
    if (!known) return;
    const { shelf, named } = known;
    this.#where.delete(at);
    if (named !== undefined) this.#naming.get(named)?.delete(at);
    const row = shelf.rows.get(at);
    if (!row) return;
    shelf.rows.delete(at);
    shelf.bytes -= row.length;
    const hold = row.hold === undefined ? undefined : shelf.holds.get(row.hold);
    if (row.hold === undefined || !hold) return;
    hold.n -= 1;
    if (hold.n === 0) shelf.holds.delete(row.hold);
  }

  #putHeld(at: Ref, rec: HeldKeyRec | undefined): void {
    const before = this.#heldUnder.get(at);
    if (before !== undefined) this.#held.get(before)?.delete(at);
    this.#heldUnder.delete(at);
    if (!rec) return;
    this.#heldUnder.set(at, rec.keyArn);
    this.#held.set(rec.keyArn, (this.#held.get(rec.keyArn) ?? new Map<Ref, HeldKeyRec>()).set(at, rec));
  }

  /** Those that are not empty, in the order of tables; with the key that their things hang on now. */
  *shelves(): Generator<{ readonly shelf: Shelf; readonly key: KeyArn | undefined }> {
    for (const shelf of this.#shelves.values()) {
      if (shelf.rows.size === 0) continue;
      const home = shelf.within && this.#containers.get(shelf.within);
      // What it lay in is gone, and it will follow.
      if (shelf.within && !home) continue;
      const key = shelf.key === 'of the container' ? (home as HasKey | undefined)?.keyArn : shelf.key;
      yield { shelf, key };
    }
  }

  /** What names one of these keys or aliases for new things. */
  naming(arns: readonly string[]): readonly Ref[] {
    return arns.flatMap((arn) => [...(this.#naming.get(arn) ?? [])]).toSorted(byTable);
  }

  held(key: KeyArn): Iterable<HeldKeyRec> {
    return this.#held.get(key)?.values() ?? [];
  }

  get containers(): Containers {
    return this.#containers;
  }
}

/** Tables, clusters and warehouses: the containers whose key is that of what lies in them. */
interface HasKey {
  readonly keyArn: KeyArn | undefined;
}

const isThing = (table: string): table is Table => (tables as readonly string[]).includes(table);
const byTable = (x: Ref, y: Ref): number =>
  tables.indexOf(tableOf(x) as Table) - tables.indexOf(tableOf(y) as Table) || (x < y ? -1 : 1);

/** FNV-1a, over what a card shows at most: enough to tell wrapped keys from each other. */
function digest(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes.subarray(0, 512)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36);
}

/** Services whose holders are called by what they are, not by the key that they hold. */
const called: ReadonlySet<string> = new Set(['ec2', 'rds', 'eks', 'redshift']);

/** By what a thing is read: the name of its holder, or of the wrapped key that one may hold. */
export function holdOf({ holder, wrapped, protection, bytes }: Card): string | undefined {
  if (holder !== undefined) return holder;
  // What KMS itself encrypted is held under its own bytes.
  const name = wrapped ?? (protection === 'kms' ? bytes?.first : undefined);
  return name && name.length > 0 ? digest(name) : undefined;
}
/** The same of a key that is held. */
export function heldName({ holder, wrapped }: HeldKeyRec): string {
  const parts = holder.split('|');
  return called.has(parts[0] ?? '') ? (parts.at(-1) ?? '') : digest(wrapped);
}
