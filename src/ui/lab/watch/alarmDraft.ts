import type { Around, Watchers } from '../../../client/index.ts';

/* What the editor of alarms holds, and the calls that it becomes. */

type Alarm = Watchers['alarms'][number];
type Filter = Watchers['filters'][number];

export interface AlarmDraft {
  name: string;
  /** What it watches: records of the trail, or a metric that KMS publishes. */
  source: 'trail' | 'kms';
  pattern: string;
  metric: string;
  /** KeyId or CustomKeyStoreId. */
  of: string;
  statistic: Alarm['statistic'];
  comparison: Alarm['comparison'];
  threshold: number;
  period: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  missing: Alarm['missing'];
  /** The name under which it is there now. */
  readonly was: string | undefined;
}

/** Of the metrics that come out of metric filters made here. */
const namespace = 'KMSLab/CloudTrail';

export const periods = [60, 300, 900, 3600, 21_600, 86_400] as const;

const base = {
  source: 'trail',
  metric: 'SecondsUntilKeyMaterialExpiration',
  of: '',
  statistic: 'Sum',
  comparison: 'GreaterThanOrEqualToThreshold',
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  // No record is no news: what a counter of records wants.
  missing: 'notBreaching',
  was: undefined,
} as const;

export const draftOfTemplate = ({
  id,
  filter,
  threshold,
  periodSeconds,
}: Around['alarmRules'][number]): AlarmDraft => ({
  ...base,
  name: id,
  pattern: filter,
  threshold,
  period: periodSeconds,
});

export function draftOfAlarm(alarm: Alarm, filters: readonly Filter[]): AlarmDraft {
  const { name, dimensions, statistic, comparison, threshold, period, missing } = alarm;
  const { evaluationPeriods, datapointsToAlarm } = alarm;
  const filter = filters.find(({ metric, account, region }) => {
    return metric === alarm.metric && account === alarm.account && region === alarm.region;
  });
  const own = alarm.namespace === 'AWS/KMS';
  return {
    ...base,
    source: own ? 'kms' : 'trail',
    pattern: filter?.pattern ?? '',
    metric: own ? alarm.metric : base.metric,
    of: Object.values(dimensions)[0] ?? '',
    ...{ name, statistic, comparison, threshold, period, missing, evaluationPeriods, datapointsToAlarm },
    was: name,
  };
}

/** Names of metrics and filters: what an alarm's name may not have in them goes. */
const plain = (name: string): string => name.replaceAll(/[:*]/g, '-');

export const metricOfDraft = (draft: AlarmDraft, around: Around) => {
  const known = around.kmsMetrics.find(({ name }) => name === draft.metric);
  return draft.source === 'kms'
    ? {
        namespace: around.kmsNamespace,
        metric: draft.metric,
        dimensions: { [known?.dimension ?? 'KeyId']: draft.of },
      }
    : { namespace, metric: plain(draft.name), dimensions: {} };
};

export interface PlannedCall {
  readonly service: 'logs' | 'monitoring';
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** `hasGroup`: the log group is there already. */
export function callsOfDraft(draft: AlarmDraft, around: Around, hasGroup: boolean): readonly PlannedCall[] {
  const { metric, dimensions, ...of } = metricOfDraft(draft, around);
  const logGroupName = around.trailLogGroup;
  const calls: PlannedCall[] = [];
  if (draft.source === 'trail') {
    if (!hasGroup) calls.push({ service: 'logs', operation: 'CreateLogGroup', input: { logGroupName } });
    calls.push({
      service: 'logs',
      operation: 'PutMetricFilter',
      input: {
        logGroupName,
        filterName: metric,
        filterPattern: draft.pattern,
        metricTransformations: [{ metricName: metric, metricNamespace: of.namespace, metricValue: '1' }],
      },
    });
  }
  calls.push({
    service: 'monitoring',
    operation: 'PutMetricAlarm',
    input: {
      AlarmName: draft.name,
      Namespace: of.namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: draft.statistic,
      Period: draft.period,
      EvaluationPeriods: draft.evaluationPeriods,
      DatapointsToAlarm: draft.datapointsToAlarm,
      Threshold: draft.threshold,
      ComparisonOperator: draft.comparison,
      TreatMissingData: draft.missing,
    },
  });
  if (draft.was !== undefined && draft.was !== draft.name)
    calls.push({ service: 'monitoring', operation: 'DeleteAlarms', input: { AlarmNames: [draft.was] } });
  return calls;
}

/** An alarm goes with the metric filter that was made for it. */
export function callsOfRemoval(alarm: Alarm, filters: readonly Filter[]): readonly PlannedCall[] {
  const own = filters.filter(
    ({ name, namespace: of, metric, account, region }) =>
      of === namespace &&
      of === alarm.namespace &&
      metric === alarm.metric &&
      name === metric &&
      account === alarm.account &&
      region === alarm.region,
  );
  return [
    { service: 'monitoring', operation: 'DeleteAlarms', input: { AlarmNames: [alarm.name] } },
    ...own.map(({ name, logGroup }) => ({
      service: 'logs' as const,
      operation: 'DeleteMetricFilter',
      input: { logGroupName: logGroup, filterName: name },
    })),
  ];
}
