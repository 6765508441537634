import { createEmptyCard, fsrs, generatorParameters, Rating, type Card, type Grade } from 'ts-fsrs';
import { draws } from './vary.ts';
import { inTime, type Answered, type StudyEvent } from './progress.ts';

/*
 * What is remembered are concepts and traps, not questions: each review asks the same idea in another dress. The schedule
 * is FSRS's (ts-fsrs), folded from the events; nothing of it is stored.
 */
const scheduler = fsrs(
  generatorParameters({ enable_fuzz: false, enable_short_term: false, request_retention: 0.9 }),
);
const dayMs = 86_400_000;

/** OURS: "easy" is never given. An unsure right answer is "hard": it held, but only just. */
const gradeOf = ({ outcome, sure }: Answered): Grade =>
  outcome === 'wrong' ? Rating.Again : sure ? Rating.Good : Rating.Hard;

export interface Memory {
  /** `idea:grant-token` or `trap:8`. */
  readonly id: string;
  readonly card: Card;
  readonly due: number;
}

const memoriesOf = ({ idea, traps }: Answered): readonly string[] => [
  `idea:${idea}`,
  ...traps.map((n) => `trap:${n}`),
];

/** Every answer that was checked counts for memory, also repeated ones. */
export function remember(events: readonly StudyEvent[]): ReadonlyMap<string, Memory> {
  const cards = new Map<string, Card>();
  for (const event of inTime(events)) {
    if (event.kind !== 'answered' || event.outcome === 'unchecked') continue;
    for (const id of memoriesOf(event)) {
      const now = new Date(event.at);
      const card: Card = cards.get(id) ?? createEmptyCard<Card>(now);
      cards.set(id, scheduler.next(card, now, gradeOf(event)).card);
    }
  }
  return new Map([...cards].map(([id, card]) => [id, { id, card, due: card.due.getTime() }]));
}

/** How likely it is remembered at a moment, as FSRS sees it. */
export const recallAt = ({ card }: Memory, at: number): number =>
  scheduler.get_retrievability(card, new Date(at), false);

/** Days before the exam in which what is due is asked by its recall on that day. OURS: FSRS has no such mode. */
const lastDays = 7;

export const examMs = (examDate: string | undefined): number | undefined =>
  examDate === undefined ? undefined : Date.parse(`${examDate}T09:00:00Z`);

/** What is due, the most urgent first. Of an idea and a trap that were learnt together both may be due. */
export function dueNow(events: readonly StudyEvent[], now: number, examDate?: string): readonly Memory[] {
  const exam = examMs(examDate);
  const due = [...remember(events).values()].filter((memory) => memory.due <= now);
  const close = exam !== undefined && exam > now && exam - now <= lastDays * dayMs;
  return due.sort((a, b) =>
    close ? recallAt(a, exam) - recallAt(b, exam) : a.due - b.due || (a.id < b.id ? -1 : 1),
  );
}

/** How many fall due on each of the coming days; what is overdue counts for today. */
export function dueByDay(events: readonly StudyEvent[], now: number, days: number): readonly number[] {
  const counts = Array.from({ length: days }, () => 0);
  for (const { id, due } of remember(events).values()) {
    if (!id.startsWith('idea:')) continue;
    const day = Math.max(0, Math.floor((due - now) / dayMs) + (due > now ? 1 : 0));
    if (day < days) counts[day] = (counts[day] ?? 0) + 1;
  }
  return counts;
}

export interface Asked {
  readonly item: string;
  readonly seed: number;
}

/**
 * A fresh dress for a concept or trap: an item about it, the one seen least, and of that a variation never seen. The same
 * events give the same question.
 */
export function askAbout(
  memory: string,
  items: readonly { readonly name: string; readonly idea: string; readonly traps: readonly number[] }[],
  events: readonly StudyEvent[],
): Asked | undefined {
  const [kind, what = ''] = memory.split(':');
  const fitting = items.filter((item) =>
    kind === 'idea' ? item.idea === what : item.traps.includes(Number(what)),
  );
  const seen = (name: string): readonly Answered[] =>
    events.filter((e): e is Answered => e.kind === 'answered' && e.item === name);
  const [item] = [...fitting].sort(
    (a, b) => seen(a.name).length - seen(b.name).length || (a.name < b.name ? -1 : 1),
  );
  if (!item) return undefined;
  const seeds = new Set(seen(item.name).map(({ seed }) => seed));
  const draw = draws(seeds.size + 1);
  let seed = seeds.size === 0 ? 0 : 1 + Math.floor(draw() * 999_983);
  while (seeds.has(seed)) seed += 1;
  return { item: item.name, seed };
}
