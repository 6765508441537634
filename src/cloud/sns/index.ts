import {
  fromUtf8,
  isRefusal,
  parseArn,
  parsePolicy,
  refuse,
  utf8,
  uuidFrom,
  type Operation,
  type Refusal,
  type Region,
  type Service,
  type SnsSubscriptionRec,
  type SnsTopicRec,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type DataKey } from '../callingKms.ts';
import { declareIn, type Asked } from '../declare.ts';
import { heldKey, holderName, holdKey, mustOpen, sealData } from '../keeping.ts';
import { at, below } from '../refs.ts';
import { makeService } from '../service.ts';
import shapes from '../shapes/sns.json';
import { worded } from './words.ts';

/*
 * Topics, and their delivery to queues, which is a call of SQS in SNS's own name.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */

const sns = declareIn('sns');
const list = 'SNS API Reference, Publish, Errors';
const noTopic = (): Refusal => refuse('NotFound', 'Topic does not exist', list, 404);
const invalid = (message: string): Refusal =>
  refuse('InvalidParameter', `Invalid parameter: ${message}`, list);

interface OfTopic {
  readonly TopicArn: string;
}
const topicFault = ({ TopicArn }: OfTopic, { view }: Step): Refusal | undefined =>
  view.get(at.snsTopic(TopicArn)) ? undefined : noTopic();

function theTopic(arn: string, { view }: Step): SnsTopicRec {
  const topic = view.get(at.snsTopic(arn));
  if (!topic) throw new Error(`topic ${arn} was there a moment ago`);
  return topic;
}

const onTopic =
  (action: string) =>
  ({ TopicArn }: OfTopic, step: Step): readonly Asked[] => {
    const { account, policy } = theTopic(TopicArn, step);
    return [{ action, on: TopicArn, owner: { account, policy, called: 'topic policy' } }];
  };

type Attributes = Readonly<Record<string, string>>;

function settled(topic: SnsTopicRec, attributes: Attributes): SnsTopicRec | Refusal {
  const { KmsMasterKeyId, Policy, ...others } = attributes;
  const [other] = Object.keys(others);
  // OURS: of the attributes, those that keys and policies need.
  if (other !== undefined) return invalid(`KMS Lab does not simulate the attribute ${other}`);
  if (Policy !== undefined && isRefusal(parsePolicy(Policy, 'key'))) return invalid('Policy');
  return {
    ...topic,
    ...(KmsMasterKeyId === undefined ? {} : { keyId: KmsMasterKeyId === '' ? undefined : KmsMasterKeyId }),
    ...(Policy === undefined ? {} : { policy: Policy }),
  };
}

const CreateTopic = sns<{ readonly Name: string; readonly Attributes?: Attributes }, object>({
  name: 'CreateTopic',
  refusals: ['InvalidParameter'],
  on: ({ Name }, { identity, region }) => `arn:aws:sns:${region}:${identity.account}:${Name}`,
  members: ['Name', 'Attributes'],
  run({ Name, Attributes = {} }, { view, identity, region, env }) {
    const arn = `arn:aws:sns:${region}:${identity.account}:${Name}`;
    const there = view.get(at.snsTopic(arn));
    const { account } = identity;
    const bare = { arn, name: Name, account, region, keyId: undefined, policy: undefined, created: env.at };
    const topic = there ?? settled(bare, Attributes);
    if (isRefusal(topic)) return topic;
    view.put(at.snsTopic(arn), topic);
    return { TopicArn: arn };
  },
  shows: (shown) => ({ ...shown }),
});

const SetTopicAttributes = sns<
  OfTopic & { readonly AttributeName: string; readonly AttributeValue?: string }
>({
  name: 'SetTopicAttributes',
  refusals: ['NotFound', 'InvalidParameter'],
  exists: topicFault,
  asks: onTopic('sns:SetTopicAttributes'),
  members: ['TopicArn', 'AttributeName', 'AttributeValue'],
  run({ TopicArn, AttributeName, AttributeValue = '' }, step) {
    const topic = settled(theTopic(TopicArn, step), { [AttributeName]: AttributeValue });
    if (isRefusal(topic)) return topic;
    step.view.put(at.snsTopic(TopicArn), topic);
    return undefined;
  },
});

const GetTopicAttributes = sns<OfTopic, object>({
  name: 'GetTopicAttributes',
  readOnly: true,
  refusals: ['NotFound'],
  exists: topicFault,
  asks: onTopic('sns:GetTopicAttributes'),
  members: ['TopicArn'],
  run({ TopicArn }, step) {
    const { account, keyId, policy } = theTopic(TopicArn, step);
    return {
      Attributes: {
        TopicArn,
        Owner: account,
        ...(keyId === undefined ? {} : { KmsMasterKeyId: keyId }),
        ...(policy === undefined ? {} : { Policy: policy }),
      },
    };
  },
});

/** OURS: as many as a topic of this world has. */
const mostSubscriptions = 100;
const subscriptionsOf = (topic: string, { view }: Step): readonly SnsSubscriptionRec[] =>
  view
    .range('ref', { prefix: below.snsSubscriptions(topic), n: mostSubscriptions })
    .map(({ rec }) => rec as SnsSubscriptionRec);

const DeleteTopic = sns<OfTopic>({
  name: 'DeleteTopic',
  refusals: ['NotFound'],
  exists: topicFault,
  asks: onTopic('sns:DeleteTopic'),
  members: ['TopicArn'],
  run({ TopicArn }, step) {
    for (const { arn } of subscriptionsOf(TopicArn, step)) step.view.put(at.snsSubscription(arn), undefined);
    step.view.put(at.snsTopic(TopicArn), undefined);
    return undefined;
  },
});

const ListTopics = sns<object, object>({
  name: 'ListTopics',
  readOnly: true,
  refusals: [],
  members: [],
  run(_, { view, identity, region }) {
    const found = view.range('ref', { prefix: below.snsTopics(identity.account, region), n: 1000 });
    return { Topics: found.map(({ rec }) => ({ TopicArn: (rec as SnsTopicRec).arn })) };
  },
});

const Subscribe = sns<OfTopic & { readonly Protocol: string; readonly Endpoint: string }, object>({
  name: 'Subscribe',
  refusals: ['NotFound', 'InvalidParameter'],
  exists: topicFault,
  asks: onTopic('sns:Subscribe'),
  members: ['TopicArn', 'Protocol', 'Endpoint'],
  run({ TopicArn, Protocol, Endpoint }, { view, identity, env }) {
    // OURS: queues are the one kind of subscriber here.
    if (Protocol !== 'sqs' || parseArn(Endpoint)?.service !== 'sqs')
      return invalid('KMS Lab delivers to sqs');
    const arn = `${TopicArn}:${uuidFrom((n) => env.random(n))}`;
    view.put(at.snsSubscription(arn), {
      arn,
      topic: TopicArn,
      endpoint: Endpoint,
      owner: identity.account,
      lastFailure: undefined,
    });
    return { SubscriptionArn: arn };
  },
  shows: (shown) => ({ ...shown }),
});

const ListSubscriptionsByTopic = sns<OfTopic, object>({
  name: 'ListSubscriptionsByTopic',
  readOnly: true,
  refusals: ['NotFound'],
  exists: topicFault,
  asks: onTopic('sns:ListSubscriptionsByTopic'),
  members: ['TopicArn'],
  run: ({ TopicArn }, step) => ({
    Subscriptions: subscriptionsOf(TopicArn, step).map(({ arn, topic, endpoint, owner }) => ({
      SubscriptionArn: arn,
      TopicArn: topic,
      Protocol: 'sqs',
      Endpoint: endpoint,
      Owner: owner,
    })),
  }),
});

/** services.json SNS "reuse": fixed. */
const reuseSeconds = 300;

/** The data key for what this principal publishes, and the two calls that it takes. */
async function publishingKey(topic: SnsTopicRec, keyId: string, step: Step): Promise<DataKey | Refusal> {
  const holder = holderName('sns', topic.region, topic.arn, step.identity.principal, keyId);
  const what = `to publish to ${topic.name}, for ${step.identity.principal}`;
  const known = await heldKey(step, holder, what);
  if (known) return known;
  const { region, account: owner } = topic;
  // OURS: an alias is one of the account of the topic, from whatever account somebody publishes.
  const kms = kmsAs(step, { kind: 'forward', via: 'sns' }, { worded, region, owner });
  const context = { 'aws:sns:topicArn': topic.arn };
  const key = await kms.dataKey(keyId, context);
  if (isRefusal(key)) return key;
  const checked = await kms.decrypt(key.wrapped, context);
  if (isRefusal(checked)) return checked;
  await holdKey(step, { holder, what, key, forSeconds: reuseSeconds });
  return key;
}

/** SNS brings it to the queue in its own name: policy of the queue, and of the queue's key. */
async function deliver(
  topic: SnsTopicRec,
  subscription: SnsSubscriptionRec,
  message: string,
  step: Step,
): Promise<void> {
  const queue = parseArn(subscription.endpoint);
  if (!queue) return;
  const result = await step.call({
    service: 'sqs',
    operation: 'SendMessage',
    region: queue.region as Region, // of no Region there is: no such queue
    input: {
      QueueUrl: `https://sqs.${queue.region}.amazonaws.com/${queue.account}/${queue.resource}`,
      MessageBody: message,
    },
    as: { kind: 'service', service: 'sns.amazonaws.com', sourceArn: topic.arn, sourceAccount: topic.account },
  });
  const lastFailure = result.ok ? undefined : `${result.refusal.refused}: ${result.refusal.message}`;
  if (lastFailure !== subscription.lastFailure)
    step.view.put(at.snsSubscription(subscription.arn), { ...subscription, lastFailure });
}

const kmsRefusals = [
  'KMSAccessDenied',
  'KMSDisabled',
  'KMSInvalidState',
  'KMSNotFound',
  'KMSThrottling',
] as const;

const Publish = sns<OfTopic & { readonly Message: string }, object>({
  name: 'Publish',
  dataEvent: true,
  refusals: ['NotFound', ...kmsRefusals],
  exists: topicFault,
  asks: onTopic('sns:Publish'),
  members: ['TopicArn'],
  async run({ TopicArn, Message }, step) {
    const topic = theTopic(TopicArn, step);
    const MessageId = uuidFrom((n) => step.env.random(n));
    let message = Message;
    if (topic.keyId !== undefined) {
      const key = await publishingKey(topic, topic.keyId, step);
      if (isRefusal(key)) return key;
      const plain = utf8(Message);
      step.note({
        kind: 'dataSealed',
        what: `a message to ${topic.name}`,
        byteLength: plain.length,
        under: `a data key under ${key.keyArn}`,
      });
      // It lies encrypted until it is delivered, which here is at once: no record of it stays.
      const sealed = sealData(step, key.plain, plain, MessageId);
      message = fromUtf8(mustOpen(key.plain, sealed, MessageId)) ?? '';
    }
    // What cannot be delivered does not come back to who has published it.
    for (const subscription of subscriptionsOf(TopicArn, step))
      await deliver(topic, subscription, message, step);
    return { MessageId };
  },
});

export const snsOperations: readonly Operation[] = [
  CreateTopic,
  SetTopicAttributes,
  GetTopicAttributes,
  DeleteTopic,
  ListTopics,
  Subscribe,
  ListSubscriptionsByTopic,
  Publish,
];

export const snsService: Service = makeService('sns', shapes, snsOperations, {
  denied: 'AuthorizationError',
  deniedStatus: 403,
  invalid: 'InvalidParameter',
  unknown: 'InvalidAction',
});
