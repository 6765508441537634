import { catalogue, ready } from '../cloud/index.ts';
import {
  advanceOne,
  dueNext,
  epochMs,
  invert,
  Missing,
  Overlay,
  ref,
  seededBytes,
  type ClockRec,
  type Device,
  type Env,
  type EpochMs,
  type FellDue,
  type Random,
  type RedactedCall,
  type Region,
  type Soon,
  type TrailEvent,
  type View,
} from '../engine/index.ts';
import type { Entry, Journal, KeptAnswer } from '../store/index.ts';
import { openAnswer, sealAnswer } from './answers.ts';
import { Commits, type Applied, type StorageFault } from './commits.ts';
import { platformRandom, ReplayableDraws } from './draws.ts';
import { platformPair, seededPair } from './keyPairs.ts';
import {
  labCall,
  type Made,
  type Prepared,
  type StepHooks,
  type Stepped,
  type StepsParts,
  type Surroundings,
  type Work,
} from './step.ts';
import { TrailSoFar } from './trailSoFar.ts';
import { WorkingView, type LiveView } from './working.ts';

/** Thrown out of a task whose ground was taken away: it is run again from its beginning. */
class TakenBack extends Error {}

/** A second attempt after a reversal needs the pair again, and draws wipe what they held. */
const copyOf = ({ spec, pair }: Prepared): Prepared => ({
  spec,
  pair: { private: pair.private.slice(), public: pair.public.slice() },
});

/**
 * A queue of steps over a working view. Each step is computed from the view, applied to it at once, and answered when its
 * transaction is on disk. Nobody else changes the view.
 */
export class Steps {
  readonly view: LiveView;
  readonly device: Device;
  readonly random: Random;
  readonly #id: string;
  readonly #store: Journal;
  readonly #hooks: StepHooks;
  readonly #wall: () => number;
  readonly #passed: Surroundings['passed'];
  readonly #commits: Commits;
  readonly #trim: StepsParts['trim'];
  readonly #historyLimit: number;
  /** Steps of the running task, applied and not yet on their way to the disk. */
  #batch: Applied[] = [];
  /** Requests whose answers are on their way to the disk. */
  readonly #answering = new Set<string>();
  readonly #soFar = new TrailSoFar();
  #seq: number;
  #onDisk: number;
  #floor: number;
  /** Raised when steps are taken back: what was computed meanwhile stood on them. */
  #reversals = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #open = true;

  constructor({ id, view, store, device, seq, floor, trim, surroundings }: StepsParts, hooks: StepHooks) {
    this.view = view;
    this.device = device;
    this.random = surroundings.random ?? platformRandom;
    this.#id = id;
    this.#store = store;
    this.#hooks = hooks;
    this.#wall = surroundings.wall ?? Date.now;
    this.#passed = surroundings.passed;
    this.#seq = this.#onDisk = seq;
    this.#floor = floor;
    this.#trim = trim;
    this.#historyLimit = surroundings.historyLimit ?? 20_000;
    this.#commits = new Commits(store, {
      committed: (step) => this.#committed(step),
      reverse: (steps, fault, head) => this.#reverse(steps, fault, head),
    });
  }

  /** The last entry that was applied. */
  get seq(): number {
    return this.#seq;
  }

  /** The last entry that is on disk. */
  get onDisk(): number {
    return this.#onDisk;
  }

  /** Entries up to here are folded away. */
  get floor(): number {
    return this.#floor;
  }

  get nextGroup(): string {
    return `step ${this.#seq + 1}`;
  }

  /** Everything applied until now is on disk or taken back. */
  settled(): Promise<void> {
    return this.#commits.settled();
  }

  /** Waits for what is queued and on its way. Nothing can be asked afterwards. */
  async close(): Promise<void> {
    await (this.#tail = this.#tail.then(() => (this.#open = false)));
    await this.settled();
  }

  // --- tasks ---------------------------------------------------------------------------------------------------------

  /**
   * One task at a time. The next may begin when this one is applied; the caller hears of it when it is on disk. All steps
   * of a task are kept, or none. A task that was asked for `once` and has been done is answered from what was kept.
   */
  async enqueue<T>(task: () => Promise<Stepped<T>>, once?: string): Promise<T> {
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
    if (!this.#open) throw new Error(`The world "${this.#id}" is closed.`);
    const known = once === undefined ? undefined : await this.#recall<T>(once);
    if (known) return { value: known.value, kept: Promise.resolve() };
    for (;;) {
      const reversals = this.#reversals;
      try {
        const { value } = await task();
        const sealed = once === undefined ? undefined : await sealAnswer(this.device, value);
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
    if (this.#batch.length > 0) this.#soFar.forget();
    for (const { entry } of this.#batch.toReversed()) this.view.apply(invert(entry.diff));
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
    return kept && { value: (await openAnswer(this.device, kept)) as T }; // written by the same request
  }

  /** The first entry of a world, which stands on nothing. */
  begin(made: Made<undefined>): Promise<void> {
    this.#apply(made, undefined);
    return this.#flush();
  }

  /** Computes a step, loading what it lacks, and applies it. */
  async step<T>(
    group: string | undefined,
    make: (env: Env) => Promise<Made<T>>,
    prepared?: Prepared,
  ): Promise<Stepped<T>> {
    const reversals = this.#reversals;
    const seed = this.seed();
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
    const passed = this.#passed;
    for (let loads = 0; ; loads += 1) {
      try {
        const at = this.timeOf(this.view.get(ref.clock), wall);
        const trail = () => this.#trail();
        const env = { at, wall, random, uuid, keyPair, device: this.device, trail };
        const made = await make(passed ? { ...env, passed } : env);
        return reversals === this.#reversals ? made : undefined;
      } catch (error) {
        if (reversals !== this.#reversals) return undefined;
        if (!(error instanceof Missing) || loads > mostLoads) throw error;
        await this.view.load(error);
        draws.rewind();
      }
    }
  }

  /** For a step that reads it. What was applied before is in the journal, but for the steps of its own task. */
  #trail(): Promise<readonly TrailEvent[]> {
    return this.#soFar.read(async () => {
      await this.settled();
      const kept = await this.#hooks.trail();
      return [...kept, ...this.#batch.flatMap(({ entry }) => entry.events)];
    });
  }

  /** A seeded world draws from its seed and the number of the step. */
  #draws(seed: string | undefined, prepared: Prepared | undefined): ReplayableDraws {
    return seed === undefined
      ? new ReplayableDraws(this.random, platformPair, prepared && copyOf(prepared))
      : new ReplayableDraws(seededBytes(seed, this.#seq + 1), seededPair);
  }

  seed(): Soon<string | undefined> {
    return this.readSoon((view) => view.get(ref.world)?.seed);
  }

  #apply<T>(
    { value, diff, events, call, at, trace, travel }: Made<T>,
    group: string | undefined,
  ): Stepped<T> {
    // A call is an entry even when it changed nothing: it happened.
    if (diff.length === 0 && events.length === 0 && !trace && !travel) return { value, seq: this.#seq };
    this.view.apply(diff);
    if (travel) this.#soFar.forget();
    else this.#soFar.add(events);
    this.#seq += 1;
    const seq = this.#seq;
    const entry = { seq, group: group ?? `step ${seq}`, at, call, diff, events, traceId: trace?.id, travel };
    this.#batch.push({ entry, trace });
    return { value, seq };
  }

  /** A step of our own: what `work` wrote becomes one entry. No entry when it wrote nothing. */
  change<T>(
    group: string | undefined,
    operation: string,
    input: unknown,
    work: Work<T>,
  ): Promise<Stepped<T>> {
    return this.step(group, async (env) => {
      const overlay = new Overlay(this.view);
      const value = await work(overlay, env);
      return { value, diff: overlay.diff(), events: [], call: labCall(operation, input), at: env.at };
    });
  }

  /** Everything that fell due until now, first date first, each as an entry of its own. */
  async runDue(group: string | undefined): Promise<readonly Stepped<readonly TrailEvent[]>[]> {
    const done: Stepped<readonly TrailEvent[]>[] = [];
    // Before most calls nothing is due, which is seen without a step.
    while (await this.somethingIsDue()) {
      const step = await this.step(group, async (env) => {
        const due = await this.fallenDue(this.view, env);
        if (!due)
          return { value: undefined, diff: [], events: [], call: labCall('Nothing', null), at: env.at };
        const { what, key, diff, events, at } = due;
        if (due.call)
          return { value: events, diff, events, call: due.call.redacted, at, trace: due.call.trace };
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

  /** The first thing that fell due. What a service does then needs the service. */
  async fallenDue(view: View, env: Env): Promise<FellDue | undefined> {
    const [next] = dueNext(view, 1);
    if (next?.what === 'DeliverLogFiles') await ready('cloudtrail', next.what);
    if (next?.what === 'DeliverEvent') await ready('events', next.what);
    return advanceOne(view, env, catalogue);
  }

  somethingIsDue(): Soon<boolean> {
    return this.readSoon((view) => {
      const [next] = dueNext(view, 1);
      return next !== undefined && next.at <= this.timeOf(view.get(ref.clock));
    });
  }

  // --- what becomes of them on the disk --------------------------------------------------------------------------------

  #committed(step: Applied): void {
    this.#onDisk = step.entry.seq;
    this.#fold();
    this.#hooks.committed(step);
  }

  /** Folds in portions, so that not every step pays for it. What cannot be folded now is folded later. */
  #fold(): void {
    const floor = this.#onDisk - this.#historyLimit;
    if (!this.#trim || floor - this.#floor < Math.max(1, this.#historyLimit / 20)) return;
    this.#floor = floor;
    this.#soFar.forget();
    void this.#trim(floor).catch(() => undefined);
  }

  #reverse(steps: readonly Applied[], fault: StorageFault, head: number | undefined): void {
    this.#reversals += 1;
    this.#soFar.forget();
    this.#unapply();
    for (const { entry } of steps) this.view.apply(invert(entry.diff));
    this.#seq -= steps.length;
    if (head !== undefined) {
      // Another writer: what is loaded here is out of date, all of it.
      if (this.view instanceof WorkingView) this.view.forget();
      this.#seq = this.#onDisk = head;
    }
    this.#hooks.reversed(fault, head !== undefined);
  }

  /** Entries that somebody else has written into the store, on top of all that was applied here. */
  adopt(entries: readonly Entry[]): void {
    this.#soFar.forget();
    for (const { seq, diff } of entries) {
      this.view.apply(diff);
      this.#seq = this.#onDisk = seq;
    }
  }

  // --- time and reads --------------------------------------------------------------------------------------------------

  /** Virtual time. */
  time(): EpochMs {
    return this.timeOf(this.view.get(ref.clock));
  }

  timeOf(clock: ClockRec | undefined, wall = this.#wall()): EpochMs {
    return clock?.mode === 'frozen' ? clock.at : epochMs(wall + (clock?.offset ?? 0));
  }

  /** As {@link read}, and at once when everything is loaded. */
  readSoon<T>(look: (view: View) => T): Soon<T> {
    try {
      return look(this.view);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      return this.read(look);
    }
  }

  /** Reads from the working view, loading what it lacks. `look` is run again after each load. */
  async read<T>(look: (view: View) => T): Promise<T> {
    for (let loads = 0; ; loads += 1) {
      try {
        return look(this.view);
      } catch (error) {
        if (!(error instanceof Missing) || loads > mostLoads) throw error;
        await this.view.load(error);
      }
    }
  }
}

/** A step that still lacks something after so many loads asks for something else each time: it is not pure. */
const mostLoads = 1000;
