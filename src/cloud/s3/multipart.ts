import {
  concat,
  isRefusal,
  uuidFrom,
  type Bytes,
  type Operation,
  type Refusal,
  type S3ObjectRec,
  type S3PartRec,
  type S3UploadRec,
  type Step,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { bucketFault, onObject, s3, theBucket, toPut, type OfObject } from './declare.ts';
import { etagOf, largestBody, notEncrypted, notThere, type Described } from './objects.ts';
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
  type ObjectKey,
} from './sealing.ts';
import { invalidPart, noSuchUpload, tooLarge } from './words.ts';

/*
 * Uploads in parts. The data key is made when the upload begins; for each part, and to put them together, S3 has to have
 * it again, which is why an uploader needs kms:Decrypt too (services.json S3 "multipart").
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
 */

interface OfUpload extends OfObject, CustomerKeyRequest {
  readonly UploadId: string;
}

const uploadOf = ({ Bucket, Key, UploadId }: OfUpload, { view }: Step): S3UploadRec | undefined => {
  const upload = view.get(at.s3Upload(Bucket, UploadId));
  return upload?.key === Key ? upload : undefined;
};

/** Parts are encrypted where they will be: they lie at a place of their own until then. */
const partPlace = ({ bucket, key, id }: S3UploadRec, number: number): string =>
  `${objectArn(bucket, key)}?uploadId=${id}&partNumber=${number}`;

async function keyOfUpload(
  upload: S3UploadRec,
  input: CustomerKeyRequest,
  step: Step,
): Promise<ObjectKey | Refusal> {
  const place = { bucket: theBucket(upload.bucket, step), key: upload.key };
  const key = await keyOfObject(upload.sealing, place, input, step);
  return isRefusal(key) ? key : { ...key, sealing: upload.sealing };
}

const CreateMultipartUpload = s3<OfObject & EncryptionRequest & Described, object>({
  name: 'CreateMultipartUpload',
  dataEvent: true,
  refusals: [...notThere, ...notEncrypted],
  exists: bucketFault,
  asks: toPut,
  members: ['Bucket', 'Key'],
  async run(input, step) {
    const { Bucket, Key, ContentType, Metadata } = input;
    const bucket = theBucket(Bucket, step);
    const plan = planOf(input, bucket);
    if (isRefusal(plan)) return plan;
    const made = await newObjectKey(plan, { bucket, key: Key }, step);
    if (isRefusal(made)) return made;
    const id = uuidFrom((n) => step.env.random(n));
    step.view.put(at.s3Upload(Bucket, id), {
      bucket: Bucket,
      key: Key,
      id,
      begun: step.env.at,
      contentType: ContentType,
      metadata: Metadata,
      writer: step.identity.account,
      sealing: made.sealing,
    });
    return { Bucket, Key, UploadId: id, ...sealingShown(made.sealing) };
  },
});

const UploadPart = s3<OfUpload & { readonly PartNumber: number; readonly Body?: Bytes }, object>({
  name: 'UploadPart',
  dataEvent: true,
  refusals: [...notThere, ...notEncrypted, 'NoSuchUpload', 'EntityTooLarge'],
  exists: bucketFault,
  asks: onObject('s3:PutObject'),
  members: ['Bucket', 'Key', 'UploadId', 'PartNumber'],
  async run(input, step) {
    const { PartNumber, Body = new Uint8Array(0) } = input;
    const upload = uploadOf(input, step);
    if (!upload) return noSuchUpload();
    if (Body.length > largestBody) return tooLarge(largestBody);
    const key = await keyOfUpload(upload, input, step);
    if (isRefusal(key)) return key;
    const part: S3PartRec = {
      upload: upload.id,
      number: PartNumber,
      size: Body.length,
      etag: etagOf(Body),
      body: sealBody(Body, key, partPlace(upload, PartNumber), step),
    };
    step.view.put(at.s3Part(upload.id, PartNumber), part);
    return { ETag: part.etag, ...sealingShown(upload.sealing) };
  },
});

interface CompleteRequest extends OfUpload {
  readonly MultipartUpload: {
    readonly Parts: readonly { readonly PartNumber: number; readonly ETag: string }[];
  };
}

const largestUpload = 16 * largestBody;

const CompleteMultipartUpload = s3<CompleteRequest, object>({
  name: 'CompleteMultipartUpload',
  dataEvent: true,
  refusals: [...notThere, ...notEncrypted, 'NoSuchUpload', 'InvalidPart', 'EntityTooLarge'],
  exists: bucketFault,
  asks: onObject('s3:PutObject'),
  members: ['Bucket', 'Key', 'UploadId'],
  async run(input, step) {
    const upload = uploadOf(input, step);
    if (!upload) return noSuchUpload();
    const parts: S3PartRec[] = [];
    for (const { PartNumber, ETag } of input.MultipartUpload.Parts) {
      const part = step.view.get(at.s3Part(upload.id, PartNumber));
      if (part?.etag !== ETag) return invalidPart();
      parts.push(part);
    }
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    if (size > largestUpload) return tooLarge(largestUpload);
    const key = await keyOfUpload(upload, input, step);
    if (isRefusal(key)) return key;
    const { Bucket, Key } = input;
    const body = concat(
      ...parts.map((part) => openBody(part.body, key, upload.sealing, partPlace(upload, part.number), step)),
    );
    const { contentType, metadata, writer, sealing } = upload;
    const rec: S3ObjectRec = {
      bucket: Bucket,
      key: Key,
      size,
      etag: etagOf(body),
      modified: step.env.at,
      contentType,
      metadata,
      writer,
      sealing,
      body: sealBody(body, key, objectArn(Bucket, Key), step),
    };
    step.view.put(at.s3Object(Bucket, Key), rec);
    forget(upload, step);
    return { Bucket, Key, ETag: rec.etag, ...sealingShown(sealing) };
  },
});

/** S3 takes up to 10,000 parts. */
const mostParts = 10_000;

function forget({ bucket, id }: S3UploadRec, { view }: Step): void {
  for (const { rec } of view.range('ref', { prefix: below.s3Parts(id), n: mostParts }))
    view.put(at.s3Part(id, (rec as S3PartRec).number), undefined);
  view.put(at.s3Upload(bucket, id), undefined);
}

const AbortMultipartUpload = s3<OfUpload>({
  name: 'AbortMultipartUpload',
  dataEvent: true,
  refusals: [...notThere, 'NoSuchUpload'],
  exists: bucketFault,
  asks: onObject('s3:AbortMultipartUpload'),
  members: ['Bucket', 'Key', 'UploadId'],
  run(input, step) {
    const upload = uploadOf(input, step);
    if (!upload) return noSuchUpload();
    forget(upload, step);
    return undefined;
  },
});

export const multipartOperations: readonly Operation[] = [
  CreateMultipartUpload,
  UploadPart,
  CompleteMultipartUpload,
  AbortMultipartUpload,
];
