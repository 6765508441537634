import {
  advanceOne,
  epochMs,
  handle,
  Missing,
  invert,
  Overlay,
  ref,
  seededBytes,
  tableOf,
  type AccountId,
  type AccountRec,
  type Bytes,
  type Call,
  type ClockRec,
  type Device,
  type Diff,
  type Env,
  type EpochMs,
  type KeyArn,
  type KeyPair,
  type KeySpec,
  type Outcome,
  type Random,
  type RedactedCall,
  type Region,
  type Trace,
  type TrailEvent,
  type View,
  type WorldRec,
} from '../engine/index.ts';
import type { Journal, Shelf, WorldStore } from '../store/index.ts';
import type {
  CallAnswer,
  CallRequest,
  Genesis,
  KeyCard,
  KeyDetail,
  KeyStoreCard,
  Page,
  PrincipalCard,
  Progress,
  SealedObject,
  TrailLine,
  WorldApi,
  WorldEvent,
} from './api.ts';
import { Commits, type Applied, type StorageFault } from './commits.ts';
import { platformRandom, ReplayableDraws } from './draws.ts';
import { platformPair, seededPair, slowPairOf } from './keyPairs.ts';
import { ForkStore } from './forkStore.ts';
import { checkSwitches, genesisDiff } from './genesis.ts';
import { Objects, type SealSource } from './objects.ts';
import { ownCopy } from './ownCopy.ts';
import {
  readAccounts,
  readDue,
  readKey,
  readKeys,
  readKeyStores,
  readPrincipals,
  type KeysAt,
} from './reads.ts';
import { Traces } from './traces.ts';
import { readTrail } from './trail.ts';
import { WorkingView, type ForkView, type LiveView } from './working.ts';

/** Where a world's chance and wall time come from; both the platform's when absent. */
export interface Surroundings {
  /** Draws of a world without a seed. */
  readonly random?: Random | undefined;
  readonly wall?: (() => number) | undefined;
}

interface Parts {
  readonly id: string;
  readonly view: LiveView;
  readonly store: Journal & Shelf;
  readonly device: Device;
  /** The last entry on disk. */
  readonly seq: number;
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
}

/** A step in the working view, with the promise of its transaction. */
interface Stepped<T> {
  readonly value: T;
  readonly seq: number;
  readonly kept: Promise<unknown>;
}

interface Prepared {
  readonly spec: KeySpec;
  readonly pair: KeyPair;
}

/** A second attempt after a reversal needs the pair again, and draws wipe what they held. */
const copyOf = ({ spec, pair }: Prepared): Prepared => ({
  spec,
  pair: { private: pair.private.slice(), public: pair.public.slice() },
});

export interface Answered extends Outcome {
  readonly seq: number;
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
  readonly #device: Device;
  readonly #random: Random;
  readonly #wall: () => number;
  readonly #surroundings: Surroundings;
  readonly #traces: Traces;
  readonly #commits: Commits;
  readonly #objects: Objects;
  readonly #closed: () => Promise<void>;
  readonly #listeners = new Set<(event: WorldEvent) => void>();
  readonly #forks = new Set<ForkStore>();
  /** The last entry that was applied. */
  #seq: number;
  /** Raised when steps are taken back: what was computed meanwhile stood on them. */
  #reversals = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #open = true;
  #forkCount = 0;

  private constructor(parts: Parts) {
    this.id = parts.id;
    this.#view = parts.view;
    this.#store = parts.store;
    this.#device = parts.device;
    this.#seq = parts.seq;
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
    options: Surroundings & { readonly id?: string; readonly genesis?: Genesis | undefined } = {},
  ): Promise<World> {
    const { seq } = await store.open();
    const world = new World({
      id: options.id ?? 'main',
      view: new WorkingView(store, seq === 0),
      store,
      device: await store.device(),
      seq,
      surroundings: options,
      traces: new Traces(),
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
    await this.#apply({ value: undefined, diff, events: [], call, at: this.#timeOf(clock) }, undefined).kept;
  }

  async #loadSettings(): Promise<void> {
    await this.read((view) => [view.get(ref.world), view.get(ref.clock)]);
  }

  // --- steps ---------------------------------------------------------------------------------------------------------

  async call({ operation, input, principal, region, group }: CallRequest): Promise<CallAnswer> {
    const call: Call = { operation, input, region, caller: { kind: 'principal', arn: principal } };
    const { result, trace, seq } = await this.handle(call, group);
    // Outputs are AWS's answers, objects by the operations' own types.
    return { result: result as CallAnswer['result'], trace, seq };
  }

  /** Any call, signed ones too: what the door for the AWS SDK uses. */
  handle(given: Call, group?: string): Promise<Answered> {
    const call = { ...given, input: ownCopy(given.input) };
    const prepared = this.#prepare(call);
    return this.#enqueue(async () => {
      await this.#runDue(undefined);
      const make = async (env: Env) => {
        const outcome = await handle(this.#view, call, env);
        const { diff, events, redacted, trace } = outcome;
        return { value: outcome, diff, events, call: redacted, at: env.at, trace };
      };
      const { value, seq, kept } = await this.#step(group, make, await prepared);
      return { value: { ...value, seq }, seq, kept };
    });
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
    return this.#enqueue(() => this.#changeStep(undefined, operation, input, work));
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

  advance(by: Parameters<WorldApi['advance']>[0]): ReturnType<WorldApi['advance']> {
    return this.#enqueue(async () => {
      // The clock goes first: should the page die in between, what fell due runs when the world is opened again.
      const moved = await this.#changeStep(undefined, 'Advance', by, (overlay, { at }) => {
        const to = epochMs('to' in by ? by.to : at + millisecondsOf(by));
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
      const due = await this.#runDue(`step ${moved.seq}`);
      return {
        value: { now: this.time(), happened: due.flatMap(({ value }) => value) },
        seq: moved.seq,
        kept: Promise.all([moved.kept, ...due.map(({ kept }) => kept)]),
      };
    });
  }

  async setSwitches(switches: Parameters<WorldApi['setSwitches']>[0]): Promise<void> {
    checkSwitches(switches);
    await this.change('SetSwitches', switches, (overlay) => {
      const settings = overlay.get(ref.world);
      if (!settings) throw new Error('this world has no settings');
      const { throttling = settings.throttling, propagation = settings.propagation } = switches;
      const fault = 'fault' in switches ? switches.fault : settings.fault;
      overlay.put(ref.world, { ...settings, throttling, propagation, fault });
    });
  }

  /** Everything that fell due until now, first date first, each as an entry of its own. */
  async #runDue(group: string | undefined): Promise<readonly Stepped<readonly TrailEvent[]>[]> {
    const done: Stepped<readonly TrailEvent[]>[] = [];
    for (;;) {
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
      if (step.value === undefined) return done;
      done.push({ ...step, value: step.value });
    }
  }

  /** One at a time. The next may begin when this one is applied; the caller hears of it when it is on disk. */
  async #enqueue<T>(task: () => Promise<Stepped<T>>): Promise<T> {
    const run = this.#tail.then(() => {
      if (!this.#open) throw new Error(`The world "${this.id}" is closed.`);
      return task();
    });
    this.#tail = run.catch(() => undefined);
    const { value, kept } = await run;
    await kept;
    return value;
  }

  /** Computes a step, loading what it lacks, and applies it. Again from the start when the ground was taken away. */
  async #step<T>(
    group: string | undefined,
    make: (env: Env) => Promise<Made<T>>,
    prepared?: Prepared,
  ): Promise<Stepped<T>> {
    for (;;) {
      const reversals = this.#reversals;
      const draws = await this.#draws(prepared);
      const made = await this.#attempt(draws, reversals, make);
      draws.wipe();
      if (made) return this.#apply(made, group);
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
    for (let loads = 0; ; loads += 1) {
      try {
        const at = this.#timeOf(this.#view.get(ref.clock), wall);
        const made = await make({ at, wall, random, uuid, keyPair, device: this.#device });
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
  async #draws(prepared: Prepared | undefined): Promise<ReplayableDraws> {
    const seed = await this.#seed();
    return seed === undefined
      ? new ReplayableDraws(this.#random, platformPair, prepared && copyOf(prepared))
      : new ReplayableDraws(seededBytes(seed, this.#seq + 1), seededPair);
  }

  #seed(): Promise<string | undefined> {
    return this.read((view) => view.get(ref.world)?.seed);
  }

  #apply<T>({ value, diff, events, call, at, trace }: Made<T>, group: string | undefined): Stepped<T> {
    // A call is an entry even when it changed nothing: it happened.
    if (diff.length === 0 && events.length === 0 && !trace)
      return { value, seq: this.#seq, kept: Promise.resolve() };
    this.#view.apply(diff);
    this.#seq += 1;
    const seq = this.#seq;
    const entry = { seq, group: group ?? `step ${seq}`, at, call, diff, events, traceId: trace?.id };
    return { value, seq, kept: this.#commits.add({ entry, trace }) };
  }

  #committed({ entry, trace }: Applied): void {
    if (trace) this.#traces.add(trace);
    const tables = [...new Set(entry.diff.map((change) => tableOf(change.ref)))];
    this.#emit({ kind: 'committed', seq: entry.seq, tables, trace });
  }

  #reverse(steps: readonly Applied[], fault: StorageFault, head: number | undefined): void {
    this.#reversals += 1;
    for (const { entry } of steps) this.#view.apply(invert(entry.diff));
    this.#seq -= steps.length;
    if (head !== undefined) {
      // Another writer: what is loaded here is out of date, all of it.
      if (this.#view instanceof WorkingView) this.#view.forget();
      this.#seq = head;
      void this.#loadSettings().catch(() => undefined); // a step would load them too, and say what is wrong
    }
    this.#emit({ kind: 'storageFailed', message: fault.message });
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

  keys(at: KeysAt): Promise<Page<KeyCard>> {
    return this.read((view) => readKeys(view, at));
  }

  key(arn: KeyArn): Promise<KeyDetail | undefined> {
    return this.read((view) => readKey(view, arn));
  }

  keyStores({ account, region }: Parameters<WorldApi['keyStores']>[0]): Promise<readonly KeyStoreCard[]> {
    return this.read((view) => readKeyStores(view, account, region));
  }

  trail(page: Parameters<WorldApi['trail']>[0] = {}): Promise<readonly TrailLine[]> {
    return readTrail(this.#store, this.#traces, page);
  }

  trace(id: string): Promise<Trace | undefined> {
    return Promise.resolve(this.#traces.get(id));
  }

  traces(n: number): Promise<readonly Trace[]> {
    return Promise.resolve(this.#traces.newest(n));
  }

  // --- forks ---------------------------------------------------------------------------------------------------------

  async fork(): Promise<World> {
    return this.#enqueue(async () => {
      // Queued steps wait, so that the fork begins at an entry that is on disk.
      await this.#commits.settled();
      const store = new ForkStore(this.#store, this.#seq, await this.#store.listObjects());
      const view: ForkView = this.#view.fork();
      this.#forks.add(store);
      const world = new World({
        id: `${this.id}/fork-${(this.#forkCount += 1)}`,
        view,
        store,
        device: this.#device,
        seq: this.#seq,
        surroundings: this.#surroundings,
        traces: new Traces(undefined, this.#traces),
        closed: () => {
          this.#forks.delete(store);
          view.close();
          return Promise.resolve();
        },
      });
      return { value: world, seq: this.#seq, kept: Promise.resolve() };
    });
  }

  // --- sealed objects ------------------------------------------------------------------------------------------------

  async seal(source: SealSource, progress?: (p: Progress) => void): Promise<SealedObject> {
    const object = await this.#objects.seal(source, this.time(), progress);
    this.#emit({ kind: 'objects' });
    return object;
  }

  open(id: string, dataKey: Bytes, progress?: (p: Progress) => void): Promise<Blob> {
    return this.#objects.open(id, dataKey, progress);
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
    this.#emit({ kind: 'objects' });
  }

  // --- the rest ------------------------------------------------------------------------------------------------------

  subscribe(listener: (event: WorldEvent) => void): () => void {
    // A wrapper of its own, so that the same function may subscribe twice.
    const own = (event: WorldEvent) => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  #emit(event: WorldEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's fault is its own: it must not look like a failed commit.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
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

/** A step that still lacks something after so many loads asks for something else each time: it is not pure. */
const mostLoads = 1000;

const iso = (at: number): string => new Date(at).toISOString();

function millisecondsOf(by: {
  readonly days?: number;
  readonly hours?: number;
  readonly seconds?: number;
}): number {
  const { days = 0, hours = 0, seconds = 0 } = by;
  return Math.round(((days * 24 + hours) * 3600 + seconds) * 1000);
}
