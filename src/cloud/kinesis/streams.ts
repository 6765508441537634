import {
  isRefusal,
  toHex,
  type AccountId,
  type Bytes,
  type KeyArn,
  type KinesisRecordRec,
  type KinesisStreamRec,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type DataKey, type Kms } from '../callingKms.ts';
import { declareIn, type Asked } from '../declare.ts';
import { heldKey, holderName, holdKey, mustOpen, sealData } from '../keeping.ts';
import { at } from '../refs.ts';
import { invalidArgument, noStream, worded } from './words.ts';

/*
 * Streams, and the data keys of their records: a new one about every five minutes, asked for as who writes; and asked back
 * as who reads (services.json Kinesis). OURS: each principal has a data key of its own, as with SQS.
 */

export const kinesis = declareIn('kinesis');

/** By name in the caller's account, or by ARN, which may be another account's. */
export interface OfStream {
  readonly StreamName?: string;
  readonly StreamARN?: string;
}

export const streamArn = (account: AccountId, region: Region, name: string): string =>
  `arn:aws:kinesis:${region}:${account}:stream/${name}`;

const arnOf = ({ StreamName = '', StreamARN }: OfStream, { identity, region }: Step): string =>
  StreamARN ?? streamArn(identity.account, region, StreamName);

function streamAt(named: OfStream, step: Step): KinesisStreamRec | undefined {
  const found = step.view.get(at.kinesisStream(arnOf(named, step)));
  return found?.region === step.region ? found : undefined;
}

export function streamFault(named: OfStream, step: Step): Refusal | undefined {
  if (named.StreamName === undefined && named.StreamARN === undefined)
    return invalidArgument('Either StreamName or StreamARN is needed.');
  return streamAt(named, step) ? undefined : noStream(named.StreamName ?? named.StreamARN ?? '');
}

/** The stream of a request, which {@link streamFault} has found. */
export function theStream(named: OfStream, step: Step): KinesisStreamRec {
  const stream = streamAt(named, step);
  if (!stream) throw new Error(`stream ${arnOf(named, step)} was there a moment ago`);
  return stream;
}

export const askedOf = (action: string, { arn, account, policy }: KinesisStreamRec): readonly Asked[] => [
  { action, on: arn, owner: { account, policy, called: 'resource policy' } },
];
export const onStream =
  (action: string) =>
  (named: OfStream, step: Step): readonly Asked[] =>
    askedOf(action, theStream(named, step));

/** The caller, through Kinesis. */
export const kmsFor = (step: Step): Kms => kmsAs(step, { kind: 'forward', via: 'kinesis' }, { worded });

const contextOf = ({ arn }: KinesisStreamRec) => ({ 'aws:kinesis:arn': arn });

/** services.json Kinesis "caching". */
const reuseSeconds = 300;

const holderOf = ({ region, arn }: KinesisStreamRec, { identity }: Step, what: string): string =>
  holderName('kinesis', region, arn, identity.principal, what);
const said = ({ name }: KinesisStreamRec, { identity }: Step, what: string): string =>
  `to ${what} ${name}, for ${identity.principal}`;

async function writingKey(stream: KinesisStreamRec, keyArn: KeyArn, step: Step): Promise<DataKey | Refusal> {
  const holder = holderOf(stream, step, `write|${keyArn}`);
  const what = said(stream, step, 'write to');
  const known = await heldKey(step, holder, what);
  if (known) return known;
  const key = await kmsFor(step).dataKey(keyArn, contextOf(stream));
  if (isRefusal(key)) return key;
  await holdKey(step, { holder, what, key, forSeconds: reuseSeconds });
  return key;
}

async function readingKey(
  stream: KinesisStreamRec,
  wrapped: Bytes,
  keyArn: KeyArn,
  step: Step,
): Promise<Bytes | Refusal> {
  const holder = holderOf(stream, step, `read|${toHex(wrapped.slice(-12))}`);
  const what = said(stream, step, 'read from');
  const known = await heldKey(step, holder, what);
  if (known) return known.plain;
  const plain = await kmsFor(step).decrypt(wrapped, contextOf(stream));
  if (isRefusal(plain)) return plain;
  await holdKey(step, { holder, what, key: { plain, wrapped, keyArn }, forSeconds: reuseSeconds });
  return plain;
}

const placeOf = ({ arn }: KinesisStreamRec, number: number): string => `${arn}|${number}`;

/** The data alone is encrypted: partition keys are not. */
export async function sealRecord(
  stream: KinesisStreamRec,
  number: number,
  data: Bytes,
  step: Step,
): Promise<Pick<KinesisRecordRec, 'keyArn' | 'wrapped' | 'body'> | Refusal> {
  if (stream.keyArn === undefined) return { keyArn: undefined, wrapped: undefined, body: data };
  const key = await writingKey(stream, stream.keyArn, step);
  if (isRefusal(key)) return key;
  const { keyArn, wrapped, plain } = key;
  const what = `a record to ${stream.name}`;
  step.note({ kind: 'dataSealed', what, byteLength: data.length, under: `a data key under ${keyArn}` });
  return { keyArn, wrapped, body: sealData(step, plain, data, placeOf(stream, number)) };
}

export async function openRecord(
  stream: KinesisStreamRec,
  { keyArn, wrapped, body, number }: KinesisRecordRec,
  step: Step,
): Promise<Bytes | Refusal> {
  if (keyArn === undefined || !wrapped) return body;
  const key = await readingKey(stream, wrapped, keyArn, step);
  if (isRefusal(key)) return key;
  const plain = mustOpen(key, body, placeOf(stream, number));
  const what = `a record from ${stream.name}`;
  step.note({ kind: 'dataOpened', what, byteLength: plain.length, under: `a data key under ${keyArn}` });
  return plain;
}
