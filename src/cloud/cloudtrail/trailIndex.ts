import type { TrailEvent } from '../../engine/index.ts';
import { accessKeyOf, serviceOf, timeOf, userOf } from './who.ts';

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
  }
}

/** An id belongs to one record: found by looking, not by a list of its own for each. */
const listed = trailAttributes.filter((one) => one !== 'EventId');

export class TrailIndex {
  readonly #events: TrailEvent[] = [];
  readonly #times: number[] = [];
  readonly #places = new Map<string, number[]>();
  readonly #byId = new Map<string, number>();

  constructor(events: Iterable<TrailEvent> = []) {
    this.add(events);
  }

  get size(): number {
    return this.#events.length;
  }

  /** In the order in which they happened, after those that are here. */
  add(events: Iterable<TrailEvent>): void {
    for (const event of events) {
      const place = this.#events.push(event) - 1;
      this.#times.push(timeOf(event));
      this.#byId.set(event.eventID, place);
      for (const attribute of listed) {
        for (const value of valuesOf(event, attribute)) {
          const name = `${attribute}=${value}`;
          const places = this.#places.get(name);
          if (places) places.push(place);
          else this.#places.set(name, [place]);
        }
      }
    }
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
  values(
    attribute: Exclude<TrailAttribute, 'EventId'>,
  ): readonly { readonly value: string; readonly n: number }[] {
    const start = `${attribute}=`;
    return [...this.#places]
      .filter(([name]) => name.startsWith(start))
      .map(([name, places]) => ({ value: name.slice(start.length), n: places.length }))
      .toSorted((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1));
  }

  *#walk({ where = [], from, to, text, outcome, before }: TrailQuestion): Generator<number> {
    const lists: (readonly number[])[] = [];
    for (const { key, value } of where) {
      const own = key === 'EventId' ? this.#byId.get(value) : undefined;
      const places =
        key === 'EventId' ? (own === undefined ? [] : [own]) : this.#places.get(`${key}=${value}`);
      if (!places || places.length === 0) return;
      lists.push(places);
    }
    const [shortest] = lists.toSorted((a, b) => a.length - b.length);
    const others = lists.filter((one) => one !== shortest).map((one) => new Set(one));
    const wanted = text?.trim().toLowerCase();
    const length = shortest?.length ?? this.#events.length;
    for (let i = length - 1; i >= 0; i -= 1) {
      const place = shortest ? (shortest[i] ?? 0) : i;
      const event = this.#events[place];
      const time = this.#times[place] ?? 0;
      if (!event || (before !== undefined && place >= before)) continue;
      if ((from !== undefined && time < from) || (to !== undefined && time > to)) continue;
      if (outcome && (event.errorCode === undefined) !== (outcome === 'ok')) continue;
      if (!others.every((one) => one.has(place))) continue;
      if (wanted && !says(event, wanted)) continue;
      yield place;
    }
  }
}

/** Short parts first, so that most records need not be written out. */
const says = (event: TrailEvent, wanted: string): boolean =>
  event.eventName.toLowerCase().includes(wanted) || JSON.stringify(event).toLowerCase().includes(wanted);
