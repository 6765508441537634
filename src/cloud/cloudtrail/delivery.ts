import { deliverySeconds, takes, type CloudTrailRec, type TrailEvent } from '../../engine/index.ts';
import { timeOf } from './who.ts';

/*
 * What of the records has arrived where, and when. A look-up reads the event history, which has everything; alarms read
 * what a trail hands on.
 */

/** The event history keeps 90 days of management events (CloudTrail User Guide, "Event history"). */
export const historyDays = 90;

export const isDelivered = (event: TrailEvent, now: number): boolean =>
  timeOf(event) + deliverySeconds * 1000 <= now;

export const inHistory = (event: TrailEvent, now: number): boolean =>
  isDelivered(event, now) && timeOf(event) >= now - historyDays * 86_400_000;

/** Whether it has logged, and was not stopped since. */
export const isLogging = ({ selectors }: CloudTrailRec): boolean => selectors.at(-1)?.stopped === false;

/**
 * Whether a trail takes a record of these, which are all in their order: also where its selectors changed within one second,
 * as they do while a clock stands still.
 */
export function takenBy(trail: CloudTrailRec, events: readonly TrailEvent[]): (event: TrailEvent) => boolean {
  const changed = new Map<string, TrailEvent[]>(
    trail.selectors.map(({ from }) => [`${new Date(from).toISOString().slice(0, 19)}Z`, []]),
  );
  if (changed.size > 0) for (const event of events) changed.get(event.eventTime)?.push(event);
  /** The trail as it was for records before a change of their second. */
  const earlier = new Map<string, CloudTrailRec>();
  for (const second of changed.values()) {
    let later = trail.selectors.filter(({ by }) => second.some(({ eventID }) => eventID === by));
    for (const { eventID } of second) {
      later = later.filter(({ by }) => by !== eventID);
      if (later.length === 0) break;
      const still = later;
      const selectors = trail.selectors.filter((selector) => !still.includes(selector));
      earlier.set(eventID, { ...trail, selectors });
    }
  }
  return (event) => takes(earlier.get(event.eventID) ?? trail, event);
}

/**
 * The records that alarms can read: those that a trail of their account takes. What a trail leaves out is gone from it for
 * good; the event history has it all the same. OURS: an account is watched by its event history until it has a first trail, so
 * that a world that nobody has made a trail in has alarms.
 */
export function forAlarms(
  trails: readonly CloudTrailRec[],
  events: readonly TrailEvent[],
): readonly TrailEvent[] {
  const firsts = trails.flatMap(({ account, selectors: [first] }) =>
    first ? [{ account, from: Math.floor(first.from / 1000) * 1000, by: first.by }] : [],
  );
  const places = new Map(events.map(({ eventID }, i) => [eventID, i]));
  /** Before its account had a trail. Times of records are whole seconds: within one their order tells. */
  const before = (event: TrailEvent, place: number): boolean =>
    firsts.every(
      ({ account, from, by }) =>
        account !== event.recipientAccountId ||
        timeOf(event) < from ||
        (timeOf(event) === from && by !== undefined && place < (places.get(by) ?? 0)),
    );
  const takers = trails.map((trail) => takenBy(trail, events));
  return events.filter((event, place) => before(event, place) || takers.some((takesIt) => takesIt(event)));
}

/** Whether a record that a trail takes lies in a log file by now. */
export const isInFile = ({ delivery }: CloudTrailRec, event: TrailEvent): boolean =>
  delivery !== undefined && timeOf(event) < delivery.upTo;
