import type { Around, HistoryEntry } from '../../../client/index.ts';

export interface WhatIf {
  /** S3 Bucket Keys for every object that is encrypted under a KMS key. */
  readonly bucketKeys: 'asTheyAre' | 'on' | 'off';
  /** Clients that call GenerateDataKey keep their data keys, within these limits. Undefined: they do not. */
  readonly cache: { readonly maxAgeSeconds: number; readonly maxMessages: number } | undefined;
  /** Queues use a data key again as long as SQS allows. */
  readonly reuseDay: boolean;
  /** The calls of each kind are spread over so many keys. Undefined: as they are. */
  readonly keys: number | undefined;
  /** Each call so often, spread over a month; at 1 as it was. */
  readonly times: number;
}

/** What the bill sorts into classes. */
type Recorded = Parameters<Around['classesOf']>[0][number];
export interface RecordedCall extends Recorded {
  readonly seq: number;
  readonly way: HistoryEntry['call']['way'];
  /** The KMS key that it was about, as the trail has it. */
  readonly key: string | undefined;
}
