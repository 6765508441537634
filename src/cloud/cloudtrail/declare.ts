import { epochMs, type CloudTrailRec, type EpochMs, type Step } from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at } from '../refs.ts';

export const cloudtrail = declareIn('cloudtrail');

export interface Named {
  readonly Name: string;
}

/** A trail is named by its name in its Region, or by its ARN. */
export function trailOf(name: string, { view, identity, region }: Step): CloudTrailRec | undefined {
  const [, , , , , resource] = name.split(':');
  return view.get(at.cloudTrail(identity.account, region, resource?.replace(/^trail\//, '') ?? name));
}

export const trailArn = (name: string, { identity, region }: Step): string =>
  name.startsWith('arn:') ? name : `arn:aws:cloudtrail:${region}:${identity.account}:trail/${name}`;

export const onTrail = ({ Name }: Named, step: Step): string => trailArn(Name, step);

export const putTrail = (trail: CloudTrailRec, { view }: Pick<Step, 'view'>): void =>
  view.put(at.cloudTrail(trail.account, trail.region, trail.name), trail);

/** CloudTrail in its own name, for a trail: what key policies and bucket policies ask by aws:SourceArn. */
export const asCloudTrail = ({ arn, account }: Pick<CloudTrailRec, 'arn' | 'account'>) =>
  ({
    kind: 'service',
    service: 'cloudtrail.amazonaws.com',
    sourceArn: arn,
    sourceAccount: account,
  }) as const;

/** Times of records are whole seconds. */
export const wholeSecond = (time: EpochMs): EpochMs => epochMs(Math.floor(time / 1000) * 1000);
