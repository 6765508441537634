import type { Bytes, EbsVolumeRec, Ec2InstanceRec, Operation, Refusal, Step } from '../../engine/index.ts';
import { hexDigits } from '../ids.ts';
import { below } from '../refs.ts';
import { ec2, instanceArn, instanceOf, put, volumeOf } from './declare.ts';
import { giveToHost, readBlocks, takeFromHost, writeBlocks, type Failed } from './keys.ts';
import { mostListed } from './volumes.ts';
import { codes, incorrectState, launchError, noInstance, noVolume } from './words.ts';

/*
 * Instances, as far as volumes need them: they run or are stopped, and the card of their host holds the keys meanwhile.
 */

const instanceShown = ({ id, state, zone, created, stateReason }: Ec2InstanceRec) => ({
  InstanceId: id,
  State: { Name: state },
  Placement: { AvailabilityZone: zone },
  LaunchTime: new Date(created),
  ...(stateReason === undefined ? {} : { StateTransitionReason: stateReason }),
});

const RunInstances = ec2<{ readonly AvailabilityZone?: string }, object>({
  name: 'RunInstances',
  refusals: [],
  on: (_, step) => instanceArn('*', step),
  members: ['AvailabilityZone'],
  run({ AvailabilityZone }, step) {
    const rec: Ec2InstanceRec = {
      id: `i-${hexDigits(17, step.env)}`,
      account: step.identity.account,
      region: step.region,
      zone: AvailabilityZone ?? `${step.region}a`,
      state: 'running',
      stateReason: undefined,
      created: step.env.at,
    };
    put.instance(rec, step);
    return { Instances: [{ ...instanceShown(rec), State: { Name: 'pending' } }] };
  },
  shows: (shown) => ({ ...shown }),
});

const volumesAt = (instance: string, { view, region }: Step): readonly EbsVolumeRec[] =>
  view
    .range('ref', { prefix: below.ebsVolumes(region), n: mostListed })
    .map(({ rec }) => rec as EbsVolumeRec)
    .filter(({ attachment }) => attachment?.instance === instance);

/** Attached volumes with another grant, or with none. */
const withGrant = (volume: EbsVolumeRec, grantId: string | undefined): EbsVolumeRec => ({
  ...volume,
  attachment: volume.attachment && { ...volume.attachment, grantId },
});

const StopInstances = ec2<{ readonly InstanceIds: readonly [string] }, object>({
  name: 'StopInstances',
  refusals: [...codes.instance],
  on: ({ InstanceIds: [id] }, step) => instanceArn(id, step),
  members: ['InstanceIds'],
  async run({ InstanceIds: [id] }, step) {
    const instance = instanceOf(id, step);
    if (!instance) return noInstance(id);
    if (instance.state === 'running')
      for (const volume of volumesAt(id, step)) {
        await takeFromHost(volume, step);
        put.volume(withGrant(volume, undefined), step);
      }
    put.instance({ ...instance, state: 'stopped', stateReason: undefined }, step);
    return { StoppingInstances: [{ InstanceId: id, CurrentState: { Name: 'stopping' } }] };
  },
  shows: (shown) => ({ ...shown }),
});

const StartInstances = ec2<{ readonly InstanceIds: readonly [string] }, object>({
  name: 'StartInstances',
  refusals: [...codes.instance],
  on: ({ InstanceIds: [id] }, step) => instanceArn(id, step),
  members: ['InstanceIds'],
  async run({ InstanceIds: [id] }, step) {
    const instance = instanceOf(id, step);
    if (!instance) return noInstance(id);
    const failed = instance.state === 'running' ? undefined : await fetchKeys(instance, step);
    put.instance(
      failed
        ? { ...instance, state: 'stopped', stateReason: `${launchError}: ${failed.cause}` }
        : { ...instance, state: 'running', stateReason: undefined },
      step,
    );
    return { StartingInstances: [{ InstanceId: id, CurrentState: { Name: 'pending' } }] };
  },
  shows: (shown) => ({ ...shown }),
});

/** For every attached volume, or for none: what was given is taken back when one fails. */
async function fetchKeys(instance: Ec2InstanceRec, step: Step): Promise<Failed | undefined> {
  const given: EbsVolumeRec[] = [];
  for (const volume of volumesAt(instance.id, step)) {
    const grant = await giveToHost(volume, instance, step);
    if (typeof grant === 'object') {
      for (const one of given) {
        await takeFromHost(one, step);
        put.volume(withGrant(one, undefined), step);
      }
      return grant;
    }
    const now = withGrant(volume, grant);
    given.push(now);
    put.volume(now, step);
  }
  return undefined;
}

const DescribeInstances = ec2<{ readonly InstanceIds?: readonly string[] }, object>({
  name: 'DescribeInstances',
  readOnly: true,
  refusals: [...codes.instance],
  members: ['InstanceIds'],
  run({ InstanceIds }, { view, identity, region }) {
    const all = view
      .range('ref', { prefix: below.ec2Instances(region), n: mostListed })
      .map(({ rec }) => rec as Ec2InstanceRec)
      .filter(({ account, id }) => account === identity.account && (InstanceIds?.includes(id) ?? true));
    const missing = InstanceIds?.find((id) => !all.some((one) => one.id === id));
    return missing === undefined
      ? { Reservations: all.map((one) => ({ Instances: [instanceShown(one)] })) }
      : noInstance(missing);
  },
});

/** The volume of a running instance, as its operating system sees it. */
function mounted(id: string, instance: string, step: Step): EbsVolumeRec | Refusal {
  const volume = volumeOf(id, step);
  if (!volume) return noVolume(id);
  const holder = volume.attachment && instanceOf(volume.attachment.instance, step);
  if (holder?.id !== instance) return incorrectState(`Volume ${id} is not attached to ${instance}.`);
  return holder.state === 'running' ? volume : incorrectState(`Instance ${instance} is not running.`);
}

/*
 * OURS: what happens inside an instance is no call of AWS. These two stand for its operating system: nobody's permission is
 * asked, no trail hears of them, and KMS is not called, because the card has the key.
 */
const InstanceWrite = ec2<{ readonly InstanceId: string; readonly VolumeId: string; readonly Data: Bytes }>({
  name: 'InstanceWrite',
  dataEvent: true,
  refusals: [...codes.volume],
  asks: () => [],
  members: ['InstanceId', 'VolumeId'],
  async run({ InstanceId, VolumeId, Data }, step) {
    const volume = mounted(VolumeId, InstanceId, step);
    if ('refused' in volume) return volume;
    put.volume({ ...volume, blocks: await writeBlocks(volume, Data, step) }, step);
    return undefined;
  },
});

const InstanceRead = ec2<{ readonly InstanceId: string; readonly VolumeId: string }, object>({
  name: 'InstanceRead',
  readOnly: true,
  dataEvent: true,
  refusals: [...codes.volume],
  asks: () => [],
  members: ['InstanceId', 'VolumeId'],
  async run({ InstanceId, VolumeId }, step) {
    const volume = mounted(VolumeId, InstanceId, step);
    return 'refused' in volume ? volume : { Data: await readBlocks(volume, step) };
  },
});

export const instanceOperations: readonly Operation[] = [
  RunInstances,
  StopInstances,
  StartInstances,
  DescribeInstances,
  InstanceWrite,
  InstanceRead,
];
