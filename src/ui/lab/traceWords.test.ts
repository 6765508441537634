import { beforeAll, expect, test } from 'vitest';
import { openLab } from '../../client/index.ts';
import type { PrincipalArn, Region, Trace } from '../../engine/index.ts';
import { decided, policyName, policyVerdict, stageLines, stageNames } from './traceWords.ts';

const us = 'us-east-1' as Region;
const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const role = 'arn:aws:iam::111122223333:role/ExampleRole' as PrincipalArn;
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'Apps',
      Effect: 'Allow',
      Principal: { AWS: role },
      Action: 'kms:Encrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:EncryptionContext:app': 'payroll' } },
    },
  ],
};

let served: Trace;
let refused: Trace;
beforeAll(async () => {
  const { main } = await openLab({
    store: 'memory',
    genesis: { seed: 'words', now: '2026-11-18T09:00:00Z' },
  });
  const created = await main.call({
    operation: 'CreateKey',
    input: { Policy: JSON.stringify(policy) },
    principal: admin,
    region: us,
  });
  if (!created.result.ok) throw new Error(created.result.refusal.message);
  const { KeyId } = created.result.output['KeyMetadata'] as { KeyId: string };
  const encrypt = (EncryptionContext: object) =>
    main.call({
      operation: 'Encrypt',
      input: { KeyId, Plaintext: new Uint8Array(5), EncryptionContext },
      principal: role,
      region: us,
    });
  served = (await encrypt({ app: 'payroll' })).trace;
  refused = (await encrypt({ app: 'hr' })).trace;
});

test('a served call has ten stages, each with a sentence and none stopped', () => {
  const lines = stageLines(served);
  expect(lines.map((l) => l.name)).toEqual(Object.values(stageNames));
  for (const line of lines) {
    expect(['pass', 'skip']).toContain(line.verdict);
    expect(line.text).not.toBe('');
    expect(line.text).not.toMatch(/undefined|NaN|\[object/);
  }
});

test('a refused call stops once; what follows is not reached and says nothing', () => {
  const lines = stageLines(refused);
  const at = lines.findIndex((l) => l.verdict === 'stop');
  expect(lines[at]?.stage).toBe('authorize');
  expect(lines.slice(at + 1).map((l) => [l.verdict, l.text])).toEqual(
    lines.slice(at + 1).map(() => ['notReached', '']),
  );
});

test('the statement that allowed is named, and the one that only its condition stopped', () => {
  const reason = (trace: Trace) => {
    const step = trace.steps.find((s) => s.stage === 'authorize');
    const found =
      step?.stage === 'authorize'
        ? step.detail.decisions[0]?.policies.find((p) => p.type === 'keyPolicy')
        : undefined;
    if (!found) throw new Error('no decision about the key policy');
    return policyVerdict(found);
  };
  expect(reason(served)).toBe('Apps allows');
  expect(reason(refused)).toBe('Account lets IAM decide; Apps misses kms:EncryptionContext:app');
});

test('the policy of a bucket is called a bucket policy, not a key policy', async () => {
  const { main } = await openLab({
    store: 'memory',
    genesis: { seed: 'bucket', now: '2026-11-18T09:00:00Z' },
  });
  const call = (operation: string, input: Readonly<Record<string, unknown>>) =>
    main.call({ service: 's3', operation, input, principal: admin, region: us });
  const made = await call('CreateBucket', { Bucket: 'orders' });
  if (!made.result.ok) throw new Error(made.result.refusal.message);
  const deny = { Sid: 'No', Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: '*' };
  const put = await call('PutBucketPolicy', {
    Bucket: 'orders',
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [deny] }),
  });
  if (!put.result.ok) throw new Error(put.result.refusal.message);
  const { trace } = await call('GetObject', { Bucket: 'orders', Key: 'a' });
  const step = trace.steps.find(({ stage }) => stage === 'authorize');
  const decision = step?.stage === 'authorize' ? step.detail.decisions[0] : undefined;
  if (!decision) throw new Error('no decision');
  const [reason] = decision.policies.filter(({ type }) => type === 'keyPolicy');
  expect(reason && [policyName(reason), policyVerdict(reason)]).toEqual(['Bucket policy', 'No denies']);
  expect(decided(decision)).toBe('explicitly denied by the bucket policy');
});
