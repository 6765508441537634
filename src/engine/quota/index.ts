export { quotaOf, symmetricBucket } from './rates.ts';
export { take, type Level } from './take.ts';
