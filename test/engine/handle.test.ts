import { describe, expect, it } from 'vitest';
import { utf8, type Bytes } from '../../src/engine/index.ts';
import { account, Bench, otherAccount, region, root } from '../support/bench.ts';

const allow = (Action: string | string[], Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

describe('one call', () => {
  it('[FACTS messages] encrypts and decrypts under a new key, in a blob of 184 bytes for 32', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const Plaintext = utf8('0123456789abcdef0123456789abcdef');
    const { CiphertextBlob } = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', { KeyId, Plaintext });
    expect(CiphertextBlob.length).toBe(184);
    expect(await bench.ok('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext, KeyId });
  });

  it('leaves a step in the trace for every stage, and none after the one that says no', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const done = await bench.outcome('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
    expect(done.trace.steps.map(({ stage }) => stage)).toEqual([
      'parse',
      'authenticate',
      'validate',
      'quota',
      'findKey',
      'authorize',
      'keyState',
      'usage',
      'operation',
      'commit',
    ]);
    await bench.ok('DisableKey', { KeyId });
    const { trace } = await bench.outcome('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
    expect(trace.steps.at(-1)).toMatchObject({ stage: 'keyState', verdict: 'stop' });
    expect(trace.refusal).toMatchObject({
      stage: 'keyState',
      name: 'DisabledException',
      message: `${KeyId} is disabled.`,
    });
  });

  it('[policy §8] asks for the key before it asks for permission, and for permission before the key state', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const alice = bench.principal(account, 'user', 'Alice');
    await bench.ok('DisableKey', { KeyId });
    expect(await bench.refused('Encrypt', { KeyId, Plaintext: utf8('x') }, alice)).toBe(
      `AccessDeniedException: User: ${alice} is not authorized to perform: kms:Encrypt on resource: ${KeyId} because no identity-based policy allows the kms:Encrypt action`,
    );
  });

  it('[policy §2] lets an identity policy in only where the key policy delegates', async () => {
    const bench = new Bench();
    const alice = bench.principal(account, 'user', 'Alice', [allow('kms:*')]);
    const delegating = await bench.key();
    await bench.ok('Encrypt', { KeyId: delegating, Plaintext: utf8('x') }, alice);
    const named = {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: root },
          Action: 'kms:*',
          Resource: '*',
          Condition: { StringEquals: { 'aws:PrincipalArn': root } },
        },
      ],
    };
    const alone = await bench.key({ Policy: JSON.stringify(named), BypassPolicyLockoutSafetyCheck: true });
    expect(await bench.refused('Encrypt', { KeyId: alone, Plaintext: utf8('x') }, alice)).toContain(
      'because no resource-based policy allows the kms:Encrypt action',
    );
  });

  it('[policy §5] answers for a foreign key that is not shared as for one that does not exist', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const stranger = `arn:aws:iam::${otherAccount}:root` as typeof root;
    const sentence = (await bench.refused('Encrypt', { KeyId, Plaintext: utf8('x') }, stranger)).replace(
      KeyId,
      'KEY',
    );
    const missing = KeyId.replace(/.$/, (c) => (c === '0' ? '1' : '0'));
    expect(await bench.refused('Encrypt', { KeyId: missing, Plaintext: utf8('x') }, stranger)).toBe(sentence);
  });

  it('writes nothing but what the quota costs when it refuses', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const before = new Map(bench.view.records);
    const { diff } = await bench.outcome('CreateAlias', { AliasName: 'alias/aws/mine', TargetKeyId: KeyId });
    expect(diff).toEqual([]);
    expect(bench.view.records).toEqual(before);
  });

  it('[deletion] is over when the window is over: key, policy, aliases, tags and material are gone', async () => {
    const bench = new Bench();
    const empty = new Map(bench.view.records);
    const KeyId = await bench.key({ Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await bench.ok('CreateAlias', { AliasName: 'alias/gone', TargetKeyId: KeyId });
    await bench.ok('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(await bench.advance(6.9)).toEqual([]);
    expect(await bench.advance(0.2)).toMatchObject([
      { eventName: 'DeleteKey', eventType: 'AwsServiceEvent' },
    ]);
    const left = [...bench.view.records.keys()].filter((ref) => !empty.has(ref));
    expect(left).toEqual([`domainKey/${region}`]);
    expect(await bench.refused('DescribeKey', { KeyId })).toBe(
      `NotFoundException: Key '${KeyId}' does not exist`,
    );
  });

  it('never puts plaintext, a data key or ciphertext into diff, trace, trail or journal', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const secret = 'PLANTED-SECRET-0123456789';
    const outcome = await bench.outcome('Encrypt', {
      KeyId,
      Plaintext: utf8(secret),
      EncryptionContext: { app: 'x' },
    });
    const { result, ...kept } = outcome;
    const text = JSON.stringify(kept, (_key, value: unknown) =>
      value instanceof Uint8Array ? String.fromCharCode(...value) : value,
    );
    expect(text).not.toContain(secret);
    expect(text).not.toContain(btoa(secret));
    expect(result.ok).toBe(true);
  });

  it('[DryRun] succeeds by its own exception and changes nothing', async () => {
    const bench = new Bench();
    const KeyId = await bench.key();
    const { result, diff } = await bench.outcome('GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
      DryRun: true,
    });
    expect(result).toMatchObject({ ok: false, refusal: { refused: 'DryRunOperationException' } });
    expect(diff).toEqual([]);
  });
});
