import type { MetricAlarmRec } from '../../engine/index.ts';

/*
 * The state of an alarm, worked out of the values of its metric. CloudWatch User Guide, "Alarm evaluation" and "Configuring
 * how alarms treat missing data".
 */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The values of a metric in a period, `from` inclusive, `to` exclusive, milliseconds. */
export type Metric = (from: number, to: number) => readonly number[];

export interface AlarmPeriod {
  readonly from: number;
  /** The statistic; undefined: no data. */
  readonly value: number | undefined;
  readonly breaches: boolean;
}
export interface AlarmHistory {
  readonly state: AlarmState;
  /** The period in which it came about. */
  readonly since: number;
  /** Oldest first. The first is the state in which an alarm begins. */
  readonly changes: readonly { readonly at: number; readonly state: AlarmState }[];
  /** The newest, oldest first; the last is the period of now. */
  readonly periods: readonly AlarmPeriod[];
}

const day = 86_400_000;
/** How far back there is data (CloudWatch User Guide, "Metrics retention"). Seconds of a period, and days. */
export const retentionDays = (period: number): number => (period < 300 ? 15 : period < 3600 ? 63 : 455);
/** Of so many periods the values are told. */
const told = 36;

const statistics: Readonly<Record<MetricAlarmRec['statistic'], (values: readonly number[]) => number>> = {
  SampleCount: (values) => values.length,
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Minimum: (values) => values.reduce((least, value) => Math.min(least, value)),
  Maximum: (values) => values.reduce((most, value) => Math.max(most, value)),
};

const comparisons: Readonly<
  Record<MetricAlarmRec['comparison'], (value: number, threshold: number) => boolean>
> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

type Evaluated = Pick<
  MetricAlarmRec,
  | 'statistic'
  | 'period'
  | 'evaluationPeriods'
  | 'datapointsToAlarm'
  | 'threshold'
  | 'comparison'
  | 'missing'
  | 'created'
>;

/**
 * OURS: the window is the evaluation periods and no more (CloudWatch looks at some older ones too), and the period of now
 * counts as far as it has come.
 */
export function alarmHistory(alarm: Evaluated, metric: Metric, now: number): AlarmHistory {
  const length = alarm.period * 1000;
  const first =
    Math.floor(Math.max(alarm.created, now - retentionDays(alarm.period) * day) / length) * length;
  const changes: { at: number; state: AlarmState }[] = [{ at: first, state: 'INSUFFICIENT_DATA' }];
  const periods: AlarmPeriod[] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let from = first; from <= now; from += length) {
    const values = metric(from, from + length);
    const value = values.length === 0 ? undefined : statistics[alarm.statistic](values);
    const breaches = value !== undefined && comparisons[alarm.comparison](value, alarm.threshold);
    periods.push({ from, value, breaches });
    const next = judged(alarm, periods, state);
    if (next !== state) changes.push({ at: from, state: (state = next) });
  }
  return {
    state,
    since: changes.at(-1)?.at ?? first,
    changes,
    periods: periods.slice(-told),
  };
}

function judged(
  { evaluationPeriods, datapointsToAlarm, missing }: Evaluated,
  periods: readonly AlarmPeriod[],
  before: AlarmState,
): AlarmState {
  let breaching = 0;
  let present = 0;
  // Periods before the alarm was made have no data either.
  for (let i = 0; i < evaluationPeriods; i += 1) {
    const one = periods[periods.length - 1 - i];
    if (one?.value !== undefined) present += 1;
    if (one?.breaches) breaching += 1;
  }
  const absent = evaluationPeriods - present;
  if (missing === 'breaching') breaching += absent;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (missing === 'missing' && present === 0) return 'INSUFFICIENT_DATA';
  if (missing === 'ignore' && absent > 0) return before;
  return 'OK';
}
