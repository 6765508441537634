import { quotaOf } from '../../client/index.ts';
import {
  Fleet,
  rulesAt,
  sampleMs,
  type FleetCourse,
  type FleetRules,
  type FleetSetting,
  type Retry,
} from '../../flows/index.ts';
import {
  fleetInterval,
  fleetMoment,
  fleetRecipe,
  fleetSpots,
  forkDifference,
  forkSentence,
  peakOf,
  raceSentence,
  settingSaid,
  words as said,
  type FleetInterval,
  type FleetMoment,
  type ForkDifference,
  type Recipe,
  type TwinRow,
} from '../../visuals/index.ts';
import type { LabState } from '../state/lab.svelte.ts';
import type { Reading } from './moment.ts';
import { Player } from './player.svelte.ts';
import { words } from './strings.ts';
import type { Telling } from './telling.ts';

/** What a learner switches on one run. */
export interface Cures {
  readonly retry: Retry;
  readonly attempts: number;
  readonly cache: boolean;
  readonly cacheUses: number;
  readonly cacheSeconds: number;
  readonly bucketKeys: boolean;
  readonly raised: boolean;
}
export interface Load {
  readonly region: string;
  readonly clients: number;
  readonly jobsPerSecond: number;
  readonly loadSeconds: number;
  readonly seconds: number;
}
export type RunName = 'a' | 'b';

export const regions = ['eu-north-1', 'eu-central-1', 'us-east-1'] as const;
const retries: readonly Retry[] = ['none', 'atOnce', 'backOff', 'fullJitter'];

const ill: Cures = {
  retry: 'atOnce',
  attempts: 5,
  cache: false,
  cacheUses: 100,
  cacheSeconds: 60,
  bucketKeys: false,
  raised: false,
};
const cured: Cures = { ...ill, retry: 'fullJitter', attempts: 9 };
const firstLoad: Load = {
  region: 'eu-north-1',
  clients: 400,
  jobsPerSecond: 14_000,
  loadSeconds: 8,
  seconds: 16,
};

/** Longest stretch of work on the page's own thread, and the rest after it, in milliseconds: frames go between. */
const slice = 2;
const rest = 8;
const perSecond = 1000 / sampleMs;
/** OURS: what a quota increase is asked for here; AWS grants what it grants. */
export const raise = 2;

/** Two fleets side by side: the course of each is computed in slices ahead of what is shown. */
export class ThrottleState implements Telling {
  readonly lab: LabState;
  readonly address = 'throttling';
  readonly player: Player = new Player(this);
  readonly title = words.sceneNames.throttling;
  load = $state.raw(firstLoad);
  a = $state.raw(ill);
  b = $state.raw(cured);
  /** The sample at which run B leaves run A; undefined: it has cures of its own from the start. */
  fork = $state.raw<number | undefined>();
  /**
   * Samples that both courses have: their arrays are not watched, this is. It grows by whole seconds, so that the picture
   * is not made anew for every slice.
   */
  computed = $state(0);
  /** Another pair of fleets. */
  #turn = $state(0);
  #fleets = { a: this.#fleet(ill), b: this.#fleet(cured) };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  predictFirst = $state(false);
  #guess = $state.raw<string | undefined>();

  constructor(lab: LabState) {
    this.lab = lab;
    this.#work();
  }
  #rulesOf(cures: Cures): FleetRules {
    const { rate } = quotaOf('Decrypt', this.load.region);
    return {
      quota: cures.raised ? rate * raise : rate,
      retry: cures.retry,
      attempts: cures.attempts,
      dataKeyCache: cures.cache ? { uses: cures.cacheUses, seconds: cures.cacheSeconds } : undefined,
      bucketKeys: cures.bucketKeys,
    };
  }
  #settingOf(cures: Cures): FleetSetting {
    const { clients, jobsPerSecond, loadSeconds, seconds } = this.load;
    return { clients, jobsPerSecond, loadSeconds, seconds, ...this.#rulesOf(cures), seed: 1 };
  }
  #forked(sample: number): Fleet {
    return new Fleet({ ...this.#settingOf(this.a), turn: { ...this.#rulesOf(this.b), sample } });
  }
  #fleet(cures: Cures): Fleet {
    return new Fleet(this.#settingOf(cures));
  }
  /** Begins anew after something was set. */
  set(change: {
    load?: Partial<Load>;
    a?: Partial<Cures>;
    b?: Partial<Cures>;
    fork?: number | undefined;
    /** The sample that is shown as soon as it is there; else the fork, else the start. */
    at?: number;
  }): void {
    this.load = { ...this.load, ...change.load };
    if (this.load.loadSeconds > this.load.seconds)
      this.load = { ...this.load, loadSeconds: this.load.seconds };
    this.a = { ...this.a, ...change.a };
    this.b = { ...this.b, ...change.b };
    if ('fork' in change) this.fork = change.fork;
    if (this.fork !== undefined && this.fork >= this.load.seconds * perSecond) this.fork = undefined;
    const fork = this.fork;
    this.#fleets = {
      a: this.#fleet(this.a),
      b: fork === undefined ? this.#fleet(this.b) : this.#forked(fork),
    };
    this.computed = 0;
    this.#turn += 1;
    this.#guess = undefined;
    this.player.reset();
    this.#work();
    // Until there both runs are one: what changed is seen from there on.
    const at = change.at ?? fork;
    if (at !== undefined && at > 0) this.#showAt(at);
  }
  /** The course comes in slices: a sample is shown when it is there, unless something else was asked for by then. */
  #showAt(sample: number): void {
    const at = Math.ceil(sample / perSecond) - 1;
    const turn = this.#turn;
    const show = (): void => {
      if (turn !== this.#turn || this.#isClosed || this.player.at >= 0) return;
      if (this.length > at) this.player.seek(at, sample / perSecond - at);
      else setTimeout(show, slice);
    };
    show();
  }
  get canFork(): boolean {
    return this.sample > 0 && this.sample < this.load.seconds * perSecond;
  }
  /** Run B is run A up to what is shown now. With no cure of its own it gets one: else there is nothing to see. */
  forkHere(): void {
    if (!this.canFork) return;
    const { retry, attempts, cache, bucketKeys, raised } = this.b;
    const isSame =
      retry === this.a.retry &&
      attempts === this.a.attempts &&
      cache === this.a.cache &&
      bucketKeys === this.a.bucketKeys &&
      raised === this.a.raised;
    this.set({ fork: this.sample, ...(isSame && { b: { cache: true, bucketKeys: false } }) });
  }
  #work(): void {
    clearTimeout(this.#timer);
    const { a, b } = this.#fleets;
    const until = performance.now() + slice;
    while (!(a.done && b.done) && performance.now() < until) {
      if (a.samples <= b.samples && !a.done) a.run(1);
      else b.run(1);
    }
    const there = Math.min(a.samples, b.samples);
    const whole = a.done && b.done ? there : there - (there % perSecond);
    if (whole !== this.computed) this.computed = whole;
    if (!(a.done && b.done)) this.#timer = setTimeout(() => this.#work(), rest);
  }
  course(run: RunName): FleetCourse {
    void this.computed;
    void this.#turn;
    return this.#fleets[run];
  }
  settingSaid(run: RunName): string {
    return settingSaid(this.course(run));
  }
  readonly peak: number = $derived.by(() => {
    void this.computed;
    void this.#turn;
    return Math.max(peakOf(this.#fleets.a), peakOf(this.#fleets.b));
  });
  /** Virtual seconds that are shown. */
  get time(): number {
    const { at, progress } = this.player;
    return at < 0 ? 0 : at + progress;
  }
  /** The sample that is shown: between two of them the picture is the same, but for the playhead. */
  readonly sample: number = $derived(Math.floor(this.time * perSecond + 1e-6));
  readonly #moments: Readonly<Record<RunName, FleetMoment>> = $derived({
    a: fleetMoment(this.course('a'), this.sample / perSecond),
    b: fleetMoment(this.course('b'), this.sample / perSecond),
  });
  momentOf(run: RunName): FleetMoment {
    return this.#moments[run];
  }
  get quota(): number {
    return quotaOf('Decrypt', this.load.region).rate;
  }
  /** The quota of a run at what is shown. */
  quotaAt(run: RunName): number {
    return rulesAt(this.course(run).setting, this.sample).quota;
  }
  readonly difference: ForkDifference | undefined = $derived.by(() => {
    if (this.fork === undefined) return undefined;
    const [a, b] = [this.course('a'), this.course('b')];
    const bars = { a: this.#moments.a.bars, b: this.#moments.b.bars };
    return forkDifference(a, b, this.fork, bars, this.sample / perSecond);
  });
  intervalOf(run: RunName): FleetInterval {
    return fleetInterval(this.course(run), this.sample / perSecond);
  }
  get isOver(): boolean {
    return this.time >= this.load.seconds;
  }

  // Telling
  readonly beats: Telling['beats'] = $derived(
    Array.from({ length: this.load.seconds }, (_, second) => ({
      id: `second-${second}`,
      title: words.secondOf(second + 1),
      status: (second + 1) * perSecond <= this.computed ? ('done' as const) : ('next' as const),
      start: second * 1000,
      duration: 1000,
      motion: 1000,
      sentence: '',
    })),
  );
  get sentence(): string {
    if (this.difference && this.time > 0) return forkSentence(this.difference, this.sample / perSecond);
    return raceSentence(this.momentOf('a'), this.momentOf('b'), this.time, this.isOver);
  }
  readonly stages = [];
  get spots(): readonly string[] {
    const courses = { a: this.course('a'), b: this.course('b') };
    return fleetSpots(this.#moments, courses, this.sample / perSecond, this.fork);
  }
  readonly call = undefined;
  readonly calls = [];
  /** Whose code is shown. */
  codeRun = $state<RunName>('b');
  get recipe(): Recipe {
    const run = this.codeRun;
    const { setting } = this.course(run);
    const name = `${words.runName(run.toUpperCase())}: ${this.settingSaid(run)}`;
    return fleetRecipe(name, setting.turn ?? setting, this.load.region, this[run].raised, this.load.seconds);
  }
  get twin(): readonly TwinRow[] {
    return [];
  }
  get mermaid(): string {
    const [a, b] = [this.momentOf('a'), this.momentOf('b')];
    const top = Math.ceil(this.peak / 1000) * 1000;
    const line = (moment: FleetMoment, of: 'sent' | 'served') =>
      `[${moment.bars.map((bar) => bar[of]).join(', ')}]`;
    return [
      'xychart-beta',
      `  title "Decrypt calls a second, ${this.load.region}, quota ${said.count(this.quota)}"`,
      `  x-axis "second" [${a.bars.map(({ second }) => second + 1).join(', ')}]`,
      `  y-axis "calls" 0 --> ${top}`,
      `  line ${line(a, 'sent')}`,
      `  line ${line(b, 'sent')}`,
      `  bar ${line(b, 'served')}`,
    ].join('\n');
  }

  holds(at: number): boolean {
    return this.predictFirst && at === 0 && this.#guess === undefined;
  }
  get question() {
    if (!this.player.held || !this.holds(0) || this.player.at >= 0) return undefined;
    return {
      at: 0,
      prompt: words.guessRace,
      options: [
        { id: 'a', label: words.guessRaceA },
        { id: 'b', label: words.guessRaceB },
        { id: 'same', label: words.guessRaceSame },
      ],
    };
  }
  guessed(option: string): void {
    this.#guess = option;
    if (!this.player.playing) this.player.toggle();
  }
  get guess() {
    if (this.#guess === undefined || !this.isOver) return undefined;
    const [a, b] = [this.momentOf('a').totals.lost, this.momentOf('b').totals.lost];
    const truth = a > b ? 'a' : b > a ? 'b' : 'same';
    const label = { a: words.guessRaceA, b: words.guessRaceB, same: words.guessRaceSame }[this.#guess] ?? '';
    return { at: this.player.at, said: label, right: this.#guess === truth };
  }
  readonly branch = undefined;
  dropBranch(): void {
    this.set({ fork: undefined });
  }

  // Score
  get length(): number {
    return Math.floor(this.computed / perSecond);
  }
  readonly waits = false;
  get isWorking(): boolean {
    return this.computed < this.#fleets.a.totalSamples;
  }
  get reduced(): boolean {
    return this.lab.prefs.reducedMotion;
  }
  motion(): number {
    return 1000;
  }
  duration(): number {
    return 1000;
  }
  stops(): readonly number[] {
    return [];
  }
  advance(): boolean {
    return false;
  }
  shown(): void {
    // While it runs the picture says it; a sentence each second would talk over itself.
    if (!this.player.playing) queueMicrotask(() => this.lab.say(this.sentence));
  }
  close(): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
    this.player.close();
  }

  get moment(): object {
    const { load, a, b, fork } = this;
    const at = Math.ceil(this.sample / perSecond) - 1;
    const part = this.sample - at * perSecond;
    return {
      at,
      ...(at >= 0 && part < perSecond && { part }),
      load,
      a,
      b,
      ...(fork !== undefined && { fork }),
    };
  }
  /** @throws MomentFault, and changes nothing, when it does not fit */
  openMoment(moment: Reading): void {
    const cures = (of: Reading): Cures => ({
      retry: of.member('retry').oneOf(retries),
      attempts: of.member('attempts').whole(1, 20),
      cache: of.member('cache').flag(),
      cacheUses: of.member('cacheUses').whole(1, 1_000_000),
      cacheSeconds: of.member('cacheSeconds').whole(1, 3600),
      bucketKeys: of.member('bucketKeys').flag(),
      raised: of.member('raised').flag(),
    });
    const load = moment.member('load');
    const seconds = load.member('seconds').whole(4, 60);
    const at = moment.member('at').whole(-1, seconds - 1);
    const part = moment.member('part').maybe((of) => of.whole(1, perSecond)) ?? perSecond;
    const fork = moment.member('fork').maybe((of) => of.whole(1, seconds * perSecond - 1));
    this.set({
      load: {
        region: load.member('region').oneOf(regions),
        clients: load.member('clients').whole(1, 1000),
        jobsPerSecond: load.member('jobsPerSecond').whole(100, 20_000),
        loadSeconds: load.member('loadSeconds').whole(1, seconds),
        seconds,
      },
      a: cures(moment.member('a')),
      b: cures(moment.member('b')),
      fork,
      at: at * perSecond + part,
    });
  }
}
