import { epochMs, under, type CloudTrailRec, type Ref, type TrailEvent } from '../model/index.ts';
import type { Overlay } from '../overlay.ts';

/*
 * Which records a trail takes, and when it next writes them to its bucket. The date is set by the step that makes the
 * record, so that a trail with nothing to write has nothing due. What writes the files is src/cloud/cloudtrail.
 */

/**
 * How long after its call a record has arrived. "Within an average of about 5 minutes, not guaranteed" (CloudTrail User
 * Guide, "Getting and viewing your CloudTrail log files").
 * OURS: always five minutes, and the same for the event history, for which no figure is given.
 */
export const deliverySeconds = 300;

/**
 * Whether a trail takes a record, by the selectors that it had in the second of the call: the last of them, when there were
 * several. Who has the records in their order knows better (takenBy in src/cloud/cloudtrail/delivery.ts).
 */
export function takes(trail: CloudTrailRec, event: TrailEvent): boolean {
  if (event.recipientAccountId !== trail.account) return false;
  if (!trail.multiRegion && event.awsRegion !== trail.region) return false;
  const at = Date.parse(event.eventTime);
  // Times of records are whole seconds, those of selectors are not.
  const selector = trail.selectors.findLast(({ from }) => Math.floor(from / 1000) * 1000 <= at);
  if (!selector || selector.stopped) return false;
  if (selector.readWrite === 'ReadOnly' && !event.readOnly) return false;
  if (selector.readWrite === 'WriteOnly' && event.readOnly) return false;
  return !selector.without.includes(event.eventSource);
}

/**
 * Calls that a delivery makes itself. OURS: they go into the next file and call for none of their own, or a trail under a
 * key would write a file every five minutes for ever.
 */
export const byDelivery = ({ userIdentity }: TrailEvent): boolean =>
  userIdentity['invokedBy'] === 'cloudtrail.amazonaws.com';

/** Sets the date of the trails that take one of these records and have nothing to write yet. */
export function scheduleDeliveries(view: Overlay, events: readonly TrailEvent[], now: number): void {
  const fresh = events.filter((event) => !byDelivery(event));
  for (const account of new Set(fresh.map(({ recipientAccountId }) => recipientAccountId))) {
    for (const { ref, rec } of view.range('ref', { prefix: under.cloudTrails(account), n: 1000 })) {
      const trail = rec as CloudTrailRec; // of that prefix
      const { delivery } = trail;
      if (!delivery || delivery.next !== undefined || !fresh.some((event) => takes(trail, event))) continue;
      const next = epochMs(now + deliverySeconds * 1000);
      view.put(ref as Ref<'cloudTrail'>, { ...trail, delivery: { ...delivery, next } });
    }
  }
}
