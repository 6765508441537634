import { describe, expect, it } from 'vitest';
import type { MetricAlarmRec } from '../../engine/index.ts';
import { alarmHistory } from './alarmStates.ts';

const minute = 60_000;
const alarm = {
  statistic: 'Sum',
  period: 60,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  threshold: 5,
  comparison: 'GreaterThanOrEqualToThreshold',
  missing: 'missing',
  created: 0 as MetricAlarmRec['created'],
} as const;

/** `-` no data, a digit the value of one minute; answers the state after each. */
function states(values: string, more: Partial<MetricAlarmRec> = {}): string {
  const metric = (from: number): readonly number[] => {
    const sign = values.charAt(from / minute);
    return sign === '-' || sign === '' ? [] : [Number(sign)];
  };
  const { changes } = alarmHistory({ ...alarm, ...more }, metric, (values.length - 1) * minute);
  return [...values]
    .map((_, i) => changes.findLast(({ at }) => at <= i * minute)?.state.charAt(0) ?? '')
    .join('');
}

describe('an alarm', () => {
  it.each<readonly [string, Partial<MetricAlarmRec>, string]>([
    // Two of three breach, and so long.
    ['0909000', {}, 'OOOAOOO'],
    ['0990000', { evaluationPeriods: 1, datapointsToAlarm: 1 }, 'OAAOOOO'],
    // CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
    ['---9---', { evaluationPeriods: 1, datapointsToAlarm: 1 }, 'IIIAIII'],
    ['---9---', { evaluationPeriods: 1, datapointsToAlarm: 1, missing: 'notBreaching' }, 'OOOAOOO'],
    ['---0---', { evaluationPeriods: 1, datapointsToAlarm: 1, missing: 'breaching' }, 'AAAOAAA'],
    ['---9--0', { evaluationPeriods: 1, datapointsToAlarm: 1, missing: 'ignore' }, 'IIIAAAO'],
    ['--99---', {}, 'IIOAAOI'],
    ['1119', { comparison: 'LessThanThreshold', evaluationPeriods: 1, datapointsToAlarm: 1 }, 'AAAO'],
  ])('%s under %j: %s', (values, more, wanted) => {
    expect(states(values, more)).toBe(wanted);
  });

  it('tells since when, and the values of the newest periods', () => {
    const metric = (from: number): readonly number[] => (from >= 100 * minute ? [3, 4] : []);
    const { state, since, periods } = alarmHistory(alarm, metric, 110 * minute);
    expect([state, since]).toEqual(['ALARM', 101 * minute]);
    expect(periods).toHaveLength(36);
    expect(periods.at(-1)).toEqual({ from: 110 * minute, value: 7, breaches: true });
  });

  it.each([
    ['Average', 3],
    ['Minimum', 1],
    ['Maximum', 6],
    ['SampleCount', 3],
    ['Sum', 9],
  ] as const)('%s', (statistic, wanted) => {
    const { periods } = alarmHistory({ ...alarm, statistic }, () => [1, 2, 6], 0);
    expect(periods.at(-1)?.value).toBe(wanted);
  });
});
