import type { CallFacts } from '../../../client/index.ts';
import type { AccountId, PrincipalArn, Region } from '../../../engine/index.ts';

/*
 * What CloudTrail needs to write the files of one trail (services.json CloudTrail "keyPolicy"): the statements, and the
 * calls whose answer tells whether they are there.
 */

export interface TrailWish {
  readonly account: AccountId;
  readonly region: Region;
  readonly name: string;
  readonly bucket: string;
  /** Where the bucket is, and with it the key. */
  readonly bucketRegion: Region;
  readonly prefix?: string | undefined;
  readonly keyArn: string | undefined;
}
type Statement = Readonly<Record<string, unknown>>;

const itself = 'cloudtrail.amazonaws.com';
export const trailArnOf = ({
  account,
  region,
  name,
}: Pick<TrailWish, 'account' | 'region' | 'name'>): string =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;

const folder = ({ bucket, prefix }: TrailWish): string =>
  `arn:aws:s3:::${bucket}${prefix === undefined ? '' : `/${prefix}`}`;

export const keyStatements = (wish: TrailWish): readonly Statement[] => [
  {
    Sid: `CloudTrailEncrypts ${wish.name}`,
    Effect: 'Allow',
    Principal: { Service: itself },
    Action: 'kms:GenerateDataKey*',
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:SourceArn': trailArnOf(wish) },
      StringLike: {
        'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${wish.account}:trail/*`,
      },
    },
  },
  {
    Sid: 'CloudTrailDescribesKey',
    Effect: 'Allow',
    Principal: { Service: itself },
    Action: 'kms:DescribeKey',
    Resource: '*',
  },
];

export const bucketStatements = (wish: TrailWish): readonly Statement[] => [
  {
    Sid: `CloudTrailAclCheck-${wish.name}`,
    Effect: 'Allow',
    Principal: { Service: itself },
    Action: 's3:GetBucketAcl',
    Resource: `arn:aws:s3:::${wish.bucket}`,
    Condition: { StringEquals: { 'aws:SourceArn': trailArnOf(wish) } },
  },
  {
    Sid: `CloudTrailWrites-${wish.name}`,
    Effect: 'Allow',
    Principal: { Service: itself },
    Action: 's3:PutObject',
    Resource: `${folder(wish)}/AWSLogs/${wish.account}/*`,
    Condition: {
      StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trailArnOf(wish) },
    },
  },
];

/** A policy with these statements, each in the place of the one of its Sid. What cannot be read is begun anew. */
export function withStatements(policy: string | undefined, statements: readonly Statement[]): string {
  let given: { readonly Version?: unknown; readonly Statement?: unknown } = {};
  try {
    given = JSON.parse(policy ?? '{}') as typeof given; // read member by member
  } catch {
    // Of this world's policies every one can be read.
  }
  const { Statement: there = [], Version = '2012-10-17' } = given;
  const sids = new Set(statements.map(({ Sid }) => Sid));
  const kept = (Array.isArray(there) ? (there as readonly Statement[]) : [there as Statement]).filter(
    ({ Sid }) => Sid === undefined || !sids.has(Sid),
  );
  return JSON.stringify({ ...given, Version, Statement: [...kept, ...statements] }, null, 2);
}

/** The calls that CloudTrail would make, to be asked about. */
export function needsOf(
  wish: TrailWish,
): Readonly<Record<'bucket' | 'key' | 'describe', CallFacts | undefined>> {
  const by = {
    principal: itself as PrincipalArn, // a service is its name
    sourceArn: trailArnOf(wish),
    sourceAccount: wish.account,
    region: wish.bucketRegion,
  };
  const { keyArn } = wish;
  return {
    bucket: {
      ...by,
      service: 's3',
      operation: 'PutObject',
      input: {
        Bucket: wish.bucket,
        Key: `${wish.prefix === undefined ? '' : `${wish.prefix}/`}AWSLogs/${wish.account}/CloudTrail/file`,
        ACL: 'bucket-owner-full-control',
      },
    },
    key:
      keyArn === undefined
        ? undefined
        : {
            ...by,
            operation: 'GenerateDataKey',
            input: {
              KeyId: keyArn,
              KeySpec: 'AES_256',
              EncryptionContext: { 'aws:cloudtrail:arn': trailArnOf(wish), 'aws:s3:arn': folder(wish) },
            },
          },
    describe:
      keyArn === undefined ? undefined : { ...by, operation: 'DescribeKey', input: { KeyId: keyArn } },
  };
}
