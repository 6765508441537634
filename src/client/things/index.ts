import { loadServices } from '../../cloud/index.ts';
import {
  keyStateOf,
  ref,
  tableOf,
  type AccountId,
  type EpochMs,
  type HeldKeyRec,
  type KeyArn,
  type KeyState,
  type Rec,
  type Ref,
  type Region,
  type View,
} from '../../engine/index.ts';
import type { KeyDetail, Page, SealedObject } from '../api.ts';
import { readWatchers } from '../reads.ts';
import type { Around, Card, Table } from './card.ts';
import { cardOf, serviceOf, tables } from './cards.ts';
import { keyMeant, spelledOut } from './names.ts';
import { heldName, holdOf, type Shelf, type ThingsIndex } from './thingsIndex.ts';
import type { LostGroup, LostWith, StoredPlace, StoredThing, ThingsQuestion } from './types.ts';

export { ThingsIndex } from './thingsIndex.ts';

/*
 * Answers about what services keep: which things from the index, what is on their cards from their committed records, in
 * portions that never enter the working view, because bodies may be many.
 */

export interface ThingsSource {
  readonly index: ThingsIndex;
  get(refs: readonly Ref[]): Promise<readonly (Rec | undefined)[]>;
  read<T>(look: (view: View) => T): Promise<T>;
  readonly at: EpochMs;
}

type HoldOf = Awaited<ReturnType<typeof loadServices>>['readingHold'];

/** What cards are made with, for one question. */
class Reader {
  readonly #source: ThingsSource;
  readonly #states = new Map<KeyArn, KeyState | 'gone'>();
  readonly #around: Around;
  readonly #holdOf: HoldOf;

  private constructor(source: ThingsSource, around: Around, holdOf: HoldOf) {
    this.#source = source;
    this.#around = around;
    this.#holdOf = holdOf;
  }

  static async open(source: ThingsSource): Promise<Reader> {
    const { readingHold, standing } = await loadServices();
    return new Reader(source, source.index.containers.around(source.at, standing), readingHold);
  }

  /** Those that are still there, whole, in this order. */
  async things(refs: readonly Ref[]): Promise<StoredThing[]> {
    const recs = await this.#source.get(refs);
    const found: StoredThing[] = [];
    for (const [i, at] of refs.entries()) {
      const rec = recs[i];
      // A ref of the index, or one that has been looked at.
      const card = rec && cardOf(tableOf(at) as Table, rec, at, this.#around);
      if (card) found.push(await this.#finish(card));
    }
    return found;
  }

  async #finish(card: Card): Promise<StoredThing> {
    const { keyNamed, holder: _, looksAgain: __, ...rest } = card;
    const spelled = keyNamed === undefined ? undefined : spelledOut(keyNamed, card.account, card.region);
    const forNew =
      keyNamed === undefined
        ? undefined
        : {
            named: keyNamed,
            keyArn: spelled && (await this.#source.read((view) => keyMeant(view, spelled))),
          };
    const keyState = card.keyArn && (await this.state(card.keyArn));
    return { ...rest, keyState, held: this.#held(card), forNew };
  }

  async state(arn: KeyArn): Promise<KeyState | 'gone'> {
    const known = this.#states.get(arn);
    if (known !== undefined) return known;
    const state = await this.#source.read((view) => {
      const rec = view.get(ref.key(arn));
      return rec ? keyStateOf(rec, view) : 'gone';
    });
    this.#states.set(arn, state);
    return state;
  }

  hold(rec: HeldKeyRec): ReturnType<HoldOf> {
    return this.#holdOf(rec, this.#source.at);
  }

  #held(card: Card): StoredThing['held'] {
    const { keyArn: arn, looksAgain } = card;
    const name = holdOf(card);
    if (!arn || name === undefined || (looksAgain !== undefined && looksAgain <= this.#source.at)) return [];
    return [...this.#source.index.held(arn)].flatMap((rec) => {
      const hold = heldName(rec) === name ? this.hold(rec) : undefined;
      return hold ? [{ ...hold, until: hold.until ?? looksAgain }] : [];
    });
  }
}

const most = 200;

function asked(
  { index }: ThingsSource,
  { account, region, service, keyArn }: ThingsQuestion,
): readonly Shelf[] {
  const found: Shelf[] = [];
  for (const { shelf, key } of index.shelves()) {
    if (account !== undefined && shelf.account !== account) continue;
    if (region !== undefined && shelf.region !== region) continue;
    if (service !== undefined && shelf.service !== service) continue;
    if (keyArn !== undefined && key !== keyArn) continue;
    found.push(shelf);
  }
  return found;
}

/** The first `n` refs of some shelves behind `after`, in the order of tables and then of refs. */
function refsOf(shelves: readonly Shelf[], after: string | undefined, n: number): readonly Ref[] {
  const first = after === undefined ? 0 : tables.findIndex((table) => after.startsWith(`${table}/`));
  const found: Ref[] = [];
  for (const table of tables.slice(Math.max(0, first))) {
    const from = after?.startsWith(`${table}/`) ? `${after}\0` : '';
    const here = shelves
      .filter((shelf) => shelf.table === table)
      .flatMap(({ rows }) => rows.slice({ from, to: undefined }, n).map(([at]) => at as Ref)); // put as one
    found.push(...here.toSorted((x, y) => (x < y ? -1 : 1)).slice(0, n - found.length));
    if (found.length === n) break;
  }
  return found;
}

export async function storedThings(
  source: ThingsSource,
  question: ThingsQuestion,
): Promise<Page<StoredThing>> {
  const { n = most, after } = question;
  const reader = await Reader.open(source);
  const refs = refsOf(asked(source, question), after, n + 1);
  const items = await reader.things(refs.slice(0, n));
  return { items, next: refs.length > n ? refs[n - 1] : undefined };
}

/** One thing by its `id`. */
export async function storedThing(source: ThingsSource, id: Ref): Promise<StoredThing | undefined> {
  if (!Object.hasOwn(serviceOf, tableOf(id))) return undefined;
  const reader = await Reader.open(source);
  return (await reader.things([id]))[0];
}

export async function storedPlaces(source: ThingsSource): Promise<readonly StoredPlace[]> {
  const reader = await Reader.open(source);
  interface Sum {
    readonly place: Pick<StoredPlace, 'account' | 'region' | 'service'>;
    readonly kinds: Record<string, number>;
    things: number;
    bytes: number;
    locked: number;
    readonly keys: Set<KeyArn>;
  }
  const sums = new Map<string, Sum>();
  for (const { shelf, key } of source.index.shelves()) {
    const { account, region, service, kind, rows } = shelf;
    const name = `${account}|${region}|${service}`;
    const place = { account, region, service };
    const sum = sums.get(name) ?? { place, kinds: {}, things: 0, bytes: 0, locked: 0, keys: new Set() };
    sums.set(name, sum);
    sum.kinds[kind] = (sum.kinds[kind] ?? 0) + rows.size;
    if (!shelf.keeps) continue;
    sum.things += rows.size;
    sum.bytes += shelf.bytes;
    if (!key) continue;
    sum.keys.add(key);
    if ((await reader.state(key)) !== 'Enabled') sum.locked += rows.size;
  }
  return [...sums.values()].map(({ place, keys, ...rest }) => ({ ...place, ...rest, keys: [...keys] }));
}

/** So many cards of each kind are in the answer; the counts are of all. */
const shownOfEach = 20;

export async function lostWith(
  source: ThingsSource,
  key: KeyArn,
  around: { readonly detail: KeyDetail | undefined; readonly files: readonly SealedObject[] },
): Promise<LostWith> {
  const { detail, files } = around;
  const reader = await Reader.open(source);
  const [, , , region, owner] = key.split(':') as [string, string, string, Region, AccountId]; // of a key ARN
  const lost = asked(source, { keyArn: key });
  const groups: LostGroup[] = [];
  for (const shelves of grouped(lost)) {
    const [first] = shelves;
    if (!first) continue;
    groups.push({
      ...{ service: first.service, kind: first.kind, account: first.account, region: first.region },
      total: shelves.reduce((sum, { rows }) => sum + rows.size, 0),
      bytes: shelves.reduce((sum, { bytes }) => sum + bytes, 0),
      things: await reader.things(refsOf(shelves, undefined, shownOfEach)),
    });
  }
  const aliases = detail?.aliases ?? [];
  const names = [key, ...aliases.map((alias) => spelledOut(alias, owner, region) ?? alias)];
  return {
    key,
    state: await reader.state(key),
    owner,
    groups,
    total: groups.reduce((sum, { total }) => sum + total, 0),
    bytes: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    elsewhere: groups.reduce((sum, { total, account }) => sum + (account === owner ? 0 : total), 0),
    lasting: await lasting(source, reader, key, lost),
    stops: await reader.things(source.index.naming(names)),
    trails: (await source.read(readWatchers)).trails
      .filter(({ keyArn }) => keyArn === key)
      .map(({ arn, name }) => ({ arn, name })),
    grants: detail?.grants ?? [],
    aliases,
    files: files
      .filter(({ keyArn: arn }) => arn === key)
      .map(({ id, name, plaintextLength }) => ({ id, name, length: plaintextLength })),
    related: (detail?.related ?? [])
      .filter(({ arn }) => arn !== key)
      .map(({ arn, region: there, state }) => ({ arn, region: there, state })),
  };
}

/** Shelves of one kind in one place together, in the order of tables. */
function grouped(shelves: readonly Shelf[]): readonly (readonly Shelf[])[] {
  const groups = new Map<string, Shelf[]>();
  for (const shelf of shelves.toSorted((x, y) => tables.indexOf(x.table) - tables.indexOf(y.table))) {
    const name = `${shelf.table}|${shelf.account}|${shelf.region}`;
    groups.set(name, [...(groups.get(name) ?? []), shelf]);
  }
  return [...groups.values()];
}

/** How many of these a service reads on for a while by a key that it holds. */
async function lasting(
  source: ThingsSource,
  reader: Reader,
  key: KeyArn,
  lost: readonly Shelf[],
): Promise<number> {
  const names = new Set([...source.index.held(key)].filter((rec) => reader.hold(rec)).map(heldName));
  let sum = 0;
  for (const { holds, table } of lost)
    for (const name of names) {
      const hold = holds.get(name);
      if (!hold) continue;
      // A database is given up when RDS looks again: that is on its own card.
      const one = table === 'rdsInstance' ? (await reader.things([hold.one]))[0] : undefined;
      if (!one || one.held.length > 0) sum += hold.n;
    }
  return sum;
}
