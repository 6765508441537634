import {
  refuse,
  type LogGroupRec,
  type MetricFilterRec,
  type Operation,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at, below } from '../refs.ts';
import { isFilterFault, readLogFilter } from '../watch/filterPattern.ts';
import { noGroup } from './words.ts';

/*
 * Metric filters: what in a log group counts. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
 */

const logs = declareIn('logs');
const list = 'CloudWatch Logs API Reference, Errors';
const invalid = (message: string): Refusal => refuse('InvalidParameterException', message, list);

interface OfGroup {
  readonly logGroupName: string;
}
interface Named extends OfGroup {
  readonly filterName: string;
}
interface Transformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  readonly metricValue: string;
}

const onGroup = ({ logGroupName }: OfGroup, { identity, region }: Step): string =>
  `arn:aws:logs:${region}:${identity.account}:log-group:${logGroupName}`;
const groupOf = ({ logGroupName }: OfGroup, { view, identity, region }: Step): LogGroupRec | undefined =>
  view.get(at.logGroup(identity.account, region, logGroupName));
const placeOf = ({ logGroupName, filterName }: Named, { identity, region }: Step) =>
  at.metricFilter(identity.account, region, logGroupName, filterName);

const PutMetricFilter = logs<
  Named & {
    readonly filterPattern: string;
    readonly metricTransformations: readonly Transformation[];
  }
>({
  name: 'PutMetricFilter',
  refusals: ['ResourceNotFoundException', 'InvalidParameterException'],
  on: onGroup,
  members: ['logGroupName', 'filterName', 'filterPattern', 'metricTransformations'],
  run(input, step) {
    if (!groupOf(input, step)) return noGroup();
    const read = readLogFilter(input.filterPattern);
    if (isFilterFault(read)) return invalid(`${read.fault} (at ${read.place})`);
    const [to] = input.metricTransformations;
    const value = Number(to?.metricValue);
    // OURS: a constant for each match, not a value out of the record.
    if (!to || Number.isNaN(value)) return invalid('KMS Lab counts with a number, not with a selector.');
    const place = placeOf(input, step);
    const filter: MetricFilterRec = {
      name: input.filterName,
      account: step.identity.account,
      region: step.region,
      logGroup: input.logGroupName,
      pattern: input.filterPattern,
      namespace: to.metricNamespace,
      metric: to.metricName,
      value,
      // "Metric filters do not apply to what was there before": the old one's beginning stays with the old one's name.
      created: step.view.get(place)?.created ?? step.env.at,
    };
    step.view.put(place, filter);
    return undefined;
  },
});

const DescribeMetricFilters = logs<object, object>({
  name: 'DescribeMetricFilters',
  readOnly: true,
  refusals: [],
  members: [],
  run: (_, { view, identity, region }) => ({
    metricFilters: view
      .range('ref', { prefix: below.metricFilters(identity.account, region), n: 1000 })
      .map(({ rec }) => rec as MetricFilterRec) // by its prefix
      .map(({ name, pattern, metric, namespace, value, created, logGroup }) => ({
        filterName: name,
        filterPattern: pattern,
        metricTransformations: [
          { metricName: metric, metricNamespace: namespace, metricValue: String(value) },
        ],
        creationTime: created,
        logGroupName: logGroup,
      })),
  }),
});

const DeleteMetricFilter = logs<Named>({
  name: 'DeleteMetricFilter',
  refusals: ['ResourceNotFoundException'],
  on: onGroup,
  members: ['logGroupName', 'filterName'],
  run(input, step) {
    const place = placeOf(input, step);
    if (!step.view.get(place))
      return refuse('ResourceNotFoundException', 'The specified metric filter does not exist.', list);
    step.view.put(place, undefined);
    return undefined;
  },
});

export const metricFilterOperations: readonly Operation[] = [
  PutMetricFilter,
  DescribeMetricFilters,
  DeleteMetricFilter,
];
