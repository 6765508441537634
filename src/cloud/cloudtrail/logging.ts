import type { CloudTrailRec, Operation, Refusal, Step, TrailSelector } from '../../engine/index.ts';
import { cloudtrail, onTrail, putTrail, trailArn, trailOf, wholeSecond, type Named } from './declare.ts';
import { isLogging } from './delivery.ts';
import { noTrail, wrongSelectors } from './words.ts';

/*
 * When a trail logs, and what it leaves out. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
 */

interface OfTrail {
  readonly TrailName: string;
}
interface EventSelector {
  readonly ReadWriteType?: TrailSelector['readWrite'];
  readonly IncludeManagementEvents?: boolean;
  readonly ExcludeManagementEventSources?: readonly string[];
}
const onNamed = ({ TrailName }: OfTrail, step: Step): string => trailArn(TrailName, step);

/** What counts from now on. */
const from = (trail: CloudTrailRec, change: Partial<TrailSelector>, step: Step): CloudTrailRec => {
  const last = trail.selectors.at(-1);
  const next: TrailSelector = {
    readWrite: 'All',
    without: [],
    stopped: true,
    ...last,
    ...change,
    from: step.env.at,
    by: step.eventId,
  };
  return { ...trail, selectors: [...trail.selectors, next] };
};

const startsWith = (step: Step) => ({
  upTo: wholeSecond(step.env.at),
  next: undefined,
  succeeded: undefined,
  attempted: undefined,
  error: undefined,
  failures: 0,
  files: 0,
});

const logging = (name: 'StartLogging' | 'StopLogging', stopped: boolean): Operation =>
  cloudtrail<Named>({
    name,
    refusals: ['TrailNotFoundException'],
    on: onTrail,
    members: ['Name'],
    run({ Name }, step) {
      const trail = trailOf(Name, step);
      if (!trail) return noTrail(Name);
      const changed = from(trail, { stopped }, step);
      putTrail(stopped ? changed : { ...changed, delivery: trail.delivery ?? startsWith(step) }, step);
      return undefined;
    },
  });

/** API Reference, EventSelector: the sources that may be left out. */
const excludable: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

const PutEventSelectors = cloudtrail<OfTrail & { readonly EventSelectors: readonly EventSelector[] }, object>(
  {
    name: 'PutEventSelectors',
    refusals: ['TrailNotFoundException', 'InvalidEventSelectorsException'],
    on: onNamed,
    // cloudtrail.json rules: "the exclusion shows up as a PutEventSelectors event".
    members: ['TrailName', 'EventSelectors'],
    run({ TrailName, EventSelectors }, step): object | Refusal {
      const trail = trailOf(TrailName, step);
      if (!trail) return noTrail(TrailName);
      const [selector] = EventSelectors;
      const without = selector?.ExcludeManagementEventSources ?? [];
      // OURS: one selector; several of management events would have to agree.
      if (!selector || EventSelectors.length > 1 || !without.every((source) => excludable.has(source)))
        return wrongSelectors();
      putTrail(from(trail, { readWrite: selector.ReadWriteType ?? 'All', without }, step), step);
      return { TrailARN: trail.arn, EventSelectors };
    },
    shows: (made) => made as Readonly<Record<string, unknown>>, // as `run` makes it
  },
);

const GetEventSelectors = cloudtrail<OfTrail, object>({
  name: 'GetEventSelectors',
  readOnly: true,
  refusals: ['TrailNotFoundException'],
  on: onNamed,
  members: ['TrailName'],
  run({ TrailName }, step) {
    const trail = trailOf(TrailName, step);
    if (!trail) return noTrail(TrailName);
    const { readWrite = 'All', without = [] } = trail.selectors.at(-1) ?? {};
    return {
      TrailARN: trail.arn,
      EventSelectors: [
        { ReadWriteType: readWrite, IncludeManagementEvents: true, ExcludeManagementEventSources: without },
      ],
    };
  },
});

const date = (name: string, at: number | undefined) => (at === undefined ? {} : { [name]: new Date(at) });

const GetTrailStatus = cloudtrail<Named, object>({
  name: 'GetTrailStatus',
  readOnly: true,
  refusals: ['TrailNotFoundException'],
  on: onTrail,
  members: ['Name'],
  run({ Name }, step) {
    const trail = trailOf(Name, step);
    if (!trail) return noTrail(Name);
    const { selectors, delivery } = trail;
    const changes = selectors.filter(({ stopped }, i) => stopped !== (selectors[i - 1]?.stopped ?? true));
    return {
      IsLogging: isLogging(trail),
      ...date('StartLoggingTime', changes.findLast(({ stopped }) => !stopped)?.from),
      ...date('StopLoggingTime', changes.findLast(({ stopped }) => stopped)?.from),
      ...date('LatestDeliveryTime', delivery?.succeeded),
      // An error code of S3, until a file has been written again (API Reference, GetTrailStatus).
      ...(delivery?.error === undefined ? {} : { LatestDeliveryError: delivery.error }),
    };
  },
});

export const loggingOperations: readonly Operation[] = [
  logging('StartLogging', false),
  logging('StopLogging', true),
  PutEventSelectors,
  GetEventSelectors,
  GetTrailStatus,
];
