import { catalogue, ready } from '../cloud/index.ts';
import {
  advanceOne,
  dueNext,
  epochMs,
  explain,
  handle,
  Missing,
  invert,
  Overlay,
  ref,
  seededBytes,
  setBacking,
  setExternalKey,
  tableOf,
  type AccessMatrix,
  type AccountId,
  type AccountRec,
  type BackingRec,
  type Bytes,
  type Call,
  type ClockRec,
  type Device,
  type Diff,
  type Env,
  type EpochMs,
  type Explanation,
  type Found,
  type KeyArn,
  type KeyPair,
  type KeySpec,
  type Outcome,
  type Random,
  type Range,
  type RedactedCall,
  type Rec,
  type Ref,
  type Region,
  type Soon,
  type Stage,
  type SessionRec,
  type Trace,
  type TrailEvent,
  type View,
  type WorldRec,
} from '../engine/index.ts';
import type { Entry, Journal, KeptAnswer, Records, Shelf, WorldStore } from '../store/index.ts';
import type {
  AccessQuestion,
  CallAnswer,
  CallFacts,
  ChangeAdvice,
  ChangeOptions,
  Directory,
  FindAnswer,
  FindOptions,
  CallRequest,
  ExportFile,
  ExportOptions,
  Genesis,
  HistoryApi,
  HistoryMove,
  LinkAnswer,
  LinkOptions,
  KeyCard,
  KeyDetail,
  KeyWindow,
  ExternalKeyChange,
  KeyStoreCard,
  LostWith,
  Page,
  PermissionQuestion,
  PolicyDifference,
  PrincipalCard,
  SealedObject,
  Simulation,
  StoredPlace,
  StoredThing,
  ThingsQuestion,
  TrailLine,
  UndoOptions,
  Watch,
  WorldApi,
  WorldEvent,
} from './api.ts';
import { openAnswer, sealAnswer } from './answers.ts';
import { callOf } from './callOf.ts';
import { timeAfter } from './clockMoves.ts';
import { readDirectory, readSessions } from './directory.ts';
import { Commits, type Applied, type StorageFault } from './commits.ts';
import { contentsAt, type ContentsSince } from './contents.ts';
import { platformRandom, ReplayableDraws } from './draws.ts';
import { platformPair, seededPair, slowPairOf } from './keyPairs.ts';
import { ForkStore } from './forkStore.ts';
import { checkSwitches, genesisDiff } from './genesis.ts';
import { exportTraceFile, exportTrailFile } from './files/plain.ts';
import { worldHash } from './files/hash.ts';
import { recordChange } from './history/changes.ts';
import { History, type Planned } from './history/history.ts';
import type { Heard, ScriptParts } from './link/make.ts';
import type { ThingsSource } from './things/index.ts';
import { Listeners } from './listeners.ts';
import { Objects, type SealSource } from './objects.ts';
import { ownCopy } from './ownCopy.ts';
import {
  countKeys,
  readAccounts,
  readCards,
  readDue,
  readKey,
  readKeys,
  readKeyStores,
  readPrincipals,
  type KeysAt,
} from './reads.ts';
import type { Finder } from './find/index.ts';
import { Traces } from './traces.ts';
import { readTrail } from './trail.ts';
import { WorkingView, type ForkView, type LiveView } from './working.ts';

/** Where a world's chance and wall time come from; both the platform's when absent. */
export interface Surroundings {
  /** How many entries can be undone; older ones are folded away. OURS: 20,000 by default. */
  readonly historyLimit?: number | undefined;
  /** What the world is called in files. */
  readonly title?: string | undefined;
  /** Draws of a world without a seed. */
  readonly random?: Random | undefined;
  readonly wall?: (() => number) | undefined;
  /** Told of each stage that a call leaves, for whoever measures. */
  readonly passed?: ((stage: Stage) => void) | undefined;
}

interface Parts {
  readonly id: string;
  readonly view: LiveView;
  readonly store: Journal & Shelf;
  /** The records on disk; a fork has none of its own. */
  readonly records?: Records | undefined;
  readonly device: Device;
  /** The last entry on disk. */
  readonly seq: number;
  readonly floor: number;
  /** Forks do not fold: what they hold is gone soon. */
  readonly trim?: ((floor: number) => Promise<void>) | undefined;
  readonly surroundings: Surroundings;
  readonly traces: Traces;
  readonly closed: () => Promise<void>;
}

/** One step, before it is applied. */
interface Made<T> {
  readonly value: T;
  readonly diff: Diff;
  readonly events: readonly TrailEvent[];
  readonly call: RedactedCall;
  readonly at: EpochMs;
  readonly trace?: Trace | undefined;
  readonly travel?: Entry['travel'];
}

/** A step in the working view. Its task's steps go to the disk together. */
interface Stepped<T> {
  readonly value: T;
  readonly seq: number;
}

/** Thrown out of a task whose ground was taken away: it is run again from its beginning. */
class TakenBack extends Error {}

interface Prepared {
  readonly spec: KeySpec;
  readonly pair: KeyPair;
}

/** A second attempt after a reversal needs the pair again, and draws wipe what they held. */
const copyOf = ({ spec, pair }: Prepared): Prepared => ({
  spec,
  pair: { private: pair.private.slice(), public: pair.public.slice() },
});

/** Moves whose senders may ask again. */
interface OnceHistory extends HistoryApi {
  undo(options?: UndoOptions, once?: string): Promise<HistoryMove>;
  redo(once?: string): Promise<HistoryMove>;
  goTo(seq: number, once?: string): Promise<HistoryMove>;
}

export interface Answered extends Outcome {
  readonly seq: number;
}

/**
 * Begins to load what a call's service needs before its turn comes; it keeps its place in the queue meanwhile. Whoever has
 * the turn waits, and is told when it cannot be loaded. KMS is there from the start.
 */
function serviceOf({ service, operation }: Call): Promise<void> | undefined {
  if (service === undefined || service === 'kms') return undefined;
  const loaded = ready(service, operation);
  loaded.catch(() => undefined);
  return loaded;
}

/** OURS: steps that no AWS operation stands for are named like this in the journal. */
const labCall = (operation: string, input: unknown): RedactedCall => ({
  operation: `lab:${operation}`,
  region: 'us-east-1' as Region, // no Region has a say in them; the journal wants one
  principal: 'lab',
  input,
});

/**
 * A world: a queue of steps over a working view. Each step is computed from the view, applied to it at once, and answered
 * when its transaction is on disk. Nobody else changes the view.
 */
export class World implements WorldApi {
  readonly id: string;
  readonly #view: LiveView;
  readonly #store: Journal & Shelf;
  readonly #records: Records | undefined;
  #finder: Promise<Finder> | undefined;
  readonly #device: Device;
  readonly #random: Random;
  readonly #wall: () => number;
  readonly #surroundings: Surroundings;
  readonly #traces: Traces;
  readonly #commits: Commits;
  readonly #objects: Objects;
  readonly #closed: () => Promise<void>;
  readonly #listeners = new Listeners<WorldEvent>();
  readonly #forks = new Set<ForkStore>();
  readonly #history: History;
  readonly #heard = new Map<number, Heard>();
  readonly #trim: Parts['trim'];
  readonly #historyLimit: number;
  readonly #title: string;
  /** Steps of the running task, applied and not yet on their way to the disk. */
  #batch: Applied[] = [];
  /** Requests whose answers are on their way to the disk. */
  readonly #answering = new Set<string>();
  /** The last entry that was applied. */
  #seq: number;
  /** The last entry that is on disk. */
  #onDisk: number;
  /** Entries up to here are folded away. */
  #floor: number;
  /** Raised when steps are taken back: what was computed meanwhile stood on them. */
  #reversals = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #open = true;
  #forkCount = 0;

  private constructor(parts: Parts) {
    this.id = parts.id;
    this.#view = parts.view;
    this.#store = parts.store;
    this.#records = parts.records;
    this.#device = parts.device;
    this.#seq = this.#onDisk = parts.seq;
    this.#floor = parts.floor;
    this.#trim = parts.trim;
    this.#historyLimit = parts.surroundings.historyLimit ?? 20_000;
    this.#title = parts.surroundings.title ?? parts.id;
    this.#history = new History(parts.store, { head: () => this.#onDisk, floor: () => this.#floor });
    this.#surroundings = parts.surroundings;
    this.#random = parts.surroundings.random ?? platformRandom;
    this.#wall = parts.surroundings.wall ?? Date.now;
    this.#traces = parts.traces;
    this.#closed = parts.closed;
    this.#objects = new Objects(parts.store, this.#random);
    this.#commits = new Commits(parts.store, {
      committed: (step) => this.#committed(step),
      reverse: (steps, fault, head) => this.#reverse(steps, fault, head),
    });
  }

  /** Opens the world that a store holds, or begins one there. Reads the head, the settings and the clock, no more. */
  static async open(
    store: WorldStore,
    options: Surroundings & {
      readonly id?: string;
      readonly genesis?: Genesis | undefined;
      /** Those that another tab's world has shown here. */
      readonly traces?: Traces | undefined;
    } = {},
  ): Promise<World> {
    const { seq, floor } = await store.open();
    const world = new World({
      id: options.id ?? 'main',
      view: new WorkingView(store, seq === 0),
      store,
      records: store,
      device: await store.device(),
      seq,
      floor,
      trim: (to) => store.trim(to),
      surroundings: options,
      traces: options.traces ?? new Traces(),
      closed: () => store.close(),
    });
    if (seq === 0) await world.#begin(options.genesis ?? {});
    await world.#loadSettings();
    return world;
  }

  async #begin(genesis: Genesis): Promise<void> {
    const draws = new ReplayableDraws(
      genesis.seed === undefined ? this.#random : seededBytes(genesis.seed, 1),
    );
    const diff = genesisDiff(genesis, draws.random);
    const clock = diff.find((change) => change.ref === ref.clock)?.after as ClockRec;
    const call = labCall('Genesis', { seed: genesis.seed !== undefined });
    this.#apply({ value: undefined, diff, events: [], call, at: this.#timeOf(clock) }, undefined);
    await this.#flush();
  }

  async #loadSettings(): Promise<void> {
    await this.read((view) => [view.get(ref.world), view.get(ref.clock)]);
  }

  // --- steps ---------------------------------------------------------------------------------------------------------

  async call({ group, once, ...facts }: CallRequest): Promise<CallAnswer> {
    return this.#handled(callOf(facts), group, once, ({ result, trace, seq }) => ({
      // Outputs are AWS's answers, objects by the operations' own types.
      result: result as CallAnswer['result'],
      trace,
      seq,
    }));
  }

  explain(facts: CallFacts): Promise<Explanation> {
    const call = { ...callOf(facts), input: ownCopy(facts.input) };
    const loaded = serviceOf(call);
    return this.#ponder(async (view, env) => {
      await loaded;
      return explain(view, call, env, catalogue);
    });
  }

  async smallestChange(facts: CallFacts, options: ChangeOptions = {}): Promise<ChangeAdvice> {
    const own = { ...facts, input: ownCopy(facts.input) as CallFacts['input'] }; // a copy has the shape
    const loaded = serviceOf(callOf(own));
    const { smallestChangeOf } = await import('./access/index.ts');
    await loaded;
    return this.#ponder((view, env) => smallestChangeOf(view, own, options, env, catalogue));
  }

  async accessMatrix(question: AccessQuestion): Promise<AccessMatrix> {
    const { accessMatrixOf } = await import('./access/index.ts');
    return this.#ponder((view, env) => accessMatrixOf(view, question, env));
  }

  async simulate(question: PermissionQuestion): Promise<Simulation> {
    const { simulationOf } = await import('./access/index.ts');
    return this.#ponder((view, env) => simulationOf(view, question, env));
  }

  async differenceOfPolicies(question: AccessQuestion, otherPolicy: string): Promise<PolicyDifference> {
    const { policyDifferenceOf } = await import('./access/index.ts');
    return this.#ponder((view, env) => policyDifferenceOf(view, question, otherPolicy, env));
  }

  /** Asks something of the world as a call made now would find it, and changes nothing. */
  #ponder<T>(ask: (view: Overlay, env: Env) => Promise<T>): Promise<T> {
    return this.#enqueue(() =>
      this.#step(undefined, async (env) => {
        const overlay = new Overlay(this.#view);
        // What is due would fall due before the call.
        for (let due = await advanceOne(overlay, env); due; due = await advanceOne(overlay, env))
          overlay.take(due.diff);
        const value = await ask(overlay, env);
        return { value, diff: [], events: [], call: labCall('Explain', null), at: env.at };
      }),
    );
  }

  /** Any call, signed ones too: what the door for the AWS SDK uses. */
  handle(given: Call, group?: string): Promise<Answered> {
    return this.#handled(given, group, undefined, (answered) => answered);
  }

  #handled<T>(
    given: Call,
    givenGroup: string | undefined,
    once: string | undefined,
    answer: (answered: Answered) => T,
  ): Promise<T> {
    const call = { ...given, input: ownCopy(given.input) };
    const prepared = slowPairOf(call) === undefined ? undefined : this.#prepare(call);
    const loaded = serviceOf(call);
    return this.#enqueue(async () => {
      if (loaded) await loaded;
      // What falls due before a call is undone with it.
      const group = givenGroup ?? this.#nextGroup();
      const due = this.#somethingIsDue();
      if (due instanceof Promise ? await due : due) await this.#runDue(group);
      const make = async (env: Env) => {
        const outcome = await handle(this.#view, call, env, catalogue);
        const { diff, events, redacted, trace } = outcome;
        return { value: outcome, diff, events, call: redacted, at: env.at, trace };
      };
      const { value, seq } = await this.#step(group, make, prepared && (await prepared));
      this.#hear(seq, { input: call.input, output: value.result.ok ? value.result.output : undefined });
      return { value: answer({ ...value, seq }), seq };
    }, once);
  }

  /** Kept in memory only, for links: what was given and answered may be plaintext. The newest win. */
  #hear(seq: number, heard: Heard): void {
    this.#heard.delete(seq);
    this.#heard.set(seq, heard);
    const [oldest] = this.#heard.keys();
    if (this.#heard.size > heardCalls && oldest !== undefined) this.#heard.delete(oldest);
  }

  #nextGroup(): string {
    return `step ${this.#seq + 1}`;
  }

  /** The slow key pair that a call will want: begun now, so that it is there, or nearly, when its turn comes. */
  async #prepare(call: Call): Promise<Prepared | undefined> {
    const spec = slowPairOf(call);
    if (spec === undefined || (await this.#seed()) !== undefined) return undefined;
    return { spec, pair: await platformPair(spec, new Uint8Array(0)) };
  }

  /**
   * A step of our own: `work` writes into an overlay, what it wrote becomes one entry. No entry when it wrote nothing.
   * `work` may run several times and gets the same draws each time.
   */
  change<T>(
    operation: string,
    input: unknown,
    work: (overlay: Overlay, env: Env) => T | Promise<T>,
  ): Promise<T> {
    return this.#change(operation, input, undefined, work);
  }

  #change<T>(
    operation: string,
    input: unknown,
    once: string | undefined,
    work: (overlay: Overlay, env: Env) => T | Promise<T>,
  ): Promise<T> {
    return this.#enqueue(() => this.#changeStep(undefined, operation, input, work), once);
  }

  #changeStep<T>(
    group: string | undefined,
    operation: string,
    input: unknown,
    work: (overlay: Overlay, env: Env) => T | Promise<T>,
  ): Promise<Stepped<T>> {
    return this.#step(group, async (env) => {
      const overlay = new Overlay(this.#view);
      const value = await work(overlay, env);
      return { value, diff: overlay.diff(), events: [], call: labCall(operation, input), at: env.at };
    });
  }

  advance(by: Parameters<WorldApi['advance']>[0], once?: string): ReturnType<WorldApi['advance']> {
    return this.#enqueue(async () => {
      const group = this.#nextGroup();
      const moved = await this.#changeStep(group, 'Advance', by, (overlay, { at }) => {
        const to = epochMs(timeAfter(by, at, overlay));
        if (to < at)
          throw new RangeError(`Time goes forward only: it is ${iso(at)}, and ${iso(to)} is past.`);
        const clock = overlay.get(ref.clock);
        if (to > at) {
          overlay.put(
            ref.clock,
            clock?.mode === 'frozen'
              ? { mode: 'frozen', at: to }
              : { mode: 'running', offset: (clock?.offset ?? 0) + to - at },
          );
        }
        return to;
      });
      const due = await this.#runDue(group);
      return { value: { now: this.time(), happened: due.flatMap(({ value }) => value) }, seq: moved.seq };
    }, once);
  }

  async setClock(mode: ClockRec['mode'], once?: string): Promise<void> {
    if (mode !== 'frozen' && mode !== 'running')
      throw new RangeError(`"setClock" expected frozen or running, got ${String(mode)}`);
    await this.#change('SetClock', { mode }, once, (overlay, { at, wall }) => {
      if (overlay.get(ref.clock)?.mode === mode) return;
      overlay.put(ref.clock, mode === 'frozen' ? { mode, at } : { mode, offset: at - wall });
    });
  }

  async setSwitches(
    switches: Parameters<WorldApi['setSwitches']>[0],
    once?: string,
    group?: string,
  ): Promise<void> {
    checkSwitches(switches);
    const work = (overlay: Overlay) => {
      const settings = overlay.get(ref.world);
      if (!settings) throw new Error('this world has no settings');
      const { throttling = settings.throttling, propagation = settings.propagation } = switches;
      const fault = 'fault' in switches ? switches.fault : settings.fault;
      overlay.put(ref.world, { ...settings, throttling, propagation, fault });
    };
    await this.#enqueue(() => this.#changeStep(group, 'SetSwitches', switches, work), once);
  }

  async setBacking(backing: BackingRec, once?: string): Promise<void> {
    const work = (overlay: Overlay) => setBacking(overlay, backing);
    await this.#enqueue(() => this.#changeStep(undefined, 'SetBacking', backing, work), once);
  }

  async setExternalKey({ proxy, id, state }: ExternalKeyChange, once?: string): Promise<void> {
    const change = { proxy, id, state };
    const work = (overlay: Overlay) => setExternalKey(overlay, change);
    await this.#enqueue(() => this.#changeStep(undefined, 'SetExternalKey', change, work), once);
  }

  /** Everything that fell due until now, first date first, each as an entry of its own. */
  async #runDue(group: string | undefined): Promise<readonly Stepped<readonly TrailEvent[]>[]> {
    const done: Stepped<readonly TrailEvent[]>[] = [];
    // Before most calls nothing is due, which is seen without a step.
    while (await this.#somethingIsDue()) {
      const step = await this.#step(group, async (env) => {
        const due = await advanceOne(this.#view, env);
        if (!due)
          return { value: undefined, diff: [], events: [], call: labCall('Nothing', null), at: env.at };
        const { what, key, diff, events, at } = due;
        const call: RedactedCall = {
          operation: what,
          // ARNs are made with a Region; of a key store no Region is told, and the journal wants one.
          region: (key?.split(':')[3] ?? 'us-east-1') as Region,
          principal: 'kms.amazonaws.com',
          input: key === undefined ? {} : { KeyId: key },
        };
        return { value: events, diff, events, call, at };
      });
      if (step.value !== undefined) done.push({ ...step, value: step.value });
    }
    return done;
  }

  #somethingIsDue(): Soon<boolean> {
    return this.#readSoon((view) => {
      const [next] = dueNext(view, 1);
      return next !== undefined && next.at <= this.#timeOf(view.get(ref.clock));
    });
  }

  /**
   * One task at a time. The next may begin when this one is applied; the caller hears of it when it is on disk. All steps
   * of a task are kept, or none. A task that was asked for `once` and has been done is answered from what was kept.
   */
  async #enqueue<T>(task: () => Promise<Stepped<T>>, once?: string): Promise<T> {
    const run = this.#run(this.#tail, task, once);
    this.#tail = run.catch(() => undefined);
    const { value, kept } = await run;
    await kept;
    return value;
  }

  /**
   * Runs a task when its turn comes, from its beginning again whenever what it stood on was taken back, and sends it to
   * the disk.
   */
  async #run<T>(
    turn: Promise<unknown>,
    task: () => Promise<Stepped<T>>,
    once: string | undefined,
  ): Promise<{ readonly value: T; readonly kept: Promise<void> }> {
    await turn;
    if (!this.#open) throw new Error(`The world "${this.id}" is closed.`);
    const known = once === undefined ? undefined : await this.#recall<T>(once);
    if (known) return { value: known.value, kept: Promise.resolve() };
    for (;;) {
      const reversals = this.#reversals;
      try {
        const { value } = await task();
        const sealed = once === undefined ? undefined : await sealAnswer(this.#device, value);
        if (reversals === this.#reversals) return { value, kept: this.#flush(once, sealed) };
      } catch (error) {
        if (reversals !== this.#reversals) continue;
        this.#unapply();
        throw error;
      }
    }
  }

  /** A task that failed half-way leaves nothing behind. */
  #unapply(): void {
    for (const { entry } of this.#batch.toReversed()) this.#view.apply(invert(entry.diff));
    this.#seq -= this.#batch.length;
    this.#batch = [];
  }

  /** Sends what the task did, and what it answers, to the disk. */
  #flush(once?: string, sealed?: KeptAnswer['sealed']): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (once === undefined || !sealed)
      return batch.length === 0 ? Promise.resolve() : this.#commits.add(batch);
    this.#answering.add(once);
    const kept = this.#commits.add(batch, { once, seq: this.#seq, sealed });
    const done = () => void this.#answering.delete(once);
    kept.then(done, done);
    return kept;
  }

  async #recall<T>(once: string): Promise<{ readonly value: T } | undefined> {
    if (this.#answering.has(once)) await this.#commits.settled();
    const kept = await this.#store.answer(once);
    return kept && { value: (await openAnswer(this.#device, kept)) as T }; // written by the same request
  }

  /** Their senders have these answers: they need not be kept any more. */
  forgetAnswers(onces: readonly string[]): Promise<void> {
    return this.#store.forgetAnswers(onces);
  }

  /** Computes a step, loading what it lacks, and applies it. */
  async #step<T>(
    group: string | undefined,
    make: (env: Env) => Promise<Made<T>>,
    prepared?: Prepared,
  ): Promise<Stepped<T>> {
    const reversals = this.#reversals;
    const seed = this.#seed();
    const draws = this.#draws(seed instanceof Promise ? await seed : seed, prepared);
    try {
      const made = await this.#attempt(draws, reversals, make);
      if (!made) throw new TakenBack();
      return this.#apply(made, group);
    } finally {
      draws.wipe();
    }
  }

  /** Undefined when steps were taken back meanwhile, whatever came out. */
  async #attempt<T>(
    draws: ReplayableDraws,
    reversals: number,
    make: (env: Env) => Promise<Made<T>>,
  ): Promise<Made<T> | undefined> {
    const wall = epochMs(this.#wall());
    const { random, uuid, keyPair } = draws;
    const { passed } = this.#surroundings;
    for (let loads = 0; ; loads += 1) {
      try {
        const at = this.#timeOf(this.#view.get(ref.clock), wall);
        const trail = () => this.#trailSoFar();
        const env = { at, wall, random, uuid, keyPair, device: this.#device, trail };
        const made = await make(passed ? { ...env, passed } : env);
        return reversals === this.#reversals ? made : undefined;
      } catch (error) {
        if (reversals !== this.#reversals) return undefined;
        if (!(error instanceof Missing) || loads > mostLoads) throw error;
        await this.#view.load(error);
        draws.rewind();
      }
    }
  }

  /** A seeded world draws from its seed and the number of the step. */
  #draws(seed: string | undefined, prepared: Prepared | undefined): ReplayableDraws {
    return seed === undefined
      ? new ReplayableDraws(this.#random, platformPair, prepared && copyOf(prepared))
      : new ReplayableDraws(seededBytes(seed, this.#seq + 1), seededPair);
  }

  #seed(): Soon<string | undefined> {
    return this.#readSoon((view) => view.get(ref.world)?.seed);
  }

  #apply<T>(
    { value, diff, events, call, at, trace, travel }: Made<T>,
    group: string | undefined,
  ): Stepped<T> {
    // A call is an entry even when it changed nothing: it happened.
    if (diff.length === 0 && events.length === 0 && !trace && !travel) return { value, seq: this.#seq };
    this.#view.apply(diff);
    this.#seq += 1;
    const seq = this.#seq;
    const entry = { seq, group: group ?? `step ${seq}`, at, call, diff, events, traceId: trace?.id, travel };
    this.#batch.push({ entry, trace });
    return { value, seq };
  }

  #committed({ entry, trace }: Applied): void {
    this.#onDisk = entry.seq;
    if (trace) this.#traces.add(trace);
    void this.#finder?.then((finder) => finder.changed(entry));
    this.#fold();
    if (this.#listeners.size === 0) return;
    const tables = [...new Set(entry.diff.map((change) => tableOf(change.ref)))];
    this.#listeners.tell({ kind: 'committed', seq: entry.seq, tables, trace });
  }

  /** Folds in portions, so that not every step pays for it. What cannot be folded now is folded later. */
  #fold(): void {
    const floor = this.#onDisk - this.#historyLimit;
    if (!this.#trim || floor - this.#floor < Math.max(1, this.#historyLimit / 20)) return;
    this.#floor = floor;
    void this.#trim(floor).catch(() => undefined);
  }

  #reverse(steps: readonly Applied[], fault: StorageFault, head: number | undefined): void {
    this.#reversals += 1;
    this.#unapply();
    for (const { entry } of steps) this.#view.apply(invert(entry.diff));
    this.#seq -= steps.length;
    if (head !== undefined) {
      // Another writer: what is loaded here is out of date, all of it.
      if (this.#view instanceof WorkingView) this.#view.forget();
      this.#seq = this.#onDisk = head;
      this.#history.forget();
      this.#finder = undefined;
      void this.#loadSettings().catch(() => undefined); // a step would load them too, and say what is wrong
    }
    this.#listeners.tell({ kind: 'storageFailed', message: fault.message });
  }

  // --- time ----------------------------------------------------------------------------------------------------------

  /** Virtual time. */
  time(): EpochMs {
    return this.#timeOf(this.#view.get(ref.clock));
  }

  #timeOf(clock: ClockRec | undefined, wall = this.#wall()): EpochMs {
    return clock?.mode === 'frozen' ? clock.at : epochMs(wall + (clock?.offset ?? 0));
  }

  now(): ReturnType<WorldApi['now']> {
    return this.read((view) => {
      const clock: ClockRec = view.get(ref.clock) ?? { mode: 'running', offset: 0 };
      return { at: this.#timeOf(clock), clock, due: readDue(view) };
    });
  }

  // --- reads ---------------------------------------------------------------------------------------------------------

  /** As {@link read}, and at once when everything is loaded. */
  #readSoon<T>(look: (view: View) => T): Soon<T> {
    try {
      return look(this.#view);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      return this.read(look);
    }
  }

  /** Reads from the working view, loading what it lacks. `look` is run again after each load. */
  async read<T>(look: (view: View) => T): Promise<T> {
    for (let loads = 0; ; loads += 1) {
      try {
        return look(this.#view);
      } catch (error) {
        if (!(error instanceof Missing) || loads > mostLoads) throw error;
        await this.#view.load(error);
      }
    }
  }

  settings(): Promise<WorldRec> {
    return this.read((view) => {
      const settings = view.get(ref.world);
      if (!settings) throw new Error('this world has no settings');
      return settings;
    });
  }

  accounts(): Promise<readonly AccountRec[]> {
    return this.read(readAccounts);
  }

  principals(account?: AccountId): Promise<readonly PrincipalCard[]> {
    return this.read((view) => readPrincipals(view, account));
  }

  sessions(): Promise<readonly SessionRec[]> {
    return this.read(readSessions);
  }

  directory(): Promise<Directory> {
    return this.read(readDirectory);
  }

  keys(at: KeysAt): Promise<Page<KeyCard>> {
    return this.read((view) => readKeys(view, at));
  }

  async keyWindow({
    account,
    region,
    from,
    n,
    waitMs = 40,
  }: Parameters<WorldApi['keyWindow']>[0]): Promise<KeyWindow> {
    const finder = await this.#find();
    const { refs, known, complete } = await finder.keysFrom({ account, region }, from, n, waitMs);
    return this.read((view) => ({
      from,
      items: readCards(view, refs),
      total: complete ? known : Math.max(known, countKeys(view, account, region)),
      exact: complete,
    }));
  }

  async find(query: string, options?: FindOptions): Promise<FindAnswer> {
    return (await this.#find()).find(query, options);
  }

  /** The index of names, made when somebody first looks for something: until then nothing of it is loaded or read. */
  #find(): Promise<Finder> {
    return (this.#finder ??= import('./find/index.ts').then(async ({ Finder }) => {
      // It begins at an entry that is on disk, and hears of each one after it.
      await this.#commits.settled();
      return new Finder({
        range: (range) => this.#range(range),
        refs: (range) =>
          this.#records?.refs(range) ??
          this.read((view) => view.range('ref', range).map(({ ref: at }) => at)),
        get: (refs) => this.read((view) => refs.map((at) => view.get(at))),
        path: () => this.#history.path(),
      });
    }));
  }

  /** Committed records, read past the working view where there is a store to read from. */
  #range(range: Range): Promise<readonly Found[]> {
    return this.#records?.range('ref', range) ?? this.read((view) => view.range('ref', range));
  }

  async #things(): Promise<ThingsSource> {
    await this.#commits.settled();
    return { range: (range) => this.#range(range), read: (look) => this.read(look), at: this.time() };
  }

  async storedPlaces(): Promise<readonly StoredPlace[]> {
    const { storedPlaces } = await import('./things/index.ts');
    return storedPlaces(await this.#things());
  }

  async storedThings(question: ThingsQuestion = {}): Promise<Page<StoredThing>> {
    const { storedThings } = await import('./things/index.ts');
    return storedThings(await this.#things(), question);
  }

  async storedThing(id: string): Promise<StoredThing | undefined> {
    const { storedThing } = await import('./things/index.ts');
    return storedThing(await this.#things(), id as Ref); // one that is no ref finds nothing
  }

  async lostWith(arn: KeyArn): Promise<LostWith> {
    const { lostWith } = await import('./things/index.ts');
    const [detail, files] = await Promise.all([this.key(arn), this.objects()]);
    return lostWith(await this.#things(), arn, { detail, files });
  }

  key(arn: KeyArn): Promise<KeyDetail | undefined> {
    return this.read((view) => readKey(view, arn));
  }

  keyStores({ account, region }: Parameters<WorldApi['keyStores']>[0]): Promise<readonly KeyStoreCard[]> {
    return this.read((view) => readKeyStores(view, account, region));
  }

  /** For a step that reads it: what was applied before is in the journal by then. */
  async #trailSoFar(): Promise<readonly TrailEvent[]> {
    await this.#commits.settled();
    return (await this.trail({ n: Infinity })).map(({ event }) => event).toReversed();
  }

  trail(page: Parameters<WorldApi['trail']>[0] = {}): Promise<readonly TrailLine[]> {
    return readTrail(this.#history, this.#traces, page);
  }

  trace(id: string): Promise<Trace | undefined> {
    return Promise.resolve(this.#traces.get(id));
  }

  traces(n: number): Promise<readonly Trace[]> {
    return Promise.resolve(this.#traces.newest(n));
  }

  // --- history -------------------------------------------------------------------------------------------------------

  readonly history: OnceHistory = {
    state: (options) => this.#onDiskOnly(() => this.#history.state(options)),
    list: (page = {}) => this.#onDiskOnly(() => this.#history.list(page)),
    changes: (seq) =>
      this.#onDiskOnly(async () =>
        (await this.#history.entry(seq))?.diff.map((change) => recordChange(change)),
      ),
    undo: (options = {}, once) => this.#travel(() => this.#history.planUndo(options), once),
    redo: (once) => this.#travel(() => this.#history.planRedo(), once),
    goTo: (seq, once) => this.#travel(() => this.#history.planGoTo(seq), once),
  };

  /** Looks at the journal when all that was applied is in it. */
  #onDiskOnly<T>(look: () => Promise<T>): Promise<T> {
    return this.#enqueue(async () => {
      await this.#commits.settled();
      return { value: await look(), seq: this.#seq };
    });
  }

  #travel(plan: () => Promise<Planned>, once: string | undefined): Promise<HistoryMove> {
    return this.#enqueue<HistoryMove>(async () => {
      await this.#commits.settled();
      const planned = await plan();
      if (!planned.ok) {
        const value = { ok: false, refused: planned.refused, checkpoint: this.#floor } as const;
        return { value, seq: this.#seq };
      }
      const { travel, diff } = planned.journey;
      const call = labCall(words[travel.kind], { to: travel.to });
      const { seq } = await this.#step(undefined, (env) =>
        Promise.resolve({ value: undefined, diff, events: [], call, at: env.at, travel }),
      );
      return { value: { ok: true, seq, position: travel.to }, seq };
    }, once);
  }

  // --- files ---------------------------------------------------------------------------------------------------------

  /** All records, as they are when everything asked for before is done. */
  async records(): Promise<ReadonlyMap<Ref, Rec>> {
    return this.read(
      (view) => new Map(view.range('ref', { prefix: '', n: Infinity }).map((row) => [row.ref, row.rec])),
    );
  }

  /**
   * The whole world, or what it was after entry `at` of its journal, to copy it or to write it into a file.
   * @throws RangeError when that entry is folded away or was never written
   */
  contents(
    options: { readonly at?: number | undefined; readonly objects?: boolean | undefined } = {},
  ): Promise<ContentsSince & { readonly device: Device }> {
    return this.#onDiskOnly(async () => ({
      ...(await contentsAt(this.#store, await this.records(), {
        at: options.at ?? this.#onDisk,
        head: this.#onDisk,
        floor: this.#floor,
        objects: options.objects ?? false,
      })),
      device: this.#device,
    }));
  }

  async hash(): Promise<string> {
    return worldHash(await this.records());
  }

  async exportFile(options: ExportOptions = {}): Promise<ExportFile> {
    const contents = await this.contents(options);
    const { writeWorldFile } = await import('./files/write.ts');
    return writeWorldFile({ ...contents, name: options.title ?? this.#title }, options);
  }

  async exportTrace(id: string): Promise<ExportFile | undefined> {
    const trace = this.#traces.get(id);
    return trace && exportTraceFile(trace);
  }

  async exportTrail(): Promise<ExportFile> {
    const lines = await this.trail({ n: Infinity });
    return exportTrailFile(lines.map(({ event }) => event).toReversed(), this.#title);
  }

  async share(options: LinkOptions = {}): Promise<LinkAnswer> {
    const parts = await this.#onDiskOnly(async (): Promise<ScriptParts> => {
      const path: Entry[] = [];
      for await (const entry of this.#history.path()) path.push(entry);
      return { path: path.reverse(), heard: new Map(this.#heard) };
    });
    const { makeLink } = await import('./link/make.ts');
    return makeLink(parts, options);
  }

  /** One entry of the journal. */
  entry(seq: number): Promise<Entry | undefined> {
    return this.#history.entry(seq);
  }

  ownAccessKeys(ids: readonly string[]): Promise<readonly string[]> {
    return this.read((view) => ids.filter((id) => view.get(ref.credential(id)) !== undefined));
  }

  // --- forks ---------------------------------------------------------------------------------------------------------

  async fork(): Promise<World> {
    return this.#enqueue(async () => {
      // Queued steps wait, so that the fork begins at an entry that is on disk.
      await this.#commits.settled();
      // A store that is lost has no shelf any more; what is loaded can still be forked.
      const objects = await this.#store.listObjects().catch(() => []);
      const store = new ForkStore(this.#store, this.#seq, objects);
      const view: ForkView = this.#view.fork();
      this.#forks.add(store);
      const world = new World({
        id: `${this.id}/fork-${(this.#forkCount += 1)}`,
        view,
        store,
        device: this.#device,
        seq: this.#seq,
        floor: this.#floor,
        surroundings: this.#surroundings,
        traces: new Traces(undefined, this.#traces),
        closed: () => {
          this.#forks.delete(store);
          view.close();
          return Promise.resolve();
        },
      });
      return { value: world, seq: this.#seq };
    });
  }

  /**
   * Gives what this fork did since it began to the world it came from, which did nothing since, and whose store failed
   * then: there it is written, in one piece, or this throws and nothing has changed.
   */
  async giveTo(parent: World): Promise<void> {
    const store = this.#store;
    if (!(store instanceof ForkStore)) throw new Error(`The world "${this.id}" is no fork.`);
    await this.#enqueue(async () => {
      await this.#commits.settled();
      await parent.#take(store);
      return { value: undefined, seq: this.#seq };
    });
  }

  async #take(fork: ForkStore): Promise<void> {
    const { entries, answers, objects, removed } = fork.own();
    await this.#enqueue(async () => {
      await this.#commits.settled();
      for (const object of objects) await this.#store.putObject(object);
      await this.#store.append(entries, answers);
      for (const id of removed) await this.#store.removeObject(id);
      for (const { seq, diff } of entries) {
        this.#view.apply(diff);
        this.#seq = this.#onDisk = seq;
      }
      return { value: undefined, seq: this.#seq };
    });
  }

  // --- sealed objects ------------------------------------------------------------------------------------------------

  async seal(source: SealSource, watch?: Watch, once?: string): Promise<SealedObject> {
    const object = await this.#objects.seal(source, this.time(), watch, once);
    this.#listeners.tell({ kind: 'objects' });
    return object;
  }

  open(id: string, dataKey: Bytes, watch?: Watch): Promise<Blob> {
    return this.#objects.open(id, dataKey, watch);
  }

  objects(): Promise<readonly SealedObject[]> {
    return this.#objects.list();
  }

  sealedBytes(id: string): Promise<Blob> {
    return this.#objects.sealedBytes(id);
  }

  async removeObject(id: string): Promise<void> {
    const object = await this.#store.getObject(id);
    if (object) for (const fork of this.#forks) fork.remember(object);
    await this.#store.removeObject(id);
    this.#listeners.tell({ kind: 'objects' });
  }

  // --- the rest ------------------------------------------------------------------------------------------------------

  subscribe(listener: (event: WorldEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Waits for what is queued and on its way, then lets go of the store. */
  async close(): Promise<void> {
    if (!this.#open) return;
    await (this.#tail = this.#tail.then(() => (this.#open = false)));
    await this.#commits.settled();
    this.#listeners.clear();
    await this.#closed();
  }
}

/** OURS: the calls of a long sitting; a link holds fewer. */
const heardCalls = 2000;

/** A step that still lacks something after so many loads asks for something else each time: it is not pure. */
const mostLoads = 1000;

const words = { undo: 'Undo', redo: 'Redo', goTo: 'GoTo' } as const;

const iso = (at: number): string => new Date(at).toISOString();
