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
 * The records that alarms can read: those that a trail of their account takes. What a trail leaves out is gone from it for
 * good; the event history has it all the same. OURS: an account is watched by its event history until it has a first trail, so
 * that a world that nobody has made a trail in has alarms.
 */
export function forAlarms(
  trails: readonly CloudTrailRec[],
  events: readonly TrailEvent[],
): readonly TrailEvent[] {
  const since = new Map<string, number>();
  for (const { account, selectors } of trails) {
    const [first] = selectors;
    if (first) since.set(account, Math.min(first.from, since.get(account) ?? Infinity));
  }
  return events.filter(
    (event) =>
      // Times of records are whole seconds.
      timeOf(event) < Math.floor((since.get(event.recipientAccountId) ?? Infinity) / 1000) * 1000 ||
      trails.some((trail) => takes(trail, event)),
  );
}

/** Whether a record lies in a log file of a trail by now. */
export const isInFile = ({ delivery, ...trail }: CloudTrailRec, event: TrailEvent): boolean =>
  delivery !== undefined && takes(trail, event) && timeOf(event) < delivery.upTo;
