import type { TrailEvent } from '../../engine/index.ts';
import { isDelivered } from '../cloudtrail/delivery.ts';
import { isSeenFromOutside, keysOf, principalOf, serviceOf, timeOf } from '../cloudtrail/who.ts';
import { matches, opensToAll } from './match.ts';

/*
 * What stands out in a trail, beside what is usual in the same trail. OURS, all of it: GuardDuty-like, not GuardDuty.
 */

export type FindingKind =
  | 'decryptSpike'
  | 'newPlace'
  | 'newUser'
  | 'newAccount'
  | 'grantToSelf'
  | 'publicPolicy'
  | 'watchLost'
  | 'probing';

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: 'high' | 'medium' | 'low';
  readonly principal: string;
  readonly key: string | undefined;
  readonly at: number;
  /** What it rests on, oldest first. */
  readonly events: readonly TrailEvent[];
  /** For `decryptSpike`: calls in the busiest hour, and in a usual one. */
  readonly counts?: { readonly found: number; readonly usual: number } | undefined;
}

const hour = 3_600_000;
/** A tenth of the spike of guides.md, "tenfold decrypt spike", is not yet one. */
const spikeFactor = 10;
const spikeLeast = 10;

export function findingsOf(events: readonly TrailEvent[], now: number): readonly Finding[] {
  const there = events.filter((event) => isDelivered(event, now));
  return [
    ...spikes(there),
    ...newcomers(there),
    ...outsiders(there),
    ...changes(there),
    ...probing(there),
  ].toSorted((a, b) => b.at - a.at);
}

const grouped = (
  events: readonly TrailEvent[],
  by: (event: TrailEvent) => string | undefined,
): ReadonlyMap<string, readonly TrailEvent[]> => {
  const groups = new Map<string, TrailEvent[]>();
  for (const event of events) {
    const name = by(event);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(event);
    else groups.set(name, [event]);
  }
  return groups;
};

const finding = (
  kind: FindingKind,
  severity: Finding['severity'],
  events: readonly TrailEvent[],
  counts?: Finding['counts'],
): Finding[] => {
  const [first] = events;
  return first
    ? [
        {
          kind,
          severity,
          principal: principalOf(first),
          key: keysOf(first)[0],
          at: timeOf(first),
          events,
          counts,
        },
      ]
    : [];
};

/** Somebody's busiest hour of Decrypt beside the median of the other hours in which it decrypted. */
function spikes(events: readonly TrailEvent[]): readonly Finding[] {
  const decrypts = events.filter(
    (event) => event.eventName === 'Decrypt' && event.errorCode === undefined && !isSeenFromOutside(event),
  );
  return [...grouped(decrypts, principalOf).values()].flatMap((own) => {
    const hours = [...grouped(own, (event) => String(Math.floor(timeOf(event) / hour))).values()];
    const sizes = hours.map(({ length }) => length).toSorted((a, b) => a - b);
    const usual = sizes[Math.floor((sizes.length - 1) / 2)] ?? 0;
    return hours
      .filter(({ length }) => sizes.length > 1 && length >= spikeLeast && length >= usual * spikeFactor)
      .flatMap((found) => finding('decryptSpike', 'high', found, { found: found.length, usual }));
  });
}

/** Who uses keys from an address that it never came from, after some use; who uses a key as the first new one in a day. */
function newcomers(events: readonly TrailEvent[]): readonly Finding[] {
  const used = events.filter(
    (event) =>
      event.readOnly &&
      event.errorCode === undefined &&
      !isSeenFromOutside(event) &&
      serviceOf(event) === undefined &&
      keysOf(event).length > 0 &&
      ['Decrypt', 'Encrypt', 'GenerateDataKey', 'ReEncrypt', 'Sign'].includes(event.eventName),
  );
  const places = [...grouped(used, principalOf).values()].flatMap((own) => {
    const [first] = own;
    const strange = own.filter(({ sourceIPAddress }) => sourceIPAddress !== first?.sourceIPAddress);
    return finding('newPlace', 'medium', strange);
  });
  const users = [...grouped(used, (event) => keysOf(event)[0]).values()].flatMap((own) => {
    const [first] = own;
    const known = new Set<string>();
    return own.flatMap((event) => {
      const who = principalOf(event);
      if (known.has(who)) return [];
      known.add(who);
      const late = first !== undefined && timeOf(event) - timeOf(first) > 24 * hour;
      return late ? finding('newUser', 'low', [event]) : [];
    });
  });
  return [...places, ...users];
}

/** The first use of a key by another account, as the account that owns the key sees it. */
function outsiders(events: readonly TrailEvent[]): readonly Finding[] {
  const foreign = events.filter((event) => isSeenFromOutside(event) && event.errorCode === undefined);
  const first = (event: TrailEvent): string => `${principalOf(event)} ${keysOf(event)[0] ?? ''}`;
  return [...grouped(foreign, first).values()].flatMap(([event]) =>
    event ? finding('newAccount', 'medium', [event]) : [],
  );
}

const userArn = (grantee: unknown): string => (typeof grantee === 'string' ? grantee : '');

function changes(events: readonly TrailEvent[]): readonly Finding[] {
  return events.flatMap((event) => {
    if (event.errorCode !== undefined) return [];
    const parameters = event.requestParameters ?? {};
    if (event.eventName === 'PutKeyPolicy' && opensToAll(parameters['policy']))
      return finding('publicPolicy', 'high', [event]);
    if (event.eventName === 'CreateGrant' && userArn(parameters['granteePrincipal']) === principalOf(event))
      return finding('grantToSelf', 'high', [event]);
    if (matches(event, { names: ['StopLogging', 'DeleteTrail'] }))
      return finding('watchLost', 'high', [event]);
    const selectors = JSON.stringify(parameters['eventSelectors'] ?? '');
    return event.eventName === 'PutEventSelectors' && selectors.includes('kms.amazonaws.com')
      ? finding('watchLost', 'medium', [event])
      : [];
  });
}

/** Refused five times and more within an hour. */
const probing = (events: readonly TrailEvent[]): readonly Finding[] =>
  [
    ...grouped(
      events.filter(({ errorCode }) => errorCode === 'AccessDeniedException'),
      (event) => `${principalOf(event)} ${Math.floor(timeOf(event) / hour)}`,
    ).values(),
  ]
    .filter(({ length }) => length >= 5)
    .flatMap((found) => finding('probing', 'medium', found));
