import {
  isRefusal,
  type AccountId,
  type Bytes,
  type RdsInstanceRec,
  type RdsStorage,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Context, type Kms, type KmsOptions } from '../callingKms.ts';
import { hexDigits } from '../ids.ts';
import { dropKey, heldKey, holderName, holdKey, mustOpen, sealData } from '../keeping.ts';
import { worded } from './words.ts';

/*
 * The keys of databases. Who makes a database needs DescribeKey and CreateGrant, and nothing else of the key; RDS does all
 * the rest by that grant, as long as the instance lives (services.json RDS).
 */

const dataKeyBytes = 64;

/** RDS itself. OURS: its Region's host name is the grantee, for RDS and for the volumes that EBS keeps for it. */
const host = (region: Region): string => `rds.${region}.amazonaws.com`;

/** The caller, through RDS. */
export const kmsOfCaller = (
  key: string,
  step: Step,
  { region, called }: { readonly region?: Region; readonly called?: string } = {},
): Kms => kmsAs(step, { kind: 'forward', via: 'rds' }, { worded: worded(key, called), region });

/** For whom RDS works: the account, and the database or snapshot. */
export interface OnBehalf {
  readonly arn: string;
  readonly account: AccountId;
  readonly region: Region;
}

function kmsOfRds(
  key: string,
  { arn, account, region }: OnBehalf,
  step: Step,
  by: Pick<KmsOptions, 'grant' | 'grantTokens'> = {},
): Kms {
  const itself = { kind: 'service', service: host(region), sourceArn: arn, sourceAccount: account } as const;
  return kmsAs(step, itself, { worded: worded(key), region, ...by });
}

/** services.json RDS "context": the id of the database, and for a volume its id too. */
const contextOf = ({ dbId = '', volumeId = '' }: Pick<RdsStorage, 'dbId' | 'volumeId'>): Context => ({
  'aws:rds:db-id': dbId,
  'aws:ebs:id': volumeId,
});

/** OURS: the operations of the grant: what a volume's data key and its copies take. */
const granted = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
];

export interface Granted {
  readonly keyArn: string;
  readonly GrantId: string;
  readonly GrantToken: string;
}

/** DescribeKey and CreateGrant by the caller, for a database's id. */
export async function letRdsIn(
  keyId: string,
  dbId: string,
  step: Step,
  there: { readonly region?: Region; readonly called?: string } = {},
): Promise<Granted | Refusal> {
  const kms = kmsOfCaller(keyId, step, there);
  const key = await kms.describe(keyId);
  if (isRefusal(key)) return key;
  const grant = await kms.createGrant({
    KeyId: key.arn,
    GranteePrincipal: host(there.region ?? step.region),
    RetiringPrincipal: host(there.region ?? step.region),
    Operations: granted,
    Constraints: { EncryptionContextSubset: { 'aws:rds:db-id': dbId } },
  });
  return isRefusal(grant) ? grant : { keyArn: key.arn, ...grant };
}

export const newVolumeId = (step: Step): string => `vol-${hexDigits(17, step.env)}`;

/** A new data key for the volume of a database. Nobody has it in plain yet. */
export async function newStorage(
  grant: Granted,
  dbId: string,
  whose: OnBehalf,
  step: Step,
): Promise<RdsStorage | Refusal> {
  const volumeId = newVolumeId(step);
  const kms = kmsOfRds(grant.keyArn, whose, step, { grantTokens: [grant.GrantToken] });
  const made = await kms.wrappedDataKey(grant.keyArn, contextOf({ dbId, volumeId }), dataKeyBytes);
  return isRefusal(made)
    ? made
    : { keyArn: made.keyArn, wrapped: made.wrapped, dbId, volumeId, blocks: undefined };
}

/** The data key of a storage in plain, by the grant. */
export async function openStorage(
  { keyArn, wrapped, dbId, volumeId }: RdsStorage,
  whose: OnBehalf,
  step: Step,
  by: Pick<KmsOptions, 'grant' | 'grantTokens'>,
): Promise<Bytes | Refusal> {
  if (!keyArn || !wrapped) throw new Error(`the storage of ${whose.arn} is not encrypted`);
  return kmsOfRds(keyArn, whose, step, by).decrypt(wrapped, contextOf({ dbId, volumeId }));
}

/** RDS retires its own grant, whatever state the key is in. */
export async function retireGrant(
  keyArn: string | undefined,
  grantId: string | undefined,
  whose: OnBehalf,
  step: Step,
): Promise<void> {
  if (keyArn !== undefined && grantId !== undefined)
    await kmsOfRds(keyArn, whose, step).retireGrant(keyArn, grantId);
}

const holderOf = ({ region, arn }: OnBehalf): string => holderName('rds', region, arn);
const said = ({ name }: RdsInstanceRec): string => `the data key of the volume of ${name}, on its host`;

/** The host of a running database has its data key. */
export async function startOnHost(instance: RdsInstanceRec, step: Step): Promise<Refusal | undefined> {
  const { keyArn, wrapped } = instance;
  if (!keyArn || !wrapped) return undefined;
  const plain = await openStorage(instance, instance, step, { grant: instance });
  if (isRefusal(plain)) return plain;
  await holdKey(step, { holder: holderOf(instance), what: said(instance), key: { plain, wrapped, keyArn } });
  return undefined;
}

export const dropFromHost = (instance: RdsInstanceRec, step: Step): void =>
  dropKey(step, holderOf(instance), said(instance));

async function hostKey(instance: RdsInstanceRec, step: Step): Promise<Bytes> {
  const key = await heldKey(step, holderOf(instance), said(instance));
  if (!key) throw new Error(`${instance.name} is running, and its host has no key`);
  return key.plain;
}

/** Encrypted blocks stand at the id of the volume whose data key they are under. */
const placeOf = ({ volumeId = '' }: RdsStorage): string => volumeId;

export function sealUnder(key: Bytes, plain: Bytes, storage: RdsStorage, step: Step): Bytes {
  step.note({ kind: 'dataSealed', what: placeOf(storage), byteLength: plain.length, under: 'its data key' });
  return sealData(step, key, plain, placeOf(storage));
}

export function openUnder(key: Bytes, blocks: Bytes, storage: RdsStorage, step: Step): Bytes {
  const plain = mustOpen(key, blocks, placeOf(storage));
  step.note({ kind: 'dataOpened', what: placeOf(storage), byteLength: plain.length, under: 'its data key' });
  return plain;
}

export async function writeBlocks(instance: RdsInstanceRec, plain: Bytes, step: Step): Promise<Bytes> {
  return instance.wrapped ? sealUnder(await hostKey(instance, step), plain, instance, step) : plain;
}

export async function readBlocks(instance: RdsInstanceRec, step: Step): Promise<Bytes> {
  const { blocks, wrapped } = instance;
  if (!blocks) return new Uint8Array(0);
  return wrapped ? openUnder(await hostKey(instance, step), blocks, instance, step) : blocks;
}
