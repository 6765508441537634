import type { TrailEvent } from '../../engine/index.ts';
import { isDelivered } from '../cloudtrail/delivery.ts';
import { timeOf } from '../cloudtrail/who.ts';
import { matches, type Pattern } from './match.ts';

/*
 * Metric filters with their alarms: how many records of a pattern came in a period, and from how many on it is one too many.
 */

export interface AlarmRule {
  readonly id: string;
  readonly pattern: Pattern;
  readonly threshold: number;
  readonly periodSeconds: number;
}
/** One that can be made into an alarm of CloudWatch: `filter` says the same as `pattern` in the language of metric filters. */
export interface AlarmTemplate extends AlarmRule {
  readonly filter: string;
}

/** What the guides say is to be watched (guides.md "Watching", exam.md "Detection"). Data: add, change, leave out. */
export const alarmRules: readonly AlarmTemplate[] = [
  {
    id: 'keyDisabled',
    pattern: { names: ['DisableKey'], outcome: 'ok' },
    filter: '{ ($.eventName = "DisableKey") && ($.errorCode NOT EXISTS) }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'deletionScheduled',
    pattern: { names: ['ScheduleKeyDeletion'], outcome: 'ok' },
    filter: '{ ($.eventName = "ScheduleKeyDeletion") && ($.errorCode NOT EXISTS) }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'pendingKeyUsed',
    pattern: { errors: ['KMSInvalidStateException'], errorText: 'pending deletion' },
    filter: '{ ($.errorCode = "KMSInvalidStateException") && ($.errorMessage = "*pending deletion*") }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'disabledKeyUsed',
    pattern: { errors: ['DisabledException'] },
    filter: '{ $.errorCode = "DisabledException" }',
    threshold: 1,
    periodSeconds: 300,
  },
  // OURS: a figure that a small world reaches only when something is odd.
  {
    id: 'manyDecrypts',
    pattern: { names: ['Decrypt'], outcome: 'ok' },
    filter: '{ ($.eventName = "Decrypt") && ($.errorCode NOT EXISTS) }',
    threshold: 20,
    periodSeconds: 300,
  },
  {
    id: 'grantMade',
    pattern: { names: ['CreateGrant'], outcome: 'ok', notBy: ['.amazonaws.com'] },
    filter:
      '{ ($.eventName = "CreateGrant") && ($.errorCode NOT EXISTS) && ($.userIdentity.type != "AWSService") }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'policyChanged',
    pattern: { names: ['PutKeyPolicy'], outcome: 'ok' },
    filter: '{ ($.eventName = "PutKeyPolicy") && ($.errorCode NOT EXISTS) }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'otherAccount',
    pattern: { by: 'otherAccount' },
    filter: '{ $.userIdentity.type = "AWSAccount" }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'rootUsed',
    pattern: { by: 'root' },
    filter: '{ $.userIdentity.type = "Root" }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'manyRefused',
    pattern: { errors: ['AccessDeniedException'] },
    filter: '{ $.errorCode = "AccessDeniedException" }',
    threshold: 5,
    periodSeconds: 300,
  },
  {
    id: 'materialGone',
    pattern: { names: ['DeleteExpiredKeyMaterial', 'DeleteImportedKeyMaterial'], outcome: 'ok' },
    filter:
      '{ (($.eventName = "DeleteExpiredKeyMaterial") || ($.eventName = "DeleteImportedKeyMaterial")) && ($.errorCode NOT EXISTS) }',
    threshold: 1,
    periodSeconds: 300,
  },
  {
    id: 'trailChanged',
    pattern: { names: ['StopLogging', 'DeleteTrail', 'PutEventSelectors'], outcome: 'ok' },
    filter:
      '{ (($.eventName = "StopLogging") || ($.eventName = "DeleteTrail") || ($.eventName = "PutEventSelectors")) && ($.errorCode NOT EXISTS) }',
    threshold: 1,
    periodSeconds: 300,
  },
];

/** A period in which an alarm was in ALARM. */
export interface Alarm {
  readonly rule: AlarmRule;
  /** Beginning of the period. */
  readonly from: number;
  readonly events: readonly TrailEvent[];
  /** It is the period of now: nothing ended it yet. */
  readonly still: boolean;
}

/** Newest first. What has not been delivered by `now` does not count yet. */
export function alarmsOf(
  events: readonly TrailEvent[],
  now: number,
  rules: readonly AlarmRule[] = alarmRules,
): readonly Alarm[] {
  const there = events.filter((event) => isDelivered(event, now));
  return rules
    .flatMap((rule) => {
      const length = rule.periodSeconds * 1000;
      const periods = new Map<number, TrailEvent[]>();
      for (const event of there) {
        if (!matches(event, rule.pattern)) continue;
        const from = Math.floor(timeOf(event) / length) * length;
        const period = periods.get(from);
        if (period) period.push(event);
        else periods.set(from, [event]);
      }
      return [...periods]
        .filter(([, found]) => found.length >= rule.threshold)
        .map(([from, found]): Alarm => ({ rule, from, events: found, still: from + length > now }));
    })
    .toSorted((a, b) => b.from - a.from);
}

/** A rule that reacts: for each record of the pattern, a call. `{key}` in its input is the key of the record. */
export interface Reaction {
  readonly id: string;
  readonly pattern: Pattern;
  readonly operation: string;
  readonly input: Readonly<Record<string, string>>;
}

export interface WantedCall {
  readonly rule: Reaction;
  readonly because: TrailEvent;
  readonly operation: string;
  readonly region: string;
  readonly input: Readonly<Record<string, string>>;
}

/** The calls that rules want for these records, in their order. Making them is the caller's business. */
export const reactionsTo = (
  events: readonly TrailEvent[],
  rules: readonly Reaction[],
): readonly WantedCall[] =>
  events.flatMap((because) =>
    rules
      .filter(({ pattern }) => matches(because, pattern))
      .flatMap((rule) => {
        const key = because.resources.find(({ type }) => type === 'AWS::KMS::Key')?.ARN;
        if (key === undefined) return [];
        const input = Object.fromEntries(
          Object.entries(rule.input).map(([name, value]) => [name, value.replace('{key}', key)]),
        );
        return [{ rule, because, operation: rule.operation, region: because.awsRegion, input }];
      }),
  );
