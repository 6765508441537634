import type { EpochMs } from '../model/index.ts';

export interface Level {
  readonly tokens: number;
  readonly at: EpochMs;
}

/**
 * Takes `n` requests from a token bucket that holds `rate` and is refilled at `rate` a second of virtual time.
 * One pure function for single calls and for simulations of whole fleets.
 * OURS: AWS says "requests in a one-second interval"; a bucket of one second's size is the usual form of that.
 * @param level what was left when it was last asked; undefined for a bucket never asked (full).
 * @returns whether all `n` were served, and the level after.
 */
export function take(
  level: Level | undefined,
  rate: number,
  at: EpochMs,
  n: number,
): { readonly served: boolean; readonly level: Level } {
  // A rate below one a second still holds one request.
  const size = Math.max(1, rate);
  const before = level ?? { tokens: size, at };
  // Virtual time may be set back by undo; a bucket never loses by that.
  const elapsed = Math.max(0, at - before.at) / 1000;
  const tokens = Math.min(size, before.tokens + elapsed * rate);
  return tokens >= n
    ? { served: true, level: { tokens: tokens - n, at } }
    : { served: false, level: { tokens, at } };
}
