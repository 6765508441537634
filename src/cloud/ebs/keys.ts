import {
  isRefusal,
  type AccountId,
  type Bytes,
  type EbsContent,
  type EbsVolumeRec,
  type Ec2InstanceRec,
  type Identity,
  type PrincipalArn,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Kms } from '../callingKms.ts';
import { dropKey, heldKey, holderName, holdKey, openData, sealData } from '../keeping.ts';
import { at } from '../refs.ts';
import { handedOn } from './words.ts';

/*
 * The keys of volumes. A volume's data key is 64 bytes (services.json EBS), wrapped under the id of the volume; in plain it
 * is only in the Nitro card of the instance's host, which gets it by a grant when the volume is attached.
 * OURS: blocks are encrypted by AES-256-GCM under its first half; EBS uses XTS-AES-256, which takes all of it.
 */

export const dataKeyBytes = 64;
const aad = 'aws:ebs:id';
export const contextOf = (id: string) => ({ [aad]: id });

/** The caller, through EC2. */
export const kmsOfCaller = (step: Step, region: Region = step.region): Kms =>
  kmsAs(step, { kind: 'forward', via: 'ec2' }, { worded: handedOn, region });

/** EC2 itself, which retires the grants that it asked for. */
const ec2Host = (region: Region): string => `ec2.${region}.amazonaws.com`;
const kmsOfEc2 = (step: Step): Kms =>
  kmsAs(
    step,
    { kind: 'service', service: ec2Host(step.region), sourceAccount: step.identity.account },
    { worded: handedOn },
  );

/** `111122223333:aws:ec2-infrastructure:i-…`: the host of an instance, as grants name it (cloudtrail.json EBS). */
const infrastructureOf = (
  account: AccountId,
  instance: string,
): { readonly grantee: string; readonly identity: Identity } => {
  const name = 'aws:ec2-infrastructure';
  const principalId = `${account}:${name}`;
  return {
    grantee: `${principalId}:${instance}`,
    identity: {
      arn: `arn:aws:sts::${account}:assumed-role/${name}/${instance}` as PrincipalArn,
      principal: `arn:aws:iam::${account}:role/${name}` as PrincipalArn,
      account,
      kind: 'session',
      principalId,
      name,
      accessKeyId: undefined,
    },
  };
};

/** In error with a cause, where EC2 answers all the same. */
export interface Failed {
  readonly cause: string;
}
export const hasFailed = (value: object): value is Failed => 'cause' in value;
export const failedBy = ({ refused, message }: Refusal): Failed => ({
  cause: message === '' ? refused : message,
});

/** A new data key for `id` that nobody has in plain. */
export async function emptyContent(keyId: string, id: string, step: Step): Promise<EbsContent | Failed> {
  const made = await kmsOfCaller(step).wrappedDataKey(keyId, contextOf(id), dataKeyBytes);
  return isRefusal(made)
    ? failedBy(made)
    : { keyArn: made.keyArn, wrapped: made.wrapped, contextId: id, blocks: undefined };
}

/**
 * What is encrypted for one id under one key (or not at all), encrypted for another. Needs both data keys in plain.
 * `from` may be in another Region.
 */
export async function contentUnder(
  keyId: string,
  id: string,
  from: EbsContent & { readonly region: Region },
  step: Step,
): Promise<EbsContent | Failed> {
  let blocks = from.blocks;
  if (from.wrapped && from.contextId !== undefined) {
    const old = await kmsOfCaller(step, from.region).decrypt(from.wrapped, contextOf(from.contextId));
    if (isRefusal(old)) return failedBy(old);
    blocks = blocks && openBlocks(old, blocks, from.contextId);
  }
  const kms = kmsOfCaller(step);
  const made = await kms.wrappedDataKey(keyId, contextOf(id), dataKeyBytes);
  if (isRefusal(made)) return failedBy(made);
  const plain = await kms.decrypt(made.wrapped, contextOf(id));
  if (isRefusal(plain)) return failedBy(plain);
  return {
    keyArn: made.keyArn,
    wrapped: made.wrapped,
    contextId: id,
    blocks: blocks && sealData(step, plain, blocks, id),
  };
}

function openBlocks(key: Bytes, blocks: Bytes, id: string): Bytes {
  const plain = openData(key, blocks, id);
  if (!plain) throw new Error(`the blocks of ${id} do not open under its data key`);
  return plain;
}

/** By which EC2 encrypts in the background what came from an unencrypted snapshot. */
export const backgroundGrant = (keyId: string, id: string, step: Step) =>
  kmsOfCaller(step).createGrant({
    KeyId: keyId,
    GranteePrincipal: ec2Host(step.region),
    Operations: ['Decrypt', 'GenerateDataKeyWithoutPlaintext', 'RetireGrant'],
    Constraints: { EncryptionContextSubset: contextOf(id) },
  });

const holderOf = ({ region, id }: Pick<EbsVolumeRec, 'region' | 'id'>): string =>
  holderName('ec2', region, id);
const cardOf = (volume: string, instance: string): string =>
  `the data key of ${volume}, in the Nitro card of ${instance}`;

/** The host of the instance gets the data key: a grant by the caller, then Decrypt by the host. @returns the grant's id */
export async function giveToHost(
  volume: EbsVolumeRec,
  instance: Pick<Ec2InstanceRec, 'id' | 'account'>,
  step: Step,
): Promise<string | undefined | Failed> {
  const { wrapped, keyArn, contextId } = volume;
  if (!wrapped || !keyArn || contextId === undefined) return undefined;
  const { grantee, identity } = infrastructureOf(instance.account, instance.id);
  const context = contextOf(contextId);
  const grant = await kmsOfCaller(step).createGrant({
    KeyId: keyArn,
    GranteePrincipal: grantee,
    // OURS: who retires it. The samples show EC2 as the one that does.
    RetiringPrincipal: ec2Host(step.region),
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: context },
  });
  if (isRefusal(grant)) return failedBy(grant);
  const asHost = kmsAs(
    step,
    { kind: 'identity', identity },
    { worded: handedOn, grantTokens: [grant.GrantToken] },
  );
  const plain = await asHost.decrypt(wrapped, context);
  if (isRefusal(plain)) {
    await kmsOfEc2(step).retireGrant(keyArn, grant.GrantId);
    return failedBy(plain);
  }
  await holdKey(step, {
    holder: holderOf(volume),
    what: cardOf(volume.id, instance.id),
    key: { plain, wrapped, keyArn },
  });
  return grant.GrantId;
}

/** The host forgets the key, and the grant is retired. Works whatever state the KMS key is in. */
export async function takeFromHost(volume: EbsVolumeRec, step: Step): Promise<void> {
  const { attachment, keyArn } = volume;
  if (!attachment) return;
  dropKey(step, holderOf(volume), cardOf(volume.id, attachment.instance));
  if (keyArn && attachment.grantId !== undefined)
    await kmsOfEc2(step).retireGrant(keyArn, attachment.grantId);
}

export async function retireBackgroundGrant({ keyArn, grantId }: EbsVolumeRec, step: Step): Promise<void> {
  if (keyArn && grantId !== undefined) await kmsOfEc2(step).retireGrant(keyArn, grantId);
}

/** What an instance writes to its disk: encrypted by the card, without any call of KMS. */
export async function writeBlocks(volume: EbsVolumeRec, bytes: Bytes, step: Step): Promise<Bytes> {
  if (!volume.wrapped || volume.contextId === undefined) return bytes;
  const key = await cardKey(volume, step);
  step.note({ kind: 'dataSealed', what: volume.id, byteLength: bytes.length, under: 'its data key' });
  return sealData(step, key, bytes, volume.contextId);
}

export async function readBlocks(volume: EbsVolumeRec, step: Step): Promise<Bytes> {
  const { blocks, wrapped, contextId } = volume;
  if (!blocks) return new Uint8Array(0);
  if (!wrapped || contextId === undefined) return blocks;
  const plain = openBlocks(await cardKey(volume, step), blocks, contextId);
  step.note({ kind: 'dataOpened', what: volume.id, byteLength: plain.length, under: 'its data key' });
  return plain;
}

async function cardKey(volume: EbsVolumeRec, step: Step): Promise<Bytes> {
  const key = await heldKey(
    step,
    holderOf(volume),
    cardOf(volume.id, volume.attachment?.instance ?? 'nobody'),
  );
  if (!key) throw new Error(`${volume.id} is attached, and its key is in no card`);
  return key.plain;
}

/** The key for new volumes of this account here, when none is named. */
export const defaultKey = ({ view, identity, region }: Step): string =>
  view.get(at.ebsDefault(identity.account, region))?.keyId ?? 'alias/aws/ebs';

export const encryptsByDefault = ({ view, identity, region }: Step): boolean =>
  view.get(at.ebsDefault(identity.account, region))?.encryptByDefault ?? false;
