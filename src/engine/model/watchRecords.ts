import type { AccountId, EpochMs, Region } from './ids.ts';

/*
 * What watches the records of the trail: rules that react (EventBridge), metric filters (CloudWatch Logs) and alarms
 * (CloudWatch). Types only: what makes and reads them is loaded with the services.
 */

export type EventRuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

export interface EventRuleRec {
  readonly name: string;
  readonly arn: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly description: string | undefined;
  /** JSON, as it was given. */
  readonly pattern: string;
  /** The operations that the pattern lists; undefined: it may be for any. Others do not wait for it. */
  readonly eventNames: readonly string[] | undefined;
  readonly state: EventRuleState;
  readonly created: EpochMs;
  readonly targets: readonly EventTarget[];
  /** Records that are on their way to the rule, the first to come first. */
  readonly waiting: readonly WaitingEvent[];
  /** What it did, the newest last, as many as are kept. */
  readonly runs: readonly RuleRun[];
}
export interface EventTarget {
  readonly id: string;
  /** A topic, a queue, or `arn:aws:scheduler:::aws-sdk:kms:enableKey`. */
  readonly arn: string;
  /** Whom EventBridge becomes to call it. */
  readonly role: string | undefined;
  /** JSON that the target gets instead of the event. */
  readonly input: string | undefined;
  /** Of an input transformer: names of values, and where in the event they are. */
  readonly paths: Readonly<Record<string, string>> | undefined;
  readonly template: string | undefined;
}
export interface WaitingEvent {
  readonly due: EpochMs;
  /** The record, as JSON. */
  readonly event: string;
  /** How many rules had reacted one to the other until it came about. */
  readonly links: number;
}
export interface RuleRun {
  readonly time: EpochMs;
  readonly eventId: string;
  readonly eventName: string;
  readonly links: number;
  readonly results: readonly TargetResult[];
}
export interface TargetResult {
  readonly target: string;
  /** `kms:EnableKey` */
  readonly call: string;
  /** What it met; undefined: done. */
  readonly refused: string | undefined;
  readonly message: string | undefined;
}

export interface MetricFilterRec {
  readonly name: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly logGroup: string;
  readonly pattern: string;
  readonly namespace: string;
  readonly metric: string;
  /** What one match adds. */
  readonly value: number;
  readonly created: EpochMs;
}

export interface MetricAlarmRec {
  readonly name: string;
  readonly arn: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly description: string | undefined;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'SampleCount' | 'Average' | 'Sum' | 'Minimum' | 'Maximum';
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  /** Of these periods so many must breach. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison:
    | 'GreaterThanOrEqualToThreshold'
    | 'GreaterThanThreshold'
    | 'LessThanThreshold'
    | 'LessThanOrEqualToThreshold';
  readonly missing: 'missing' | 'breaching' | 'notBreaching' | 'ignore';
  readonly created: EpochMs;
}
