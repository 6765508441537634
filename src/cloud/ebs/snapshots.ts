import {
  isRefusal,
  parseRegion,
  ref,
  type EbsContent,
  type EbsSnapshotRec,
  type Operation,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { hexDigits } from '../ids.ts';
import { at, below } from '../refs.ts';
import { ec2, put, snapshotArn, snapshotOf, volumeArn, volumeOf } from './declare.ts';
import {
  contentUnder,
  contextOf,
  defaultKey,
  encryptsByDefault,
  hasFailed,
  kmsOfCaller,
  type Failed,
} from './keys.ts';
import { mostListed, plainContent } from './volumes.ts';
import { badCombination, codes, noSnapshot, notAccessible, notPermitted, noVolume } from './words.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html and its neighbours.

const snapshotShown = (rec: EbsSnapshotRec) => ({
  SnapshotId: rec.id,
  OwnerId: rec.account,
  ...(rec.volume === undefined ? {} : { VolumeId: rec.volume }),
  VolumeSize: rec.size,
  StartTime: new Date(rec.created),
  Description: rec.description,
  State: rec.state,
  ...(rec.stateMessage === undefined ? {} : { StateMessage: rec.stateMessage }),
  Encrypted: rec.keyArn !== undefined,
  ...(rec.keyArn === undefined ? {} : { KmsKeyId: rec.keyArn }),
});

const newId = ({ env }: Step): string => `snap-${hexDigits(17, env)}`;

const CreateSnapshot = ec2<{ readonly VolumeId: string; readonly Description?: string }, object>({
  name: 'CreateSnapshot',
  refusals: [...codes.volume],
  on: ({ VolumeId }, step) => volumeArn(VolumeId, step),
  members: ['VolumeId', 'Description'],
  run({ VolumeId, Description = '' }, step) {
    const volume = volumeOf(VolumeId, step);
    if (!volume) return noVolume(VolumeId);
    // The blocks are copied as they are, under the volume's own data key: nobody asks KMS.
    const { keyArn, wrapped, contextId, blocks, size } = volume;
    const rec: EbsSnapshotRec = {
      keyArn,
      wrapped,
      contextId,
      blocks,
      id: newId(step),
      account: step.identity.account,
      region: step.region,
      volume: VolumeId,
      size,
      created: step.env.at,
      description: Description,
      state: 'completed',
      stateMessage: undefined,
      sharedWith: [],
    };
    put.snapshot(rec, step);
    return { ...snapshotShown(rec), State: 'pending' };
  },
  shows: (shown) => ({ ...shown }),
});

interface CopyRequest {
  readonly SourceRegion: Region;
  readonly SourceSnapshotId: string;
  readonly Description?: string;
  readonly Encrypted?: boolean;
  readonly KmsKeyId?: string;
}

/**
 * The content of a copy. services.json: "ReEncrypt / GenerateDataKeyWithoutPlaintext + Decrypt, context uses the snapshot
 * id". OURS: which when. Within a Region the data key is wrapped anew; between Regions, where KMS cannot, and for what was
 * not encrypted, there is a new one. What was encrypted stays so.
 */
async function copied(
  input: CopyRequest,
  source: EbsSnapshotRec,
  id: string,
  step: Step,
): Promise<EbsContent | Failed> {
  const { KmsKeyId, Encrypted } = input;
  const { wrapped, contextId, keyArn, blocks } = source;
  const encrypted = wrapped !== undefined || KmsKeyId !== undefined || (Encrypted ?? encryptsByDefault(step));
  if (!encrypted) return { ...plainContent, blocks };
  // A copy of one's own within the Region keeps the key when none is named.
  const own = source.account === step.identity.account && source.region === step.region;
  const keyId = KmsKeyId ?? (own && keyArn !== undefined ? keyArn : defaultKey(step));
  if (!wrapped || contextId === undefined || source.region !== step.region)
    return contentUnder(keyId, id, source, step);
  if (blocks === undefined) return rewrapped();
  // OURS: blocks know their place (they are authenticated with it), so they are written anew where the context changes.
  return contentUnder(keyId, id, source, step);

  async function rewrapped(): Promise<EbsContent | Failed> {
    if (!wrapped || contextId === undefined) throw new Error('only what is wrapped is wrapped anew');
    const moved = await kmsOfCaller(step).reEncrypt(
      { wrapped, context: contextOf(contextId) },
      { KeyId: keyId, context: contextOf(id) },
    );
    return isRefusal(moved)
      ? { cause: moved.message }
      : { keyArn: moved.keyArn, wrapped: moved.wrapped, contextId: id, blocks: undefined };
  }
}

const CopySnapshot = ec2<CopyRequest, object>({
  name: 'CopySnapshot',
  refusals: [...codes.snapshot],
  asks: ({ SourceSnapshotId, SourceRegion }, step) => [
    { action: 'ec2:CopySnapshot', on: snapshotArn(SourceSnapshotId, { region: SourceRegion }) },
    { action: 'ec2:CopySnapshot', on: snapshotArn('*', step) },
  ],
  members: ['SourceRegion', 'SourceSnapshotId', 'Description', 'Encrypted', 'KmsKeyId'],
  async run(input, step) {
    const from = parseRegion(input.SourceRegion);
    const source = from && snapshotOf(input.SourceSnapshotId, step, from);
    if (source?.state !== 'completed') return noSnapshot(input.SourceSnapshotId);
    if (input.KmsKeyId !== undefined && input.Encrypted === false)
      return badCombination('KmsKeyId is for encrypted copies.');
    const id = newId(step);
    const content = await copied(input, source, id, step);
    const failed = hasFailed(content);
    const rec: EbsSnapshotRec = {
      ...(failed ? plainContent : content),
      id,
      account: step.identity.account,
      region: step.region,
      volume: source.volume,
      size: source.size,
      created: step.env.at,
      description: input.Description ?? '',
      state: failed ? 'error' : 'completed',
      stateMessage: failed ? notAccessible : undefined,
      sharedWith: [],
    };
    put.snapshot(rec, step);
    // The copy goes on after the answer, and fails there.
    return { SnapshotId: id };
  },
  shows: (shown) => ({ ...shown }),
});

interface ShareRequest {
  readonly SnapshotId: string;
  readonly OperationType: 'add' | 'remove';
  readonly UserIds: readonly string[];
}

const ModifySnapshotAttribute = ec2<ShareRequest>({
  name: 'ModifySnapshotAttribute',
  refusals: [...codes.snapshot],
  on: ({ SnapshotId }, step) => snapshotArn(SnapshotId, step),
  members: ['SnapshotId', 'OperationType', 'UserIds'],
  run({ SnapshotId, OperationType, UserIds }, step) {
    const rec = snapshotOf(SnapshotId, step, step.region);
    if (rec?.account !== step.identity.account) return noSnapshot(SnapshotId);
    const key = rec.keyArn && step.view.get(ref.key(rec.keyArn));
    // services.json EBS "share": its key can be shared with nobody.
    if (OperationType === 'add' && key && key.KeyManager === 'AWS')
      return notPermitted('Encrypted snapshots with EBS default key cannot be shared');
    const others = rec.sharedWith.filter((account) => !UserIds.includes(account));
    put.snapshot({ ...rec, sharedWith: OperationType === 'add' ? [...others, ...UserIds] : others }, step);
    return undefined;
  },
});

const DeleteSnapshot = ec2<{ readonly SnapshotId: string }>({
  name: 'DeleteSnapshot',
  refusals: [...codes.snapshot],
  on: ({ SnapshotId }, step) => snapshotArn(SnapshotId, step),
  members: ['SnapshotId'],
  run({ SnapshotId }, step) {
    if (snapshotOf(SnapshotId, step, step.region)?.account !== step.identity.account)
      return noSnapshot(SnapshotId);
    step.view.put(at.ebsSnapshot(step.region, SnapshotId), undefined);
    return undefined;
  },
});

const DescribeSnapshots = ec2<{ readonly SnapshotIds?: readonly string[] }, object>({
  name: 'DescribeSnapshots',
  readOnly: true,
  refusals: [...codes.snapshot],
  members: ['SnapshotIds'],
  run({ SnapshotIds }, { view, identity, region }) {
    const all = view
      .range('ref', { prefix: below.ebsSnapshots(region), n: mostListed })
      .map(({ rec }) => rec as EbsSnapshotRec)
      .filter(
        ({ account, sharedWith, id }) =>
          (account === identity.account || sharedWith.includes(identity.account)) &&
          (SnapshotIds?.includes(id) ?? true),
      );
    const missing = SnapshotIds?.find((id) => !all.some((one) => one.id === id));
    return missing === undefined ? { Snapshots: all.map(snapshotShown) } : noSnapshot(missing);
  },
});

export const snapshotOperations: readonly Operation[] = [
  CreateSnapshot,
  CopySnapshot,
  ModifySnapshotAttribute,
  DeleteSnapshot,
  DescribeSnapshots,
];
