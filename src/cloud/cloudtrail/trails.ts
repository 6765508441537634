import type { CloudTrailRec, Operation, Refusal, Step, TrailSelector } from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at, below } from '../refs.ts';
import { noTrail, trailExists, wrongSelectors } from './words.ts';

/*
 * Trails, and what they leave out. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
 */

const cloudtrail = declareIn('cloudtrail');

interface Named {
  readonly Name: string;
}
interface OfTrail {
  readonly TrailName: string;
}
interface EventSelector {
  readonly ReadWriteType?: TrailSelector['readWrite'];
  readonly IncludeManagementEvents?: boolean;
  readonly ExcludeManagementEventSources?: readonly string[];
}

/** A trail is named by its name in its Region, or by its ARN. */
function trailOf(name: string, { view, identity, region }: Step): CloudTrailRec | undefined {
  const [, , , , , resource] = name.split(':');
  return view.get(at.cloudTrail(identity.account, region, resource?.replace(/^trail\//, '') ?? name));
}
const arnOf = (name: string, { identity, region }: Step): string =>
  name.startsWith('arn:') ? name : `arn:aws:cloudtrail:${region}:${identity.account}:trail/${name}`;

const put = (trail: CloudTrailRec, { view }: Step): void =>
  view.put(at.cloudTrail(trail.account, trail.region, trail.name), trail);

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
  };
  return { ...trail, selectors: [...trail.selectors, next] };
};

const CreateTrail = cloudtrail<
  Named & { readonly S3BucketName: string; readonly IsMultiRegionTrail?: boolean },
  object
>({
  name: 'CreateTrail',
  refusals: ['TrailAlreadyExistsException'],
  on: ({ Name }, step) => arnOf(Name, step),
  members: ['Name', 'S3BucketName', 'IsMultiRegionTrail'],
  run({ Name, S3BucketName, IsMultiRegionTrail = false }, step) {
    if (trailOf(Name, step)) return trailExists(Name);
    const trail: CloudTrailRec = {
      name: Name,
      arn: arnOf(Name, step),
      account: step.identity.account,
      region: step.region,
      // OURS: the bucket is only named; its policy is not asked.
      bucket: S3BucketName,
      multiRegion: IsMultiRegionTrail,
      selectors: [],
    };
    put(trail, step);
    return shown(trail);
  },
  shows: (made) => made as Readonly<Record<string, unknown>>, // as `shown` makes it
});

const shown = ({ name, arn, bucket, region, multiRegion }: CloudTrailRec) => ({
  Name: name,
  S3BucketName: bucket,
  IsMultiRegionTrail: multiRegion,
  TrailARN: arn,
  HomeRegion: region,
});

const logging = (name: 'StartLogging' | 'StopLogging', stopped: boolean): Operation =>
  cloudtrail<Named>({
    name,
    refusals: ['TrailNotFoundException'],
    on: ({ Name }, step) => arnOf(Name, step),
    members: ['Name'],
    run({ Name }, step) {
      const trail = trailOf(Name, step);
      if (!trail) return noTrail(Name);
      put(from(trail, { stopped }, step), step);
      return undefined;
    },
  });

/** API Reference, EventSelector: the sources that may be left out. */
const excludable: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

const PutEventSelectors = cloudtrail<OfTrail & { readonly EventSelectors: readonly EventSelector[] }, object>(
  {
    name: 'PutEventSelectors',
    refusals: ['TrailNotFoundException', 'InvalidEventSelectorsException'],
    on: ({ TrailName }, step) => arnOf(TrailName, step),
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
      put(from(trail, { readWrite: selector.ReadWriteType ?? 'All', without }, step), step);
      return { TrailARN: trail.arn, EventSelectors };
    },
    shows: (made) => made as Readonly<Record<string, unknown>>, // as `run` makes it
  },
);

const GetEventSelectors = cloudtrail<OfTrail, object>({
  name: 'GetEventSelectors',
  readOnly: true,
  refusals: ['TrailNotFoundException'],
  on: ({ TrailName }, step) => arnOf(TrailName, step),
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

const DescribeTrails = cloudtrail<object, object>({
  name: 'DescribeTrails',
  readOnly: true,
  refusals: [],
  members: [],
  run: (_input, { view, identity, region }) => ({
    trailList: view
      .range('ref', { prefix: below.cloudTrails(identity.account), n: Infinity })
      .map(({ rec }) => rec as CloudTrailRec) // by its prefix
      .filter((trail) => trail.multiRegion || trail.region === region)
      .map(shown),
  }),
});

const DeleteTrail = cloudtrail<Named>({
  name: 'DeleteTrail',
  refusals: ['TrailNotFoundException'],
  on: ({ Name }, step) => arnOf(Name, step),
  members: ['Name'],
  run({ Name }, step) {
    const trail = trailOf(Name, step);
    if (!trail) return noTrail(Name);
    step.view.put(at.cloudTrail(trail.account, trail.region, trail.name), undefined);
    return undefined;
  },
});

export const trailOperations: readonly Operation[] = [
  CreateTrail,
  logging('StartLogging', false),
  logging('StopLogging', true),
  PutEventSelectors,
  GetEventSelectors,
  DescribeTrails,
  DeleteTrail,
];
