import type { LabApi } from '../../client/index.ts';
import {
  generate,
  loadScenario,
  loadWords,
  orderMark,
  questionNames,
  runScenario,
  vary,
  type OptionRun,
  type QuestionScenario,
  type Words,
} from '../../study/index.ts';
import { words as say, type PlayedRun } from '../../visuals/index.ts';
import type { Shown } from '../state/lab.svelte.ts';
import type { RunPlace } from './calls.svelte.ts';
import { MomentFault, type Reading } from './reading.ts';

/*
 * A moment of an option's run: `{ at, item, seed, option }` of an item of the bank, `{ at, made, option }` of a generated
 * question. It holds no call: the scenario is run again, in a world of its own, and the same beats come of it.
 */

const mostBeats = 500;
const mostSeed = 2 ** 32 - 1;

/** @throws MomentFault that names the place */
export function readRun(moment: Reading): { readonly at: number; readonly place: RunPlace } {
  const at = moment.member('at').whole(-1, mostBeats);
  const option = moment.member('option').text(200);
  const made = moment.member('made').maybe((of) => of.whole(0, mostSeed));
  if (made !== undefined) return { at, place: { made, option } };
  const item = moment.member('item').oneOf(questionNames);
  return { at, place: { item, seed: moment.member('seed').whole(0, mostSeed), option } };
}

interface RunAgain {
  readonly run: OptionRun;
  /** Who acts in it, and where. */
  readonly actor: { readonly principal: string; readonly region: string };
  readonly said: Words;
  /** What the option is, in words: several of an order. */
  readonly texts: readonly string[];
  /** Where its question is. */
  readonly back: string;
}

/** @throws MomentFault when the item has no such option, or its run no such beat */
export async function runAgain(lab: LabApi, place: RunPlace, at: number): Promise<RunAgain> {
  const { scenario, words } = await scenarioOf(lab, place);
  const { option } = place;
  const ids = option.split(orderMark);
  const noSuch = new MomentFault('$.option', 'an option of the item', option);
  if (scenario.kind === 'stated') throw noSuch;
  if (scenario.kind === 'ordering') {
    const known = scenario.pieces.map(({ id }) => id).toSorted();
    if (JSON.stringify(ids.toSorted()) !== JSON.stringify(known)) throw noSuch;
  }
  // All are run: what is "the fewest" is told by the others.
  const { options } = await runScenario(lab, scenario, scenario.kind === 'ordering' ? { orders: [ids] } : {});
  const run = options.find(({ id }) => id === option);
  if (!run) throw noSuch;
  const beats = run.steps.length + run.goal.length + run.constraints.flatMap(({ steps }) => steps).length;
  if (at >= beats) throw new MomentFault('$.at', `a beat of ${beats}`, at);
  return {
    run,
    actor: scenario.stem,
    said: words,
    texts: ids.map((id) => words.options[id]?.text).filter((text) => text !== undefined),
    back: 'item' in place ? `#/quiz/${place.item}` : `#/study/made/${place.made}`,
  };
}

async function scenarioOf(
  lab: LabApi,
  place: RunPlace,
): Promise<{ readonly scenario: QuestionScenario; readonly words: Words }> {
  if (!('item' in place)) return generate(lab, place.made);
  const [scenario, words] = await Promise.all([loadScenario(place.item), loadWords(place.item)]);
  const varied = vary(scenario, words, place.seed);
  if (varied.scenario.kind === 'lab') throw new MomentFault('$.item', 'a question', place.item);
  return { scenario: varied.scenario, words: varied.words };
}

/** A call that was made in the lab, as a run of one step; undefined when its trace is no longer kept. */
export function runOfCall(
  shown: Shown | undefined,
): { readonly operation: string; readonly run: PlayedRun } | undefined {
  const trace = shown?.trace;
  if (!trace) return undefined;
  const { operation, region, caller, refusal } = trace;
  // The record in the trail says whose operation it was; a call that left none was one of KMS.
  const source = shown.line?.event.eventSource.split('.')[0];
  const service = say.serviceIds.find((id) => id === source);
  const step = {
    kind: 'call',
    service,
    operation,
    principal: caller,
    region,
    trace,
    // A trace does not keep the researched fact behind a refusal; nothing here shows it.
    refusal: refusal && {
      refused: refusal.name,
      message: refusal.message,
      status: refusal.status,
      because: '',
    },
    mustRefuse: false,
    piece: undefined,
    advice: undefined,
    answer: undefined,
  } as const;
  return { operation, run: { steps: [step], goal: [], constraints: [], verdict: undefined } };
}
