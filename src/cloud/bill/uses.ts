import type { TrailEvent } from '../../engine/index.ts';
import { isSeenFromOutside, keysOf, timeOf } from '../cloudtrail/who.ts';
import { classOf, type RequestClass } from './prices.ts';

/*
 * What is charged, read from the trail: requests, and the lives of keys.
 */

export interface RequestUse {
  readonly account: string;
  readonly region: string;
  readonly request: RequestClass;
  readonly operation: string;
  /** Undefined for requests about no key. */
  readonly key: string | undefined;
  readonly at: number;
  readonly n: number;
}

/** A key as the bill sees it: what the world tells of one that is there. */
export interface KeyFact {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly spec: string;
  /** AWS managed keys cost nothing to keep. */
  readonly manager: 'CUSTOMER' | 'AWS';
  readonly created: number;
}

export interface KeyLife extends KeyFact {
  readonly ended: number | undefined;
  /** Of a wait for deletion that was not taken back: from then on it costs nothing. */
  readonly freeFrom: number | undefined;
  readonly rotations: readonly number[];
}

/** OURS: a request that never reached KMS's work is not charged; any other is, refused or not (DryRun too: pricing.json). */
const notCharged: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'KMSInternalException',
  'DependencyTimeoutException',
]);

/** The account that pays is the one that calls; who calls in a service's name costs the owner of the key. */
export function isCharged(event: TrailEvent): boolean {
  return (
    event.eventSource === 'kms.amazonaws.com' &&
    event.eventType === 'AwsApiCall' &&
    !isSeenFromOutside(event) &&
    event.userIdentity['invokedBy'] !== 'kms.amazonaws.com' &&
    !notCharged.has(event.errorCode ?? '')
  );
}

export function useOf(event: TrailEvent, specs: ReadonlyMap<string, string>): RequestUse | undefined {
  if (!isCharged(event)) return undefined;
  const [key] = keysOf(event);
  const pair = event.requestParameters?.['keyPairSpec'];
  const spec = typeof pair === 'string' ? pair : key === undefined ? undefined : specs.get(key);
  return {
    account: event.recipientAccountId,
    region: event.awsRegion,
    request: classOf(event.eventName, spec),
    operation: event.eventName,
    key,
    at: timeOf(event),
    n: 1,
  };
}

/** Those that the world has, and those that only the trail remembers, deleted since. */
export function keyLives(facts: readonly KeyFact[], events: readonly TrailEvent[]): readonly KeyLife[] {
  const lives = new Map<string, KeyLife>(
    facts.map((fact) => [fact.arn, { ...fact, ended: undefined, freeFrom: undefined, rotations: [] }]),
  );
  const change = (arn: string, part: (life: KeyLife) => Partial<KeyLife>): void => {
    const life = lives.get(arn);
    if (life) lives.set(arn, { ...life, ...part(life) });
  };
  for (const event of events) {
    if (event.eventSource !== 'kms.amazonaws.com' || event.errorCode !== undefined) continue;
    if (isSeenFromOutside(event)) continue;
    const at = timeOf(event);
    const [arn] = keysOf(event);
    if (arn === undefined) continue;
    switch (event.eventName) {
      case 'CreateKey':
        if (!lives.has(arn)) lives.set(arn, born(event, arn, at));
        break;
      case 'ScheduleKeyDeletion':
        change(arn, () => ({ freeFrom: at }));
        break;
      case 'CancelKeyDeletion':
        // "Charged as if never scheduled when cancelled".
        change(arn, () => ({ freeFrom: undefined }));
        break;
      case 'DeleteKey':
        change(arn, () => ({ ended: at }));
        break;
      case 'RotateKey':
        change(arn, ({ rotations }) => ({ rotations: [...rotations, at] }));
        break;
    }
  }
  return [...lives.values()];
}

function born(event: TrailEvent, arn: string, created: number): KeyLife {
  const { keyMetadata } = (event.responseElements ?? {}) as {
    readonly keyMetadata?: { readonly keySpec?: string };
  };
  return {
    arn,
    account: event.resources[0]?.accountId ?? event.recipientAccountId,
    region: event.awsRegion,
    spec: keyMetadata?.keySpec ?? 'SYMMETRIC_DEFAULT',
    manager: 'CUSTOMER',
    created,
    ended: undefined,
    freeFrom: undefined,
    rotations: [],
  };
}

export const usesOf = (events: readonly TrailEvent[], lives: readonly KeyLife[]): readonly RequestUse[] => {
  const specs = new Map(lives.map(({ arn, spec }) => [arn, spec]));
  return events.map((event) => useOf(event, specs)).filter((use) => use !== undefined);
};
