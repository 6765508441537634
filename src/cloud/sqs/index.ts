import {
  epochMs,
  fromUtf8,
  isRefusal,
  parsePolicy,
  ref,
  utf8,
  uuidFrom,
  type Operation,
  type Refusal,
  type Service,
  type SqsMessageRec,
  type SqsQueueRec,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { makeService } from '../service.ts';
import shapes from '../shapes/sqs.json';
import {
  onQueue,
  openBody,
  queueArn,
  queueFault,
  sealBody,
  sqs,
  theQueue,
  urlOf,
  type OfQueue,
} from './queues.ts';
import { badReceipt, invalidAttribute, invalidContents, kmsRefusals, noQueue, queueExists } from './words.ts';

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html and its neighbours.

type Attributes = Readonly<Record<string, string>>;
type Settings = Pick<SqsQueueRec, 'keyId' | 'reuseSeconds' | 'sseSqs' | 'visibilitySeconds' | 'policy'>;

/** SSE-SQS is on for new queues; a data key is reused for five minutes (services.json SQS). */
const fresh: Settings = {
  keyId: undefined,
  reuseSeconds: 300,
  sseSqs: true,
  visibilitySeconds: 30,
  policy: undefined,
};

const badAttributes = ['InvalidAttributeName', 'InvalidAttributeValue'] as const;

/** The settings that attributes make of earlier ones. A key switches SSE-SQS off, and SSE-SQS the key. */
function settled(before: Settings, attributes: Attributes): Settings | Refusal {
  let now = before;
  for (const [name, value] of Object.entries(attributes)) {
    const next = settledBy(now, name, value);
    if (isRefusal(next)) return next;
    now = next;
  }
  return now;
}

function settledBy(now: Settings, name: string, value: string): Settings | Refusal {
  const bad = () => invalidAttribute('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
  const whole = (min: number, max: number): number | undefined => {
    const n = Number(value);
    return /^\d+$/.test(value) && n >= min && n <= max ? n : undefined;
  };
  switch (name) {
    case 'KmsMasterKeyId':
      return value === '' ? { ...now, keyId: undefined } : { ...now, keyId: value, sseSqs: false };
    case 'KmsDataKeyReusePeriodSeconds': {
      const reuseSeconds = whole(60, 86_400);
      return reuseSeconds === undefined ? bad() : { ...now, reuseSeconds };
    }
    case 'SqsManagedSseEnabled':
      if (value !== 'true' && value !== 'false') return bad();
      return value === 'true' ? { ...now, sseSqs: true, keyId: undefined } : { ...now, sseSqs: false };
    case 'VisibilityTimeout': {
      const visibilitySeconds = whole(0, 43_200);
      return visibilitySeconds === undefined ? bad() : { ...now, visibilitySeconds };
    }
    case 'Policy': {
      if (value === '') return { ...now, policy: undefined };
      return isRefusal(parsePolicy(value, 'key')) ? bad() : { ...now, policy: value };
    }
    default:
      // OURS: of the attributes, those that keys and policies need.
      return invalidAttribute('InvalidAttributeName', `KMS Lab does not simulate the attribute ${name}.`);
  }
}

const CreateQueue = sqs<{ readonly QueueName: string; readonly Attributes?: Attributes }, object>({
  name: 'CreateQueue',
  refusals: ['QueueNameExists', ...badAttributes],
  on: ({ QueueName }, { identity, region }) => queueArn(identity.account, region, QueueName),
  members: ['QueueName', 'Attributes'],
  run({ QueueName, Attributes = {} }, { view, identity, region, env }) {
    const settings = settled(fresh, Attributes);
    if (isRefusal(settings)) return settings;
    const here = at.sqsQueue(identity.account, region, QueueName);
    const there = view.get(here);
    if (there) {
      const same = Object.entries(settings).every(([name, value]) => there[name as keyof Settings] === value);
      return same ? { QueueUrl: urlOf(there) } : queueExists(QueueName);
    }
    const arn = queueArn(identity.account, region, QueueName);
    const queue: SqsQueueRec = {
      ...settings,
      arn,
      name: QueueName,
      account: identity.account,
      region,
      created: env.at,
    };
    view.put(here, queue);
    return { QueueUrl: urlOf(queue) };
  },
  shows: (shown) => ({ ...shown }),
});

const SetQueueAttributes = sqs<OfQueue & { readonly Attributes: Attributes }>({
  name: 'SetQueueAttributes',
  refusals: ['QueueDoesNotExist', ...badAttributes],
  exists: queueFault,
  asks: onQueue('sqs:SetQueueAttributes'),
  members: ['QueueUrl', 'Attributes'],
  run({ QueueUrl, Attributes }, step) {
    const queue = theQueue(QueueUrl, step);
    const settings = settled(queue, Attributes);
    if (isRefusal(settings)) return settings;
    step.view.put(at.sqsQueue(queue.account, queue.region, queue.name), { ...queue, ...settings });
    return undefined;
  },
});

const messagesOf = ({ arn }: SqsQueueRec, { view }: Step): readonly SqsMessageRec[] =>
  view.range('ref', { prefix: below.sqsMessages(arn), n: 1000 }).map(({ rec }) => rec as SqsMessageRec);

const GetQueueAttributes = sqs<OfQueue & { readonly AttributeNames?: readonly string[] }, object>({
  name: 'GetQueueAttributes',
  readOnly: true,
  refusals: ['QueueDoesNotExist'],
  exists: queueFault,
  asks: onQueue('sqs:GetQueueAttributes'),
  members: ['QueueUrl', 'AttributeNames'],
  run({ QueueUrl, AttributeNames = [] }, step) {
    const queue = theQueue(QueueUrl, step);
    const waiting = messagesOf(queue, step).filter(({ visible }) => visible <= step.env.at);
    const all: Attributes = {
      QueueArn: queue.arn,
      ...(queue.keyId === undefined
        ? {}
        : { KmsMasterKeyId: queue.keyId, KmsDataKeyReusePeriodSeconds: String(queue.reuseSeconds) }),
      SqsManagedSseEnabled: String(queue.sseSqs),
      VisibilityTimeout: String(queue.visibilitySeconds),
      ...(queue.policy === undefined ? {} : { Policy: queue.policy }),
      ApproximateNumberOfMessages: String(waiting.length),
      CreatedTimestamp: String(Math.floor(queue.created / 1000)),
    };
    const wanted = ([name]: readonly [string, string]) =>
      AttributeNames.includes('All') || AttributeNames.includes(name);
    return { Attributes: Object.fromEntries(Object.entries(all).filter(wanted)) };
  },
});

const GetQueueUrl = sqs<{ readonly QueueName: string }, object>({
  name: 'GetQueueUrl',
  readOnly: true,
  refusals: ['QueueDoesNotExist'],
  on: ({ QueueName }, { identity, region }) => queueArn(identity.account, region, QueueName),
  members: ['QueueName'],
  run({ QueueName }, { view, identity, region }) {
    const queue = view.get(at.sqsQueue(identity.account, region, QueueName));
    return queue ? { QueueUrl: urlOf(queue) } : noQueue();
  },
});

const ListQueues = sqs<object, object>({
  name: 'ListQueues',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.sqsQueues(identity.account, region), n: 1000 });
    return { QueueUrls: found.map(({ rec }) => urlOf(rec as SqsQueueRec)) };
  },
});

const counterOf = (arn: string): string => `messages/${arn}`;

const DeleteQueue = sqs<OfQueue>({
  name: 'DeleteQueue',
  refusals: ['QueueDoesNotExist'],
  exists: queueFault,
  asks: onQueue('sqs:DeleteQueue'),
  members: ['QueueUrl'],
  run({ QueueUrl }, step) {
    const queue = theQueue(QueueUrl, step);
    for (const { number } of messagesOf(queue, step))
      step.view.put(at.sqsMessage(queue.arn, number), undefined);
    step.view.put(ref.counter(counterOf(queue.arn)), undefined);
    step.view.put(at.sqsQueue(queue.account, queue.region, queue.name), undefined);
    return undefined;
  },
});

/** OURS: messages lie in the journal, so they are small; and a queue holds a thousand. SQS takes 1 MiB. */
const largestMessage = 65_536;
const mostMessages = 1000;

const SendMessage = sqs<OfQueue & { readonly MessageBody: string }, object>({
  name: 'SendMessage',
  dataEvent: true,
  refusals: ['QueueDoesNotExist', 'InvalidMessageContents', ...kmsRefusals],
  exists: queueFault,
  asks: onQueue('sqs:SendMessage'),
  members: ['QueueUrl'],
  async run({ QueueUrl, MessageBody }, step) {
    const queue = theQueue(QueueUrl, step);
    const body = utf8(MessageBody);
    if (body.length > largestMessage)
      return invalidContents(`KMS Lab keeps messages of up to ${largestMessage} bytes.`);
    if (messagesOf(queue, step).length >= mostMessages)
      return invalidContents(`KMS Lab keeps up to ${mostMessages} messages in a queue.`);
    const id = uuidFrom((n) => step.env.random(n));
    const sealed = await sealBody(queue, id, body, step);
    if (isRefusal(sealed)) return sealed;
    const number = step.view.count(counterOf(queue.arn), 1);
    const message: SqsMessageRec = {
      ...sealed,
      queue: queue.arn,
      number,
      id,
      sender: step.identity.principalId,
      sent: step.env.at,
      visible: step.env.at,
      receipt: undefined,
      receives: 0,
    };
    step.view.put(at.sqsMessage(queue.arn, number), message);
    return { MessageId: id };
  },
});

const ReceiveMessage = sqs<
  OfQueue & { readonly MaxNumberOfMessages?: number; readonly VisibilityTimeout?: number },
  object
>({
  name: 'ReceiveMessage',
  readOnly: true,
  dataEvent: true,
  refusals: ['QueueDoesNotExist', ...kmsRefusals],
  exists: queueFault,
  asks: onQueue('sqs:ReceiveMessage'),
  members: ['QueueUrl'],
  async run({ QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout }, step) {
    const queue = theQueue(QueueUrl, step);
    const now = step.env.at;
    const waiting = messagesOf(queue, step).filter(({ visible }) => visible <= now);
    const Messages: object[] = [];
    for (const message of waiting.slice(0, MaxNumberOfMessages)) {
      // What KMS says is an error of the whole call (SQS API Reference, ReceiveMessage, Errors). OURS: also of several messages
      // of which others would open; all stay in the queue as they were.
      const body = await openBody(queue, message, step);
      if (isRefusal(body)) return body;
      const receipt = uuidFrom((n) => step.env.random(n));
      const seconds = VisibilityTimeout ?? queue.visibilitySeconds;
      step.view.put(at.sqsMessage(queue.arn, message.number), {
        ...message,
        receipt,
        visible: epochMs(now + seconds * 1000),
        receives: message.receives + 1,
      });
      Messages.push({
        MessageId: message.id,
        ReceiptHandle: receipt,
        Body: fromUtf8(body) ?? '',
        Attributes: {
          SenderId: message.sender,
          SentTimestamp: String(message.sent),
          ApproximateReceiveCount: String(message.receives + 1),
        },
      });
    }
    return Messages.length === 0 ? {} : { Messages };
  },
});

const DeleteMessage = sqs<OfQueue & { readonly ReceiptHandle: string }>({
  name: 'DeleteMessage',
  dataEvent: true,
  refusals: ['QueueDoesNotExist', 'ReceiptHandleIsInvalid'],
  exists: queueFault,
  asks: onQueue('sqs:DeleteMessage'),
  members: ['QueueUrl'],
  run({ QueueUrl, ReceiptHandle }, step) {
    const queue = theQueue(QueueUrl, step);
    const message = messagesOf(queue, step).find(({ receipt }) => receipt === ReceiptHandle);
    if (!message) return badReceipt();
    step.view.put(at.sqsMessage(queue.arn, message.number), undefined);
    return undefined;
  },
});

export const sqsOperations: readonly Operation[] = [
  CreateQueue,
  SetQueueAttributes,
  GetQueueAttributes,
  GetQueueUrl,
  ListQueues,
  DeleteQueue,
  SendMessage,
  ReceiveMessage,
  DeleteMessage,
];

export const sqsService: Service = makeService('sqs', shapes, sqsOperations, {
  denied: 'AccessDenied',
  deniedStatus: 403,
  invalid: 'InvalidParameterValue',
  unknown: 'InvalidAction',
});
