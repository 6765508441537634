import { assign, fromPromise, setup } from 'xstate';
import type { Answer } from './judge.ts';
import type { Scenario } from './scenario.ts';
import { draws, shuffled } from './vary.ts';

/*
 * A sitting: questions, a clock, flags. Each answer is on disk before the next question shows, and the clock is a date:
 * a reload, a crash or a closed lid changes neither.
 */
export interface Profile {
  readonly id: string;
  readonly items: number;
  readonly minutes: number;
  readonly kinds: readonly Scenario['kind'][];
}
const choices = ['single', 'multiple', 'findFault', 'predict', 'stated'] as const;
/** Timing of the real exams (`exam.md`); their questions are of all of AWS, these are of KMS alone. */
export const profiles: readonly Profile[] = [
  { id: 'drill', items: 20, minutes: 40, kinds: [...choices, 'ordering', 'matching'] },
  { id: 'SAA-C03', items: 65, minutes: 130, kinds: choices },
  { id: 'SCS-C03', items: 65, minutes: 170, kinds: [...choices, 'ordering', 'matching'] },
  { id: 'DVA-C03', items: 65, minutes: 130, kinds: choices },
];

export interface ExamItem {
  readonly name: string;
  readonly seed: number;
}
export interface Given {
  readonly answer: Answer;
  readonly sure: boolean;
}
export interface ExamState {
  readonly id: string;
  readonly profile: string;
  readonly items: readonly ExamItem[];
  /** Wall clock. */
  readonly started: number;
  readonly ends: number;
  readonly at: number;
  readonly answers: Readonly<Record<number, Given>>;
  readonly flags: readonly number[];
  readonly finished: number | undefined;
}

/** Items of a sitting, mixed by its seed: first each once as it is written, then variations until there are enough. */
export function itemsFor(
  profile: Profile,
  bank: readonly { readonly name: string; readonly kind: Scenario['kind'] }[],
  seed: number,
): readonly ExamItem[] {
  const draw = draws(seed);
  const fitting = bank.filter(({ kind }) => profile.kinds.includes(kind));
  if (fitting.length === 0) throw new RangeError(`no items for ${profile.id}`);
  const items: ExamItem[] = [];
  while (items.length < profile.items) {
    const round = items.length === 0 ? 0 : 1 + Math.floor(draw() * 999_983);
    items.push(...shuffled(fitting, draw).map(({ name }) => ({ name, seed: round })));
  }
  return items.slice(0, profile.items);
}

export const newExam = (
  id: string,
  profile: Profile,
  items: readonly ExamItem[],
  now: number,
): ExamState => ({
  id,
  profile: profile.id,
  items,
  started: now,
  ends: now + profile.minutes * 60_000,
  at: 0,
  answers: {},
  flags: [],
  finished: undefined,
});

type ExamEvent =
  | { readonly type: 'ANSWER'; readonly given: Given; readonly now: number }
  | { readonly type: 'GO'; readonly to: number; readonly now: number }
  | { readonly type: 'FLAG' }
  | { readonly type: 'REVIEW' }
  | { readonly type: 'TICK'; readonly now: number }
  | { readonly type: 'FINISH'; readonly now: number };

const within = (to: number, { items }: ExamState): number => Math.min(Math.max(to, 0), items.length - 1);

interface ExamContext {
  readonly state: ExamState;
  /** Shown once `state` is on disk. */
  readonly shown: number;
  readonly view: 'question' | 'review';
  readonly save: (state: ExamState) => Promise<void>;
  readonly fault: string | undefined;
}

/** `save` resolves when the state is on disk; the machine shows nothing new before that. */
export const examMachine = setup({
  types: {
    // OURS: XState takes the types of a machine from empty objects.
    context: {} as ExamContext,
    events: {} as ExamEvent,
    input: {} as { readonly state: ExamState; readonly save: (state: ExamState) => Promise<void> },
  },
  actors: {
    save: fromPromise<void, { readonly save: () => Promise<void> }>(({ input }) => input.save()),
  },
  guards: {
    isOver: ({ context, event }) => 'now' in event && event.now >= context.state.ends,
    isFinished: ({ context }) => context.state.finished !== undefined,
  },
  actions: {
    take: assign(({ context: { state }, event }) =>
      event.type === 'ANSWER'
        ? { state: { ...state, answers: { ...state.answers, [state.at]: event.given } } }
        : {},
    ),
    go: assign(({ context: { state }, event }) =>
      event.type === 'GO'
        ? { view: 'question' as const, state: { ...state, at: within(event.to, state) } }
        : {},
    ),
    flag: assign(({ context: { state } }) => ({
      state: {
        ...state,
        flags: state.flags.includes(state.at)
          ? state.flags.filter((n) => n !== state.at)
          : [...state.flags, state.at],
      },
    })),
    close: assign(({ context: { state }, event }) => ({
      state: { ...state, finished: Math.min('now' in event ? event.now : state.ends, state.ends) },
    })),
    look: assign({ view: () => 'review' as const }),
  },
}).createMachine({
  id: 'exam',
  context: ({ input }) => ({
    state: input.state,
    shown: input.state.at,
    view: 'question' as const,
    save: input.save,
    fault: undefined,
  }),
  initial: 'resuming',
  states: {
    resuming: { always: [{ guard: 'isFinished', target: 'finished' }, { target: 'sitting' }] },
    sitting: {
      on: {
        // Time is over: whatever comes then, an answer too, finds the exam closed.
        TICK: { guard: 'isOver', target: 'saving', actions: 'close' },
        ANSWER: [
          { guard: 'isOver', target: 'saving', actions: 'close' },
          { target: 'saving', actions: 'take' },
        ],
        GO: [
          { guard: 'isOver', target: 'saving', actions: 'close' },
          { target: 'saving', actions: 'go' },
        ],
        FLAG: { target: 'saving', actions: 'flag' },
        REVIEW: { actions: 'look' },
        FINISH: { target: 'saving', actions: 'close' },
      },
    },
    saving: {
      invoke: {
        src: 'save',
        input: ({ context }) => ({ save: () => context.save(context.state) }),
        onDone: [
          { guard: 'isFinished', target: 'finished' },
          {
            target: 'sitting',
            actions: assign(({ context }) => ({ shown: context.state.at, fault: undefined })),
          },
        ],
        onError: {
          target: 'sitting',
          // Back to the question that is shown: the next answer is to it, and the exam is not over.
          actions: assign(({ context: { state, shown }, event }) => ({
            state: { ...state, at: shown, finished: undefined },
            fault: event.error instanceof Error ? event.error.message : String(event.error),
          })),
        },
      },
    },
    finished: { type: 'final' },
  },
});

/** What is on disk may be of another version: it is looked at before it is believed. */
export function readExam(value: unknown): ExamState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // OURS: each member that the machine lives on is looked at here.
  const state = value as ExamState;
  const sound =
    typeof state.id === 'string' &&
    typeof state.profile === 'string' &&
    Array.isArray(state.items) &&
    state.items.length > 0 &&
    [state.started, state.ends, state.at].every((n) => typeof n === 'number') &&
    typeof state.answers === 'object' &&
    Array.isArray(state.flags);
  return sound ? state : undefined;
}
