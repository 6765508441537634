import type { Operation, Service } from '../../engine/index.ts';
import { makeService } from '../service.ts';
import shapes from '../shapes/s3.json';
import { bucketOperations } from './buckets.ts';
import { multipartOperations } from './multipart.ts';
import { notEncrypted, notThere, objectOperations } from './objects.ts';

export { largestBody } from './objects.ts';
export { bucketArn } from './sealing.ts';

/** As much of S3 as keys need: buckets with their policy and encryption, objects, uploads in parts. */
export const s3Operations: readonly Operation[] = [
  ...bucketOperations,
  ...objectOperations,
  ...multipartOperations,
];

export const s3Service: Service = makeService('s3', shapes, s3Operations, {
  denied: 'AccessDenied',
  deniedStatus: 403,
  invalid: 'InvalidArgument',
  unknown: 'MethodNotAllowed',
});

/** What PutObject may answer: for the services that put something here. */
export const s3Refusals: readonly string[] = [...notThere, ...notEncrypted, 'EntityTooLarge'];
