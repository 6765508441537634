import { refuse, type Refusal } from '../../engine/index.ts';

/* CloudTrail's refusals. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */

const list = 'CloudTrail API Reference, Errors';

// The names are the API's; OURS: the sentences, of which no recording was seen.
export const oneAttribute = (): Refusal =>
  refuse('InvalidLookupAttributesException', 'You can specify only one lookup attribute.', list);
export const wrongRange = (): Refusal =>
  refuse('InvalidTimeRangeException', 'Start time must be before end time.', list);
export const wrongToken = (): Refusal => refuse('InvalidNextTokenException', 'Invalid token.', list);
export const tooFast = (): Refusal => refuse('ThrottlingException', 'Rate exceeded', list);
export const noTrail = (name: string): Refusal =>
  refuse('TrailNotFoundException', `Unknown trail: ${name}`, list);
export const trailExists = (name: string): Refusal =>
  refuse('TrailAlreadyExistsException', `Trail ${name} already exists.`, list);
export const wrongSelectors = (): Refusal =>
  refuse(
    'InvalidEventSelectorsException',
    'ExcludeManagementEventSources takes kms.amazonaws.com and rdsdata.amazonaws.com.',
    list,
  );
export const tooManyTrails = (account: string): Refusal =>
  refuse('MaximumNumberOfTrailsExceededException', `User: ${account} already has 5 trails.`, list);
export const noBucket = (bucket: string): Refusal =>
  refuse('S3BucketDoesNotExistException', `S3 bucket ${bucket} does not exist!`, list);
export const bucketPolicy = (bucket: string): Refusal =>
  refuse(
    'InsufficientS3BucketPolicyException',
    `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
    list,
  );

/** What can be wrong with where a trail writes, and by which key. */
export const refusalsOfDestination: readonly string[] = [
  'S3BucketDoesNotExistException',
  'InsufficientS3BucketPolicyException',
  'InsufficientEncryptionPolicyException',
  'InvalidKmsKeyIdException',
  'KmsKeyNotFoundException',
  'KmsException',
  'ThrottlingException',
];

/**
 * How CloudTrail words a no of KMS to a test of a key. The API Reference's descriptions of its errors say which is for what;
 * KmsKeyDisabledException "is no longer in use".
 */
export function fromKms({ refused, message, because }: Refusal): Refusal {
  switch (refused) {
    case 'AccessDeniedException':
      return refuse(
        'InsufficientEncryptionPolicyException',
        'Insufficient permissions to access S3 bucket or KMS key.',
        because,
      );
    case 'NotFoundException':
      return refuse(
        'KmsKeyNotFoundException',
        'The KMS key does not exist, or is not in the Region of the S3 bucket.',
        because,
      );
    case 'ValidationException':
      return refuse('InvalidKmsKeyIdException', message, because);
    case 'ThrottlingException':
      return refuse('ThrottlingException', message, because);
    default:
      return refuse('KmsException', message, because);
  }
}
