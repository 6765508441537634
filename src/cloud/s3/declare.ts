import type { ConditionKeys, Refusal, S3BucketRec, S3ObjectRec, Step } from '../../engine/index.ts';
import { declareIn, type Asked, type ResourceOwner } from '../declare.ts';
import { at } from '../refs.ts';
import { bucketArn, objectArn, type EncryptionRequest } from './sealing.ts';
import { elsewhere, noSuchBucket } from './words.ts';

export const s3 = declareIn('s3');

export const bucketNamed = (name: string, { view }: Step): S3BucketRec | undefined =>
  view.get(at.s3Bucket(name));

export const objectAt = (bucket: string, key: string, { view }: Step): S3ObjectRec | undefined =>
  view.get(at.s3Object(bucket, key));

/** The bucket of a request, which {@link bucketFault} has found. */
export function theBucket(name: string, step: Step): S3BucketRec {
  const bucket = bucketNamed(name, step);
  if (!bucket) throw new Error(`bucket ${name} was there a moment ago`);
  return bucket;
}

export interface InBucket {
  readonly Bucket: string;
}
export interface OfObject extends InBucket {
  readonly Key: string;
}

/** That it is not there, or not here. */
export function bucketFault({ Bucket }: InBucket, step: Step): Refusal | undefined {
  const bucket = bucketNamed(Bucket, step);
  if (!bucket) return noSuchBucket();
  return bucket.region === step.region ? undefined : elsewhere(bucket.region);
}

export const ownerOf = (name: string, step: Step): ResourceOwner => {
  const { account, policy } = theBucket(name, step);
  return { account, policy, called: 'bucket policy' };
};

/** One permission on the bucket. */
export const onBucket =
  (action: string) =>
  ({ Bucket }: InBucket, step: Step): readonly Asked[] => [
    { action, on: bucketArn(Bucket), owner: ownerOf(Bucket, step) },
  ];

/** One permission on an object of it. */
export const onObject =
  (action: string) =>
  ({ Bucket, Key }: OfObject, step: Step): readonly Asked[] => [
    { action, on: objectArn(Bucket, Key), owner: ownerOf(Bucket, step) },
  ];

/** s3:PutObject, with the keys by which bucket policies ask how an object comes (S3 user guide, "Condition keys"). */
export const toPut = (
  input: OfObject & EncryptionRequest & { readonly ACL?: string },
  step: Step,
): readonly Asked[] =>
  onObject('s3:PutObject')(input, step).map((asked) => ({
    ...asked,
    context: {
      ...encryptionKeys(input),
      ...(input.ACL === undefined ? {} : { 's3:x-amz-acl': input.ACL }),
    },
  }));

const encryptionKeys = ({
  ServerSideEncryption,
  SSEKMSKeyId,
  SSECustomerAlgorithm,
}: EncryptionRequest): ConditionKeys => ({
  ...(ServerSideEncryption === undefined ? {} : { 's3:x-amz-server-side-encryption': ServerSideEncryption }),
  ...(SSEKMSKeyId === undefined ? {} : { 's3:x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId }),
  ...(SSECustomerAlgorithm === undefined
    ? {}
    : { 's3:x-amz-server-side-encryption-customer-algorithm': SSECustomerAlgorithm }),
});
