import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { a, adminOf, b, makeKey, policy, rootOf, type Input } from '../house.ts';
import { admin, alice, childrenOf, kmsCallsOf, openPolicy, shop, spoil, tightShop, waysOf } from './kms.ts';

const text = (said: string) => new TextEncoder().encode(said);
const read = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);
const Body = text('The recipe of the sauce');

const s3 = (operation: string, input: Input, principal = admin) =>
  ({ service: 's3', operation, input, principal }) as const;
const ask = async (lab: Lab, operation: string, input: Input, principal = admin) => {
  const { result } = await lab.handle(s3(operation, input, principal));
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused}: ${result.refusal.message}`);
  return result.output;
};
const refusal = async (lab: Lab, operation: string, input: Input, principal = admin) => {
  const { result } = await lab.handle(s3(operation, input, principal));
  return result.ok
    ? 'nothing'
    : `${result.refusal.refused} ${result.refusal.status}: ${result.refusal.message}`;
};

const Bucket = 'recipes';
const Key = 'sauce.txt';
const kms = (SSEKMSKeyId?: string, more: Input = {}): Input => ({
  Bucket,
  Key,
  Body,
  ServerSideEncryption: 'aws:kms',
  ...(SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }),
  ...more,
});
const withBucket = async (): Promise<Lab> => {
  const lab = await shop();
  await ask(lab, 'CreateBucket', { Bucket });
  return lab;
};

const objectContext = { 'aws:s3:arn': `arn:aws:s3:::${Bucket}/${Key}` };
const bucketContext = { 'aws:s3:arn': `arn:aws:s3:::${Bucket}` };
const via = { by: admin, via: 's3.amazonaws.com', error: undefined };

describe('S3 asks of KMS exactly what services.json says', () => {
  it('SSE-S3 and SSE-C: nothing', async () => {
    const lab = await withBucket();
    expect(await kmsCallsOf(lab, s3('PutObject', { Bucket, Key, Body }))).toEqual([]);
    expect(await kmsCallsOf(lab, s3('GetObject', { Bucket, Key }))).toEqual([]);
    const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: new Uint8Array(32).fill(9) };
    expect(await kmsCallsOf(lab, s3('PutObject', { Bucket, Key, Body, ...customer }))).toEqual([]);
    expect(await kmsCallsOf(lab, s3('GetObject', { Bucket, Key, ...customer }))).toEqual([]);
  });

  it('SSE-KMS: GenerateDataKey to put, Decrypt to get and to head, by the caller through S3, with the ARN of the object', async () => {
    const lab = await withBucket();
    expect(await kmsCallsOf(lab, s3('PutObject', kms()))).toEqual([
      { op: 'GenerateDataKey', context: objectContext, ...via },
    ]);
    for (const operation of ['GetObject', 'HeadObject'])
      expect(await kmsCallsOf(lab, s3(operation, { Bucket, Key }))).toEqual([
        { op: 'Decrypt', context: objectContext, ...via },
      ]);
  });

  it('pairs that the caller adds stand in the context too', async () => {
    const lab = await withBucket();
    const SSEKMSEncryptionContext = btoa(JSON.stringify({ dish: 'pasta' }));
    expect(await kmsCallsOf(lab, s3('PutObject', kms(undefined, { SSEKMSEncryptionContext })))).toEqual([
      { op: 'GenerateDataKey', context: { ...objectContext, dish: 'pasta' }, ...via },
    ]);
    expect(await kmsCallsOf(lab, s3('GetObject', { Bucket, Key }))).toEqual([
      { op: 'Decrypt', context: { ...objectContext, dish: 'pasta' }, ...via },
    ]);
  });

  it('DSSE-KMS: the same calls, two layers, and never a bucket key', async () => {
    const lab = await withBucket();
    const put = kms(undefined, { ServerSideEncryption: 'aws:kms:dsse', BucketKeyEnabled: true });
    expect((await kmsCallsOf(lab, s3('PutObject', put))).map(({ op }) => op)).toEqual(['GenerateDataKey']);
    const { Body: got, BucketKeyEnabled } = await ask(lab, 'GetObject', { Bucket, Key });
    expect([read(got), BucketKeyEnabled]).toEqual([read(Body), undefined]);
  });

  it('an upload in parts: GenerateDataKey at the start, Decrypt for each part and to complete', async () => {
    const lab = await withBucket();
    const { Body: _, ...begin } = kms();
    const calls = [await kmsCallsOf(lab, s3('CreateMultipartUpload', begin))];
    const { UploadId } = await ask(lab, 'CreateMultipartUpload', begin);
    const parts = ['The recipe ', 'of the sauce'].map(text);
    const Parts: object[] = [];
    for (const [i, part] of parts.entries()) {
      const input = { Bucket, Key, UploadId, PartNumber: i + 1, Body: part };
      calls.push(await kmsCallsOf(lab, s3('UploadPart', input)));
      Parts.push({ PartNumber: i + 1, ETag: (await ask(lab, 'UploadPart', input))['ETag'] });
    }
    calls.push(
      await kmsCallsOf(
        lab,
        s3('CompleteMultipartUpload', { Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      ),
    );
    expect(calls).toEqual(
      ['GenerateDataKey', 'Decrypt', 'Decrypt', 'Decrypt'].map((op) => [
        { op, context: objectContext, ...via },
      ]),
    );
    expect(read((await ask(lab, 'GetObject', { Bucket, Key }))['Body'])).toBe(read(Body));
  });

  it('a copy to another key: Decrypt of the source, GenerateDataKey for the target; the source keeps its key', async () => {
    const lab = await withBucket();
    const [one, two] = [await makeKey(lab), await makeKey(lab)];
    await ask(lab, 'PutObject', kms(one));
    const copy = {
      Bucket,
      Key: 'copy.txt',
      CopySource: `${Bucket}/${Key}`,
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: two,
    };
    expect(await kmsCallsOf(lab, s3('CopyObject', copy))).toEqual([
      { op: 'Decrypt', context: objectContext, ...via },
      { op: 'GenerateDataKey', context: { 'aws:s3:arn': `arn:aws:s3:::${Bucket}/copy.txt` }, ...via },
    ]);
    expect((await ask(lab, 'HeadObject', { Bucket, Key }))['SSEKMSKeyId']).toBe(one);
    expect((await ask(lab, 'HeadObject', { Bucket, Key: 'copy.txt' }))['SSEKMSKeyId']).toBe(two);
  });

  it('Bucket Keys: one GenerateDataKey per requester and hour, with the ARN of the bucket; one Decrypt to read', async () => {
    const lab = await withBucket();
    const put = (Key: string, principal = admin) =>
      s3('PutObject', { ...kms(undefined, { BucketKeyEnabled: true }), Key }, principal);
    expect(await kmsCallsOf(lab, put('one'))).toEqual([
      { op: 'GenerateDataKey', context: bucketContext, ...via },
    ]);
    expect(await kmsCallsOf(lab, put('two'))).toEqual([]);
    // Each requester gets his own: the root user is another.
    expect((await kmsCallsOf(lab, put('three', rootOf(a)))).map(({ op, by }) => [op, by])).toEqual([
      ['GenerateDataKey', rootOf(a)],
    ]);
    expect(await kmsCallsOf(lab, s3('GetObject', { Bucket, Key: 'one' }))).toEqual([
      { op: 'Decrypt', context: bucketContext, ...via },
    ]);
    expect(await kmsCallsOf(lab, s3('GetObject', { Bucket, Key: 'two' }))).toEqual([]);
    await lab.advance({ hours: 2 });
    expect((await kmsCallsOf(lab, put('four'))).map(({ op }) => op)).toEqual(['GenerateDataKey']);
    expect(read((await ask(lab, 'GetObject', { Bucket, Key: 'one' }))['Body'])).toBe(read(Body));
  });

  it('the default encryption of the bucket counts when the request says nothing', async () => {
    const lab = await withBucket();
    const key = await makeKey(lab);
    await ask(lab, 'PutBucketEncryption', {
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }],
      },
    });
    const { SSEKMSKeyId } = await ask(lab, 'PutObject', { Bucket, Key, Body });
    expect(SSEKMSKeyId).toBe(key);
  });
});

describe('S3 when KMS says no', () => {
  const expected: Readonly<Record<string, string>> = {
    DisabledException: 'KMS.DisabledException 400: KEY is disabled.',
    KMSInvalidStateException: 'KMS.KMSInvalidStateException 400: KEY is pending deletion.',
    AccessDeniedException: 'AccessDenied 403: User: ',
  };
  it.each(waysOf)(
    '$way: PutObject and GetObject are refused, and nothing is written',
    async ({ way, name }) => {
      const lab = await withBucket();
      const key = await makeKey(lab);
      await ask(lab, 'PutObject', kms(key));
      await spoil(lab, key, way, 's3');
      for (const [operation, input] of [
        ['PutObject', { ...kms(key), Key: 'other' }],
        ['GetObject', { Bucket, Key }],
      ] as const)
        expect(await refusal(lab, operation, input)).toContain((expected[name] ?? '?').replace('KEY', key));
      expect(await refusal(lab, 'HeadObject', { Bucket, Key: 'other' })).toContain('NoSuchKey');
    },
  );

  it('throttled: the quota is that of the caller, and S3 hands the refusal on', async () => {
    const { call, drain } = await tightShop();
    await call(s3('CreateBucket', { Bucket }));
    await call(s3('PutObject', kms()));
    await drain();
    for (const one of [s3('PutObject', kms()), s3('GetObject', { Bucket, Key })]) {
      const { result, trace } = await call(one);
      expect(result.ok ? 'ok' : result.refusal.refused).toBe('KMS.ThrottlingException');
      expect(trace.children[0]?.refusal?.stage).toBe('quota');
    }
    const { result } = await call(s3('PutObject', { Bucket, Key: 'free', Body }));
    expect(result.ok).toBe(true);
  });

  it('S3 allows, the key does not: both are asked, and KMS speaks through S3', async () => {
    const lab = await withBucket();
    const key = await makeKey(lab);
    expect(await refusal(lab, 'PutObject', kms(key), alice)).toBe(
      `AccessDenied 403: User: ${alice} is not authorized to perform: kms:GenerateDataKey on resource: ${key} because no identity-based policy allows the kms:GenerateDataKey action`,
    );
  });

  it('aws/s3 lets everybody of the account in, through S3 alone', async () => {
    const lab = await withBucket();
    const { SSEKMSKeyId } = await ask(lab, 'PutObject', kms(), alice);
    const { result } = await lab.handle({
      operation: 'GenerateDataKey',
      input: { KeyId: SSEKMSKeyId, KeySpec: 'AES_256' },
      principal: alice,
    });
    expect(result.ok).toBe(false);
  });
});

describe("another account's bucket", () => {
  const shared = policy({
    Effect: 'Allow',
    Principal: { AWS: rootOf(b) },
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: `arn:aws:s3:::${Bucket}/*`,
  });

  it('needs the bucket policy, IAM there, and a key that is shared; aws/s3 cannot be', async () => {
    const lab = await withBucket();
    const [closed, open] = [await makeKey(lab), await makeKey(lab, a, openPolicy)];
    await ask(lab, 'PutObject', kms(open));
    expect(await refusal(lab, 'GetObject', { Bucket, Key }, adminOf(b))).toContain('AccessDenied 403');
    await ask(lab, 'PutBucketPolicy', { Bucket, Policy: shared });
    expect(read((await ask(lab, 'GetObject', { Bucket, Key }, adminOf(b)))['Body'])).toBe(read(Body));
    for (const key of [closed, undefined]) {
      await ask(lab, 'PutObject', kms(key));
      expect(await refusal(lab, 'GetObject', { Bucket, Key }, adminOf(b))).toContain('kms:Decrypt');
    }
  });

  it('a bare key id means a key of the requester', async () => {
    const lab = await withBucket();
    await ask(lab, 'PutBucketPolicy', { Bucket, Policy: shared });
    const key = await makeKey(lab, a, openPolicy);
    const id = key.slice(key.indexOf('/') + 1);
    expect(await refusal(lab, 'PutObject', kms(id), adminOf(b))).toContain('KMS.NotFoundException');
    expect(await ask(lab, 'PutObject', kms(key), adminOf(b))).toMatchObject({ SSEKMSKeyId: key });
  });
});

describe('one step', () => {
  it('the KMS call is a child of the trace, its event is of the same entry, and undo takes all back', async () => {
    const lab = await withBucket();
    const { trace, result } = await lab.handle(s3('PutObject', kms()));
    expect(result.ok).toBe(true);
    expect(childrenOf(trace)).toEqual(['GenerateDataKey']);
    expect(trace.children[0]?.steps.map(({ stage }) => stage)).toContain('authorize');
  });

  it('what KMS did stays when S3 refuses after it: the key that a denied copy had read was used', async () => {
    const lab = await withBucket();
    const key = await makeKey(lab);
    const target = await makeKey(lab);
    await ask(lab, 'PutObject', kms(key));
    await spoil(lab, target, 'disabled', 's3');
    const copy = {
      Bucket,
      Key: 'copy',
      CopySource: `${Bucket}/${Key}`,
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: target,
    };
    const { trace } = await lab.handle(s3('CopyObject', copy));
    expect(childrenOf(trace)).toEqual(['Decrypt', 'GenerateDataKey: DisabledException']);
    const { result } = await lab.handle({
      operation: 'GetKeyLastUsage',
      input: { KeyId: key },
      principal: admin,
    });
    expect(JSON.stringify(result)).toContain('Decrypt');
  });
});

describe('real bytes', () => {
  it('nothing that is stored holds the plaintext, and without its key an object stays shut', async () => {
    const lab = await withBucket();
    const key = await makeKey(lab);
    await ask(lab, 'PutObject', kms(key));
    const stored = JSON.stringify(await lab.snapshot());
    for (const form of ['utf8', 'base64', 'hex'] as const)
      expect(stored).not.toContain(Buffer.from(Body).toString(form));
    await spoil(lab, key, 'pending deletion', 's3');
    await lab.advance({ days: 8 });
    expect(await refusal(lab, 'GetObject', { Bucket, Key })).toMatch(
      /^(AccessDenied|KMS\.NotFoundException)/,
    );
  });

  it('SSE-C: only whoever has the key reads', async () => {
    const lab = await withBucket();
    const customer = (n: number) => ({
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: new Uint8Array(32).fill(n),
    });
    await ask(lab, 'PutObject', { Bucket, Key, Body, ...customer(1) });
    expect(read((await ask(lab, 'GetObject', { Bucket, Key, ...customer(1) }))['Body'])).toBe(read(Body));
    expect(await refusal(lab, 'GetObject', { Bucket, Key, ...customer(2) })).toContain('AccessDenied');
    expect(await refusal(lab, 'GetObject', { Bucket, Key })).toContain('InvalidRequest');
  });

  it('a member that is not simulated is refused, not left out', async () => {
    const lab = await withBucket();
    expect(await refusal(lab, 'PutObject', { Bucket, Key, Body, Tagging: 'a=b' })).toContain("'Tagging'");
  });
});
