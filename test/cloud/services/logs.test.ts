import { describe, expect, it } from 'vitest';
import { a, makeKey, policy, rootOf } from '../house.ts';
import { callsOf, kmsCallsOf, servicesJson, shop, spoil, tightShop } from './kms.ts';

const { call, ask, refusal } = callsOf('logs');
const logGroupName = '/app/orders';
const arn = `arn:aws:logs:us-east-1:${a}:log-group:${logGroupName}`;
const context = { 'aws:logs:arn': arn };
const itself = { by: 'logs.us-east-1.amazonaws.com', via: undefined, error: undefined };
const event = (message: string) => ({
  logGroupName,
  logStreamName: 's',
  logEvents: [{ timestamp: 1_772_366_400_000, message }],
});

const keyPolicy = (group = arn) =>
  policy(
    { Effect: 'Allow', Principal: { AWS: rootOf(a) }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
      Resource: '*',
      Condition: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': group } },
    },
    {
      Effect: 'Allow',
      Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      Action: 'kms:Describe*',
      Resource: '*',
    },
  );

describe('CloudWatch Logs asks of KMS what services.json says, in its own name', () => {
  it('the facts are those of services.json', () => {
    const there = servicesJson()?.['CloudWatchLogs'];
    if (!there) return;
    expect(there.calls.map(({ on }) => on)).toEqual(['associate', 'ingest / query']);
    for (const { by } of there.calls) expect(by).toContain('service principal');
    expect(there.context).toEqual({ 'aws:logs:arn': 'log group ARN' });
  });

  it('associate: DescribeKey, GenerateDataKey, Decrypt; ingest: GenerateDataKey; query: Decrypt', async () => {
    const lab = await shop();
    const kmsKeyId = await makeKey(lab, a, keyPolicy());
    await ask(lab, 'CreateLogGroup', { logGroupName });
    expect(await kmsCallsOf(lab, call('PutLogEvents', event('before')))).toEqual([]);
    expect(await kmsCallsOf(lab, call('AssociateKmsKey', { logGroupName, kmsKeyId }))).toEqual([
      { op: 'DescribeKey', context: undefined, ...itself },
      { op: 'GenerateDataKey', context, ...itself },
      { op: 'Decrypt', context, ...itself },
    ]);
    expect(await kmsCallsOf(lab, call('PutLogEvents', event('after')))).toEqual([
      { op: 'GenerateDataKey', context, ...itself },
    ]);
    expect(await kmsCallsOf(lab, call('FilterLogEvents', { logGroupName }))).toEqual([
      { op: 'Decrypt', context, ...itself },
    ]);
    const { events } = await ask(lab, 'FilterLogEvents', { logGroupName, filterPattern: 'after' });
    expect(events).toMatchObject([{ message: 'after' }]);
  });
});

describe('CloudWatch Logs when KMS says no', () => {
  const wrong = `InvalidParameterException: The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`;

  it('a key policy that does not let it in, or lets in another log group', async () => {
    const lab = await shop();
    for (const kmsKeyId of [await makeKey(lab), await makeKey(lab, a, keyPolicy(`${arn}-other`))])
      expect(await refusal(lab, 'CreateLogGroup', { logGroupName, kmsKeyId })).toBe(wrong);
    expect(await ask(lab, 'DescribeLogGroups', {})).toEqual({ logGroups: [] });
  });

  it.each(['disabled', 'pending deletion', 'wrong account'] as const)(
    '%s: after five minutes neither written nor read; what was there before under its own key is lost with it',
    async (way) => {
      const lab = await shop();
      const kmsKeyId = await makeKey(lab, a, keyPolicy());
      await ask(lab, 'CreateLogGroup', { logGroupName, kmsKeyId });
      await ask(lab, 'PutLogEvents', event('one'));
      await spoil(lab, kmsKeyId, way, 'logs');
      expect(await refusal(lab, 'PutLogEvents', event('two'))).toBe('nothing');
      await lab.advance({ seconds: 301 });
      expect(await refusal(lab, 'PutLogEvents', event('three'))).toBe(wrong);
      expect(await refusal(lab, 'FilterLogEvents', { logGroupName })).toBe(wrong);
      // Without the key new events can be written, but the old ones are not to be read.
      await ask(lab, 'DisassociateKmsKey', { logGroupName });
      expect(await refusal(lab, 'PutLogEvents', event('four'))).toBe('nothing');
      expect(await refusal(lab, 'FilterLogEvents', { logGroupName })).toBe(wrong);
    },
  );

  it('throttled: the quota is that of the account of the log group', async () => {
    const { call: ask, drain } = await tightShop();
    const made = await ask({
      operation: 'CreateKey',
      input: { Policy: keyPolicy() },
      principal: `arn:aws:iam::${a}:user/Admin`,
    });
    const kmsKeyId = made.result.ok && (made.result.output['KeyMetadata'] as { readonly Arn: string }).Arn;
    await ask(call('CreateLogGroup', { logGroupName, kmsKeyId }));
    await drain();
    const { result, trace } = await ask(call('PutLogEvents', event('one')));
    expect(result.ok).toBe(false);
    expect(trace.children[0]?.refusal?.name).toBe('ThrottlingException');
  });
});
