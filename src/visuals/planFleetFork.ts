import { clientStates, rulesAt, sampleMs, sum, type Count, type FleetCourse } from '../flows/index.ts';
import { runSaid, type FleetBar, type FleetMoment } from './planFleet.ts';

/** What is said of two fleets beside each other: a fork and what it was forked from, one second and the one before. */

const perSecond = 1000 / sampleMs;
const samplesAt = (course: FleetCourse, time: number): number =>
  Math.max(0, Math.min(course.samples, Math.floor(time * perSecond + 1e-6)));

/** What two runs are compared by, in the order of the columns of a table. */
export const compared = ['sent', 'served', 'throttled', 'local', 'lost', 'waiting'] as const;
export type Compared = (typeof compared)[number];
const isCount = (name: Compared): name is Count => name !== 'waiting';

export interface ForkDifference {
  /** Virtual seconds at which the fork went its own way. */
  readonly from: number;
  /** Since then in either run; `waiting` is how many wait now. */
  readonly since: readonly { readonly name: Compared; readonly a: number; readonly b: number }[];
  /** Seconds in which either run counts something else than the other. */
  readonly seconds: ReadonlySet<number>;
}

/** @param from sample at which the second course turned away from the first */
export function forkDifference(
  a: FleetCourse,
  b: FleetCourse,
  from: number,
  bars: { readonly a: readonly FleetBar[]; readonly b: readonly FleetBar[] },
  time: number,
): ForkDifference {
  const since = (course: FleetCourse, name: Compared): number => {
    const to = samplesAt(course, time);
    if (isCount(name)) return sum(course.counts[name], Math.min(from, to), to);
    return to === 0 ? 0 : (course.waiting[to - 1] ?? 0);
  };
  return {
    from: from / perSecond,
    since: compared.map((name) => ({ name, a: since(a, name), b: since(b, name) })),
    seconds: new Set(
      bars.b
        .filter((bar, i) => compared.some((name) => bar[name] !== bars.a[i]?.[name]))
        .map(({ second }) => second),
    ),
  };
}

/** One sentence on a fork at a moment; undefined before it went its own way. */
export function forkSentence({ from, since }: ForkDifference, time: number): string {
  const at = `${from.toFixed(1)} s`;
  if (time < from - 1e-6) return `Up to ${at} run B is run A. There it goes its own way.`;
  if (time <= from + 1e-6)
    return `Here run B is forked off run A: the same jobs, the same bucket, the same waits so far. From here on its own cures hold.`;
  const of = (run: 'a' | 'b') => (name: Compared) => since.find((row) => row.name === name)?.[run] ?? 0;
  return `Since the fork at ${at}: run A ${runSaid(of('a'))}; run B ${runSaid(of('b'))}.`;
}

/** How things stood a second ago and stand now, and what happened in between: a picture that does not move. */
export interface FleetInterval {
  readonly second: number;
  readonly before: FleetStand;
  readonly after: FleetStand;
  readonly between: Readonly<Record<Count, number>>;
}
export interface FleetStand {
  /** Clients by how they look from outside. */
  readonly served: number;
  readonly waiting: number;
  readonly refused: number;
  /** Jobs between two attempts. */
  readonly jobs: number;
  /** Requests that the bucket holds. */
  readonly left: number;
}

function standAt(course: FleetCourse, samples: number): FleetStand {
  const { clients } = course.setting;
  const states = course.states.subarray(Math.max(0, samples - 1) * clients, samples * clients);
  const of = (state: number): number => states.reduce((n, s) => (s === state ? n + 1 : n), 0);
  return {
    served: of(clientStates.served),
    waiting: of(clientStates.waiting),
    refused: of(clientStates.refused),
    jobs: samples === 0 ? 0 : (course.waiting[samples - 1] ?? 0),
    left: samples === 0 ? course.setting.quota : (course.left[samples - 1] ?? 0),
  };
}

/** @param time virtual seconds; the interval is the second that ends there, or as much of it as there is */
export function fleetInterval(course: FleetCourse, time: number): FleetInterval {
  const to = samplesAt(course, time);
  const from = Math.max(0, Math.ceil(to / perSecond - 1) * perSecond);
  const of = (name: Count): number => sum(course.counts[name], from, to);
  return {
    second: from / perSecond,
    before: standAt(course, from),
    after: standAt(course, to),
    between: {
      sent: of('sent'),
      served: of('served'),
      throttled: of('throttled'),
      local: of('local'),
      lost: of('lost'),
    },
  };
}

/**
 * What one looks at now, as the picture names its parts: at the start and at the end the two bars of the race; at a fork
 * the chart of the run that begins; else the bucket that is empty and the chart of the run that is refused most.
 */
export function fleetSpots(
  moments: { readonly a: FleetMoment; readonly b: FleetMoment },
  courses: { readonly a: FleetCourse; readonly b: FleetCourse },
  time: number,
  fork: number | undefined,
): readonly string[] {
  const samples = samplesAt(courses.a, time);
  if (samples === 0 || samples >= courses.a.totalSamples) return ['race'];
  if (fork !== undefined && samples >= fork && samples < fork + perSecond) return ['b-chart'];
  const refused = (run: 'a' | 'b'): number => moments[run].bars.at(-1)?.throttled ?? 0;
  const isEmpty = (run: 'a' | 'b'): boolean =>
    moments[run].totals.left < rulesAt(courses[run].setting, samples - 1).quota / 100;
  const most = refused('a') >= refused('b') ? 'a' : 'b';
  if (refused(most) > 0) return [`${most}-chart`, ...(isEmpty(most) ? [`${most}-bucket`] : [])];
  const waits = (['a', 'b'] as const).filter((run) => moments[run].totals.waiting > 0);
  return waits.length > 0 ? waits.map((run) => `${run}-dots`) : ['a-bucket', 'b-bucket'];
}
