import { refuse, type Refusal } from '../../engine/index.ts';

/*
 * S3's refusals, and how it words those of KMS. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */

const list = 'S3 API Reference, Error responses';

/** Refusals of KMS that its calls for S3 can bring. */
const fromKms = [
  'DisabledException',
  'KMSInvalidStateException',
  'NotFoundException',
  'ThrottlingException',
  'InvalidKeyUsageException',
  'InvalidCiphertextException',
  'KeyUnavailableException',
  'DependencyTimeoutException',
  'KMSInternalException',
  'ValidationException',
] as const;

/** What an operation that calls KMS may answer with. */
export const kmsRefusals: readonly string[] = ['AccessDenied', ...fromKms.map((name) => `KMS.${name}`)];

/**
 * S3 hands on what KMS said: a denial as its own AccessDenied with KMS's sentence, anything else as `KMS.` and the name
 * (seen in reports: KMS.DisabledException, KMS.NotFoundException, KMS.KMSInvalidStateException).
 * OURS: that all others are named alike, and that what KMS may say of a key store is worded as an invalid state.
 */
export function worded({ refused, message, because, status }: Refusal): Refusal {
  if (refused === 'AccessDeniedException') return refuse('AccessDenied', message, because, 403);
  const name = (fromKms as readonly string[]).includes(refused) ? refused : 'KMSInvalidStateException';
  return refuse(`KMS.${name}`, message, because, status);
}

export const noSuchBucket = (): Refusal =>
  refuse('NoSuchBucket', 'The specified bucket does not exist', list, 404);
export const noSuchKey = (): Refusal => refuse('NoSuchKey', 'The specified key does not exist.', list, 404);
export const noSuchUpload = (): Refusal =>
  refuse(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    list,
    404,
  );
export const invalidPart = (): Refusal =>
  refuse(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    list,
  );
export const invalidRequest = (message: string): Refusal => refuse('InvalidRequest', message, list);
export const invalidArgument = (message: string): Refusal => refuse('InvalidArgument', message, list);
export const malformedPolicy = (message: string): Refusal => refuse('MalformedPolicy', message, list);
export const wrongCustomerKey = (): Refusal =>
  refuse('AccessDenied', 'Access Denied', 'S3 user guide, ServerSideEncryptionCustomerKeys', 403);
/** OURS: records are small; S3 takes 5 GB in one request. */
export const tooLarge = (limit: number): Refusal =>
  refuse(
    'EntityTooLarge',
    `Your proposed upload exceeds the maximum allowed size: KMS Lab keeps up to ${limit} bytes in one request.`,
    list,
  );
/** An answer for another Region's bucket (301 with the endpoint in it). */
export const elsewhere = (region: string): Refusal =>
  refuse(
    'PermanentRedirect',
    `The bucket you are attempting to access must be addressed using the specified endpoint: s3.${region}.amazonaws.com.`,
    list,
    301,
  );
