import { expect, test } from 'vitest';
import type { KeyArn, PrincipalArn, Region } from '../../engine/index.ts';
import { openLab } from '../index.ts';

const account = '111122223333';
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const alice = `arn:aws:iam::${account}:user/Alice`;
const region = 'us-east-1' as Region;

async function lab() {
  const { main } = await openLab({
    store: 'memory',
    genesis: { seed: 'simulate', now: '2026-03-01T12:00:00Z' },
  });
  const { result } = await main.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!result.ok) throw new Error(result.refusal.message);
  const { Arn: key } = result.output['KeyMetadata'] as { readonly Arn: KeyArn };
  return { main, key };
}
const only = (Action: string, Condition?: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: alice }, Action, Resource: '*', Condition }],
  });

test('says of every permission what the matrix says, with its reasons', async () => {
  const { main, key } = await lab();
  const { rows } = await main.accessMatrix({ key });
  for (const { principal, action, allowed, message } of rows.flat().filter((_, i) => i % 7 === 0)) {
    const told = await main.simulate({ key, principal, action });
    expect(told).toMatchObject({ ok: true, decision: { allowed, message } });
    expect(told.ok && told.decision.policies.length).toBeGreaterThan(0);
  }
});

test('decides by a policy that is only being written, and leaves the world as it is', async () => {
  const { main, key } = await lab();
  const before = await main.hash();
  const denied = await main.simulate({ key, principal: alice, action: 'kms:Decrypt' });
  expect(denied).toMatchObject({ ok: true, decision: { allowed: false } });
  const keyPolicy = only('kms:Decrypt', { StringEquals: { 'kms:EncryptionContext:app': 'pay' } });
  const question = { key, principal: alice, action: 'kms:Decrypt', keyPolicy };
  expect(await main.simulate(question)).toMatchObject({ decision: { allowed: false } });
  const context = { 'kms:EncryptionContext:app': 'pay' };
  expect(await main.simulate({ ...question, context })).toMatchObject({ decision: { allowed: true } });
  expect(await main.hash()).toBe(before);
});

test('asks as at another time, by another way', async () => {
  const { main, key } = await lab();
  const asked = { key, principal: alice, action: 'kms:Decrypt' };
  const until = only('kms:Decrypt', { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } });
  const decided = async (question: Parameters<typeof main.simulate>[0]) => {
    const told = await main.simulate(question);
    return told.ok && told.decision.allowed;
  };
  expect(await decided({ ...asked, keyPolicy: until })).toBe(true);
  const later = { 'aws:CurrentTime': '2027-06-01T00:00:00.000Z' };
  expect(await decided({ ...asked, keyPolicy: until, context: later })).toBe(false);
  const inside = only('kms:Decrypt', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } });
  expect(await decided({ ...asked, keyPolicy: inside, sourceIp: '10.1.2.3' })).toBe(true);
  expect(await decided({ ...asked, keyPolicy: inside, sourceIp: '203.0.113.7' })).toBe(false);
});

test('each proposal that changes the key policy allows it when the policy is asked again', async () => {
  const { main, key } = await lab();
  const told = await main.simulate({
    key,
    principal: alice,
    action: 'kms:Decrypt',
    keyPolicy: only('kms:Encrypt'),
  });
  if (!told.ok) throw new Error('no answer');
  const policies = told.proposals.flatMap(({ edits }) =>
    edits.length === 1 && edits[0]?.target.type === 'keyPolicy' ? [edits[0].after] : [],
  );
  expect(policies.length).toBeGreaterThan(0);
  for (const keyPolicy of policies) {
    const again = await main.simulate({ key, principal: alice, action: 'kms:Decrypt', keyPolicy });
    expect(again).toMatchObject({ ok: true, decision: { allowed: true } });
  }
});

test('a policy that does not read, and nobody', async () => {
  const { main, key } = await lab();
  expect(await main.simulate({ key, principal: alice, action: 'kms:Decrypt', keyPolicy: '{' })).toMatchObject(
    {
      ok: false,
      refusal: { refused: 'MalformedPolicyDocumentException' },
    },
  );
  const principal = `arn:aws:iam::${account}:user/Nobody`;
  expect(await main.simulate({ key, principal, action: 'kms:Decrypt' })).toMatchObject({ ok: false });
});
