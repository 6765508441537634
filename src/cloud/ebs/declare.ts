import type { EbsSnapshotRec, EbsVolumeRec, Ec2InstanceRec, Region, Step } from '../../engine/index.ts';
import { declareIn } from '../declare.ts';
import { at } from '../refs.ts';

export const ec2 = declareIn('ec2');

/** ARN of something of this account here. */
export const arnOf =
  (kind: string) =>
  (id: string, { identity, region }: Pick<Step, 'identity' | 'region'>): string =>
    `arn:aws:ec2:${region}:${identity.account}:${kind}/${id}`;
export const volumeArn = arnOf('volume');
export const instanceArn = arnOf('instance');
/** Snapshots are named without an account. */
export const snapshotArn = (id: string, { region }: Pick<Step, 'region'>): string =>
  `arn:aws:ec2:${region}::snapshot/${id}`;

/** Those of the caller's account; others are not there. */
export function volumeOf(id: string, { view, identity, region }: Step): EbsVolumeRec | undefined {
  const rec = view.get(at.ebsVolume(region, id));
  return rec?.account === identity.account ? rec : undefined;
}
export function instanceOf(id: string, { view, identity, region }: Step): Ec2InstanceRec | undefined {
  const rec = view.get(at.ec2Instance(region, id));
  return rec?.account === identity.account ? rec : undefined;
}
/** Own ones, and those that are shared with the caller's account. */
export function snapshotOf(id: string, { view, identity }: Step, region: Region): EbsSnapshotRec | undefined {
  const rec = view.get(at.ebsSnapshot(region, id));
  return rec && (rec.account === identity.account || rec.sharedWith.includes(identity.account))
    ? rec
    : undefined;
}

export const put = {
  volume: (rec: EbsVolumeRec, { view }: Step) => view.put(at.ebsVolume(rec.region, rec.id), rec),
  snapshot: (rec: EbsSnapshotRec, { view }: Step) => view.put(at.ebsSnapshot(rec.region, rec.id), rec),
  instance: (rec: Ec2InstanceRec, { view }: Step) => view.put(at.ec2Instance(rec.region, rec.id), rec),
};
