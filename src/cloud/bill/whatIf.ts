import { DataKeyCache, messagesPerKey, type CacheLimits } from '../caching/index.ts';
import type { RequestUse } from './uses.ts';

/*
 * What many equal calls ask of KMS, found by making few of them. Two calls of a kind differ only by what the service holds
 * when they come: nothing, or a key from an earlier one. Each of these two is executed once; how many there are of each
 * follows from how long a key is held.
 */

/** Makes the call once, `seconds` after the last one, and answers what it asked of KMS. */
export type MakeOne = (afterSeconds: number) => Promise<readonly RequestUse[]>;

export interface Repetition {
  readonly n: number;
  /** The time over which they are spread evenly. */
  readonly seconds: number;
  /** How long the service holds a key: 3,600 of a bucket key, 300 of a queue. Not asked when nothing is held. */
  readonly holdSeconds: number;
  /** Of a client's own cache instead: its age counts, and so does what a data key may serve. */
  readonly limits?: CacheLimits | undefined;
}

export interface Repeated {
  /** With counts multiplied. */
  readonly uses: readonly RequestUse[];
  /** The kinds of call that were executed, and how many of each there are. */
  readonly classes: readonly { readonly holds: boolean; readonly n: number; readonly requests: number }[];
  readonly requests: number;
}

/**
 * Of `n` calls, those that find nothing held: the first, and each first one after a key's time is over.
 * @returns at least 1
 */
export function fresh({ n, seconds, holdSeconds, limits }: Repetition): number {
  const gap = seconds / n;
  if (limits) return Math.ceil(n / messagesPerKey(limits, gap, 0));
  // The k-th call after a fresh one comes k gaps later, and finds the key while that is less than its time.
  const perKey = Math.max(1, Math.ceil(Number((holdSeconds / gap).toFixed(9))));
  return Math.ceil(n / perKey);
}

export async function repeated(make: MakeOne, repetition: Repetition): Promise<Repeated> {
  const { n } = repetition;
  const first = await make(0);
  // Soon enough to find what the first has left.
  const second =
    n === 1 ? first : await make(Math.min(1, repetition.seconds / n, repetition.holdSeconds / 2));
  const misses = second.length === first.length ? n : fresh(repetition);
  const hits = n - misses;
  const times = (uses: readonly RequestUse[], by: number): readonly RequestUse[] =>
    by === 0 ? [] : uses.map((use) => ({ ...use, n: use.n * by }));
  return {
    uses: [...times(first, misses), ...times(second, hits)],
    classes: [
      { holds: false, n: misses, requests: first.length },
      ...(hits > 0 ? [{ holds: true, n: hits, requests: second.length }] : []),
    ],
    requests: first.length * misses + second.length * hits,
  };
}

/**
 * A client that goes on using a data key, as the Encryption SDK's caching manager does, within the same limits (a test in
 * src/client/caching holds the cache against the real one). While one serves, it makes no call.
 */
export function cachingClient(make: MakeOne, limits: CacheLimits): MakeOne {
  const cache = new DataKeyCache<true>(limits);
  let now = 0;
  /** Of that, what the world has not seen pass yet. */
  let behind = 0;
  return async (afterSeconds) => {
    now += afterSeconds;
    behind += afterSeconds;
    if (cache.take('', 0, now)) return [];
    const uses = await make(behind);
    behind = 0;
    cache.put('', true, 0, now);
    return uses;
  };
}

/** A call of the past, as the journal keeps it. */
export interface RecordedCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly principal: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly at: number;
  /** The exception, when it was refused. */
  readonly refused: string | undefined;
}
export interface CallClass<C extends RecordedCall> {
  readonly sample: C;
  readonly n: number;
  /** From the first to the last, at least one second. */
  readonly seconds: number;
}

/** What a call is about; two objects of one bucket are of one class. */
const abouts = [
  'Bucket',
  'QueueUrl',
  'TopicArn',
  'SecretId',
  'TableName',
  'FunctionName',
  'StreamName',
  'Name',
  'logGroupName',
  'KeyId',
] as const;
/** What decides how it asks KMS, and how that is charged. */
const settings = [
  'KeySpec',
  'KeyPairSpec',
  'ServerSideEncryption',
  'SSEKMSKeyId',
  'BucketKeyEnabled',
  'KmsKeyId',
  'Type',
  'Encrypted',
  'WithDecryption',
] as const;

export const aboutOf = (input: RecordedCall['input']): string => {
  const about = abouts.map((member) => input[member]).find((value) => typeof value === 'string');
  return typeof about === 'string' ? about : '';
};

/** Calls that differ in nothing that the bill could notice, most frequent first. */
export function classesOf<C extends RecordedCall>(calls: readonly C[]): readonly CallClass<C>[] {
  const classes = new Map<string, { sample: C; n: number; first: number; last: number }>();
  for (const call of calls) {
    const { service, operation, region, principal, input, refused } = call;
    const set = settings.map((member) => input[member] ?? null);
    const name = JSON.stringify([service, operation, region, principal, refused, aboutOf(input), ...set]);
    const known = classes.get(name);
    if (!known) classes.set(name, { sample: call, n: 1, first: call.at, last: call.at });
    else {
      known.n += 1;
      known.first = Math.min(known.first, call.at);
      known.last = Math.max(known.last, call.at);
      // The newest: the world had most of what it has now.
      if (call.at >= known.sample.at) known.sample = call;
    }
  }
  return [...classes.values()]
    .map(({ sample, n, first, last }) => ({ sample, n, seconds: Math.max(1, (last - first) / 1000) }))
    .toSorted((a, b) => b.n - a.n);
}
