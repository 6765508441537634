export { keyStoreQuota, quotaOf, symmetricBucket, type Quota } from './rates.ts';
export { take, type Level } from './take.ts';
export { asSet, setQuota } from './overrides.ts';
