import {
  toBase64,
  utf8,
  type Bytes,
  type CloudTrailRec,
  type EpochMs,
  type TrailEvent,
} from '../../engine/index.ts';
import { largestBody } from '../s3/index.ts';
import { gzip } from './gzip.ts';

/*
 * A log file: its name, its bytes, and how it is put into the bucket.
 */

const digits = (at: EpochMs): readonly string[] => new Date(at).toISOString().split(/\D/);

/** `AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz` */
export function nameOfFile(
  { prefix, account }: Pick<CloudTrailRec, 'prefix' | 'account'>,
  region: string,
  at: EpochMs,
  unique: string,
): string {
  const [year, month, day, hour, minute] = digits(at);
  const folder = `AWSLogs/${account}/CloudTrail/${region}/${year}/${month}/${day}`;
  const file = `${account}_CloudTrail_${region}_${year}${month}${day}T${hour}${minute}Z_${unique}.json.gz`;
  return `${prefix === undefined ? '' : `${prefix}/`}${folder}/${file}`;
}

/** The records of one file, as small as gzip makes them; several where one would be too large for an object. */
export function filesOf(records: readonly TrailEvent[], at: EpochMs): readonly Bytes[] {
  const packed = gzip(utf8(JSON.stringify({ Records: records })), at);
  if (packed.length <= largestBody || records.length === 1) return [packed];
  const half = records.length >> 1;
  return [...filesOf(records.slice(0, half), at), ...filesOf(records.slice(half), at)];
}

/** How CloudTrail puts a file: with the trail in the encryption context, which S3 adds its own pair to. */
export const putInput = (
  { bucket, keyArn, arn }: Pick<CloudTrailRec, 'bucket' | 'keyArn' | 'arn'>,
  Key: string,
  Body: Bytes,
) => ({
  Bucket: bucket,
  Key,
  Body,
  ContentType: 'application/json',
  ACL: 'bucket-owner-full-control',
  ...(keyArn === undefined
    ? { ServerSideEncryption: 'AES256' }
    : {
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: keyArn,
        SSEKMSEncryptionContext: toBase64(utf8(JSON.stringify({ 'aws:cloudtrail:arn': arn }))),
      }),
});
