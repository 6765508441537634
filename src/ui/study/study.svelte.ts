import { openStudyStore, type StudyStore } from '../../client/index.ts';
import {
  eventsOf,
  loadScenario,
  loadWords,
  merged,
  progressFile,
  questionNames,
  ideasUnder,
  labNames,
  readProgress,
  reportOf,
  settingsOf,
  type Answered,
  type QuestionScenario,
  type Report,
  type Scenario,
  type StudyEvent,
  type StudySettings,
} from '../../study/index.ts';

/** What the overview, review and exams must know of each item. */
export interface BankItem {
  readonly name: string;
  readonly title: string;
  readonly kind: Scenario['kind'];
  readonly idea: string;
  readonly group: string;
  readonly traps: readonly number[];
  readonly topics: readonly string[];
  /** Ideas that it stands on, however far below. */
  readonly below: number;
}

/** Everything that was learnt, as the screens see it. */
export class StudyState {
  events = $state.raw<readonly StudyEvent[]>([]);
  settings = $state.raw<StudySettings>({ examDate: undefined, exam: undefined, bar: undefined });
  bank = $state.raw<readonly BankItem[]>([]);
  ready = $state(false);
  fault = $state<string | undefined>();
  readonly store: StudyStore;
  /** Wall clock; a test moves it. */
  readonly now: () => number;

  constructor(store: StudyStore, now: () => number = Date.now) {
    this.store = store;
    this.now = now;
  }

  static async open(now?: () => number): Promise<StudyState> {
    const state = new StudyState(await openStudyStore(), now);
    await state.load();
    return state;
  }

  async load(): Promise<void> {
    this.events = eventsOf(await this.store.rows());
    this.settings = settingsOf(await this.store.kept('settings'));
    const names = [...questionNames, ...labNames];
    const all = await Promise.all(
      names.map(async (name) => ({
        name,
        scenario: await loadScenario(name),
        title: (await loadWords(name)).title,
      })),
    );
    const scenarios = all.map(({ scenario }) => scenario);
    this.bank = all.map(({ name, scenario: { kind, idea, group, traps, topics }, title }) => {
      const below = ideasUnder(idea, scenarios).size;
      return { name, title, kind, idea, group, traps, topics, below };
    });
    this.ready = true;
  }

  get report(): Report {
    return reportOf(this.events, this.settings, this.now());
  }
  get questions(): readonly BankItem[] {
    return this.bank.filter(({ kind }) => kind !== 'lab');
  }
  titleOf(name: string): string {
    return this.bank.find((item) => item.name === name)?.title ?? name;
  }

  /** On disk first, then on the screen. */
  async add(events: readonly StudyEvent[]): Promise<void> {
    try {
      await this.store.add(events);
      this.events = merged(this.events, events);
      this.fault = undefined;
    } catch (thrown) {
      this.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  answered(
    item: string,
    scenario: QuestionScenario,
    more: Pick<Answered, 'outcome' | 'sure' | 'mode' | 'seed'> & { readonly sitting?: string },
  ): Answered {
    const { version, idea, group, traps, topics } = scenario;
    return {
      kind: 'answered',
      id: crypto.randomUUID(),
      at: this.now(),
      item,
      version,
      idea,
      group,
      traps,
      topics,
      sitting: more.sitting,
      outcome: more.outcome,
      sure: more.sure,
      mode: more.mode,
      seed: more.seed,
    };
  }

  async set(change: Partial<StudySettings>): Promise<void> {
    this.settings = { ...this.settings, ...change };
    await this.store.keep('settings', this.settings);
  }

  exported(): Blob {
    const file = progressFile(this.events, this.settings, this.now());
    return new Blob([JSON.stringify(file)], { type: 'application/json' });
  }

  /** @returns how many were new; undefined, and nothing changed, when it is no progress file */
  async merge(text: string): Promise<number | undefined> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    const read = readProgress(value);
    if (!read.ok) return undefined;
    const before = this.events.length;
    await this.add(read.value.events);
    if (this.settings.examDate === undefined) await this.set(read.value.settings);
    return this.events.length - before;
  }

  async clear(): Promise<void> {
    await this.store.clear();
    this.events = [];
    this.settings = settingsOf({});
  }
}

/** One for the page: the quiz records what the overview shows. */
let opened: Promise<StudyState> | undefined;
export const openStudy = (): Promise<StudyState> => (opened ??= StudyState.open());
/** For tests: the next screen opens the store anew, as a new page would. */
export const forgetStudy = (): void => {
  opened = undefined;
};
