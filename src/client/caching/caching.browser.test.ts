import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountId, PrincipalArn, Region } from '../../engine/index.ts';
import { openLab, type LabApi } from '../index.ts';
import { exposureOf, requestsOf, runCaching, type CachingPlace, type CachingSetting } from './index.ts';

/** The real @aws-crypto/client-browser against the world, beside the model of it. */
let api: LabApi;
const account = '111122223333' as AccountId;
const place: CachingPlace = {
  account,
  region: 'us-east-1' as Region,
  principal: `arn:aws:iam::${account}:user/Admin` as PrincipalArn,
  key: undefined,
};
const sixty: CachingSetting = {
  messages: 60,
  bytes: 100,
  contexts: 1,
  seconds: 60,
  limits: { maxAgeSeconds: 300, maxMessages: 20, maxBytes: 1_000_000, capacity: 10 },
};

beforeAll(async () => {
  api = await openLab({ store: 'memory', genesis: { seed: 'caching', now: '2026-11-18T09:00:00Z' } });
});
afterAll(() => api.close());

const both = async (setting: CachingSetting) => {
  const [sdk, model] = [
    await runCaching(api.main, 'sdk', place, setting),
    await runCaching(api.main, 'model', place, setting),
  ];
  return { sdk, model };
};
const seen = (run: Awaited<ReturnType<typeof runCaching>>) => ({
  outcomes: run.outcomes,
  generate: requestsOf(run, 'GenerateDataKey'),
  decrypt: requestsOf(run, 'Decrypt'),
  opened: run.opened,
  changedContext: run.changedContext,
});

describe('the real AWS Encryption SDK', () => {
  test('without a cache: one GenerateDataKey for each message, one Decrypt for each that is read', async () => {
    const run = await runCaching(api.main, 'sdk', place, { ...sixty, limits: undefined });
    expect(seen(run)).toMatchObject({ generate: 60, decrypt: 60, opened: 60 });
    expect(run.changedContext).toBe('InvalidCiphertextException');
  });

  test('with one: a data key for twenty messages; all of them open again', async () => {
    const run = await runCaching(api.main, 'sdk', place, sixty);
    expect(seen(run)).toMatchObject({ generate: 3, decrypt: 3, opened: 60 });
    expect(run.changedContext).toBe('InvalidCiphertextException');
    expect(exposureOf(run, sixty)).toEqual({
      dataKeys: 3,
      messages: 20,
      bytes: 2000,
      seconds: 19,
      afterDisable: 0,
    });
    const [first] = run.events;
    expect(first?.requestParameters).toMatchObject({ encryptionContext: { tenant: 'a' }, numberOfBytes: 32 });
  });

  test.each([
    ['age', { maxAgeSeconds: 9 }, 6],
    ['messages', { maxAgeSeconds: 300, maxMessages: 7 }, 9],
    ['bytes', { maxAgeSeconds: 300, maxBytes: 1000 }, 6],
    ['a message that is larger than the limit', { maxAgeSeconds: 300, maxBytes: 99 }, 60],
  ] as const)('a limit of %s: a fresh data key when it is reached', async (_name, limits, generate) => {
    const run = await runCaching(api.main, 'sdk', place, { ...sixty, limits });
    expect(requestsOf(run, 'GenerateDataKey')).toBe(generate);
    expect(run.opened).toBe(60);
  });

  test('a data key for each encryption context; with room for fewer of them, none is ever found', async () => {
    const limits = { maxAgeSeconds: 300, capacity: 4 };
    const four = await runCaching(api.main, 'sdk', place, { ...sixty, contexts: 4, limits });
    expect(requestsOf(four, 'GenerateDataKey')).toBe(4);
    const five = await runCaching(api.main, 'sdk', place, { ...sixty, contexts: 5, limits });
    expect(requestsOf(five, 'GenerateDataKey')).toBe(60);
  });

  test('a key that was disabled: whoever has a data key goes on; nobody else does', async () => {
    const disabledBefore = 31;
    const cached = await runCaching(api.main, 'sdk', place, { ...sixty, disabledBefore });
    expect(exposureOf(cached, sixty).afterDisable).toBe(10);
    expect(cached.outcomes.at(-1)?.refused).toBe('DisabledException');
    const bare = await runCaching(api.main, 'sdk', place, { ...sixty, limits: undefined, disabledBefore });
    expect(exposureOf(bare, sixty).afterDisable).toBe(0);
    expect(bare.opened).toBe(30);
  });

  test('the model asks as often, at the same messages, with any limits', { timeout: 120_000 }, async () => {
    const settings = fc.record({
      messages: fc.integer({ min: 1, max: 24 }),
      bytes: fc.integer({ min: 0, max: 300 }),
      contexts: fc.integer({ min: 1, max: 5 }),
      seconds: fc.integer({ min: 0, max: 100 }),
      limits: fc.option(
        fc.record({
          maxAgeSeconds: fc.integer({ min: 1, max: 60 }),
          maxMessages: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
          maxBytes: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }),
          capacity: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
        }),
        { nil: undefined, freq: 8 },
      ),
      disabledBefore: fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined, freq: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(settings, async (setting) => {
        const { sdk, model } = await both(setting);
        expect(seen(model)).toEqual(seen(sdk));
      }),
      { numRuns: 25 },
    );
  });

  test('nothing of it is left in the world', async () => {
    const before = await api.main.hash();
    await runCaching(api.main, 'sdk', place, sixty);
    expect(await api.main.hash()).toBe(before);
  });
});
