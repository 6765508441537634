import type { CloudTrailRec, TrailEvent } from '../../engine/index.ts';
import { timeOf } from './who.ts';

/*
 * What of the records has arrived where, and when.
 */

/**
 * How long after its call a record can be looked up. "Within an average of about 5 minutes, not guaranteed"
 * (CloudTrail User Guide, "Getting and viewing your CloudTrail log files").
 * OURS: always five minutes, and the same for the event history, for which no figure is given.
 */
export const deliverySeconds = 300;

/** The event history keeps 90 days of management events (CloudTrail User Guide, "Event history"). */
export const historyDays = 90;

export const isDelivered = (event: TrailEvent, now: number): boolean =>
  timeOf(event) + deliverySeconds * 1000 <= now;

export const inHistory = (event: TrailEvent, now: number): boolean =>
  isDelivered(event, now) && timeOf(event) >= now - historyDays * 86_400_000;

/**
 * The records that a trail has written to its bucket by `now`, oldest first. What a trail leaves out is gone from it for
 * good; the event history has it all the same.
 */
export const deliveredBy = (
  trail: CloudTrailRec,
  events: readonly TrailEvent[],
  now: number,
): readonly TrailEvent[] => events.filter((event) => isDelivered(event, now) && takes(trail, event));

/** Whether a trail takes a record, by the selectors that it had when the call was made. */
export function takes(trail: CloudTrailRec, event: TrailEvent): boolean {
  if (event.recipientAccountId !== trail.account) return false;
  if (!trail.multiRegion && event.awsRegion !== trail.region) return false;
  const at = timeOf(event);
  // Times of records are whole seconds, those of selectors are not.
  const selector = trail.selectors.findLast(({ from }) => Math.floor(from / 1000) * 1000 <= at);
  if (!selector || selector.stopped) return false;
  if (selector.readWrite === 'ReadOnly' && !event.readOnly) return false;
  if (selector.readWrite === 'WriteOnly' && event.readOnly) return false;
  return !selector.without.includes(event.eventSource);
}
