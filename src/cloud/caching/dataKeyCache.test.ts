import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleetCourse } from '../../flows/index.ts';
import { DataKeyCache, messagesPerKey, purposeOf } from './dataKeyCache.ts';

const limitsOf = fc.record({
  maxAgeSeconds: fc.integer({ min: 1, max: 40 }),
  maxMessages: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  maxBytes: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined }),
});

/** Asked for a data key `n` times, `gap` seconds apart: how often none was there. */
function misses(
  limits: ConstructorParameters<typeof DataKeyCache>[0],
  n: number,
  gap: number,
  bytes: number,
) {
  const cache = new DataKeyCache<true>(limits);
  let found = 0;
  for (let i = 0; i < n; i += 1) {
    if (cache.take('', bytes, i * gap)) continue;
    found += 1;
    cache.put('', true, bytes, i * gap);
  }
  return found;
}

describe('a cache of data keys', () => {
  it('messages that come evenly: what one data key serves, by a sum, is what it serves one by one', () => {
    fc.assert(
      fc.property(
        limitsOf,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 500 }),
        (limits, n, gap, bytes) => {
          expect(misses(limits, n, gap, bytes)).toBe(Math.ceil(n / messagesPerKey(limits, gap, bytes)));
        },
      ),
    );
  });

  it('what has the same context in another order shares a data key; another suite does not', () => {
    expect(purposeOf({ a: '1', b: '2' }, undefined)).toBe(purposeOf({ b: '2', a: '1' }, undefined));
    expect(purposeOf({ a: '1' }, undefined)).not.toBe(purposeOf({ a: '1' }, 'signed'));
    expect(purposeOf({ a: '1,b:2' }, undefined)).not.toBe(purposeOf({ a: '1', b: '2' }, undefined));
  });

  it('the one that was not used for longest goes first', () => {
    const cache = new DataKeyCache<string>({ maxAgeSeconds: 100, capacity: 2 });
    cache.put('a', 'A', 1, 0);
    cache.put('b', 'B', 1, 0);
    expect(cache.take('a', 1, 1)).toBe('A');
    cache.put('c', 'C', 1, 1);
    expect([cache.take('a', 1, 2), cache.take('b', 1, 2), cache.take('c', 1, 2)]).toEqual([
      'A',
      undefined,
      'C',
    ]);
  });

  it('a throttled fleet’s clients hold theirs by the same rule', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        (age, uses, jobsPerSecond) => {
          const { counts } = fleetCourse({
            quota: 1000,
            retry: 'none',
            attempts: 1,
            // The fleet's ends at its age, this one after it: between two milliseconds both are the same.
            dataKeyCache: { uses, seconds: age + 0.0005 },
            bucketKeys: false,
            clients: 1,
            jobsPerSecond,
            loadSeconds: 30,
            seconds: 30,
            seed: 1,
          });
          const limits = { maxAgeSeconds: age + 0.0005, maxMessages: uses };
          const served = counts.served.reduce((sum, n) => sum + n, 0);
          const cache = new DataKeyCache<true>(limits);
          let asked = 0;
          for (let job = 0; job < 30 * jobsPerSecond; job += 1) {
            const at = Math.floor((job * 1000) / jobsPerSecond) / 1000;
            if (cache.take('', 0, at)) continue;
            asked += 1;
            cache.put('', true, 0, at);
          }
          expect(served).toBe(asked);
        },
      ),
    );
  });
});
