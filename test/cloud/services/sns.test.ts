import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, adminOf, b, done, makeKey, policy, rootOf } from '../house.ts';
import {
  admin,
  alice,
  callsOf,
  childrenOf,
  kmsCallsOf,
  openPolicy,
  shop,
  spoil,
  through,
  tightShop,
  waysOf,
} from './kms.ts';

const { call, ask, refusal } = callsOf('sns');
const sqs = callsOf('sqs');
const TopicArn = `arn:aws:sns:us-east-1:${a}:news`;
const queueArn = `arn:aws:sqs:us-east-1:${a}:readers`;
const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${a}/readers`;
const Message = 'The harbour is open';
const context = { 'aws:sns:topicArn': TopicArn };
const caller = through('sns');
const topicIn = (lab: Lab, KmsMasterKeyId?: string) =>
  ask(lab, 'CreateTopic', {
    Name: 'news',
    ...(KmsMasterKeyId === undefined ? {} : { Attributes: { KmsMasterKeyId } }),
  });

const queueFor = async (lab: Lab, KmsMasterKeyId: string): Promise<void> => {
  const Policy = policy({
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
  });
  await sqs.ask(lab, 'CreateQueue', { QueueName: 'readers', Attributes: { Policy, KmsMasterKeyId } });
  await ask(lab, 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn });
};

describe('SNS asks of KMS exactly what services.json says', () => {
  it('Publish: GenerateDataKey and Decrypt, then none for five minutes, for each principal', async () => {
    const lab = await shop();
    await topicIn(lab, 'alias/aws/sns');
    const publish = (principal?: string) => call('Publish', { TopicArn, Message }, principal);
    const pair = ['GenerateDataKey', 'Decrypt'];
    expect(await kmsCallsOf(lab, publish())).toEqual(pair.map((op) => ({ op, context, ...caller })));
    expect(await kmsCallsOf(lab, publish())).toEqual([]);
    expect((await kmsCallsOf(lab, publish(alice))).map(({ op, by }) => [op, by])).toEqual(
      pair.map((op) => [op, alice]),
    );
    await lab.advance({ seconds: 301 });
    expect((await kmsCallsOf(lab, publish())).map(({ op }) => op)).toEqual(pair);
  });

  it('a topic without a key: nothing', async () => {
    const lab = await shop();
    await topicIn(lab);
    expect(await kmsCallsOf(lab, call('Publish', { TopicArn, Message }))).toEqual([]);
  });

  it('delivery to an encrypted queue: SNS in its own name, inside SQS, inside Publish; aws/sqs does not let it in', async () => {
    const lab = await shop();
    await topicIn(lab);
    await queueFor(lab, 'alias/aws/sqs');
    const publish = call('Publish', { TopicArn, Message });
    const { trace, result } = await lab.handle(publish);
    // Whoever publishes does not hear of it.
    expect(result.ok).toBe(true);
    expect(childrenOf(trace)).toEqual(['SendMessage: KmsAccessDenied']);
    const key = await makeKey(
      lab,
      a,
      policy(
        { Effect: 'Allow', Principal: { AWS: rootOf(a) }, Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:SourceAccount': a } },
        },
      ),
    );
    await sqs.ask(lab, 'SetQueueAttributes', { QueueUrl, Attributes: { KmsMasterKeyId: key } });
    const again = await lab.handle(publish);
    expect(again.trace.children.map((child) => [child.operation, childrenOf(child)])).toEqual([
      ['SendMessage', ['GenerateDataKey', 'Decrypt']],
    ]);
    const events = (await lab.trail()).filter(
      ({ userIdentity }) => userIdentity['invokedBy'] === 'sns.amazonaws.com',
    );
    expect(
      events
        .slice(-2)
        .map(({ eventName, requestParameters }) => [eventName, requestParameters?.['encryptionContext']]),
    ).toEqual([
      ['GenerateDataKey', { 'aws:sqs:arn': queueArn }],
      ['Decrypt', { 'aws:sqs:arn': queueArn }],
    ]);
    const { Messages } = await sqs.ask(lab, 'ReceiveMessage', { QueueUrl });
    expect(Messages).toMatchObject([{ Body: Message }]);
  });
});

describe('another account that publishes', () => {
  it('does so under the key that the name means in the account of the topic; aws/sns does not let it in', async () => {
    const lab = await shop();
    await topicIn(lab, 'alias/aws/sns');
    const set = (AttributeName: string, AttributeValue: string) =>
      ask(lab, 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
    const statement = { Effect: 'Allow', Principal: { AWS: rootOf(b) }, Action: 'sns:Publish' };
    await set('Policy', policy({ ...statement, Resource: TopicArn }));
    const publish = call('Publish', { TopicArn, Message }, adminOf(b));
    expect(await refusal(lab, 'Publish', { TopicArn, Message }, adminOf(b))).toContain('KMSAccessDenied');
    const TargetKeyId = await makeKey(lab, a, openPolicy);
    const AliasName = 'alias/news';
    await done(lab, { operation: 'CreateAlias', input: { AliasName, TargetKeyId }, principal: admin });
    await set('KmsMasterKeyId', AliasName);
    expect((await kmsCallsOf(lab, publish)).map(({ op, error }) => [op, error])).toEqual([
      ['GenerateDataKey', undefined],
      ['Decrypt', undefined],
    ]);
  });
});

describe('SNS when KMS says no', () => {
  const names: Readonly<Record<string, string>> = {
    DisabledException: 'KMSDisabled',
    KMSInvalidStateException: 'KMSInvalidState',
    AccessDeniedException: 'KMSAccessDenied',
  };
  it.each(waysOf)('$way: nothing is published', async ({ way, name }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    await topicIn(lab, key);
    await spoil(lab, key, way, 'sns');
    expect(await refusal(lab, 'Publish', { TopicArn, Message })).toContain(names[name] ?? '?');
  });

  it('throttled', async () => {
    const { call: ask, drain } = await tightShop();
    await ask(call('CreateTopic', { Name: 'news', Attributes: { KmsMasterKeyId: 'alias/aws/sns' } }));
    await drain();
    const { result } = await ask(call('Publish', { TopicArn, Message }));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('KMSThrottling');
  });
});
