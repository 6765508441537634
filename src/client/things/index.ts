import { loadServices } from '../../cloud/index.ts';
import {
  aliasArn,
  keyArn,
  keyStateOf,
  parseKeyName,
  ref,
  type AccountId,
  type EpochMs,
  type Found,
  type HeldKeyRec,
  type KeyArn,
  type KeyState,
  type Range,
  type Ref,
  type Region,
  type ServiceTables,
  type View,
} from '../../engine/index.ts';
import type { KeyDetail, Page, SealedObject } from '../api.ts';
import { cardOf, serviceOf, tables, type Around, type Card, type Table } from './cards.ts';
import type { LostGroup, LostWith, StoredPlace, StoredThing, ThingsQuestion } from './types.ts';

/*
 * Reads what services keep, from committed records, in portions that never enter the working view: bodies may be many.
 */

export interface ThingsSource {
  /** Records by their refs. */
  range(range: Range): Promise<readonly Found[]>;
  read<T>(look: (view: View) => T): Promise<T>;
  readonly at: EpochMs;
}

const portion = 500;

async function* rowsOf(source: ThingsSource, prefix: string, from?: string): AsyncGenerator<Found> {
  for (let after = from; ;) {
    const page = await source.range({ prefix, after, n: portion });
    yield* page;
    if (page.length < portion) return;
    after = page.at(-1)?.indexKey;
  }
}

async function all<T extends keyof ServiceTables>(
  source: ThingsSource,
  table: T,
): Promise<readonly ServiceTables[T][]> {
  const found: ServiceTables[T][] = [];
  for await (const { rec } of rowsOf(source, `${table}/`)) found.push(rec as ServiceTables[T]); // of that prefix
  return found;
}

const by = <T>(recs: readonly T[], name: (rec: T) => string): ((name: string) => T | undefined) => {
  const map = new Map(recs.map((rec) => [name(rec), rec]));
  return (wanted) => map.get(wanted);
};

type HoldOf = Awaited<ReturnType<typeof loadServices>>['readingHold'];

/** What cards are made with: read once for a question. */
class Reader {
  readonly #source: ThingsSource;
  readonly #states = new Map<KeyArn, KeyState | 'gone'>();
  readonly #means = new Map<string, KeyArn | undefined>();
  readonly #around: Around;
  readonly #held: ReadonlyMap<KeyArn, readonly HeldKeyRec[]>;
  readonly #holdOf: HoldOf;

  private constructor(source: ThingsSource, around: Around, held: readonly HeldKeyRec[], holdOf: HoldOf) {
    this.#source = source;
    this.#around = around;
    const byKey = new Map<KeyArn, HeldKeyRec[]>();
    for (const rec of held) byKey.set(rec.keyArn, [...(byKey.get(rec.keyArn) ?? []), rec]);
    this.#held = byKey;
    this.#holdOf = holdOf;
  }

  static async open(source: ThingsSource): Promise<Reader> {
    const { readingHold } = await loadServices();
    const [buckets, dynamo, secrets, queues, groups, held] = await Promise.all([
      all(source, 's3Bucket'),
      all(source, 'dynamoTable'),
      all(source, 'secret'),
      all(source, 'sqsQueue'),
      all(source, 'logGroup'),
      all(source, 'heldKey'),
    ]);
    const around: Around = {
      bucket: by(buckets, ({ name }) => name),
      table: by(dynamo, ({ arn }) => arn),
      secret: by(secrets, ({ arn }) => arn),
      queue: by(queues, ({ arn }) => arn),
      group: by(groups, ({ arn }) => arn),
    };
    return new Reader(source, around, held, readingHold);
  }

  /** Cards from one place of the list on, in its order. */
  async *cards(question: ThingsQuestion): AsyncGenerator<{ readonly card: Card; readonly at: string }> {
    const { account, region, service, keyArn: key, after } = question;
    const first = after === undefined ? 0 : tables.findIndex((table) => after.startsWith(`${table}/`));
    for (const table of tables.slice(Math.max(0, first))) {
      if (service !== undefined && serviceOf[table] !== service) continue;
      const from = after?.startsWith(`${table}/`) ? after : undefined;
      for await (const row of rowsOf(this.#source, `${table}/`, from)) {
        const card = cardOf(table, row.rec, row.ref, this.#around);
        if (!card) continue;
        if (account !== undefined && card.account !== account) continue;
        if (region !== undefined && card.region !== region) continue;
        if (key !== undefined && card.keyArn !== key) continue;
        yield { card, at: row.indexKey };
      }
    }
  }

  one(table: Table, found: Found): Card | undefined {
    return cardOf(table, found.rec, found.ref, this.#around);
  }

  /** The whole of a card. */
  async finish(card: Card): Promise<StoredThing> {
    const { keyNamed, ...rest } = card;
    const forNew =
      keyNamed === undefined
        ? undefined
        : { named: keyNamed, keyArn: await this.#meaning(keyNamed, card.account, card.region) };
    const keyState = card.keyArn && (await this.state(card.keyArn));
    return { ...rest, keyState, held: this.held(card), forNew };
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

  held(card: Card): StoredThing['held'] {
    const { keyArn: arn, wrapped, bytes, protection } = card;
    if (!arn) return [];
    // What KMS itself encrypted is held under its own bytes.
    const name = wrapped ?? (protection === 'kms' ? bytes?.first : undefined);
    if (!name) return [];
    return (this.#held.get(arn) ?? []).flatMap((rec) => {
      const same = rec.holder.startsWith('ec2|') ? rec.holder.endsWith(`|${card.name}`) : isSame(rec, name);
      const hold = same ? this.#holdOf(rec, this.#source.at) : undefined;
      return hold ? [hold] : [];
    });
  }

  async #meaning(named: string, account: AccountId, region: Region): Promise<KeyArn | undefined> {
    const asked = `${account} ${region} ${named}`;
    if (!this.#means.has(asked)) {
      const means = await this.#source.read((view) => keyMeant(view, named, account, region));
      this.#means.set(asked, means);
    }
    return this.#means.get(asked);
  }
}

/** The first bytes of a card may be fewer than all: a wrapped key is never longer than what a card shows. */
const isSame = ({ wrapped }: HeldKeyRec, name: Uint8Array): boolean =>
  name.every((byte, at) => wrapped[at] === byte) && name.length > 0;

/** The key that a name means to a service of this account and Region. */
function keyMeant(view: View, named: string, account: AccountId, region: Region): KeyArn | undefined {
  const name = parseKeyName(named);
  switch (name.form) {
    case 'keyArn':
      return named as KeyArn; // read as one
    case 'id':
      return keyArn(region, account, name.key);
    case 'alias':
      return view.get(ref.alias(aliasArn(region, account, name.alias)))?.target;
    case 'aliasArn':
      return view.get(
        ref.alias(aliasArn(name.arn.region as Region, name.arn.account as AccountId, name.alias)),
      )?.target;
    default:
      return undefined;
  }
}

const most = 200;

export async function storedThings(
  source: ThingsSource,
  question: ThingsQuestion,
): Promise<Page<StoredThing>> {
  const { n = most } = question;
  const reader = await Reader.open(source);
  const items: StoredThing[] = [];
  let last: string | undefined;
  for await (const { card, at } of reader.cards(question)) {
    if (items.length === n) return { items, next: last };
    items.push(await reader.finish(card));
    last = at;
  }
  return { items, next: undefined };
}

/** One thing by its `id`. */
export async function storedThing(source: ThingsSource, id: Ref): Promise<StoredThing | undefined> {
  const table = tables.find((one) => id.startsWith(`${one}/`));
  if (!table) return undefined;
  const [found] = await source.range({ prefix: id, n: 1 });
  if (found?.ref !== id) return undefined;
  const reader = await Reader.open(source);
  const card = reader.one(table, found);
  return card && reader.finish(card);
}

export async function storedPlaces(source: ThingsSource): Promise<readonly StoredPlace[]> {
  const reader = await Reader.open(source);
  interface Sum {
    readonly kinds: Record<string, number>;
    things: number;
    bytes: number;
    locked: number;
    readonly keys: Set<KeyArn>;
    readonly place: Pick<StoredPlace, 'account' | 'region' | 'service'>;
  }
  const sums = new Map<string, Sum>();
  for await (const { card } of reader.cards({})) {
    const { account, region, service } = card;
    const name = `${account}|${region}|${service}`;
    let sum = sums.get(name);
    if (!sum) {
      sum = {
        kinds: {},
        things: 0,
        bytes: 0,
        locked: 0,
        keys: new Set(),
        place: { account, region, service },
      };
      sums.set(name, sum);
    }
    sum.kinds[card.kind] = (sum.kinds[card.kind] ?? 0) + 1;
    if (card.protection === undefined) continue;
    sum.things += 1;
    sum.bytes += card.bytes?.length ?? 0;
    if (!card.keyArn) continue;
    sum.keys.add(card.keyArn);
    if ((await reader.state(card.keyArn)) !== 'Enabled') sum.locked += 1;
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
  const reader = await Reader.open(source);
  const groups = new Map<
    string,
    Omit<LostGroup, 'things'> & { total: number; bytes: number; things: StoredThing[] }
  >();
  const stops: StoredThing[] = [];
  const owner = key.split(':')[4] as AccountId; // of a key ARN
  let [total, bytes, elsewhere, lasting] = [0, 0, 0, 0];
  for await (const { card } of reader.cards({})) {
    if (card.keyNamed !== undefined) {
      const thing = await reader.finish(card);
      if (thing.forNew?.keyArn === key) stops.push(thing);
    }
    if (card.keyArn !== key) continue;
    const { service, kind, account, region } = card;
    const name = `${service}|${kind}|${account}|${region}`;
    let group = groups.get(name);
    if (!group) {
      group = { service, kind, account, region, total: 0, bytes: 0, things: [] };
      groups.set(name, group);
    }
    const length = card.bytes?.length ?? 0;
    group.total += 1;
    group.bytes += length;
    if (group.things.length < shownOfEach) group.things.push(await reader.finish(card));
    total += 1;
    bytes += length;
    if (account !== owner) elsewhere += 1;
    if (reader.held(card).length > 0) lasting += 1;
  }
  const { detail, files } = around;
  return {
    key,
    state: await reader.state(key),
    owner,
    groups: [...groups.values()],
    total,
    bytes,
    elsewhere,
    lasting,
    stops,
    grants: detail?.grants ?? [],
    aliases: detail?.aliases ?? [],
    files: files
      .filter(({ keyArn: arn }) => arn === key)
      .map(({ id, name, plaintextLength }) => ({ id, name, length: plaintextLength })),
    related: (detail?.related ?? [])
      .filter(({ arn }) => arn !== key)
      .map(({ arn, region, state }) => ({ arn, region, state })),
  };
}
