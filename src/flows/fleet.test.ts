import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backOff,
  dice,
  Fleet,
  fleetCourse,
  roundTripMs,
  sampleMs,
  sum,
  type FleetRules,
  type FleetSetting,
} from './fleet.ts';

const setting: FleetSetting = {
  clients: 40,
  jobsPerSecond: 1000,
  loadSeconds: 4,
  seconds: 8,
  quota: 400,
  retry: 'fullJitter',
  attempts: 5,
  dataKeyCache: undefined,
  bucketKeys: false,
  seed: 7,
};

/** The same fleet once more, by plain objects, a sorted list and arithmetic of its own: shares nothing with the heap. */
function reference(s: FleetSetting) {
  const draw = dice(s.seed);
  interface Event {
    readonly time: number;
    readonly kind: number;
    readonly order: number;
    readonly attempt: number;
    readonly client: number;
  }
  const list: Event[] = [];
  for (let job = 0; job < s.jobsPerSecond * s.loadSeconds; job += 1)
    list.push({
      time: Math.floor((job * 1000) / s.jobsPerSecond),
      kind: 0,
      order: job,
      attempt: 1,
      client: job % s.clients,
    });
  const caches = new Map<number, { left: number; until: number }>();
  const total = { sent: 0, served: 0, throttled: 0, local: 0, lost: 0, waiting: 0 };
  let [tokens, last, order] = [Math.max(1, s.quota), 0, 0];
  let rules: FleetRules = s;
  const refill = (time: number) => {
    tokens = Math.min(Math.max(1, rules.quota), tokens + ((time - last) / 1000) * rules.quota);
    last = time;
  };
  const turnAt = s.turn && s.turn.sample * sampleMs;
  while (list.length > 0) {
    const event = list.shift() as Event;
    if (event.time >= s.seconds * 1000) {
      total.waiting += event.kind;
      continue;
    }
    if (s.turn && turnAt !== undefined && rules === s && event.time >= turnAt) {
      refill(turnAt);
      const cacheOf = (r: FleetRules) => JSON.stringify([r.bucketKeys, r.dataKeyCache]);
      if (cacheOf(s) !== cacheOf(s.turn)) caches.clear();
      rules = s.turn;
    }
    const cache = caches.get(event.client);
    if (event.attempt === 1 && cache && cache.left > 0 && event.time < cache.until) {
      cache.left -= 1;
      total.local += 1;
      continue;
    }
    refill(event.time);
    total.sent += 1;
    if (tokens >= 1) {
      tokens -= 1;
      total.served += 1;
      if (rules.bucketKeys) caches.set(event.client, { left: Infinity, until: event.time + 60_000 });
      else if (rules.dataKeyCache)
        caches.set(event.client, {
          left: rules.dataKeyCache.uses - 1,
          until: event.time + rules.dataKeyCache.seconds * 1000,
        });
      continue;
    }
    total.throttled += 1;
    if (rules.retry === 'none' || event.attempt >= rules.attempts) {
      total.lost += 1;
      continue;
    }
    const cap = Math.min(20_000, 250 * 2 ** (event.attempt - 1));
    const wait = rules.retry === 'atOnce' ? 10 : rules.retry === 'backOff' ? cap : Math.round(draw() * cap);
    const again = { ...event, time: event.time + wait, kind: 1, order: order++, attempt: event.attempt + 1 };
    const at = list.findIndex(
      (e) =>
        e.time > again.time ||
        (e.time === again.time && (e.kind > again.kind || (e.kind === again.kind && e.order > again.order))),
    );
    list.splice(at < 0 ? list.length : at, 0, again);
  }
  return total;
}
function totals(s: FleetSetting) {
  const course = fleetCourse(s);
  const all = (of: Uint32Array) => sum(of, 0, course.samples);
  const { sent, served, throttled, local, lost } = course.counts;
  return {
    sent: all(sent),
    served: all(served),
    throttled: all(throttled),
    local: all(local),
    lost: all(lost),
    waiting: course.waiting.at(-1) ?? 0,
  };
}

const rules = {
  quota: fc.integer({ min: 1, max: 500 }),
  retry: fc.constantFrom('none', 'atOnce', 'backOff', 'fullJitter') as fc.Arbitrary<FleetSetting['retry']>,
  attempts: fc.integer({ min: 1, max: 9 }),
  dataKeyCache: fc.option(
    fc.record({ uses: fc.integer({ min: 1, max: 50 }), seconds: fc.integer({ min: 1, max: 5 }) }),
    { nil: undefined },
  ),
  bucketKeys: fc.boolean(),
};
const settings = fc.record({
  clients: fc.integer({ min: 1, max: 60 }),
  jobsPerSecond: fc.integer({ min: 1, max: 900 }),
  loadSeconds: fc.integer({ min: 1, max: 3 }),
  seconds: fc.integer({ min: 3, max: 6 }),
  ...rules,
  seed: fc.integer(),
});

describe('the fleet', () => {
  it('[REF] has the totals of a plain reference computation, whatever the setting', () => {
    fc.assert(
      fc.property(settings, (s) => {
        expect(totals(s)).toEqual(reference(s));
      }),
      { numRuns: 60 },
    );
  });

  const turns = fc.record({ ...rules, sample: fc.integer({ min: 1, max: 29 }) });
  it('[FORK] turned at any moment: the plain reference computation again, and until then the same fleet', () => {
    fc.assert(
      fc.property(settings, turns, (s, turn) => {
        expect(totals({ ...s, turn })).toEqual(reference({ ...s, turn }));
        const [was, fork] = [fleetCourse(s), fleetCourse({ ...s, turn })];
        for (const name of ['sent', 'served', 'throttled', 'local', 'lost'] as const)
          expect(fork.counts[name].subarray(0, turn.sample)).toEqual(
            was.counts[name].subarray(0, turn.sample),
          );
        const states = turn.sample * s.clients;
        expect(fork.states.subarray(0, states)).toEqual(was.states.subarray(0, states));
        // A turn to the same rules is none.
        expect(totals({ ...s, turn: { ...s, sample: turn.sample } })).toEqual(totals(s));
      }),
      { numRuns: 60 },
    );
  });

  it('a turn outside the run is refused with its place', () => {
    for (const sample of [0, 80, 1.5])
      expect(() => fleetCourse({ ...setting, turn: { ...setting, sample } })).toThrow(/"turn\.sample"/);
  });

  it('the reference can fail: another wait, another total', () => {
    expect(totals(setting)).toEqual(reference(setting));
    expect(totals(setting)).not.toEqual(reference({ ...setting, retry: 'backOff' }));
  });

  it('[BUCKET] serves no more in any virtual second than the bucket held at its start and was refilled with', () => {
    fc.assert(
      fc.property(settings, (s) => {
        const course = fleetCourse(s);
        const perSecond = 1000 / sampleMs;
        for (let at = 0; at + perSecond <= course.samples; at += 1) {
          const held = at === 0 ? Math.max(1, s.quota) : (course.left[at - 1] ?? 0);
          expect(sum(course.counts.served, at, at + perSecond)).toBeLessThanOrEqual(held + s.quota + 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('an overload that lasts is served at the quota exactly, second by second, once the bucket is empty', () => {
    const course = fleetCourse({ ...setting, loadSeconds: 8, retry: 'none' });
    const second = (n: number) => sum(course.counts.served, n * 10, n * 10 + 10);
    expect([2, 3, 4, 5, 6, 7].map(second)).toEqual([400, 400, 400, 400, 400, 400]);
  });

  it('every job is somewhere: served, served without a call, lost, or waiting', () => {
    fc.assert(
      fc.property(settings, (s) => {
        const t = totals(s);
        const arrived = Math.min(s.loadSeconds, s.seconds) * s.jobsPerSecond;
        expect(t.served + t.local + t.lost + t.waiting).toBe(arrived);
        expect(t.sent).toBe(t.served + t.throttled);
      }),
      { numRuns: 40 },
    );
  });

  it('in slices or at once: the same course', () => {
    const whole = fleetCourse(setting);
    const slices = new Fleet(setting);
    while (!slices.done) slices.run(7);
    expect(slices.states).toEqual(whole.states);
    expect(slices.counts).toEqual(whole.counts);
  });

  it.each([
    [
      'full jitter loses less than trying again at once',
      { retry: 'fullJitter' },
      { retry: 'atOnce' },
      'lost',
    ],
    ['a data key cache sends less', { dataKeyCache: { uses: 100, seconds: 60 } }, {}, 'sent'],
    ['Bucket Keys send less', { bucketKeys: true }, {}, 'sent'],
    ['a higher quota throttles less', { quota: 2000 }, {}, 'throttled'],
  ] as const)('cure: %s', (_, cured, ill, what) => {
    const load = { ...setting, quota: 500, loadSeconds: 3, attempts: 9 };
    expect(totals({ ...load, ...cured })[what]).toBeLessThan(totals({ ...load, ...ill })[what]);
  });

  it('says which figure it cannot use', () => {
    expect(() => fleetCourse({ ...setting, jobsPerSecond: 20_001 })).toThrow('"jobsPerSecond"');
    expect(() => fleetCourse({ ...setting, quota: 0 })).toThrow('"quota"');
  });

  it('waits are those of the guide: whole milliseconds, doubled up to a cap', () => {
    expect(roundTripMs).toBe(10);
    expect(backOff.baseMs * 2 ** 3).toBe(2000);
  });
});
