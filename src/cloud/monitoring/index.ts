import { refuse, type MetricAlarmRec, type Operation, type Service, type Step } from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at, below } from '../refs.ts';
import { makeService, queryErrors } from '../service.ts';
import shapes from '../shapes/monitoring.json';

/*
 * Alarms of CloudWatch, whose records say monitoring.amazonaws.com. What state an alarm is in is not stored: it follows from
 * the records of the trail (watch/alarmStates.ts).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */

const monitoring = declareIn('monitoring');
const list = 'CloudWatch API Reference, Errors';

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}
interface Given {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Statistic: MetricAlarmRec['statistic'];
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: MetricAlarmRec['comparison'];
  readonly TreatMissingData?: MetricAlarmRec['missing'];
}

const arnOf = (name: string, { identity, region }: Step): string =>
  `arn:aws:cloudwatch:${region}:${identity.account}:alarm:${name}`;

const wrong = (message: string) => refuse('ValidationError', message, list);

const PutMetricAlarm = monitoring<Given>({
  name: 'PutMetricAlarm',
  refusals: ['ValidationError', 'LimitExceeded'],
  // IAM knows the service as cloudwatch.
  asks: ({ AlarmName }, step) => [{ action: 'cloudwatch:PutMetricAlarm', on: arnOf(AlarmName, step) }],
  members: [
    'AlarmName',
    'AlarmDescription',
    'Namespace',
    'MetricName',
    'Dimensions',
    'Statistic',
    'Period',
    'EvaluationPeriods',
    'DatapointsToAlarm',
    'Threshold',
    'ComparisonOperator',
    'TreatMissingData',
  ],
  run(given, step) {
    const { Period, EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods } = given;
    // API Reference, PutMetricAlarm, Period: 10, 20, 30, and multiples of 60.
    if (Period % 60 !== 0 && ![10, 20, 30].includes(Period))
      return wrong('Period must be 10, 20, 30 or a multiple of 60.');
    // "Metrics: … multiplied by Period cannot exceed one day", or seven days for periods of an hour and more.
    if (Period * EvaluationPeriods > (Period >= 3600 ? 7 : 1) * 86_400)
      return wrong(
        'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).',
      );
    if (DatapointsToAlarm > EvaluationPeriods)
      return wrong('DatapointsToAlarm must not be more than EvaluationPeriods.');
    const place = at.metricAlarm(step.identity.account, step.region, given.AlarmName);
    const alarm: MetricAlarmRec = {
      name: given.AlarmName,
      arn: arnOf(given.AlarmName, step),
      account: step.identity.account,
      region: step.region,
      description: given.AlarmDescription,
      namespace: given.Namespace,
      metric: given.MetricName,
      dimensions: Object.fromEntries((given.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
      statistic: given.Statistic,
      period: Period,
      evaluationPeriods: EvaluationPeriods,
      datapointsToAlarm: DatapointsToAlarm,
      threshold: given.Threshold,
      comparison: given.ComparisonOperator,
      missing: given.TreatMissingData ?? 'missing',
      created: step.view.get(place)?.created ?? step.env.at,
    };
    step.view.put(place, alarm);
    return undefined;
  },
});

const DescribeAlarms = monitoring<{ readonly AlarmNames?: readonly string[] }, object>({
  name: 'DescribeAlarms',
  readOnly: true,
  refusals: [],
  asks: () => [{ action: 'cloudwatch:DescribeAlarms', on: '*' }],
  members: ['AlarmNames'],
  run: ({ AlarmNames }, { view, identity, region }) => ({
    MetricAlarms: view
      .range('ref', { prefix: below.metricAlarms(identity.account, region), n: 1000 })
      .map(({ rec }) => rec as MetricAlarmRec) // by its prefix
      .filter(({ name }) => AlarmNames?.includes(name) ?? true)
      // OURS: without StateValue, which the page works out of the trail.
      .map((alarm) => ({
        AlarmName: alarm.name,
        AlarmArn: alarm.arn,
        ...(alarm.description === undefined ? {} : { AlarmDescription: alarm.description }),
        Namespace: alarm.namespace,
        MetricName: alarm.metric,
        Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
        Statistic: alarm.statistic,
        Period: alarm.period,
        EvaluationPeriods: alarm.evaluationPeriods,
        DatapointsToAlarm: alarm.datapointsToAlarm,
        Threshold: alarm.threshold,
        ComparisonOperator: alarm.comparison,
        TreatMissingData: alarm.missing,
      })),
  }),
});

const DeleteAlarms = monitoring<{ readonly AlarmNames: readonly string[] }>({
  name: 'DeleteAlarms',
  refusals: ['ResourceNotFound'],
  asks: ({ AlarmNames }, step) =>
    AlarmNames.map((name) => ({ action: 'cloudwatch:DeleteAlarms', on: arnOf(name, step) })),
  members: ['AlarmNames'],
  run({ AlarmNames }, { view, identity, region }) {
    const places = AlarmNames.map((name) => at.metricAlarm(identity.account, region, name));
    if (places.some((place) => view.get(place) === undefined))
      return refuse('ResourceNotFound', 'One or more alarms do not exist.', list, 404);
    for (const place of places) view.put(place, undefined);
    return undefined;
  },
});

export const monitoringOperations: readonly Operation[] = [PutMetricAlarm, DescribeAlarms, DeleteAlarms];

export const monitoringService: Service = makeService(
  'monitoring',
  shapes,
  monitoringOperations,
  queryErrors,
);
