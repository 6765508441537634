/*
 * The cache of a client that goes on using a data key, as the caching materials manager of the AWS Encryption SDK does: the
 * same limits, looked at in the same order, so that both ask KMS equally often. A test runs the two beside each other.
 * Source: @aws-crypto/cache-material 4.2.4, caching_cryptographic_materials_decorators and
 * get_local_cryptographic_materials_cache.
 */

/** When a data key has served enough. */
export interface CacheLimits {
  /** It serves as long as it is not older. Virtual time; above 0. */
  readonly maxAgeSeconds: number;
  /** Messages under one data key, 1 at least. Undefined: the SDK's own bound. */
  readonly maxMessages?: number | undefined;
  /** Bytes of plaintext under one data key. Undefined: the SDK's own bound. */
  readonly maxBytes?: number | undefined;
  /** Data keys that are held at once; the one that was not used for longest goes first. Undefined: any number. */
  readonly capacity?: number | undefined;
}

/** @aws-crypto/serialize 4.2.4, Maximum: what one cached data key may never exceed. */
export const mostMessages = 2 ** 32;
export const mostBytes = Number.MAX_SAFE_INTEGER;

/** What a data key has served so far, the message that asks included. */
export interface Served {
  readonly ageSeconds: number;
  readonly messages: number;
  readonly bytes: number;
}

/** Exactly at a limit it still serves. */
export const isSpent = (
  { ageSeconds, messages, bytes }: Served,
  { maxAgeSeconds, maxMessages = mostMessages, maxBytes = mostBytes }: CacheLimits,
): boolean => ageSeconds > maxAgeSeconds || messages > maxMessages || bytes > maxBytes;

interface Held<K> {
  readonly key: K;
  /** Virtual time, in seconds. */
  readonly since: number;
  messages: number;
  bytes: number;
}

/** Data keys by what they may be used for. Asks no clock: whoever uses it says what time it is. */
export class DataKeyCache<K> {
  readonly #limits: CacheLimits;
  /** Longest unused first. */
  readonly #held = new Map<string, Held<K>>();

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#held.size;
  }

  /**
   * The data key that is held for `purpose`, when it may serve one message of `bytes` more. One that may not is forgotten.
   * @param messages what is counted against the limits: 1 to encrypt, 0 to decrypt, which only age ends
   * @param at virtual seconds
   */
  take(purpose: string, bytes: number, at: number, messages: 0 | 1 = 1): K | undefined {
    const held = this.#held.get(purpose);
    if (!held) return undefined;
    this.#held.delete(purpose);
    held.messages += messages;
    held.bytes += bytes * messages;
    if (isSpent({ ...held, ageSeconds: at - held.since }, this.#limits)) return undefined;
    this.#held.set(purpose, held);
    return held.key;
  }

  /** Holds a fresh data key, which has served one message; not when that is too much already. */
  put(purpose: string, key: K, bytes: number, at: number, messages: 0 | 1 = 1): void {
    const held: Held<K> = { key, since: at, messages, bytes: bytes * messages };
    if (isSpent({ ...held, ageSeconds: 0 }, this.#limits)) return;
    this.#held.set(purpose, held);
    const { capacity = Infinity } = this.#limits;
    for (const [longestUnused] of this.#held) {
      if (this.#held.size <= capacity) break;
      this.#held.delete(longestUnused);
    }
  }
}

/**
 * What data keys are kept apart by: two messages share one only with the same encryption context and algorithm suite. The
 * order of a context's members does not matter.
 */
export const purposeOf = (context: Readonly<Record<string, string>>, suite: string | undefined): string =>
  JSON.stringify([suite ?? null, Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** Of messages that come evenly, `gapSeconds` apart and of `bytes` each, how many one data key serves; 1 at least. */
export function messagesPerKey(limits: CacheLimits, gapSeconds: number, bytes: number): number {
  const { maxMessages = mostMessages, maxBytes = mostBytes, maxAgeSeconds } = limits;
  // Rounded: a hundred gaps of 0.1 s are ten seconds, not less.
  const byAge = gapSeconds > 0 ? Math.floor(Number((maxAgeSeconds / gapSeconds).toFixed(9))) + 1 : Infinity;
  const byBytes = bytes > 0 ? Math.floor(maxBytes / bytes) : Infinity;
  return Math.max(1, Math.min(maxMessages, byAge, byBytes));
}
