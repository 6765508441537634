import {
  isRefusal,
  parsePolicy,
  refuse,
  type Operation,
  type Refusal,
  type S3BucketRec,
} from '../../engine/index.ts';
import { at, below } from '../refs.ts';
import { bucketArn } from './sealing.ts';
import { bucketFault, onBucket, s3, theBucket, type InBucket } from './declare.ts';
import { invalidArgument, malformedPolicy } from './words.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html and its neighbours.

interface Rule {
  readonly ApplyServerSideEncryptionByDefault?: {
    readonly SSEAlgorithm: S3BucketRec['encryption']['algorithm'];
    readonly KMSMasterKeyID?: string;
  };
  readonly BucketKeyEnabled?: boolean;
}

const sseS3: S3BucketRec['encryption'] = { algorithm: 'AES256', keyId: undefined, bucketKey: false };

const refusal = (name: string, message: string, status = 409): Refusal =>
  refuse(name, message, 'S3 API Reference, Error responses', status);

const CreateBucket = s3<InBucket, object>({
  name: 'CreateBucket',
  refusals: ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists', 'InvalidBucketName'],
  on: ({ Bucket }) => bucketArn(Bucket),
  members: ['Bucket'],
  run({ Bucket }, { view, identity, region, env }) {
    const there = view.get(at.s3Bucket(Bucket));
    if (there?.account === identity.account)
      return refusal(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    if (there)
      return refusal(
        'BucketAlreadyExists',
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      );
    if (!/^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(Bucket))
      return refusal('InvalidBucketName', 'The specified bucket is not valid.', 400);
    view.put(at.s3Bucket(Bucket), {
      name: Bucket,
      account: identity.account,
      region,
      created: env.at,
      policy: undefined,
      encryption: sseS3,
    });
    return { Location: `/${Bucket}` };
  },
});

const DeleteBucket = s3<InBucket>({
  name: 'DeleteBucket',
  refusals: ['NoSuchBucket', 'PermanentRedirect', 'BucketNotEmpty'],
  exists: bucketFault,
  asks: onBucket('s3:DeleteBucket'),
  members: ['Bucket'],
  run({ Bucket }, { view }) {
    if (view.range('ref', { prefix: below.s3Objects(Bucket), n: 1 }).length > 0)
      return refusal('BucketNotEmpty', 'The bucket you tried to delete is not empty');
    view.put(at.s3Bucket(Bucket), undefined);
    return undefined;
  },
});

const ListBuckets = s3<object, object>({
  name: 'ListBuckets',
  readOnly: true,
  refusals: [],
  on: () => '*',
  members: [],
  run(_, { view, identity }) {
    // One namespace for all accounts: those of others are passed over. OURS: a thousand buckets in one world.
    const all = view.range('ref', { prefix: below.s3Buckets, n: 1000 }).map(({ rec }) => rec as S3BucketRec);
    const Buckets = all
      .filter(({ account }) => account === identity.account)
      .map(({ name, created, region }) => ({
        Name: name,
        CreationDate: new Date(created),
        BucketRegion: region,
      }));
    return { Buckets, Owner: { ID: identity.account } };
  },
});

const PutBucketEncryption = s3<
  InBucket & { readonly ServerSideEncryptionConfiguration: { readonly Rules: readonly Rule[] } }
>({
  name: 'PutBucketEncryption',
  refusals: ['NoSuchBucket', 'PermanentRedirect', 'InvalidArgument'],
  exists: bucketFault,
  asks: onBucket('s3:PutEncryptionConfiguration'),
  members: ['Bucket', 'ServerSideEncryptionConfiguration'],
  run({ Bucket, ServerSideEncryptionConfiguration: { Rules } }, step) {
    const [rule] = Rules;
    const asked = rule?.ApplyServerSideEncryptionByDefault;
    if (!rule || !asked)
      return invalidArgument('One rule with ApplyServerSideEncryptionByDefault is needed.');
    const { SSEAlgorithm: algorithm, KMSMasterKeyID: keyId } = asked;
    if (algorithm === 'AES256' && keyId !== undefined)
      return invalidArgument(
        'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      );
    // The key is not looked at before the first object comes (S3 API Reference, PutBucketEncryption).
    const bucketKey = algorithm === 'aws:kms' && (rule.BucketKeyEnabled ?? false);
    step.view.put(at.s3Bucket(Bucket), {
      ...theBucket(Bucket, step),
      encryption: { algorithm, keyId, bucketKey },
    });
    return undefined;
  },
});

const GetBucketEncryption = s3<InBucket, object>({
  name: 'GetBucketEncryption',
  readOnly: true,
  refusals: ['NoSuchBucket', 'PermanentRedirect'],
  exists: bucketFault,
  asks: onBucket('s3:GetEncryptionConfiguration'),
  members: ['Bucket'],
  run({ Bucket }, step) {
    const { algorithm, keyId, bucketKey } = theBucket(Bucket, step).encryption;
    const ApplyServerSideEncryptionByDefault = {
      SSEAlgorithm: algorithm,
      ...(keyId === undefined ? {} : { KMSMasterKeyID: keyId }),
    };
    return {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: bucketKey }],
      },
    };
  },
});

const PutBucketPolicy = s3<InBucket & { readonly Policy: string }>({
  name: 'PutBucketPolicy',
  refusals: ['NoSuchBucket', 'PermanentRedirect', 'MalformedPolicy'],
  exists: bucketFault,
  asks: onBucket('s3:PutBucketPolicy'),
  members: ['Bucket', 'Policy'],
  run({ Bucket, Policy }, step) {
    const document = parsePolicy(Policy, 'key');
    if (isRefusal(document)) return malformedPolicy(document.message);
    if (document.statements.some(({ resource }) => resource === undefined))
      return malformedPolicy('Missing required field Resource');
    step.view.put(at.s3Bucket(Bucket), { ...theBucket(Bucket, step), policy: Policy });
    return undefined;
  },
});

const GetBucketPolicy = s3<InBucket, object>({
  name: 'GetBucketPolicy',
  readOnly: true,
  refusals: ['NoSuchBucket', 'PermanentRedirect', 'NoSuchBucketPolicy'],
  exists: bucketFault,
  asks: onBucket('s3:GetBucketPolicy'),
  members: ['Bucket'],
  run({ Bucket }, step) {
    const { policy } = theBucket(Bucket, step);
    return policy === undefined
      ? refusal('NoSuchBucketPolicy', 'The bucket policy does not exist', 404)
      : { Policy: policy };
  },
});

const DeleteBucketPolicy = s3<InBucket>({
  name: 'DeleteBucketPolicy',
  refusals: ['NoSuchBucket', 'PermanentRedirect'],
  exists: bucketFault,
  asks: onBucket('s3:DeleteBucketPolicy'),
  members: ['Bucket'],
  run({ Bucket }, step) {
    step.view.put(at.s3Bucket(Bucket), { ...theBucket(Bucket, step), policy: undefined });
    return undefined;
  },
});

export const bucketOperations: readonly Operation[] = [
  CreateBucket,
  DeleteBucket,
  ListBuckets,
  PutBucketEncryption,
  GetBucketEncryption,
  PutBucketPolicy,
  GetBucketPolicy,
  DeleteBucketPolicy,
];
