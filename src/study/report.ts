import { examMs, recallAt, remember } from './review.ts';
import { inTime, type Answered, type StudyEvent, type StudySettings } from './progress.ts';

/*
 * An honest report: intervals instead of points, silence where there is too little, and no number that looks like an
 * exam's score. This tool covers KMS only and cannot tell whether somebody will pass.
 */
export const enough = 15;
export const defaultBar = 70;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's interval: honest for few answers, and never outside 0 to 1. `z` 1.645 is 90 %. */
export function wilson(right: number, n: number, z = 1.645): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const p = right / n;
  const d = 1 + (z * z) / n;
  const middle = (p + (z * z) / (2 * n)) / d;
  const half = (z / d) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

export type Standing = 'meets' | 'near' | 'needsWork' | 'notEnough';

export interface Line {
  readonly id: string;
  /** Different variations, first attempts only. */
  readonly n: number;
  readonly right: number;
  readonly interval: Interval;
  readonly standing: Standing;
  readonly last: number | undefined;
  /** On the day of the exam, else today; as FSRS sees it. */
  readonly recall: number | undefined;
}

export interface TrapLine {
  readonly trap: number;
  readonly wrong: number;
  readonly of: number;
  /** The newest item in which it was fallen for. */
  readonly item: string;
  readonly seed: number;
}

export interface Report {
  readonly ideas: readonly Line[];
  readonly groups: readonly Line[];
  readonly topics: readonly Line[];
  /** Fallen for more than once, the worst first. */
  readonly traps: readonly TrapLine[];
  /** The most useful list of the last week. */
  readonly sureButWrong: readonly TrapLine[];
  readonly answered: number;
  readonly labsSolved: readonly string[];
  readonly exams: readonly Extract<StudyEvent, { kind: 'exam' }>[];
}

/** First attempts at a variation: what was seen before says how well it is remembered, not how well it is known. */
function firstAttempts(events: readonly StudyEvent[]): readonly Answered[] {
  const seen = new Set<string>();
  return inTime(events).filter((event): event is Answered => {
    if (event.kind !== 'answered' || event.outcome === 'unchecked') return false;
    const key = `${event.item} ${event.version} ${event.seed}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const standingOf = ({ low, high }: Interval, n: number, bar: number): Standing =>
  n < enough ? 'notEnough' : low >= bar ? 'meets' : high < bar ? 'needsWork' : 'near';

export function reportOf(events: readonly StudyEvent[], settings: StudySettings, now: number): Report {
  const first = firstAttempts(events);
  const bar = (settings.bar ?? defaultBar) / 100;
  const memories = remember(events);
  const day = examMs(settings.examDate);
  const lines = (keysOf: (each: Answered) => readonly string[], memory: boolean): readonly Line[] => {
    const by = new Map<string, Answered[]>();
    for (const each of first) for (const key of keysOf(each)) by.set(key, [...(by.get(key) ?? []), each]);
    return [...by]
      .map(([id, list]): Line => {
        const right = list.filter(({ outcome }) => outcome === 'right').length;
        const interval = wilson(right, list.length);
        const card = memory ? memories.get(`idea:${id}`) : undefined;
        return {
          id,
          n: list.length,
          right,
          interval,
          standing: standingOf(interval, list.length, bar),
          last: list.at(-1)?.at,
          recall: card && recallAt(card, day !== undefined && day > now ? day : now),
        };
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const fallen = (which: (each: Answered) => boolean, least: number): readonly TrapLine[] => {
    const by = new Map<number, Answered[]>();
    for (const event of inTime(events))
      if (event.kind === 'answered' && event.outcome !== 'unchecked')
        for (const trap of event.traps) by.set(trap, [...(by.get(trap) ?? []), event]);
    return [...by]
      .flatMap(([trap, list]): readonly TrapLine[] => {
        const wrong = list.filter(which);
        const newest = wrong.at(-1);
        return newest && wrong.length >= least
          ? [{ trap, wrong: wrong.length, of: list.length, item: newest.item, seed: newest.seed }]
          : [];
      })
      .sort((a, b) => b.wrong - a.wrong || a.trap - b.trap);
  };
  return {
    ideas: lines(({ idea }) => [idea], true),
    groups: lines(({ group }) => [group], false),
    topics: lines(({ topics }) => topics ?? [], false),
    traps: fallen(({ outcome }) => outcome === 'wrong', 2),
    sureButWrong: fallen(({ outcome, sure }) => outcome === 'wrong' && sure, 1),
    answered: first.length,
    labsSolved: [
      ...new Set(events.flatMap((e) => (e.kind === 'lab' && e.solved && !e.shown ? [e.item] : []))),
    ],
    exams: inTime(events).filter((e) => e.kind === 'exam'),
  };
}
