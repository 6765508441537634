import { orderId } from './runner.ts';
import type { OptionRun, ScenarioRun } from './runs.ts';
import { isChoice, type Outcome, type QuestionScenario } from './scenario.ts';

/** What somebody answered, by kind of item. */
export type Answer =
  | { readonly is: 'choice'; readonly ids: readonly string[] }
  | { readonly is: 'order'; readonly ids: readonly string[] }
  | { readonly is: 'pairs'; readonly pairs: Readonly<Record<string, string>> };

/** `unchecked` is our fault: it counts neither way. */
export type Judgement = 'right' | 'wrong' | 'unchecked';

/** Did this outcome come of that run? */
export function came(outcome: Outcome, { verdict, names }: OptionRun): boolean {
  switch (outcome.is) {
    case 'served':
      return verdict.is === 'works';
    case 'refused':
      return (
        verdict.is === 'fails' &&
        verdict.exception === outcome.exception &&
        (outcome.stage === undefined || verdict.stage === outcome.stage) &&
        (outcome.messageHas === undefined || verdict.message.includes(outcome.messageHas))
      );
    case 'value':
      return verdict.is === 'works' && names[outcome.of.slice(2, -1)] === String(outcome.equals);
    case 'failsLocally':
      return verdict.is === 'failsLocally';
    default:
      return outcome satisfies never;
  }
}

/** The options that the engine calls right, or the outcome of each call. */
export function rightOf(scenario: QuestionScenario, run: ScenarioRun | undefined): Answer {
  if (scenario.kind === 'stated') return { is: 'choice', ids: [scenario.answer] };
  const runs = run?.options ?? [];
  if (isChoice(scenario))
    return { is: 'choice', ids: runs.filter((r) => r.verdict.is === 'works').map(({ id }) => id) };
  switch (scenario.kind) {
    case 'ordering':
      return { is: 'order', ids: scenario.answer };
    case 'matching':
      return {
        is: 'pairs',
        pairs: Object.fromEntries(
          runs.map((r) => [r.id, scenario.outcomes.find((o) => came(o, r))?.id ?? '']),
        ),
      };
    case 'predict':
      return {
        is: 'choice',
        ids: scenario.outcomes.filter((o) => runs[0] !== undefined && came(o, runs[0])).map(({ id }) => id),
      };
    default:
      return scenario satisfies never;
  }
}

const sameIds = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

/** The engine's word alone: right is what works and keeps every stated condition. `stated` items have no other word than ours. */
export function judge(scenario: QuestionScenario, run: ScenarioRun | undefined, answer: Answer): Judgement {
  if (run?.options.some(({ verdict }) => verdict.is === 'couldNotCheck') === true) return 'unchecked';
  const right = rightOf(scenario, run);
  if (answer.is === 'order') {
    const tried = run?.options.find(({ id }) => id === orderId(answer.ids));
    return tried?.verdict.is === 'works' ? 'right' : 'wrong';
  }
  if (answer.is === 'pairs')
    return right.is === 'pairs' &&
      Object.entries(right.pairs).every(([call, outcome]) => answer.pairs[call] === outcome)
      ? 'right'
      : 'wrong';
  return right.is === 'choice' && sameIds(answer.ids, right.ids) ? 'right' : 'wrong';
}

/** How many options are to be selected: computed, never written. */
export const selectCount = (scenario: QuestionScenario): number =>
  scenario.kind === 'multiple' ? scenario.answers.length : 1;

/** The author's key, as an answer. The checker holds it against the engine. */
export function keyOf(scenario: QuestionScenario): Answer {
  switch (scenario.kind) {
    case 'single':
    case 'findFault':
    case 'predict':
    case 'stated':
      return { is: 'choice', ids: [scenario.answer] };
    case 'multiple':
      return { is: 'choice', ids: scenario.answers };
    case 'ordering':
      return { is: 'order', ids: scenario.answer };
    case 'matching':
      return { is: 'pairs', pairs: scenario.answer };
    default:
      return scenario satisfies never;
  }
}
