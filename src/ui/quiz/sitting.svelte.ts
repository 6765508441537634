import type { CallProposal, LabApi } from '../../client/index.ts';
import {
  collectEvidence,
  draws,
  isChoice,
  judge,
  keyOf,
  loadScenario,
  loadWords,
  orderId,
  orderMark,
  rightOf,
  runScenario,
  selectCount,
  shuffled,
  vary,
} from '../../study/index.ts';
import type {
  Answer,
  Judgement,
  OptionRun,
  QuestionScenario,
  RunProgress,
  ScenarioRun,
  Shown,
  Words,
} from '../../study/index.ts';
import type { RunPlace } from '../stage/calls.svelte.ts';
import { tellingCall } from './gates.ts';
import { letters, quiz } from './strings.ts';

export type Outcome = Judgement;
export type Source = { readonly item: string } | { readonly made: number };

type Phase =
  | { readonly is: 'choosing'; readonly note: string | undefined }
  | { readonly is: 'running'; readonly progress: RunProgress | undefined }
  | { readonly is: 'answered'; readonly run: ScenarioRun | undefined; readonly outcome: Outcome }
  | { readonly is: 'broken'; readonly message: string };

/** One line of the answer: an option, a call, an order, with what the engine says of it. */
export interface Row {
  readonly id: string;
  readonly letter: string;
  readonly text: string;
  readonly why: string;
  readonly run: OptionRun | undefined;
  readonly right: boolean;
  readonly picked: boolean;
  /** Of matching: what was said, and what came. */
  readonly said?: string | undefined;
  readonly came?: string | undefined;
}

/** One question in front of one learner: from the choice to the run of every option. */
export class Sitting {
  readonly scenario: QuestionScenario;
  readonly words: Words;
  /** Seed of the variation: 0 is the item as it is written. */
  readonly seed: number;
  /** Where it came from: an item of the bank, or the generator. */
  readonly source: Source | undefined;
  /** Ids in the order of display: mixed, so that a place is not what is learnt. */
  readonly order: readonly string[];
  /** Of ordering: the order so far. */
  sequence = $state.raw<readonly string[]>([]);
  chosen = $state.raw<readonly string[]>([]);
  pairs = $state.raw<Readonly<Record<string, string>>>({});
  sure = $state<boolean | undefined>();
  phase = $state.raw<Phase>({ is: 'choosing', note: undefined });
  evidence = $state.raw<readonly Shown[]>([]);
  /** Id of the row whose run is open. */
  watched = $state<string | undefined>();
  #stop: AbortController | undefined;

  constructor(
    scenario: QuestionScenario,
    words: Words,
    seed = 0,
    mix = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1,
    source?: Source,
  ) {
    this.scenario = scenario;
    this.words = words;
    this.seed = seed;
    this.source = source;
    this.order = shuffled(displayed(scenario), draws(mix));
    this.sequence = scenario.kind === 'ordering' ? this.order : [];
  }

  static async load(name: string, seed = 0): Promise<Sitting> {
    const [scenario, words] = await Promise.all([loadScenario(name), loadWords(name)]);
    const varied = vary(scenario, words, seed);
    if (varied.scenario.kind === 'lab') throw new TypeError(`${name} is a lab`);
    return new Sitting(varied.scenario, varied.words, seed, undefined, { item: name });
  }

  /** Reads what a fault shows, from its own world. */
  async lookAtEvidence(lab: LabApi): Promise<void> {
    if (this.scenario.kind === 'findFault') this.evidence = await collectEvidence(lab, this.scenario);
  }

  get select(): number {
    return selectCount(this.scenario);
  }
  letterOf(id: string): string {
    return letters[this.order.indexOf(id)] ?? '';
  }
  textOf(id: string): string {
    return this.words.options[id]?.text ?? id;
  }
  outcomeText(id: string | undefined): string {
    return id === undefined ? '' : (this.words.outcomes?.[id] ?? id);
  }

  toggle(id: string, on: boolean): void {
    if (this.scenario.kind !== 'multiple') this.chosen = [id];
    else this.chosen = on ? [...this.chosen, id] : this.chosen.filter((each) => each !== id);
  }
  match(call: string, outcome: string): void {
    this.pairs = { ...this.pairs, [call]: outcome };
  }
  move(id: string, by: number): void {
    const from = this.sequence.indexOf(id);
    const to = from + by;
    if (from < 0 || to < 0 || to >= this.sequence.length) return;
    const left = this.sequence.filter((each) => each !== id);
    this.sequence = [...left.slice(0, to), id, ...left.slice(to)];
  }

  /** As it was answered before: in a sitting of an exam that goes on. */
  restore({ answer, sure }: { readonly answer: Answer; readonly sure: boolean }): void {
    this.sure = sure;
    if (answer.is === 'choice') this.chosen = answer.ids;
    else if (answer.is === 'order') this.sequence = answer.ids;
    else this.pairs = answer.pairs;
  }
  /** What came of the answer, when it was run elsewhere. */
  judged(run: ScenarioRun | undefined, outcome: Outcome): void {
    this.phase = { is: 'answered', run, outcome };
  }

  /** The answer as it stands, or what is still missing. */
  get given(): Answer | { readonly missing: string } {
    const { scenario } = this;
    if (scenario.kind === 'ordering') return { is: 'order', ids: this.sequence };
    if (scenario.kind === 'matching')
      return scenario.calls.every(({ id }) => this.pairs[id])
        ? { is: 'pairs', pairs: this.pairs }
        : { missing: quiz.needPairs };
    if (this.chosen.length !== this.select)
      return { missing: this.select === 1 ? quiz.needOption : quiz.needOptions(this.select) };
    return { is: 'choice', ids: this.chosen };
  }

  /** What the live region says of the answer. */
  get sentence(): string {
    if (this.phase.is !== 'answered') return '';
    const { outcome, run } = this.phase;
    if (outcome === 'unchecked') return quiz.outcome.unchecked;
    const sure = this.sure === true;
    const right = rightOf(this.scenario, run);
    if (right.is !== 'choice')
      return outcome === 'right' ? quiz.outcome.rightAll(sure) : quiz.outcome.wrongAll(sure);
    const chosen = this.#letters(this.chosen);
    return outcome === 'right'
      ? quiz.outcome.right(chosen, sure)
      : quiz.outcome.wrong(chosen, this.#letters(right.ids), sure);
  }
  #letters(ids: readonly string[]): string {
    return this.order
      .filter((id) => ids.includes(id))
      .map((id) => this.letterOf(id))
      .join(' and ');
  }

  get rows(): readonly Row[] {
    if (this.phase.is !== 'answered') return [];
    const { run } = this.phase;
    const { scenario, words } = this;
    const right = rightOf(scenario, run);
    const runOf = (id: string): OptionRun | undefined => run?.options.find((each) => each.id === id);
    const row = (id: string): Omit<Row, 'run' | 'right' | 'picked'> => ({
      id,
      letter: this.letterOf(id),
      text: this.textOf(id),
      why: words.options[id]?.why ?? '',
    });
    if (scenario.kind === 'ordering') {
      const key = keyOf(scenario);
      const orders = [
        this.sequence,
        ...(key.is === 'order' && orderId(key.ids) !== orderId(this.sequence) ? [key.ids] : []),
      ];
      return orders.map((ids, i) => {
        const tried = runOf(orderId(ids));
        return {
          id: orderId(ids),
          letter: i === 0 ? '1' : '2',
          text: ids.map((id) => this.textOf(id)).join(' → '),
          why: i === 0 ? quiz.yourOrder : ids.map((id) => words.options[id]?.why ?? '').join(' '),
          run: tried,
          right: tried?.verdict.is === 'works',
          picked: i === 0,
        };
      });
    }
    if (scenario.kind === 'matching') {
      const pairs = right.is === 'pairs' ? right.pairs : {};
      return this.order.map((id) => ({
        ...row(id),
        run: runOf(id),
        right: this.pairs[id] === pairs[id],
        picked: this.pairs[id] !== pairs[id],
        said: this.outcomeText(this.pairs[id]),
        came: this.outcomeText(pairs[id]),
      }));
    }
    const keys = right.is === 'choice' ? right.ids : [];
    return this.order.map((id) => ({
      ...row(id),
      // One run decides a prediction: it is shown with what came of it.
      run: isChoice(scenario) ? runOf(id) : keys.includes(id) ? runOf('run') : undefined,
      right: keys.includes(id),
      picked: this.chosen.includes(id),
    }));
  }

  /** Runs every option now, in worlds of their own. The learner's world is not touched. */
  async answer(lab: LabApi): Promise<Outcome | undefined> {
    if (this.phase.is === 'running') return undefined;
    const given = this.given;
    if ('missing' in given || this.sure === undefined) {
      this.phase = { is: 'choosing', note: 'missing' in given ? given.missing : quiz.needSureness };
      return undefined;
    }
    const { scenario } = this;
    if (scenario.kind === 'stated') {
      const outcome = judge(scenario, undefined, given);
      this.phase = { is: 'answered', run: undefined, outcome };
      return outcome;
    }
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.phase = { is: 'running', progress: undefined };
    try {
      const run = await runScenario(lab, scenario, {
        signal,
        ...(scenario.kind === 'ordering' ? { orders: ordersToTry(this.sequence, scenario.answer) } : {}),
        progress: (progress) => {
          if (!signal.aborted) this.phase = { is: 'running', progress };
        },
      });
      const outcome = judge(scenario, run, given);
      this.phase = { is: 'answered', run, outcome };
      return outcome;
    } catch (thrown) {
      this.phase = signal.aborted
        ? { is: 'choosing', note: quiz.stopped }
        : { is: 'broken', message: thrown instanceof Error ? thrown.message : String(thrown) };
      return undefined;
    }
  }

  /** What a link to one of its runs holds; undefined where nobody could run it again. */
  placeOf(option: string): RunPlace | undefined {
    const { source, seed } = this;
    if (source === undefined) return undefined;
    return 'item' in source ? { item: source.item, seed, option } : { made: source.made, option };
  }

  /** Runs one option again, and asks of its denied call what would have let it pass. */
  async adviceOn(lab: LabApi, row: Row): Promise<readonly CallProposal[]> {
    const { scenario } = this;
    if (scenario.kind === 'stated' || row.run === undefined) return [];
    const again = await runScenario(lab, scenario, {
      advise: true,
      only: [row.run.id],
      ...(scenario.kind === 'ordering' ? { orders: [row.run.id.split(orderMark)] } : {}),
    });
    const denied = again.options[0] && tellingCall(again.options[0]);
    return denied?.advice ?? [];
  }

  stop(): void {
    this.#stop?.abort();
  }
}

/** Of an ordering item: what was given, and the key where it is another one. */
export const ordersToTry = (
  given: readonly string[],
  key: readonly string[],
): readonly (readonly string[])[] => (orderId(given) === orderId(key) ? [given] : [given, key]);

function displayed(scenario: QuestionScenario): readonly string[] {
  const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id);
  switch (scenario.kind) {
    case 'ordering':
      return ids(scenario.pieces);
    case 'matching':
      return ids(scenario.calls);
    case 'predict':
      return ids(scenario.outcomes);
    default:
      return ids(scenario.options);
  }
}
