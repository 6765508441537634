import {
  deliverySeconds,
  epochMs,
  isRefusal,
  under,
  type CloudTrailRec,
  type Operation,
  type Step,
} from '../../engine/index.ts';
import { at } from '../refs.ts';
import { cloudtrail, onTrail, putTrail, trailArn, trailOf, type Named } from './declare.ts';
import { withDestination } from './destination.ts';
import { noTrail, refusalsOfDestination, tooManyTrails, trailExists } from './words.ts';

/*
 * Trails: where they write, and by which key. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */

interface Destination extends Named {
  readonly S3KeyPrefix?: string;
  readonly IsMultiRegionTrail?: boolean;
  /** A key ID, ARN or alias; an empty text takes the key away. */
  readonly KmsKeyId?: string;
}

/** CloudTrail User Guide, "Quotas": trails of one Region. */
const mostTrails = 5;

const trailsOf = ({ view, identity }: Step): readonly CloudTrailRec[] =>
  view
    .range('ref', { prefix: under.cloudTrails(identity.account), n: 1000 })
    .map(({ rec }) => rec as CloudTrailRec); // by its prefix

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const shown = ({ name, arn, bucket, prefix, region, multiRegion, keyArn }: CloudTrailRec) => ({
  Name: name,
  S3BucketName: bucket,
  ...(prefix === undefined ? {} : { S3KeyPrefix: prefix }),
  IsMultiRegionTrail: multiRegion,
  TrailARN: arn,
  HomeRegion: region,
  ...(keyArn === undefined ? {} : { KmsKeyId: keyArn }),
});

const members = ['Name', 'S3BucketName', 'S3KeyPrefix', 'IsMultiRegionTrail', 'KmsKeyId'] as const;

const CreateTrail = cloudtrail<Destination & { readonly S3BucketName: string }, object>({
  name: 'CreateTrail',
  refusals: [
    'TrailAlreadyExistsException',
    'MaximumNumberOfTrailsExceededException',
    ...refusalsOfDestination,
  ],
  on: onTrail,
  members,
  async run({ Name, S3BucketName, S3KeyPrefix, IsMultiRegionTrail = false, KmsKeyId }, step) {
    if (trailOf(Name, step)) return trailExists(Name);
    if (trailsOf(step).filter(({ region }) => region === step.region).length >= mostTrails)
      return tooManyTrails(step.identity.account);
    const trail: CloudTrailRec = {
      name: Name,
      arn: trailArn(Name, step),
      account: step.identity.account,
      region: step.region,
      bucket: S3BucketName,
      prefix: given(S3KeyPrefix),
      keyArn: undefined,
      multiRegion: IsMultiRegionTrail,
      selectors: [],
      delivery: undefined,
    };
    const ready = await withDestination(trail, given(KmsKeyId), step);
    if (isRefusal(ready)) return ready;
    putTrail(ready, step);
    return shown(ready);
  },
  shows: (made) => made as Readonly<Record<string, unknown>>, // as `shown` makes it
});

const UpdateTrail = cloudtrail<Destination & { readonly S3BucketName?: string }, object>({
  name: 'UpdateTrail',
  refusals: ['TrailNotFoundException', ...refusalsOfDestination],
  on: onTrail,
  members,
  async run(input, step) {
    const trail = trailOf(input.Name, step);
    if (!trail) return noTrail(input.Name);
    const { delivery } = trail;
    const changed: CloudTrailRec = {
      ...trail,
      bucket: input.S3BucketName ?? trail.bucket,
      prefix: input.S3KeyPrefix === undefined ? trail.prefix : given(input.S3KeyPrefix),
      multiRegion: input.IsMultiRegionTrail ?? trail.multiRegion,
      // OURS: what could not be written is tried again soon, when something about it was changed.
      delivery: delivery && {
        ...delivery,
        next: delivery.failures > 0 ? epochMs(step.env.at + deliverySeconds * 1000) : delivery.next,
      },
    };
    const ready = await withDestination(changed, given(input.KmsKeyId ?? trail.keyArn), step);
    if (isRefusal(ready)) return ready;
    putTrail(ready, step);
    return shown(ready);
  },
  shows: (made) => made as Readonly<Record<string, unknown>>, // as `shown` makes it
});

const GetTrail = cloudtrail<Named, object>({
  name: 'GetTrail',
  readOnly: true,
  refusals: ['TrailNotFoundException'],
  on: onTrail,
  members: ['Name'],
  run({ Name }, step) {
    const trail = trailOf(Name, step);
    return trail ? { Trail: shown(trail) } : noTrail(Name);
  },
});

/** Those of this Region, and those of all. */
const seenHere = (step: Step): readonly CloudTrailRec[] =>
  trailsOf(step).filter(({ multiRegion, region }) => multiRegion || region === step.region);

const DescribeTrails = cloudtrail<object, object>({
  name: 'DescribeTrails',
  readOnly: true,
  refusals: [],
  members: [],
  run: (_input, step) => ({ trailList: seenHere(step).map(shown) }),
});

const ListTrails = cloudtrail<object, object>({
  name: 'ListTrails',
  readOnly: true,
  refusals: [],
  members: [],
  run: (_input, step) => ({
    Trails: seenHere(step).map(({ arn, name, region }) => ({
      TrailARN: arn,
      Name: name,
      HomeRegion: region,
    })),
  }),
});

const DeleteTrail = cloudtrail<Named>({
  name: 'DeleteTrail',
  refusals: ['TrailNotFoundException'],
  on: onTrail,
  members: ['Name'],
  run({ Name }, step) {
    const trail = trailOf(Name, step);
    if (!trail) return noTrail(Name);
    // Its files stay in the bucket; what it has taken and not written is gone.
    step.view.put(at.cloudTrail(trail.account, trail.region, trail.name), undefined);
    return undefined;
  },
});

export const trailOperations: readonly Operation[] = [
  CreateTrail,
  UpdateTrail,
  GetTrail,
  DescribeTrails,
  ListTrails,
  DeleteTrail,
];
