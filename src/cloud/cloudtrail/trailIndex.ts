import type { TrailEvent } from '../../engine/index.ts';
import { accessKeyOf, principalOf, serviceOf, timeOf, userOf } from './who.ts';

/*
 * Look-ups in many records. For each attribute and value the places of the records that have it; a question walks the
 * shortest of these lists, newest first, and stops when it has enough.
 */

/** What a record can be asked for by value. The first eight are those of LookupEvents. */
export const trailAttributes = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
  'ErrorCode',
  'Region',
  'Account',
  'InvokedBy',
  'Principal',
] as const;
export type TrailAttribute = (typeof trailAttributes)[number];

export interface TrailQuestion {
  /** All must hold. */
  readonly where?: readonly { readonly key: TrailAttribute; readonly value: string }[] | undefined;
  /** Both ends count. Milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** A part of anything a record says, whatever the case of its letters. */
  readonly text?: string | undefined;
  /** Called or refused only. */
  readonly outcome?: 'ok' | 'refused' | undefined;
  /** Places before this one: where the last page ended. */
  readonly before?: number | undefined;
  readonly most?: number | undefined;
}

export interface TrailHit {
  /** Its place among all that were added: stable, and the way to go on. */
  readonly place: number;
  readonly event: TrailEvent;
}

/** A name and the ARN that ends in it are found by either. OURS: for keys their id too, as the console finds them. */
const namesOf = (arn: string): readonly string[] => {
  const end = arn.slice(arn.lastIndexOf('/') + 1);
  const afterAccount = arn.split(':').slice(5).join(':');
  return [...new Set([arn, end, afterAccount])].filter((name) => name !== '');
};

export function valuesOf(event: TrailEvent, attribute: TrailAttribute): readonly string[] {
  const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
  switch (attribute) {
    case 'EventId':
      return [event.eventID];
    case 'EventName':
      return [event.eventName];
    case 'ReadOnly':
      return [String(event.readOnly)];
    case 'Username':
      return [userOf(event)];
    case 'ResourceType':
      return [...new Set(event.resources.map(({ type }) => type))];
    case 'ResourceName':
      return [...new Set(event.resources.flatMap(({ ARN }) => namesOf(ARN)))];
    case 'EventSource':
      return [event.eventSource];
    case 'AccessKeyId':
      return one(accessKeyOf(event));
    case 'ErrorCode':
      return one(event.errorCode);
    case 'Region':
      return [event.awsRegion];
    case 'Account':
      return [event.recipientAccountId];
    case 'InvokedBy':
      return one(serviceOf(event));
    case 'Principal':
      return [principalOf(event)];
  }
}

/** An id belongs to one record: it has a list of its own kind. */
type Listed = Exclude<TrailAttribute, 'EventId'>;
const listed = trailAttributes.filter((one): one is Listed => one !== 'EventId');

/** Places, rising. */
type Places = number[];

export class TrailIndex {
  readonly #events: TrailEvent[] = [];
  readonly #times: number[] = [];
  readonly #lists: ReadonlyMap<Listed, Map<string, Places>>;
  readonly #byId = new Map<string, number>();
  /** The names of resources that were met: few, and asked for often. */
  readonly #names = new Map<string, readonly string[]>();
  /** False after the clock went back (undo): then times are looked at one by one. */
  #inOrder = true;

  /** @param attributes that are asked for: for one question the other lists need not be made */
  constructor(events: Iterable<TrailEvent> = [], attributes: readonly TrailAttribute[] = trailAttributes) {
    const lists = listed.filter((one) => attributes.includes(one));
    this.#lists = new Map(lists.map((one) => [one, new Map()]));
    this.add(events);
  }

  get size(): number {
    return this.#events.length;
  }

  /** In the order in which they happened, after those that are here. */
  add(events: Iterable<TrailEvent>): void {
    for (const event of events) {
      const place = this.#events.push(event) - 1;
      const time = timeOf(event);
      if (place > 0 && time < (this.#times[place - 1] ?? 0)) this.#inOrder = false;
      this.#times.push(time);
      this.#byId.set(event.eventID, place);
      for (const [attribute, lists] of this.#lists) {
        const values = attribute === 'ResourceName' ? this.#namesIn(event) : valuesOf(event, attribute);
        for (const value of values) {
          const places = lists.get(value);
          if (places) {
            // One record may say a value twice.
            if (places.at(-1) !== place) places.push(place);
          } else lists.set(value, [place]);
        }
      }
    }
  }

  #namesIn({ resources }: TrailEvent): readonly string[] {
    const [only] = resources;
    if (resources.length > 1) return resources.flatMap(({ ARN }) => namesOf(ARN));
    if (!only) return [];
    let names = this.#names.get(only.ARN);
    if (!names) this.#names.set(only.ARN, (names = namesOf(only.ARN)));
    return names;
  }

  /** Newest first. `most`: 50 unless told. */
  look(question: TrailQuestion = {}): readonly TrailHit[] {
    const hits: TrailHit[] = [];
    const most = question.most ?? 50;
    for (const place of this.#walk(question)) {
      const event = this.#events[place];
      if (event) hits.push({ place, event });
      if (hits.length >= most) break;
    }
    return hits;
  }

  /** Places of all that answer, newest first. */
  places(question: TrailQuestion = {}): readonly number[] {
    return [...this.#walk(question)];
  }

  at(place: number): TrailEvent | undefined {
    return this.#events[place];
  }

  /** The values that an attribute has, the most frequent first. */
  values(attribute: Listed): readonly { readonly value: string; readonly n: number }[] {
    return [...this.#listsOf(attribute)]
      .map(([value, places]) => ({ value, n: places.length }))
      .toSorted((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1));
  }

  *#walk({ where = [], from, to, text, outcome, before }: TrailQuestion): Generator<number> {
    const lists: (readonly number[])[] = [];
    for (const { key, value } of where) {
      const places = key === 'EventId' ? this.#ofId(value) : this.#listsOf(key).get(value);
      if (!places || places.length === 0) return;
      lists.push(places);
    }
    lists.sort((a, b) => a.length - b.length);
    const [shortest, ...others] = lists;
    const wanted = text?.trim().toLowerCase();
    const last = Math.min(before ?? Infinity, this.#firstAfter(to));
    const first = this.#firstFrom(from);
    for (let i = shortest ? below(shortest, last) : Math.min(last, this.#events.length); i > 0;) {
      i -= 1;
      const place = shortest ? (shortest[i] ?? 0) : i;
      if (place < first) return;
      const event = this.#events[place];
      const time = this.#times[place] ?? 0;
      if (!event || (from !== undefined && time < from) || (to !== undefined && time > to)) continue;
      if (outcome && (event.errorCode === undefined) !== (outcome === 'ok')) continue;
      if (!others.every((one) => one[below(one, place)] === place)) continue;
      if (wanted && !says(event, wanted)) continue;
      yield place;
    }
  }

  #listsOf(attribute: Listed): ReadonlyMap<string, Places> {
    const lists = this.#lists.get(attribute);
    if (!lists) throw new Error(`this index was made without ${attribute}`);
    return lists;
  }
  #ofId(id: string): readonly number[] {
    const place = this.#byId.get(id);
    return place === undefined ? [] : [place];
  }
  #firstAfter(to: number | undefined): number {
    return to === undefined || !this.#inOrder ? Infinity : below(this.#times, to + 1);
  }
  #firstFrom(from: number | undefined): number {
    return from === undefined || !this.#inOrder ? 0 : below(this.#times, from);
  }
}

/** How many of rising numbers are less than `bound`: the place of the first that is not. */
function below(rising: readonly number[], bound: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? Infinity) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Short parts first, so that most records need not be written out. */
const says = (event: TrailEvent, wanted: string): boolean =>
  event.eventName.toLowerCase().includes(wanted) || JSON.stringify(event).toLowerCase().includes(wanted);
