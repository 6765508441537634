import {
  explain,
  isRefusal,
  type Catalogue,
  type CloudTrailRec,
  type KeyArn,
  type Refusal,
  type S3BucketRec,
  type Step,
} from '../../engine/index.ts';
import { kmsAs } from '../callingKms.ts';
import { at } from '../refs.ts';
import { bucketArn, s3Service } from '../s3/index.ts';
import { asCloudTrail } from './declare.ts';
import { nameOfFile, putInput } from './logFile.ts';
import { bucketPolicy, fromKms, noBucket } from './words.ts';

/*
 * Whether a trail can write where it is told to. CloudTrail asks before it takes a destination, and meets the same answers
 * again with every file.
 */

export const bucketOf = (
  { bucket }: Pick<CloudTrailRec, 'bucket'>,
  { view }: Step,
): S3BucketRec | undefined => view.get(at.s3Bucket(bucket));

const s3Only: Catalogue = (name) => (name === 's3' ? s3Service : undefined);

/**
 * The key that is meant, and whether it can be used: DescribeKey and a test of GenerateDataKey (services.json CloudTrail
 * "configure key"), in the Region of the bucket ("rules").
 */
async function keyFor(
  keyId: string,
  trail: CloudTrailRec,
  bucket: S3BucketRec,
  step: Step,
): Promise<KeyArn | Refusal> {
  const kms = kmsAs(step, asCloudTrail(trail), { worded: fromKms, region: bucket.region });
  const key = await kms.describe(keyId);
  if (isRefusal(key)) return key;
  const where = trail.prefix === undefined ? trail.bucket : `${trail.bucket}/${trail.prefix}`;
  const context = { 'aws:cloudtrail:arn': trail.arn, 'aws:s3:arn': bucketArn(where) };
  const made = await kms.dataKey(key.arn, context);
  return isRefusal(made) ? made : key.arn;
}

/** The trail with its key resolved, or why it cannot write there. `keyId`: as it was given. */
export async function withDestination(
  trail: CloudTrailRec,
  keyId: string | undefined,
  step: Step,
): Promise<CloudTrailRec | Refusal> {
  const bucket = bucketOf(trail, step);
  if (!bucket) return noBucket(trail.bucket);
  const keyArn = keyId === undefined ? undefined : await keyFor(keyId, trail, bucket, step);
  if (isRefusal(keyArn)) return keyArn;
  const ready = { ...trail, keyArn };
  // OURS: the bucket's policy is asked what it would say to a file; CloudTrail also asks for the bucket's ACL.
  const asked = {
    service: 's3',
    operation: 'PutObject',
    region: bucket.region,
    caller: asCloudTrail(trail),
    input: putInput(ready, nameOfFile(ready, trail.region, step.env.at, '0'.repeat(16)), new Uint8Array(0)),
  } as const;
  const { allowed } = await explain(step.view, asked, step.env, s3Only);
  return allowed ? ready : bucketPolicy(trail.bucket);
}
