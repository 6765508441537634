/* Messages encrypted with and without a cache of data keys: a chunk of its own, asked for by `loadCaching`. */
export { requestsOf, runCaching, RunRefused } from './run.ts';
export { exposureOf, type Exposure } from './exposure.ts';
export { letter } from './setting.ts';
export type { CachingPlace, CachingRun, CachingSetting, Outcome } from './setting.ts';
