import { describe, expect, it } from 'vitest';
import { a, adminOf, done, house, makeKey } from '../../../test/cloud/house.ts';
import { billOf, cents } from './bill.ts';
import { classOf, listPrices, type Prices, type RequestClass } from './prices.ts';
import { keyLives, usesOf, type KeyLife, type RequestUse } from './uses.ts';
import { cachingClient, classesOf, fresh, repeated } from './whatIf.ts';

const march = Date.UTC(2026, 2);
const april = Date.UTC(2026, 3);
const region = 'us-east-1';
const uses = (request: RequestClass, n: number, account: string = a): RequestUse => ({
  account,
  region,
  request,
  operation: 'x',
  key: undefined,
  at: march,
  n,
});
const life = (more: Partial<KeyLife> = {}): KeyLife => ({
  arn: 'k',
  account: a,
  region,
  spec: 'SYMMETRIC_DEFAULT',
  manager: 'CUSTOMER',
  created: Date.UTC(2022, 0),
  ended: undefined,
  freeFrom: undefined,
  rotations: [],
  ...more,
});
const march26 = (found: readonly RequestUse[], keys: readonly KeyLife[] = [], prices: Prices = listPrices) =>
  cents(billOf({ uses: found, keys }, prices, march, april).total);

describe('worked examples, to the cent', () => {
  const yearly = [2023, 2024, 2025, 2026].map((year) => Date.UTC(year, 0, 2));
  it.each([
    ['[pricing.json] one key, rotated yearly, in its fourth year', [], [life({ rotations: yearly })], '3.00'],
    ['[pricing.json] a primary and two replicas, never rotated', [], [life(), life(), life()], '3.00'],
    ['[pricing.json] 2,000,000 Decrypt in a month', [uses('symmetric', 2_000_000)], [], '5.94'],
    ['[pricing.json] 10,000 Sign with RSA_4096', [uses('otherAsymmetric', 10_000)], [], '0.15'],
    ['[pricing.json] 100 GenerateDataKeyPair of RSA', [uses('rsaPair', 100)], [], '0.12'],
    ['[guides.md] cold starts of a function: 100,000 Decrypt', [uses('symmetric', 100_000)], [], '0.24'],
    ['[guides.md] every request of an app: 100,000,000 Decrypt', [uses('symmetric', 1e8)], [], '299.94'],
    ['[guides.md] 10,000,000 PUTs without Bucket Keys', [uses('symmetric', 1e7)], [], '29.94'],
    ['an AWS managed key is kept for nothing', [], [life({ manager: 'AWS' })], '0.00'],
    [
      'two accounts have a free tier each',
      [uses('symmetric', 20_000), uses('symmetric', 20_000, 'b')],
      [],
      '0.00',
    ],
    ['no free tier for key pairs', [uses('rsa2048', 10_000)], [], '0.03'],
  ] as const)('%s', (_name, found, keys, wanted) => {
    expect(march26(found, keys)).toBe(wanted);
  });

  it('a key is prorated: half a month of keeping, a quarter after its rotation', () => {
    const half = march + (april - march) / 2;
    const quarter = march + ((april - march) * 3) / 4;
    expect(march26([], [life({ created: half })])).toBe('0.50');
    expect(march26([], [life({ created: half, rotations: [quarter] })])).toBe('0.75');
    expect(march26([], [life({ freeFrom: half })])).toBe('0.50');
  });

  it('prices are data: of another Region, and changed by the user', () => {
    const prices = { ...listPrices, regions: { [region]: { keyMonth: 2 } } };
    expect(march26([], [life()], prices)).toBe('2.00');
    expect(march26([uses('symmetric', 30_000)], [], { ...listPrices, freeRequests: 0 })).toBe('0.09');
  });

  it.each([
    ['Decrypt', undefined, 'symmetric'],
    ['Decrypt', 'RSA_2048', 'rsa2048'],
    ['Sign', 'ECC_NIST_P256', 'otherAsymmetric'],
    ['DescribeKey', 'RSA_4096', 'symmetric'],
    ['GetPublicKey', 'RSA_4096', 'otherAsymmetric'],
    ['GenerateMac', 'HMAC_256', 'symmetric'],
    ['GenerateDataKeyPair', 'RSA_2048', 'rsaPair'],
    ['GenerateDataKeyPairWithoutPlaintext', 'ECC_NIST_P384', 'eccPair'],
  ] as const)('%s with %s is of class %s', (operation, spec, wanted) => {
    expect(classOf(operation, spec)).toBe(wanted);
  });
});

describe('read from a trail', () => {
  it('keys that came and went, rotations, requests by class, the wait for deletion', async () => {
    const lab = await house();
    const ask = (operation: string, input: object) =>
      done(lab, { operation, input: { ...input }, principal: adminOf(a) });
    const KeyId = await makeKey(lab, a);
    const { KeyMetadata } = await ask('CreateKey', { KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' });
    const signing = (KeyMetadata as { Arn: string }).Arn;
    await ask('Sign', {
      KeyId: signing,
      Message: new Uint8Array([1]),
      SigningAlgorithm: 'RSASSA_PSS_SHA_256',
    });
    await ask('RotateKeyOnDemand', { KeyId });
    await lab.advance({ days: 10 });
    await ask('ScheduleKeyDeletion', { KeyId: signing, PendingWindowInDays: 7 });
    await lab.advance({ days: 30 });
    const events = await lab.trail();
    const lives = keyLives([], events);
    expect(lives.map(({ spec, rotations, ended }) => [spec, rotations.length, ended !== undefined])).toEqual([
      ['SYMMETRIC_DEFAULT', 1, false],
      ['RSA_4096', 0, true],
    ]);
    const { lines } = billOf({ uses: usesOf(events, lives), keys: lives }, listPrices, march, april);
    const of = (kind: string) => lines.filter(({ what }) => what.kind === kind);
    expect(of('requests').map(({ what, quantity }) => ['request' in what && what.request, quantity])).toEqual(
      [
        ['otherAsymmetric', 1],
        ['symmetric', 4],
      ],
    );
    // From noon of the first: 30.5 days of one key, 10 of the other.
    expect(of('keys')[0]?.quantity).toBeCloseTo(40.5 / 31, 3);
    expect(of('rotations')[0]?.quantity).toBeCloseTo(30.5 / 31, 2);
  }, 60_000);
});

describe('what many calls ask', () => {
  const bucketLab = async (bucketKey: boolean) => {
    const lab = await house();
    const KeyId = await makeKey(lab, a);
    const s3 = (operation: string, input: object) =>
      done(lab, { service: 's3', operation, input: { Bucket: 'photos', ...input }, principal: adminOf(a) });
    await s3('CreateBucket', {});
    const Rules = [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KeyId },
        BucketKeyEnabled: bucketKey,
      },
    ];
    await s3('PutBucketEncryption', { ServerSideEncryptionConfiguration: { Rules } });
    let seen = (await lab.trail()).length;
    return async (afterSeconds: number): Promise<readonly RequestUse[]> => {
      await lab.advance({ seconds: afterSeconds });
      await s3('PutObject', { Key: 'one', Body: new Uint8Array([1]) });
      const events = await lab.trail();
      const found = usesOf(events.slice(seen), []);
      seen = events.length;
      return found;
    };
  };

  it('1,000 PUTs with Bucket Keys: two executions, multiplied, are what all of them ask', async () => {
    const repetition = { n: 1000, seconds: 30_000, holdSeconds: 3600 };
    const quick = await repeated(await bucketLab(true), repetition);
    const put = await bucketLab(true);
    let whole = 0;
    for (let i = 0; i < 1000; i += 1) whole += (await put(i === 0 ? 0 : 30)).length;
    expect(quick.requests).toBe(whole);
    expect(quick.classes).toEqual([
      { holds: false, n: 9, requests: 1 },
      { holds: true, n: 991, requests: 0 },
    ]);
  }, 120_000);

  it('10,000,000 PUTs in a month: 29.94 without Bucket Keys, nothing beyond the free tier with them', async () => {
    const repetition = { n: 10_000_000, seconds: 31 * 86_400, holdSeconds: 3600 };
    const cost = async (bucketKey: boolean) => {
      const { uses: found, requests } = await repeated(await bucketLab(bucketKey), repetition);
      return [requests, march26(found)];
    };
    expect(await cost(false)).toEqual([10_000_000, '29.94']);
    expect(await cost(true)).toEqual([744, '0.00']);
  }, 60_000);

  it.each([
    ['age', { maxAgeSeconds: 300 }, 24],
    ['messages', { maxAgeSeconds: 300, maxMessages: 30 }, 34],
    ['exactly at its age', { maxAgeSeconds: 70 }, 91],
  ] as const)(
    'a client whose cache ends by %s: 1,000 wishes from two, as from all of them',
    async (_name, limits, asked) => {
      const client = async () => {
        const lab = await house();
        const KeyId = await makeKey(lab, a);
        const input = { KeyId, KeySpec: 'AES_256' };
        return cachingClient(async (after) => {
          await lab.advance({ seconds: after });
          const before = (await lab.trail()).length;
          await done(lab, { operation: 'GenerateDataKey', input, principal: adminOf(a) });
          return usesOf((await lab.trail()).slice(before), []);
        }, limits);
      };
      const wish = await client();
      let whole = 0;
      for (let i = 0; i < 1000; i += 1) whole += (await wish(i === 0 ? 0 : 7)).length;
      const quick = await repeated(await client(), { n: 1000, seconds: 7000, holdSeconds: 300, limits });
      expect(quick.requests).toBe(whole);
      expect(whole).toBe(asked);
    },
    60_000,
  );

  it('fresh calls: one alone, closer than the hold, farther than the hold', () => {
    expect(fresh({ n: 1, seconds: 1, holdSeconds: 3600 })).toBe(1);
    expect(fresh({ n: 10, seconds: 10, holdSeconds: 3600 })).toBe(1);
    expect(fresh({ n: 10, seconds: 100_000, holdSeconds: 3600 })).toBe(10);
  });

  it('recorded calls of a kind are one class', () => {
    const put = (Key: string, at: number) => ({
      service: 's3',
      operation: 'PutObject',
      region,
      principal: adminOf(a),
      input: { Bucket: 'photos', Key },
      at,
      refused: undefined,
    });
    expect(classesOf([put('a', 0), put('b', 5000)])).toMatchObject([{ n: 2, seconds: 5 }]);
  });
});
