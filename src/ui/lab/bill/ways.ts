import type { Around, WorldApi } from '../../../client/index.ts';
import type { PrincipalArn, Region, ServiceName } from '../../../engine/index.ts';
import { bucketKeySeconds } from './putsIf.ts';
import type { RecordedCall, WhatIf } from './recorded.ts';

/* How one kind of recorded call is made again, as it was or with something set otherwise. */

export type Change = 'bucketKeys' | 'reuseDay' | 'clientCache' | 'keys';
type Limits = Parameters<Around['cachingClient']>[1];

/** Data keys that a service holds for a while, by the calls that use them. */
interface Hold {
  readonly seconds: number;
  /** Counted from the last use, not from the first. */
  readonly idle?: boolean;
}
/** services.json, "caching" and "reuse" of each. */
const fiveMinutes = 300;
const holds: Readonly<Record<string, Hold>> = {
  's3 PutObject': { seconds: bucketKeySeconds },
  's3 CopyObject': { seconds: bucketKeySeconds },
  's3 GetObject': { seconds: bucketKeySeconds },
  'sqs SendMessage': { seconds: fiveMinutes },
  'sqs ReceiveMessage': { seconds: fiveMinutes },
  'sns Publish': { seconds: fiveMinutes },
  'kinesis PutRecord': { seconds: fiveMinutes },
  'kinesis GetRecords': { seconds: fiveMinutes },
  'dynamodb PutItem': { seconds: fiveMinutes, idle: true },
  'dynamodb GetItem': { seconds: fiveMinutes, idle: true },
};
/** The longest time for which SQS uses a data key again (services.json SQS: 60 s to 24 h). */
const longestReuse = 86_400;

const nameOf = ({ service, operation }: RecordedCall): string => `${service} ${operation}`;

/** What of the settings such a call would notice. */
export function changesOf(
  call: RecordedCall,
  { bucketKeys, reuseDay, cache, keys }: WhatIf,
): readonly Change[] {
  const name = nameOf(call);
  const found: Change[] = [];
  if (bucketKeys !== 'asTheyAre' && /^s3 (Put|Copy|Get)Object$/.test(name)) found.push('bucketKeys');
  if (reuseDay && /^sqs (Send|Receive)Message$/.test(name)) found.push('reuseDay');
  if (cache && name === 'kms GenerateDataKey') found.push('clientCache');
  if (keys !== undefined && (name in holds || found.includes('clientCache'))) found.push('keys');
  return found;
}

export interface Way {
  readonly input: RecordedCall['input'];
  /** Undefined: each such call asks the same. */
  readonly hold: Hold | undefined;
  readonly limits: Limits | undefined;
}

/** Sets the copy up for the call, and says how it is to be made there. */
export async function wayOf(copy: WorldApi, call: RecordedCall, changed: WhatIf | undefined): Promise<Way> {
  const { input, service } = call;
  const changes = changed ? changesOf(call, changed) : [];
  const hold = holds[nameOf(call)];
  if (service === 'sqs' && hold) return queueWay(copy, call, changes.includes('reuseDay'));
  if (changed && changes.includes('bucketKeys')) {
    const BucketKeyEnabled = changed.bucketKeys === 'on';
    if (call.operation !== 'GetObject')
      return { input: { ...input, BucketKeyEnabled }, hold, limits: undefined };
    await storeAgain(copy, call, BucketKeyEnabled);
  }
  const limits = changes.includes('clientCache') ? changed?.cache : undefined;
  return { input, hold: hold ?? (limits && { seconds: limits.maxAgeSeconds }), limits };
}

const ask = async (
  copy: WorldApi,
  { principal, region }: RecordedCall,
  service: ServiceName,
  operation: string,
  input: object,
) => {
  const { result } = await copy.call({
    service,
    operation,
    input: { ...input },
    principal: principal as PrincipalArn, // as the journal has it
    region: region as Region,
  });
  return result.ok ? result.output : undefined;
};

async function queueWay(copy: WorldApi, call: RecordedCall, reuseDay: boolean): Promise<Way> {
  const { QueueUrl } = call.input;
  const name = 'KmsDataKeyReusePeriodSeconds';
  if (reuseDay)
    await ask(copy, call, 'sqs', 'SetQueueAttributes', {
      QueueUrl,
      Attributes: { [name]: String(longestReuse) },
    });
  const answer = await ask(copy, call, 'sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  const seconds = Number((answer?.['Attributes'] as Readonly<Record<string, string>> | undefined)?.[name]);
  return {
    input: call.input,
    hold: { seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : fiveMinutes },
    limits: undefined,
  };
}

/** What is read had to be written under a bucket key, or without one; long enough ago that nothing is held of it. */
async function storeAgain(copy: WorldApi, call: RecordedCall, BucketKeyEnabled: boolean): Promise<void> {
  const { Bucket, Key } = call.input;
  const head = await ask(copy, call, 's3', 'HeadObject', { Bucket, Key });
  if (head?.['ServerSideEncryption'] !== 'aws:kms') return;
  await ask(copy, call, 's3', 'PutObject', {
    Bucket,
    Key,
    Body: new Uint8Array([1]),
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: head['SSEKMSKeyId'],
    BucketKeyEnabled,
  });
  await copy.advance({ seconds: bucketKeySeconds + 1 });
}
