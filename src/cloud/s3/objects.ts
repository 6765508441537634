import {
  hmacSha256,
  isRefusal,
  toHex,
  utf8,
  type Bytes,
  type Operation,
  type Refusal,
  type S3ObjectRec,
  type Step,
} from '../../engine/index.ts';
import type { Asked } from '../declare.ts';
import { at } from '../refs.ts';
import {
  bucketFault,
  bucketNamed,
  objectAt,
  onBucket,
  onObject,
  ownerOf,
  s3,
  theBucket,
  toPut,
  type InBucket,
  type OfObject,
} from './declare.ts';
import {
  keyOfObject,
  newObjectKey,
  objectArn,
  openBody,
  planOf,
  sealBody,
  sealingShown,
  type CustomerKeyRequest,
  type EncryptionRequest,
} from './sealing.ts';
import { invalidArgument, kmsRefusals, noSuchBucket, noSuchKey, tooLarge } from './words.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and its neighbours.

/** OURS: an object lies in the journal, so it is small. Bytes of one request; an upload in parts may have sixteen times. */
export const largestBody = 65_536;

export const notThere = ['NoSuchBucket', 'PermanentRedirect'] as const;
export const notEncrypted = ['InvalidArgument', 'InvalidRequest', ...kmsRefusals] as const;

/** OURS: some hash in AWS's form; S3's is MD5 for some objects, and unspecified for those under a key of KMS. */
export const etagOf = (bytes: Bytes): string => `"${toHex(hmacSha256(utf8('ETag'), bytes)).slice(0, 32)}"`;

export interface Described {
  readonly ContentType?: string;
  readonly Metadata?: Readonly<Record<string, string>>;
}

/** Encrypts and stores. */
export async function store(
  input: OfObject & EncryptionRequest & Described,
  body: Bytes,
  step: Step,
): Promise<S3ObjectRec | Refusal> {
  const { Bucket, Key, ContentType, Metadata } = input;
  const bucket = theBucket(Bucket, step);
  const plan = planOf(input, bucket);
  if (isRefusal(plan)) return plan;
  const objectKey = await newObjectKey(plan, { bucket, key: Key }, step);
  if (isRefusal(objectKey)) return objectKey;
  const rec: S3ObjectRec = {
    bucket: Bucket,
    key: Key,
    size: body.length,
    etag: etagOf(body),
    modified: step.env.at,
    contentType: ContentType,
    metadata: Metadata,
    writer: step.identity.account,
    sealing: objectKey.sealing,
    body: sealBody(body, objectKey, objectArn(Bucket, Key), step),
  };
  step.view.put(at.s3Object(Bucket, Key), rec);
  return rec;
}

const PutObject = s3<OfObject & EncryptionRequest & Described & { readonly Body?: Bytes }, object>({
  name: 'PutObject',
  dataEvent: true,
  refusals: [...notThere, ...notEncrypted, 'EntityTooLarge'],
  exists: bucketFault,
  asks: toPut,
  members: ['Bucket', 'Key'],
  async run(input, step) {
    const body = input.Body ?? new Uint8Array(0);
    if (body.length > largestBody) return tooLarge(largestBody);
    const rec = await store(input, body, step);
    return isRefusal(rec) ? rec : { ETag: rec.etag, ...sealingShown(rec.sealing) };
  },
});

/** Reads the bytes of an object, whosoever asks for them. */
export async function fetch(
  rec: S3ObjectRec,
  request: CustomerKeyRequest,
  step: Step,
): Promise<Bytes | Refusal> {
  const place = { bucket: theBucket(rec.bucket, step), key: rec.key };
  const key = await keyOfObject(rec.sealing, place, request, step);
  return isRefusal(key) ? key : openBody(rec.body, key, rec.sealing, objectArn(rec.bucket, rec.key), step);
}

const shown = (rec: S3ObjectRec) => ({
  ContentLength: rec.size,
  ETag: rec.etag,
  LastModified: new Date(rec.modified),
  ...(rec.contentType === undefined ? {} : { ContentType: rec.contentType }),
  Metadata: rec.metadata ?? {},
  ...sealingShown(rec.sealing),
});

const GetObject = s3<OfObject & CustomerKeyRequest, object>({
  name: 'GetObject',
  readOnly: true,
  dataEvent: true,
  refusals: [...notThere, 'NoSuchKey', ...notEncrypted],
  exists: bucketFault,
  asks: onObject('s3:GetObject'),
  members: ['Bucket', 'Key'],
  async run(input, step) {
    const rec = objectAt(input.Bucket, input.Key, step);
    if (!rec) return noSuchKey();
    const body = await fetch(rec, input, step);
    return isRefusal(body) ? body : { Body: body, ...shown(rec) };
  },
});

const HeadObject = s3<OfObject & CustomerKeyRequest, object>({
  name: 'HeadObject',
  readOnly: true,
  dataEvent: true,
  refusals: [...notThere, 'NoSuchKey', ...notEncrypted],
  exists: bucketFault,
  asks: onObject('s3:GetObject'),
  members: ['Bucket', 'Key'],
  async run(input, step) {
    const rec = objectAt(input.Bucket, input.Key, step);
    if (!rec) return noSuchKey();
    const key = await keyOfObject(
      rec.sealing,
      { bucket: theBucket(rec.bucket, step), key: rec.key },
      input,
      step,
    );
    return isRefusal(key) ? key : shown(rec);
  },
});

const DeleteObject = s3<OfObject>({
  name: 'DeleteObject',
  dataEvent: true,
  refusals: notThere,
  exists: bucketFault,
  asks: onObject('s3:DeleteObject'),
  members: ['Bucket', 'Key'],
  run({ Bucket, Key }, { view }) {
    view.put(at.s3Object(Bucket, Key), undefined); // also when it is not there
    return undefined;
  },
});

interface CopyRequest extends OfObject, EncryptionRequest, Described {
  /** `BUCKET/KEY`, URL-encoded. */
  readonly CopySource: string;
  readonly CopySourceSSECustomerAlgorithm?: string;
  readonly CopySourceSSECustomerKey?: Bytes;
}

function sourceOf({ CopySource }: CopyRequest): OfObject | undefined {
  try {
    const [, Bucket, Key] = /^\/?([^/]+)\/(.+)$/.exec(decodeURIComponent(CopySource)) ?? [];
    return Bucket === undefined || Key === undefined ? undefined : { Bucket, Key };
  } catch {
    return undefined;
  }
}

const CopyObject = s3<CopyRequest, object>({
  name: 'CopyObject',
  dataEvent: true,
  refusals: [...notThere, 'NoSuchKey', ...notEncrypted],
  exists(input, step) {
    const source = sourceOf(input);
    if (!source)
      return invalidArgument('Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
    // The source may lie in another Region; the request goes to the bucket that it copies into.
    return bucketFault(input, step) ?? (bucketNamed(source.Bucket, step) ? undefined : noSuchBucket());
  },
  asks(input, step): readonly Asked[] {
    const source = sourceOf(input);
    if (!source) throw new Error('the source of a copy was readable a moment ago');
    const on = objectArn(source.Bucket, source.Key);
    return [{ action: 's3:GetObject', on, owner: ownerOf(source.Bucket, step) }, ...toPut(input, step)];
  },
  members: ['Bucket', 'Key', 'CopySource'],
  async run(input, step) {
    const source = sourceOf(input);
    const rec = source && objectAt(source.Bucket, source.Key, step);
    if (!rec) return noSuchKey();
    const { CopySourceSSECustomerKey: key, CopySourceSSECustomerAlgorithm: algorithm } = input;
    const body = await fetch(
      rec,
      {
        ...(key === undefined ? {} : { SSECustomerKey: key }),
        ...(algorithm === undefined ? {} : { SSECustomerAlgorithm: algorithm }),
      },
      step,
    );
    if (isRefusal(body)) return body;
    const described = {
      ...(rec.contentType === undefined ? {} : { ContentType: rec.contentType }),
      ...(rec.metadata === undefined ? {} : { Metadata: rec.metadata }),
    };
    const copy = await store({ ...described, ...input }, body, step);
    if (isRefusal(copy)) return copy;
    const CopyObjectResult = { ETag: copy.etag, LastModified: new Date(copy.modified) };
    return { CopyObjectResult, ...sealingShown(copy.sealing) };
  },
});

interface ListRequest extends InBucket {
  readonly Prefix?: string;
  readonly MaxKeys?: number;
  /** Also as `ContinuationToken`: OURS: the key after which the next page begins. */
  readonly StartAfter?: string;
  readonly ContinuationToken?: string;
}

const ListObjectsV2 = s3<ListRequest, object>({
  name: 'ListObjectsV2',
  readOnly: true,
  dataEvent: true,
  refusals: notThere,
  exists: bucketFault,
  asks: onBucket('s3:ListBucket'),
  members: ['Bucket', 'Prefix'],
  run({ Bucket, Prefix = '', MaxKeys = 1000, StartAfter, ContinuationToken = StartAfter }, { view }) {
    const after = ContinuationToken === undefined ? undefined : at.s3Object(Bucket, ContinuationToken);
    const found = view.range('ref', { prefix: at.s3Object(Bucket, Prefix), after, n: MaxKeys + 1 });
    const page = found.slice(0, MaxKeys).map(({ rec }) => rec as S3ObjectRec);
    const last = page.at(-1);
    return {
      Name: Bucket,
      Prefix,
      KeyCount: page.length,
      MaxKeys,
      Contents: page.map(({ key, size, etag, modified }) => ({
        Key: key,
        Size: size,
        ETag: etag,
        LastModified: new Date(modified),
        StorageClass: 'STANDARD',
      })),
      IsTruncated: found.length > MaxKeys,
      ...(found.length > MaxKeys && last ? { NextContinuationToken: last.key } : {}),
    };
  },
});

export const objectOperations: readonly Operation[] = [
  PutObject,
  GetObject,
  HeadObject,
  DeleteObject,
  CopyObject,
  ListObjectsV2,
];
