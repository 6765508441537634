import {
  isRefusal,
  type AccountId,
  type Bytes,
  type Refusal,
  type Region,
  type SqsMessageRec,
  type SqsQueueRec,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type DataKey, type Kms } from '../callingKms.ts';
import { declareIn, type Asked } from '../declare.ts';
import { heldKey, holderName, holdKey, mustOpen, ownKey, sealData } from '../keeping.ts';
import { at } from '../refs.ts';
import { noQueue, worded } from './words.ts';

/*
 * Queues, and the data keys of their messages. SQS asks KMS once for a reuse period, for each principal, and separately to
 * send and to receive (services.json SQS "caching").
 */

export const sqs = declareIn('sqs');

export interface OfQueue {
  /** `https://sqs.us-east-1.amazonaws.com/111122223333/NAME` */
  readonly QueueUrl: string;
}

export const urlOf = ({ region, account, name }: SqsQueueRec): string =>
  `https://sqs.${region}.amazonaws.com/${account}/${name}`;

export function queueAt(QueueUrl: string, { view, region }: Step): SqsQueueRec | undefined {
  const [, where, account, name] =
    /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com\/(\d{12})\/([\w-]+)$/.exec(QueueUrl) ?? [];
  return where === region && account !== undefined && name !== undefined
    ? view.get(at.sqsQueue(account as AccountId, region, name)) // twelve digits
    : undefined;
}

export const queueFault = ({ QueueUrl }: OfQueue, step: Step): Refusal | undefined =>
  queueAt(QueueUrl, step) ? undefined : noQueue();

/** The queue of a request, which {@link queueFault} has found. */
export function theQueue(QueueUrl: string, step: Step): SqsQueueRec {
  const queue = queueAt(QueueUrl, step);
  if (!queue) throw new Error(`queue ${QueueUrl} was there a moment ago`);
  return queue;
}

export const onQueue =
  (action: string) =>
  ({ QueueUrl }: OfQueue, step: Step): readonly Asked[] => {
    const { arn, account, policy } = theQueue(QueueUrl, step);
    return [{ action, on: arn, owner: { account, policy, called: 'queue policy' } }];
  };

/**
 * The caller through SQS; a service that sends is itself the caller.
 * OURS: an alias is one of the account of the queue, from whatever account somebody sends.
 */
const kmsFor = ({ account }: SqsQueueRec, step: Step): Kms =>
  kmsAs(step, { kind: 'forward', via: 'sqs' }, { worded, owner: account });

const contextOf = ({ arn }: SqsQueueRec) => ({ 'aws:sqs:arn': arn });

const holderOf = (queue: SqsQueueRec, { identity }: Step, what: string): string =>
  holderName('sqs', queue.region, queue.arn, identity.principal, what);
const said = ({ name }: SqsQueueRec, { identity }: Step, what: string): string =>
  `to ${what} ${name}, for ${identity.principal}`;

/** The data key with which this principal's messages are encrypted in this reuse period. */
async function sendingKey(queue: SqsQueueRec, keyId: string, step: Step): Promise<DataKey | Refusal> {
  const holder = holderOf(queue, step, `send|${keyId}`);
  const what = said(queue, step, 'send to');
  const known = await heldKey(step, holder, what);
  if (known) return known;
  const kms = kmsFor(queue, step);
  const key = await kms.dataKey(keyId, contextOf(queue));
  if (isRefusal(key)) return key;
  // SQS verifies that what was wrapped opens again (services.json "integrity check").
  const checked = await kms.decrypt(key.wrapped, contextOf(queue));
  if (isRefusal(checked)) return checked;
  await holdKey(step, { holder, what, key, forSeconds: queue.reuseSeconds });
  return key;
}

const shortName = (wrapped: Bytes): string =>
  Array.from(wrapped.slice(-12), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function receivingKey(
  queue: SqsQueueRec,
  { wrapped, keyArn }: SqsMessageRec,
  step: Step,
): Promise<Bytes | Refusal> {
  if (!wrapped || !keyArn) throw new Error(`a message of ${queue.name} has no key beside it`);
  const holder = holderOf(queue, step, `receive|${shortName(wrapped)}`);
  const what = said(queue, step, 'receive from');
  const known = await heldKey(step, holder, what);
  if (known) return known.plain;
  const plain = await kmsFor(queue, step).decrypt(wrapped, contextOf(queue));
  if (isRefusal(plain)) return plain;
  await holdKey(step, { holder, what, key: { plain, wrapped, keyArn }, forSeconds: queue.reuseSeconds });
  return plain;
}

const place = (queue: SqsQueueRec, id: string): string => `${queue.arn}|${id}`;

/** The body alone is encrypted: ids, times and attributes are not (services.json SQS "encrypts"). */
export async function sealBody(
  queue: SqsQueueRec,
  id: string,
  body: Bytes,
  step: Step,
): Promise<Pick<SqsMessageRec, 'sealing' | 'keyArn' | 'wrapped' | 'body'> | Refusal> {
  const bare = { keyArn: undefined, wrapped: undefined };
  const note = (under: string) =>
    step.note({ kind: 'dataSealed', what: `a message to ${queue.name}`, byteLength: body.length, under });
  if (queue.keyId === undefined) {
    if (!queue.sseSqs) return { ...bare, sealing: 'none', body };
    note("SQS's own key");
    const own = await ownKey(step, 'sqs');
    return { ...bare, sealing: 'SSE-SQS', body: sealData(step, own, body, place(queue, id)) };
  }
  const key = await sendingKey(queue, queue.keyId, step);
  if (isRefusal(key)) return key;
  note(`a data key under ${key.keyArn}`);
  const { keyArn, wrapped, plain } = key;
  return { sealing: 'SSE-KMS', keyArn, wrapped, body: sealData(step, plain, body, place(queue, id)) };
}

export async function openBody(
  queue: SqsQueueRec,
  message: SqsMessageRec,
  step: Step,
): Promise<Bytes | Refusal> {
  const note = (under: string) =>
    step.note({
      kind: 'dataOpened',
      what: `a message from ${queue.name}`,
      byteLength: message.body.length,
      under,
    });
  if (message.sealing === 'none') return message.body;
  if (message.sealing === 'SSE-SQS') {
    note("SQS's own key");
    return mustOpen(await ownKey(step, 'sqs'), message.body, place(queue, message.id));
  }
  const key = await receivingKey(queue, message, step);
  if (isRefusal(key)) return key;
  note(`a data key under ${message.keyArn ?? ''}`);
  return mustOpen(key, message.body, place(queue, message.id));
}

export const queueArn = (account: AccountId, region: Region, name: string): string =>
  `arn:aws:sqs:${region}:${account}:${name}`;
