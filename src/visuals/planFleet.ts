import {
  clientStates,
  rulesAt,
  sampleMs,
  sum,
  type Count,
  type FleetCourse,
  type FleetRules,
} from '../flows/index.ts';
import { count, plural } from './words.ts';

/** What a picture of a fleet shows at one moment, and its table: sums over the course's samples, nothing of its own. */

const perSecond = 1000 / sampleMs;

export interface FleetTotals extends Readonly<Record<Count, number>> {
  readonly waiting: number;
  /** Jobs that have come, done or not. */
  readonly arrived: number;
  readonly left: number;
}
export interface FleetBar {
  readonly second: number;
  readonly sent: number;
  readonly served: number;
  readonly throttled: number;
  readonly local: number;
  readonly lost: number;
  /** Jobs between two attempts at the end of it. */
  readonly waiting: number;
  /** 0 to 1: how much of the second is over. */
  readonly part: number;
}
export interface FleetMoment {
  readonly totals: FleetTotals;
  readonly bars: readonly FleetBar[];
  readonly dots: Readonly<Record<'served' | 'waiting' | 'refused' | 'idle', number>>;
  /** One of `clientStates` for each client. */
  readonly states: Uint8Array;
}

const counts: readonly Count[] = ['sent', 'served', 'throttled', 'local', 'lost'];

/** Seconds that are over stay as they are: the same objects each time, so that a chart draws only what is new. */
const wholeBars = new WeakMap<FleetCourse, (FleetBar | undefined)[]>();

/** @param time virtual seconds; what the course has not computed yet is not shown */
export function fleetMoment(course: FleetCourse, time: number): FleetMoment {
  const samples = Math.max(0, Math.min(course.samples, Math.floor(time * perSecond + 1e-6)));
  const last = samples - 1;
  const of = (from: number, to: number) =>
    Object.fromEntries(counts.map((name) => [name, sum(course.counts[name], from, to)])) as Record<
      Count,
      number
    >; // the five
  const totals = of(0, samples);
  const waiting = last < 0 ? 0 : (course.waiting[last] ?? 0);
  const bars: FleetBar[] = [];
  const kept = wholeBars.get(course) ?? [];
  wholeBars.set(course, kept);
  for (let second = 0; second * perSecond < samples; second += 1) {
    const to = Math.min(samples, (second + 1) * perSecond);
    const isWhole = to === (second + 1) * perSecond;
    const bar = (isWhole && kept[second]) || {
      second,
      ...of(second * perSecond, to),
      waiting: course.waiting[to - 1] ?? 0,
      part: (to - second * perSecond) / perSecond,
    };
    if (isWhole) kept[second] = bar;
    bars.push(bar);
  }
  const { clients } = course.setting;
  const states =
    last < 0 ? new Uint8Array(clients) : course.states.subarray(last * clients, samples * clients);
  const dots = { idle: 0, served: 0, waiting: 0, refused: 0 };
  const names = Object.entries(clientStates) as [keyof typeof dots, number][];
  for (const state of states) {
    const name = names.find(([, value]) => value === state)?.[0] ?? 'idle';
    dots[name] += 1;
  }
  return {
    totals: {
      ...totals,
      waiting,
      arrived: totals.served + totals.local + totals.lost + waiting,
      left: last < 0 ? course.setting.quota : (course.left[last] ?? 0),
    },
    bars,
    dots,
    states,
  };
}

/** The highest second that the course has so far: the scale of its chart. */
export function peakOf(course: FleetCourse): number {
  let peak = Math.max(course.setting.quota, course.setting.turn?.quota ?? 0);
  for (let from = 0; from < course.samples; from += perSecond)
    peak = Math.max(
      peak,
      sum(course.counts.sent, from, Math.min(course.samples, from + perSecond)),
      course.waiting[Math.min(course.samples, from + perSecond) - 1] ?? 0,
    );
  return peak;
}

const retrySaid = {
  none: 'no second attempt',
  atOnce: 'again at once',
  backOff: 'exponential back-off',
  fullJitter: 'back-off with full jitter',
} as const;

export function settingSaid({ setting }: FleetCourse): string {
  const { turn } = setting;
  return turn
    ? `as run A until ${(turn.sample / perSecond).toFixed(1)} s, then ${rulesSaid(turn)}`
    : rulesSaid(setting);
}
function rulesSaid(setting: FleetRules): string {
  return [
    setting.retry === 'none'
      ? retrySaid.none
      : `${retrySaid[setting.retry]}, ${plural(setting.attempts, 'attempt')}`,
    setting.bucketKeys
      ? 'Bucket Keys'
      : setting.dataKeyCache
        ? `data key cache of ${count(setting.dataKeyCache.uses)} uses`
        : undefined,
    `quota ${count(setting.quota)}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** What a run came to, in as few words as a telephone has room for. */
export function runSaid(of: (name: Count | 'waiting') => number): string {
  const [lost, waiting] = [of('lost'), of('waiting')];
  const parts = [
    `${plural(of('sent'), 'call')} for ${plural(of('served') + of('local'), 'job')} done`,
    lost > 0 ? `${count(lost)} lost` : 'none lost',
    ...(waiting > 0 ? [`${count(waiting)} waiting`] : []),
  ];
  return parts.join(', ');
}

/** One sentence on both runs at a moment. */
export function raceSentence(a: FleetMoment, b: FleetMoment, time: number, isOver: boolean): string {
  if (time <= 0)
    return 'Two fleets with the same jobs, each against a quota of its own. Run A as it is, run B with the cures that are switched on.';
  const of = (name: string, { totals }: FleetMoment) => `Run ${name}: ${runSaid((what) => totals[what])}.`;
  const throttled = a.totals.throttled + b.totals.throttled;
  if (throttled === 0)
    return `${of('A', a)} ${of('B', b)} Nothing is throttled${isOver ? '' : ' so far'}: the quota is wide enough for both.`;
  return `${of('A', a)} ${of('B', b)}`;
}

/** Holds a moment against the course by another way than it was made: answers what is wrong. */
export function checkFleet(moment: FleetMoment, course: FleetCourse, time: number): readonly string[] {
  const problems: string[] = [];
  const expect = (what: string, got: number, wanted: number) => {
    if (got !== wanted) problems.push(`${what}: the picture shows ${got}, the course says ${wanted}`);
  };
  for (const name of counts) {
    let total = 0;
    course.counts[name].forEach((n, sample) => {
      if (sample < Math.min(course.samples, Math.floor(time * perSecond + 1e-6))) total += n;
    });
    expect(name, moment.totals[name], total);
    expect(
      `bars of ${name}`,
      moment.bars.reduce((sumOf, bar) => sumOf + bar[name], 0),
      total,
    );
  }
  expect('sent', moment.totals.sent, moment.totals.served + moment.totals.throttled);
  expect('clients', moment.states.length, course.setting.clients);
  for (const bar of moment.bars) {
    // The quota at its end, or at its start where that is more: a fork may have lowered it in between.
    const quotaIn = (sample: number) => rulesAt(course.setting, sample).quota;
    const quota = Math.max(quotaIn(bar.second * perSecond), quotaIn((bar.second + 1) * perSecond - 1));
    if (bar.second > 0 && bar.served > 2 * quota)
      problems.push(`second ${bar.second} serves ${bar.served}, more than any bucket of ${quota}`);
  }
  return problems;
}
