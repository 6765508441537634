import {
  isRefusal,
  type EbsContent,
  type EbsVolumeRec,
  type Operation,
  type Step,
} from '../../engine/index.ts';
import { hexDigits } from '../ids.ts';
import { at, below } from '../refs.ts';
import {
  ec2,
  instanceArn,
  instanceOf,
  put,
  snapshotArn,
  snapshotOf,
  volumeArn,
  volumeOf,
} from './declare.ts';
import {
  backgroundGrant,
  contentUnder,
  defaultKey,
  emptyContent,
  encryptsByDefault,
  failedBy,
  giveToHost,
  hasFailed,
  retireBackgroundGrant,
  takeFromHost,
  type Failed,
} from './keys.ts';
import {
  badCombination,
  codes,
  incorrectState,
  noInstance,
  noSnapshot,
  noVolume,
  volumeInUse,
} from './words.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html and its neighbours.

export const plainContent: EbsContent = {
  keyArn: undefined,
  wrapped: undefined,
  contextId: undefined,
  blocks: undefined,
};

export const volumeShown = ({
  id,
  size,
  zone,
  state,
  stateReason,
  snapshot,
  keyArn,
  created,
  attachment,
}: EbsVolumeRec) => ({
  VolumeId: id,
  Size: size,
  AvailabilityZone: zone,
  State: state,
  // OURS: EC2 tells the cause in an EventBridge event; here it stands beside the volume.
  ...(stateReason === undefined ? {} : { StateReason: stateReason }),
  ...(snapshot === undefined ? {} : { SnapshotId: snapshot }),
  Encrypted: keyArn !== undefined,
  ...(keyArn === undefined ? {} : { KmsKeyId: keyArn }),
  CreateTime: new Date(created),
  Attachments: attachment
    ? [
        {
          InstanceId: attachment.instance,
          Device: attachment.device,
          State: 'attached',
          AttachTime: new Date(attachment.at),
        },
      ]
    : [],
});

interface CreateVolumeRequest {
  readonly AvailabilityZone: string;
  readonly Size?: number;
  readonly SnapshotId?: string;
  readonly Encrypted?: boolean;
  readonly KmsKeyId?: string;
}

/** The content of a new volume, and the calls that it takes (services.json EBS "calls"). */
async function contentOf(
  input: CreateVolumeRequest,
  id: string,
  step: Step,
): Promise<(EbsContent & { readonly grantId?: string }) | Failed> {
  const { SnapshotId, KmsKeyId } = input;
  const snapshot = SnapshotId === undefined ? undefined : snapshotOf(SnapshotId, step, step.region);
  const encrypted = KmsKeyId !== undefined || (input.Encrypted ?? encryptsByDefault(step));
  if (snapshot?.wrapped) {
    // Without another key it goes on under the snapshot's data key; with one it gets its own.
    const { keyArn, wrapped, contextId, blocks } = snapshot;
    return KmsKeyId === undefined
      ? { keyArn, wrapped, contextId, blocks }
      : contentUnder(KmsKeyId, id, snapshot, step);
  }
  if (!encrypted) return { ...plainContent, blocks: snapshot?.blocks };
  const keyId = KmsKeyId ?? defaultKey(step);
  if (!snapshot) return emptyContent(keyId, id, step);
  const grant = await backgroundGrant(keyId, id, step);
  if (isRefusal(grant)) return failedBy(grant);
  const content = await contentUnder(keyId, id, snapshot, step);
  return hasFailed(content) ? content : { ...content, grantId: grant.GrantId };
}

const CreateVolume = ec2<CreateVolumeRequest, object>({
  name: 'CreateVolume',
  refusals: [...codes.snapshot],
  asks: ({ SnapshotId }, step) => [
    { action: 'ec2:CreateVolume', on: volumeArn('*', step) },
    ...(SnapshotId === undefined ? [] : [{ action: 'ec2:CreateVolume', on: snapshotArn(SnapshotId, step) }]),
  ],
  members: ['AvailabilityZone', 'Size', 'SnapshotId', 'Encrypted', 'KmsKeyId'],
  async run(input, step) {
    const { SnapshotId, Size, AvailabilityZone, KmsKeyId } = input;
    const snapshot = SnapshotId === undefined ? undefined : snapshotOf(SnapshotId, step, step.region);
    if (SnapshotId !== undefined && snapshot?.state !== 'completed') return noSnapshot(SnapshotId);
    if (!snapshot && Size === undefined) return badCombination('One of Size and SnapshotId is needed.');
    if (KmsKeyId !== undefined && input.Encrypted === false)
      return badCombination('The parameter KmsKeyId requires the parameter Encrypted to be set.');
    const id = `vol-${hexDigits(17, step.env)}`;
    const content = await contentOf(input, id, step);
    const failed = hasFailed(content) ? content.cause : undefined;
    const { grantId, ...kept } = hasFailed(content)
      ? { ...plainContent, grantId: undefined }
      : { grantId: undefined, ...content };
    const rec: EbsVolumeRec = {
      ...kept,
      id,
      account: step.identity.account,
      region: step.region,
      zone: AvailabilityZone,
      size: Size ?? snapshot?.size ?? 1,
      snapshot: SnapshotId,
      created: step.env.at,
      state: failed === undefined ? 'available' : 'error',
      stateReason: failed,
      grantId,
      attachment: undefined,
    };
    put.volume(rec, step);
    // The answer comes before any of that is known.
    const { StateReason: _, ...shown } = volumeShown({ ...rec, stateReason: undefined });
    return { ...shown, State: 'creating' };
  },
  shows: (shown) => ({ ...shown }),
});

const AttachVolume = ec2<
  { readonly VolumeId: string; readonly InstanceId: string; readonly Device: string },
  object
>({
  name: 'AttachVolume',
  refusals: [...codes.volume, ...codes.instance],
  asks: ({ VolumeId, InstanceId }, step) => [
    { action: 'ec2:AttachVolume', on: volumeArn(VolumeId, step) },
    { action: 'ec2:AttachVolume', on: instanceArn(InstanceId, step) },
  ],
  members: ['VolumeId', 'InstanceId', 'Device'],
  async run({ VolumeId, InstanceId, Device }, step) {
    const [volume, instance] = [volumeOf(VolumeId, step), instanceOf(InstanceId, step)];
    if (!volume) return noVolume(VolumeId);
    if (!instance) return noInstance(InstanceId);
    if (volume.attachment) return volumeInUse(VolumeId);
    if (volume.state === 'error') return incorrectState(`Volume ${VolumeId} is in the 'error' state.`);
    const running = instance.state === 'running';
    // A stopped instance gets its keys when it starts.
    const given = running ? await giveToHost(volume, instance, step) : undefined;
    const failed = typeof given === 'object';
    put.volume(
      failed
        ? { ...volume, stateReason: given.cause }
        : {
            ...volume,
            state: 'in-use',
            stateReason: undefined,
            attachment: { instance: InstanceId, device: Device, at: step.env.at, grantId: given },
          },
      step,
    );
    return { VolumeId, InstanceId, Device, State: 'attaching', AttachTime: new Date(step.env.at) };
  },
  shows: (shown) => ({ ...shown }),
});

const DetachVolume = ec2<{ readonly VolumeId: string }, object>({
  name: 'DetachVolume',
  refusals: [...codes.volume],
  on: ({ VolumeId }, step) => volumeArn(VolumeId, step),
  members: ['VolumeId'],
  async run({ VolumeId }, step) {
    const volume = volumeOf(VolumeId, step);
    if (!volume) return noVolume(VolumeId);
    if (!volume.attachment) return incorrectState(`Volume '${VolumeId}' is in the 'available' state.`);
    await takeFromHost(volume, step);
    put.volume({ ...volume, state: 'available', attachment: undefined }, step);
    return { VolumeId, State: 'detaching' };
  },
  shows: (shown) => ({ ...shown }),
});

const DeleteVolume = ec2<{ readonly VolumeId: string }>({
  name: 'DeleteVolume',
  refusals: [...codes.volume],
  on: ({ VolumeId }, step) => volumeArn(VolumeId, step),
  members: ['VolumeId'],
  async run({ VolumeId }, step) {
    const volume = volumeOf(VolumeId, step);
    if (!volume) return noVolume(VolumeId);
    if (volume.attachment) return volumeInUse(VolumeId);
    await retireBackgroundGrant(volume, step);
    step.view.put(at.ebsVolume(step.region, VolumeId), undefined);
    return undefined;
  },
});

/** OURS: as many as one answer tells. */
export const mostListed = 1000;

const DescribeVolumes = ec2<{ readonly VolumeIds?: readonly string[] }, object>({
  name: 'DescribeVolumes',
  readOnly: true,
  refusals: [...codes.volume],
  members: ['VolumeIds'],
  run({ VolumeIds }, { view, identity, region }) {
    const all = view
      .range('ref', { prefix: below.ebsVolumes(region), n: mostListed })
      .map(({ rec }) => rec as EbsVolumeRec)
      .filter(({ account, id }) => account === identity.account && (VolumeIds?.includes(id) ?? true));
    const missing = VolumeIds?.find((id) => !all.some((one) => one.id === id));
    return missing === undefined ? { Volumes: all.map(volumeShown) } : noVolume(missing);
  },
});

export const volumeOperations: readonly Operation[] = [
  CreateVolume,
  AttachVolume,
  DetachVolume,
  DeleteVolume,
  DescribeVolumes,
];
