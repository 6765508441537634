import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAround, openLab, type Around, type LabApi } from '../../../client/index.ts';
import type { PrincipalArn, Region, ServiceName } from '../../../engine/index.ts';
import type { WhatIf } from './recorded.ts';
import { replayCalls } from './replay.ts';

let api: LabApi;
let around: Around;
const account = '111122223333';
const admin = `arn:aws:iam::${account}:user/Admin` as PrincipalArn;
const alice = `arn:aws:iam::${account}:user/Alice` as PrincipalArn;
const asItWas: WhatIf = {
  bucketKeys: 'asTheyAre',
  cache: undefined,
  reuseDay: false,
  keys: undefined,
  times: 1,
};

beforeEach(async () => {
  around = await loadAround();
  api = await openLab({ store: 'memory', genesis: { seed: 'replay', now: '2026-11-18T09:00:00Z' } });
});
afterEach(() => api.close());

async function ask(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { service = 'kms', by = admin }: { service?: ServiceName; by?: PrincipalArn } = {},
) {
  const { result } = await api.main.call({
    service,
    operation,
    input,
    principal: by,
    region: 'us-east-1' as Region,
  });
  return result.ok ? result.output : {};
}
const arnOf = (output: Readonly<Record<string, unknown>>) =>
  (output['KeyMetadata'] as { readonly Arn: string }).Arn;
const replay = async (whatIf: WhatIf) => {
  const events = (await api.main.trail({ n: Infinity })).map(({ event }) => event).toReversed();
  const lives = around.keyLives([], events);
  return { ...(await replayCalls(api.main, around, lives, whatIf)), charged: around.usesOf(events, lives) };
};
/** Requests by class of price, to compare one pile with another. */
function byPrice(uses: Awaited<ReturnType<typeof replay>>['was']) {
  const counts = new Map<string, number>();
  for (const { request, operation, n } of uses) {
    const name = `${request} ${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + n);
  }
  return [...counts].toSorted(([x], [y]) => (x < y ? -1 : 1));
}

describe('a world’s calls, one of each kind made again and multiplied', () => {
  it('come to what the trail says was charged: of every service, refused ones too, whatever changed since', async () => {
    const KeyId = arnOf(await ask('CreateKey', {}));
    const signing = arnOf(await ask('CreateKey', { KeySpec: 'RSA_3072', KeyUsage: 'SIGN_VERIFY' }));
    for (let i = 0; i < 3; i += 1) {
      const { CiphertextBlob } = await ask('Encrypt', { KeyId, Plaintext: new Uint8Array([i, 1]) });
      await ask('Decrypt', { CiphertextBlob });
      await ask('Sign', {
        KeyId: signing,
        Message: new Uint8Array([i]),
        SigningAlgorithm: 'RSASSA_PSS_SHA_256',
      });
      await ask('Encrypt', { KeyId, Plaintext: new Uint8Array([i]) }, { by: alice });
    }
    await ask('GenerateDataKeyPairWithoutPlaintext', { KeyId, KeyPairSpec: 'ECC_NIST_P256' });
    await ask('CreateBucket', { Bucket: 'photos' }, { service: 's3' });
    const put = {
      Bucket: 'photos',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: KeyId,
      Body: new Uint8Array(9),
    };
    for (const Key of ['one', 'two']) await ask('PutObject', { ...put, Key }, { service: 's3' });
    await ask('GetObject', { Bucket: 'photos', Key: 'one' }, { service: 's3' });
    await ask(
      'CreateSecret',
      { Name: 'db', SecretString: 'hunter2', KmsKeyId: KeyId },
      { service: 'secretsmanager' },
    );
    await ask('GetSecretValue', { SecretId: 'db' }, { service: 'secretsmanager' });
    // Nothing of it could be done now.
    await ask('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await ask('DeleteObject', { Bucket: 'photos', Key: 'one' }, { service: 's3' });

    const { kinds, was, would, charged } = await replay(asItWas);
    expect(byPrice(was)).toEqual(byPrice(charged));
    expect(would).toEqual(was);
    expect(kinds.filter((kind) => kind.was === undefined)).toEqual([]);
    expect(kinds.find(({ refused }) => refused !== undefined)).toMatchObject({ n: 3, was: 3 });
  }, 60_000);

  it('each setting changes the kinds that notice it, and no other', async () => {
    const KeyId = arnOf(await ask('CreateKey', {}));
    await ask('CreateBucket', { Bucket: 'photos' }, { service: 's3' });
    const put = {
      Bucket: 'photos',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: KeyId,
      Body: new Uint8Array(9),
    };
    for (let i = 0; i < 10; i += 1) {
      await ask('PutObject', { ...put, Key: `photo-${i}` }, { service: 's3' });
      await ask('GetObject', { Bucket: 'photos', Key: `photo-${i}` }, { service: 's3' });
      await ask('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
      await api.main.advance({ seconds: 60 });
    }
    const counts = async (whatIf: Partial<WhatIf>) => {
      const { kinds } = await replay({ ...asItWas, ...whatIf });
      return Object.fromEntries(
        kinds
          .filter(({ changes }) => changes.length > 0)
          .map(({ operation, was, would }) => [operation, [was, would]]),
      );
    };
    expect(await counts({ bucketKeys: 'on' })).toEqual({ PutObject: [10, 1], GetObject: [10, 1] });
    expect(await counts({ bucketKeys: 'off' })).toEqual({ PutObject: [10, 10], GetObject: [10, 10] });
    const cache = { maxAgeSeconds: 10_000, maxMessages: 4 };
    expect(await counts({ cache })).toEqual({ GenerateDataKey: [10, 3] });
    expect(await counts({ bucketKeys: 'on', keys: 5 })).toEqual({ PutObject: [10, 5], GetObject: [10, 5] });
    // A month of a thousand times as many: one every 268 s, so that a bucket key of an hour serves fourteen.
    expect(await counts({ bucketKeys: 'on', times: 1000 })).toEqual({
      PutObject: [10_000, 715],
      GetObject: [10_000, 715],
    });
  }, 60_000);
});
