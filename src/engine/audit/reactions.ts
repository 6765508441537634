import {
  epochMs,
  under,
  type CloudTrailRec,
  type EventRuleRec,
  type Ref,
  type TrailEvent,
} from '../model/index.ts';
import type { Overlay } from '../overlay.ts';
import { deliverySeconds, takes } from './trails.ts';

/*
 * Which records are on their way to which rules of EventBridge. The step that makes a record sets the date, as for trails;
 * what the rule then does is src/cloud/events.
 */

/**
 * Rules that react one to the other stop after so many. OURS: AWS has no such limit, and its guide warns of endless loops
 * ("prevent infinite loops"); here one is shown and ends.
 */
export const mostLinks = 5;
/** OURS: so many may be on their way to one rule; more are dropped, as after 24 hours of failed deliveries. */
const mostWaiting = 200;

/** Sent by KMS itself, whether or not a trail is there (KMS Developer Guide, "Monitoring with Amazon EventBridge"). */
const ownEvents: ReadonlySet<string> = new Set(['RotateKey', 'DeleteExpiredKeyMaterial', 'DeleteKey']);

/** "To record events with that detail-type you must have a trail with logging enabled" (EventBridge User Guide). */
const isLogged = (event: TrailEvent, trails: readonly CloudTrailRec[]): boolean =>
  trails.some((trail) => takes(trail, event));

/**
 * "except for read-only management events": those whose names begin like this (EventBridge User Guide, "Receiving read-only
 * management events").
 */
const isRead = ({ readOnly, eventName }: TrailEvent): boolean =>
  readOnly && /^(Describe|Get|List)/.test(eventName);

function wants(rule: EventRuleRec, event: TrailEvent): boolean {
  if (rule.state === 'DISABLED' || rule.targets.length === 0) return false;
  if (rule.eventNames && !rule.eventNames.includes(event.eventName)) return false;
  return rule.state === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' || !isRead(event);
}

/** Sends records on their way. `links`: how many rules have reacted until these came about. */
export function scheduleReactions(
  view: Overlay,
  events: readonly TrailEvent[],
  now: number,
  links: number,
): void {
  if (links > mostLinks) return;
  for (const place of new Set(events.map((one) => `${one.recipientAccountId}/${one.awsRegion}`))) {
    const rows = view.range('ref', { prefix: `${under.eventRules}${place}/`, n: 1000 });
    if (rows.length === 0) continue;
    const [account = ''] = place.split('/');
    const trails = view
      .range('ref', { prefix: under.cloudTrails(account), n: 1000 })
      .map(({ rec }) => rec as CloudTrailRec); // of that prefix
    const here = events.filter((one) => `${one.recipientAccountId}/${one.awsRegion}` === place);
    for (const { ref, rec } of rows) {
      const rule = rec as EventRuleRec; // of that prefix
      const coming = here.filter(
        (event) =>
          wants(rule, event) &&
          ((event.eventType === 'AwsServiceEvent' && ownEvents.has(event.eventName)) ||
            isLogged(event, trails)),
      );
      if (coming.length === 0) continue;
      // OURS: EventBridge has a record when a trail has it.
      const due = epochMs(now + deliverySeconds * 1000);
      const waiting = [
        ...rule.waiting,
        ...coming.map((event) => ({ due, event: JSON.stringify(event), links })),
      ].slice(0, mostWaiting);
      view.put(ref as Ref<'eventRule'>, { ...rule, waiting });
    }
  }
}
