import {
  fromBase64,
  fromUtf8,
  isRefusal,
  ref,
  toBase64,
  utf8,
  type Bytes,
  type KinesisRecordRec,
  type KinesisStreamRec,
  type Operation,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import {
  askedOf,
  kinesis,
  onStream,
  openRecord,
  sealRecord,
  streamFault,
  theStream,
  type OfStream,
} from './streams.ts';
import { expiredIterator, invalidArgument, ofKey } from './words.ts';

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html and its neighbours.

/** OURS: the one shard of a stream. */
export const shardId = 'shardId-000000000000';
/** OURS: records lie in the journal, so a stream holds a thousand. */
const mostRecords = 1000;
/** Kinesis API Reference, CreateStream: records are kept for 24 hours. */
const retentionMs = 86_400_000;
/** Kinesis API Reference, GetShardIterator: an iterator is good for five minutes. */
const iteratorMs = 300_000;

const counterOf = (arn: string): string => `records/${arn}`;

const allRecords = (arn: string, { view }: Step): readonly KinesisRecordRec[] =>
  view
    .range('ref', { prefix: below.kinesisRecords(arn), n: mostRecords })
    .map(({ rec }) => rec as KinesisRecordRec);
const isKept = ({ arrived }: KinesisRecordRec, { env }: Step): boolean => env.at - arrived < retentionMs;

export function forgetRecords({ arn }: KinesisStreamRec, step: Step): void {
  for (const { number } of allRecords(arn, step)) step.view.put(at.kinesisRecord(arn, number), undefined);
  step.view.put(ref.counter(counterOf(arn)), undefined);
}

/** OURS: the number of arrival; Kinesis's are of 56 digits. */
const sequenceNumber = (number: number): string => String(number);

const PutRecord = kinesis<OfStream & { readonly Data: Bytes; readonly PartitionKey: string }, object>({
  name: 'PutRecord',
  dataEvent: true,
  refusals: ['ResourceNotFoundException', 'InvalidArgumentException', ...ofKey],
  exists: streamFault,
  asks: onStream('kinesis:PutRecord'),
  members: ['StreamName', 'StreamARN', 'PartitionKey'],
  async run({ Data, PartitionKey, ...named }, step) {
    const stream = theStream(named, step);
    const all = allRecords(stream.arn, step);
    for (const one of all)
      if (!isKept(one, step)) step.view.put(at.kinesisRecord(stream.arn, one.number), undefined);
    if (all.filter((one) => isKept(one, step)).length >= mostRecords)
      return invalidArgument(`KMS Lab keeps up to ${mostRecords} records in a stream.`);
    const number = step.view.count(counterOf(stream.arn), 1);
    const sealed = await sealRecord(stream, number, Data, step);
    if (isRefusal(sealed)) return sealed;
    step.view.put(at.kinesisRecord(stream.arn, number), {
      ...sealed,
      stream: stream.arn,
      number,
      partitionKey: PartitionKey,
      arrived: step.env.at,
    });
    return {
      ShardId: shardId,
      SequenceNumber: sequenceNumber(number),
      EncryptionType: sealed.keyArn === undefined ? 'NONE' : 'KMS',
    };
  },
});

/** OURS: what an iterator is made of: the stream, the last number that was read, and when it was made. */
const iteratorFor = (arn: string, after: number, { env }: Step): string =>
  toBase64(utf8(JSON.stringify([arn, after, env.at])));

interface Iterated {
  readonly stream: KinesisStreamRec;
  readonly after: number;
  readonly made: number;
}
function iterated(iterator: string, { view }: Step): Iterated | undefined {
  const bytes = fromBase64(iterator);
  const [, arn, after, made] = /^\["([^"]+)",(\d+),(\d+)\]$/.exec((bytes && fromUtf8(bytes)) ?? '') ?? [];
  const stream = arn === undefined ? undefined : view.get(at.kinesisStream(arn));
  return stream && { stream, after: Number(after), made: Number(made) };
}

type IteratorType = 'TRIM_HORIZON' | 'LATEST' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER';
interface IteratorRequest extends OfStream {
  readonly ShardId: string;
  readonly ShardIteratorType: IteratorType;
  readonly StartingSequenceNumber?: string;
}

/** The number of arrival behind which reading begins. */
function beginning(
  { ShardIteratorType, StartingSequenceNumber }: Omit<IteratorRequest, 'ShardId'>,
  last: number,
): number | Refusal {
  if (ShardIteratorType === 'TRIM_HORIZON') return 0;
  if (ShardIteratorType === 'LATEST') return last;
  if (StartingSequenceNumber === undefined)
    return invalidArgument(`${ShardIteratorType} takes a StartingSequenceNumber.`);
  const number = Number(StartingSequenceNumber);
  return ShardIteratorType === 'AFTER_SEQUENCE_NUMBER' ? number : Math.max(0, number - 1);
}

const GetShardIterator = kinesis<IteratorRequest, object>({
  name: 'GetShardIterator',
  readOnly: true,
  dataEvent: true,
  refusals: ['ResourceNotFoundException', 'InvalidArgumentException'],
  exists: streamFault,
  asks: onStream('kinesis:GetShardIterator'),
  members: ['StreamName', 'StreamARN', 'ShardId', 'ShardIteratorType', 'StartingSequenceNumber'],
  run({ ShardId, ShardIteratorType, StartingSequenceNumber, ...named }, step) {
    if (ShardId !== shardId) return invalidArgument(`Streams of KMS Lab have one shard, ${shardId}.`);
    const { arn } = theStream(named, step);
    const last = allRecords(arn, step).at(-1)?.number ?? 0;
    const asked = {
      ShardIteratorType,
      ...(StartingSequenceNumber === undefined ? {} : { StartingSequenceNumber }),
    };
    const after = beginning(asked, last);
    return isRefusal(after) ? after : { ShardIterator: iteratorFor(arn, after, step) };
  },
});

const iteratorFault = (
  { ShardIterator }: { readonly ShardIterator: string },
  step: Step,
): Refusal | undefined =>
  iterated(ShardIterator, step) ? undefined : invalidArgument('Invalid ShardIterator.');

const GetRecords = kinesis<{ readonly ShardIterator: string; readonly Limit?: number }, object>({
  name: 'GetRecords',
  readOnly: true,
  dataEvent: true,
  refusals: ['ResourceNotFoundException', 'InvalidArgumentException', 'ExpiredIteratorException', ...ofKey],
  exists: iteratorFault,
  asks({ ShardIterator }, step) {
    const found = iterated(ShardIterator, step);
    return found ? askedOf('kinesis:GetRecords', found.stream) : [];
  },
  members: ['Limit'],
  async run({ ShardIterator, Limit = mostRecords }, step) {
    const found = iterated(ShardIterator, step);
    if (!found) return invalidArgument('Invalid ShardIterator.');
    const { stream, after, made } = found;
    if (step.env.at - made > iteratorMs) return expiredIterator();
    const waiting = allRecords(stream.arn, step).filter((one) => one.number > after && isKept(one, step));
    const page = waiting.slice(0, Limit);
    const Records: object[] = [];
    for (const one of page) {
      // What KMS says is an error of the whole call (Kinesis API Reference, GetRecords, Errors). OURS: also where others of
      // the page would open, so that a reader does not get past it but by a later iterator.
      const Data = await openRecord(stream, one, step);
      if (isRefusal(Data)) return Data;
      Records.push({
        SequenceNumber: sequenceNumber(one.number),
        ApproximateArrivalTimestamp: new Date(one.arrived),
        Data,
        PartitionKey: one.partitionKey,
        EncryptionType: one.keyArn === undefined ? 'NONE' : 'KMS',
      });
    }
    return { Records, NextShardIterator: iteratorFor(stream.arn, page.at(-1)?.number ?? after, step) };
  },
});

export const recordOperations: readonly Operation[] = [PutRecord, GetShardIterator, GetRecords];
