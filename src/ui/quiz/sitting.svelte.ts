import type { LabApi } from '../../client/index.ts';
import { loadScenario, loadWords, runScenario } from '../../study/index.ts';
import type { OptionRun, RunProgress, Scenario, ScenarioRun, Words } from '../../study/index.ts';
import { letters, quiz } from './strings.ts';

/** `unchecked` is our fault: it counts neither way. */
export type Outcome = 'right' | 'wrong' | 'unchecked';

type Phase =
  | { readonly is: 'choosing'; readonly note: string | undefined }
  | { readonly is: 'running'; readonly progress: RunProgress | undefined }
  | { readonly is: 'answered'; readonly run: ScenarioRun; readonly outcome: Outcome }
  | { readonly is: 'broken'; readonly message: string };

/** One question in front of one learner: from the choice to the run of every option. */
export class Sitting {
  readonly scenario: Scenario;
  readonly words: Words;
  /** Option ids in the order of display: mixed, so that a place is not what is learnt. */
  readonly order: readonly string[];
  chosen = $state<string | undefined>();
  sure = $state<boolean | undefined>();
  phase = $state.raw<Phase>({ is: 'choosing', note: undefined });
  /** Id of the option whose run is open. */
  watched = $state<string | undefined>();
  #stop: AbortController | undefined;

  constructor(scenario: Scenario, words: Words) {
    this.scenario = scenario;
    this.words = words;
    this.order = mixed(scenario.options.map(({ id }) => id));
  }

  static async load(name: string): Promise<Sitting> {
    const [scenario, words] = await Promise.all([loadScenario(name), loadWords(name)]);
    return new Sitting(scenario, words);
  }

  letterOf(id: string): string {
    return letters[this.order.indexOf(id)] ?? '?';
  }
  runOf(id: string): OptionRun | undefined {
    return this.phase.is === 'answered' ? this.phase.run.options.find((run) => run.id === id) : undefined;
  }

  /** What the live region says of the answer. */
  get sentence(): string {
    if (this.phase.is !== 'answered') return '';
    const { outcome } = this.phase;
    if (outcome === 'unchecked') return quiz.outcome.unchecked;
    const chosen = this.letterOf(this.chosen ?? '');
    const sure = this.sure === true;
    return outcome === 'right'
      ? quiz.outcome.right(chosen, sure)
      : quiz.outcome.wrong(chosen, this.letterOf(this.scenario.answer), sure);
  }

  /** Runs every option now, in worlds of their own. The learner's world is not touched. */
  async answer(lab: LabApi): Promise<Outcome | undefined> {
    if (this.phase.is === 'running') return undefined;
    if (this.chosen === undefined || this.sure === undefined) {
      this.phase = { is: 'choosing', note: this.chosen === undefined ? quiz.needOption : quiz.needSureness };
      return undefined;
    }
    const chosen = this.chosen;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.phase = { is: 'running', progress: undefined };
    try {
      const run = await runScenario(lab, this.scenario, {
        signal,
        progress: (progress) => {
          if (!signal.aborted) this.phase = { is: 'running', progress };
        },
      });
      const outcome = judge(run, chosen);
      this.phase = { is: 'answered', run, outcome };
      return outcome;
    } catch (thrown) {
      this.phase = signal.aborted
        ? { is: 'choosing', note: quiz.stopped }
        : { is: 'broken', message: thrown instanceof Error ? thrown.message : String(thrown) };
      return undefined;
    }
  }

  stop(): void {
    this.#stop?.abort();
  }
}

/** The engine's word alone: right is what works and keeps every stated condition. */
function judge(run: ScenarioRun, chosen: string): Outcome {
  if (run.options.some(({ verdict }) => verdict.is === 'couldNotCheck')) return 'unchecked';
  return run.options.find(({ id }) => id === chosen)?.verdict.is === 'works' ? 'right' : 'wrong';
}

function mixed(ids: readonly string[]): readonly string[] {
  const draws = crypto.getRandomValues(new Uint32Array(ids.length));
  return ids
    .map((id, i) => [draws[i] ?? 0, id] as const)
    .sort(([a], [b]) => a - b)
    .map(([, id]) => id);
}
