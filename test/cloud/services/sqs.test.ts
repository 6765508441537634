import { describe, expect, it } from 'vitest';
import type { Lab, LabCall } from '../../../src/client/lab.ts';
import { a, adminOf, b, done, makeKey, policy, rootOf, type Input } from '../house.ts';
import { admin, alice, kmsCallsOf, openPolicy, shop, spoil, tightShop, waysOf } from './kms.ts';

const sqs = (operation: string, input: Input, principal = admin): LabCall => ({
  service: 'sqs',
  operation,
  input,
  principal,
});
const ask = async (lab: Lab, call: LabCall) => {
  const { result } = await lab.handle(call);
  if (!result.ok) throw new Error(`${call.operation}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output;
};
const refusal = async (lab: Lab, call: LabCall) => {
  const { result } = await lab.handle(call);
  return result.ok ? 'nothing' : `${result.refusal.refused}: ${result.refusal.message}`;
};
const MessageBody = 'Ship three crates to the harbour';
const arn = `arn:aws:sqs:us-east-1:${a}:orders`;
const context = { 'aws:sqs:arn': arn };
const caller = { by: admin, via: 'sqs.amazonaws.com', error: undefined };

const queueIn = async (lab: Lab, Attributes: Input = {}): Promise<string> =>
  String((await ask(lab, sqs('CreateQueue', { QueueName: 'orders', Attributes })))['QueueUrl']);
const bodies = async (lab: Lab, QueueUrl: string, principal = admin): Promise<readonly string[]> => {
  const { Messages = [] } = await ask(
    lab,
    sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 }, principal),
  );
  return (Messages as readonly { readonly Body: string }[]).map(({ Body }) => Body);
};

describe('SQS asks of KMS exactly what services.json says', () => {
  it('SSE-SQS, the default, and no encryption: nothing', async () => {
    for (const Attributes of [{}, { SqsManagedSseEnabled: 'false' }]) {
      const lab = await shop();
      const QueueUrl = await queueIn(lab, Attributes);
      expect(await kmsCallsOf(lab, sqs('SendMessage', { QueueUrl, MessageBody }))).toEqual([]);
      expect(await kmsCallsOf(lab, sqs('ReceiveMessage', { QueueUrl }))).toEqual([]);
    }
  });

  it('SSE-KMS: GenerateDataKey and Decrypt to send, Decrypt to receive, and then none for the reuse period', async () => {
    const lab = await shop();
    const QueueUrl = await queueIn(lab, {
      KmsMasterKeyId: 'alias/aws/sqs',
      KmsDataKeyReusePeriodSeconds: '60',
    });
    const send = sqs('SendMessage', { QueueUrl, MessageBody });
    const receive = sqs('ReceiveMessage', { QueueUrl });
    expect(await kmsCallsOf(lab, send)).toEqual([
      { op: 'GenerateDataKey', context, ...caller },
      { op: 'Decrypt', context, ...caller },
    ]);
    expect(await kmsCallsOf(lab, send)).toEqual([]);
    expect(await kmsCallsOf(lab, receive)).toEqual([{ op: 'Decrypt', context, ...caller }]);
    expect(await kmsCallsOf(lab, receive)).toEqual([]);
    await lab.advance({ seconds: 61 });
    expect((await kmsCallsOf(lab, send)).map(({ op }) => op)).toEqual(['GenerateDataKey', 'Decrypt']);
    expect((await kmsCallsOf(lab, receive)).map(({ op }) => op)).toEqual(['Decrypt']);
  });

  it('each principal has a data key of its own', async () => {
    const lab = await shop();
    const QueueUrl = await queueIn(lab, { KmsMasterKeyId: 'alias/aws/sqs' });
    await ask(lab, sqs('SendMessage', { QueueUrl, MessageBody }));
    expect(
      (await kmsCallsOf(lab, sqs('SendMessage', { QueueUrl, MessageBody }, alice))).map(({ by }) => by),
    ).toEqual([alice, alice]);
    expect(await bodies(lab, QueueUrl)).toEqual([MessageBody, MessageBody]);
  });
});

describe('SQS when KMS says no', () => {
  const names: Readonly<Record<string, string>> = {
    DisabledException: 'KmsDisabled',
    KMSInvalidStateException: 'KmsInvalidState',
    AccessDeniedException: 'KmsAccessDenied',
  };
  it.each(waysOf)('$way: refused when the reuse period is over, and messages stay', async ({ name, way }) => {
    const lab = await shop();
    const key = await makeKey(lab);
    const QueueUrl = await queueIn(lab, { KmsMasterKeyId: key, VisibilityTimeout: '0' });
    await ask(lab, sqs('SendMessage', { QueueUrl, MessageBody }));
    expect(await bodies(lab, QueueUrl)).toEqual([MessageBody]);
    await spoil(lab, key, way, 'sqs');
    // The plaintext data key is still there: nobody notices.
    expect(await refusal(lab, sqs('SendMessage', { QueueUrl, MessageBody }))).toBe('nothing');
    await lab.advance({ seconds: 301 });
    for (const operation of ['SendMessage', 'ReceiveMessage']) {
      const input = operation === 'SendMessage' ? { QueueUrl, MessageBody } : { QueueUrl };
      expect(await refusal(lab, sqs(operation, input))).toContain(names[name] ?? '?');
    }
    const { Attributes } = await ask(lab, sqs('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '2' });
  });

  it('throttled', async () => {
    const { call, drain } = await tightShop();
    const { result: made } = await call(
      sqs('CreateQueue', { QueueName: 'orders', Attributes: { KmsMasterKeyId: 'alias/aws/sqs' } }),
    );
    await drain();
    const QueueUrl = made.ok && made.output['QueueUrl'];
    const { result } = await call(sqs('SendMessage', { QueueUrl, MessageBody }));
    expect(result.ok ? 'ok' : result.refusal.refused).toBe('KmsThrottled');
  });
});

describe('a service that sends', () => {
  const bySns = (QueueUrl: string): LabCall => ({
    ...sqs('SendMessage', { QueueUrl, MessageBody }, 'sns.amazonaws.com'),
    sourceArn: `arn:aws:sns:us-east-1:${a}:news`,
    sourceAccount: a,
  });
  const Policy = policy({
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:us-east-1:${a}:news` } },
  });
  const keyPolicy = policy(
    { Effect: 'Allow', Principal: { AWS: rootOf(a) }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: '*',
    },
  );

  it('needs the policy of the queue, and a key whose policy lets the service in; aws/sqs cannot', async () => {
    const lab = await shop();
    const QueueUrl = await queueIn(lab, { KmsMasterKeyId: 'alias/aws/sqs' });
    expect(await refusal(lab, bySns(QueueUrl))).toContain('AccessDenied');
    await ask(lab, sqs('SetQueueAttributes', { QueueUrl, Attributes: { Policy } }));
    expect(await refusal(lab, bySns(QueueUrl))).toContain('KmsAccessDenied');
    const closed = await makeKey(lab);
    await ask(lab, sqs('SetQueueAttributes', { QueueUrl, Attributes: { KmsMasterKeyId: closed } }));
    expect(await refusal(lab, bySns(QueueUrl))).toContain('KmsAccessDenied');
    const open = await makeKey(lab, a, keyPolicy);
    await ask(lab, sqs('SetQueueAttributes', { QueueUrl, Attributes: { KmsMasterKeyId: open } }));
    expect((await kmsCallsOf(lab, bySns(QueueUrl))).map(({ op, by }) => [op, by])).toEqual([
      ['GenerateDataKey', 'sns.amazonaws.com'],
      ['Decrypt', 'sns.amazonaws.com'],
    ]);
    expect(await bodies(lab, QueueUrl)).toEqual([MessageBody]);
  });
});

describe('another account that sends', () => {
  const Policy = policy({
    Effect: 'Allow',
    Principal: { AWS: rootOf(b) },
    Action: 'sqs:SendMessage',
    Resource: arn,
  });
  const sentBy = (lab: Lab, QueueUrl: string) =>
    refusal(lab, sqs('SendMessage', { QueueUrl, MessageBody }, adminOf(b)));

  it('cannot with aws/sqs: that is the key of the account of the queue, not its own', async () => {
    const lab = await shop();
    const QueueUrl = await queueIn(lab, { KmsMasterKeyId: 'alias/aws/sqs', Policy });
    expect(await sentBy(lab, QueueUrl)).toContain('KmsAccessDenied');
    const { Aliases } = await done(lab, { operation: 'ListAliases', principal: adminOf(b) });
    const made = (Aliases as readonly { readonly TargetKeyId?: string }[]).filter(
      ({ TargetKeyId }) => TargetKeyId,
    );
    expect(made).toEqual([]);
  });

  it('sends under the key that the name means in the account of the queue', async () => {
    const lab = await shop();
    const key = await makeKey(lab, a, openPolicy);
    const AliasName = 'alias/orders';
    await done(lab, {
      operation: 'CreateAlias',
      input: { AliasName, TargetKeyId: key },
      principal: admin,
    });
    for (const name of [AliasName, key.slice(key.indexOf('/') + 1)]) {
      const QueueUrl = await queueIn(lab, { Policy });
      await ask(lab, sqs('SetQueueAttributes', { QueueUrl, Attributes: { KmsMasterKeyId: name } }));
      expect(await sentBy(lab, QueueUrl)).toBe('nothing');
      expect(await bodies(lab, QueueUrl)).toEqual([MessageBody]);
      await ask(lab, sqs('DeleteQueue', { QueueUrl }));
    }
  });
});

describe('messages', () => {
  it('only the body is encrypted; in a queue without encryption it is not', async () => {
    const lab = await shop();
    const QueueUrl = await queueIn(lab, { KmsMasterKeyId: 'alias/aws/sqs' });
    await ask(lab, sqs('SendMessage', { QueueUrl, MessageBody }));
    const readable = Buffer.from(MessageBody).toString('base64');
    expect(JSON.stringify(await lab.snapshot())).not.toContain(readable);
    await ask(
      lab,
      sqs('SetQueueAttributes', {
        QueueUrl,
        Attributes: { KmsMasterKeyId: '', SqsManagedSseEnabled: 'false' },
      }),
    );
    await ask(lab, sqs('SendMessage', { QueueUrl, MessageBody }));
    expect(JSON.stringify(await lab.snapshot())).toContain(readable);
    // What came before keeps its key.
    expect(await bodies(lab, QueueUrl)).toEqual([MessageBody, MessageBody]);
  });

  it('are hidden while somebody works on them, and gone when he has deleted them', async () => {
    const lab = await shop();
    const QueueUrl = await queueIn(lab);
    await ask(lab, sqs('SendMessage', { QueueUrl, MessageBody }));
    expect(await bodies(lab, QueueUrl)).toEqual([MessageBody]);
    expect(await bodies(lab, QueueUrl)).toEqual([]);
    await lab.advance({ seconds: 31 });
    const { Messages } = await ask(lab, sqs('ReceiveMessage', { QueueUrl }));
    const [{ ReceiptHandle }] = Messages as readonly [{ readonly ReceiptHandle: string }];
    await ask(lab, sqs('DeleteMessage', { QueueUrl, ReceiptHandle }));
    await lab.advance({ seconds: 31 });
    expect(await bodies(lab, QueueUrl)).toEqual([]);
  });
});
