import { catalogue } from '../cloud/index.ts';
import {
  epochMs,
  handle,
  ref,
  seededBytes,
  setBacking,
  setExternalKey,
  type BackingRec,
  type Bytes,
  type Call,
  type ClockRec,
  type Device,
  type Env,
  type Outcome,
  type Overlay,
  type Rec,
  type Ref,
} from '../engine/index.ts';
import type { Entry, Journal, Shelf, WorldStore } from '../store/index.ts';
import type {
  CallAnswer,
  CallRequest,
  ExportFile,
  ExportOptions,
  ExternalKeyChange,
  Genesis,
  HistoryApi,
  HistoryMove,
  LinkAnswer,
  LinkOptions,
  SealedObject,
  UndoOptions,
  Watch,
  WorldApi,
} from './api.ts';
import { callOf, serviceOf } from './callOf.ts';
import { timeAfter } from './clockMoves.ts';
import { contentsAt, type ContentsSince } from './contents.ts';
import { ReplayableDraws } from './draws.ts';
import { worldHash } from './files/hash.ts';
import { exportTraceFile, exportTrailFile } from './files/plain.ts';
import { ForkStore } from './forkStore.ts';
import { checkSwitches, genesisDiff } from './genesis.ts';
import { recordChange } from './history/changes.ts';
import type { Planned } from './history/history.ts';
import { platformPair, slowPairOf } from './keyPairs.ts';
import type { Heard, ScriptParts } from './link/make.ts';
import type { SealSource } from './objects.ts';
import { ownCopy } from './ownCopy.ts';
import { labCall, type Prepared, type Surroundings, type Work } from './step.ts';
import { Traces } from './traces.ts';
import { WorkingView, type ForkView } from './working.ts';
import { WorldReads, type WorldParts } from './worldReads.ts';

/** Moves whose senders may ask again. */
interface OnceHistory extends HistoryApi {
  undo(options?: UndoOptions, once?: string): Promise<HistoryMove>;
  redo(once?: string): Promise<HistoryMove>;
  goTo(seq: number, once?: string): Promise<HistoryMove>;
}

export interface Answered extends Outcome {
  readonly seq: number;
}

/** A world: what can be seen of it, and everything that changes it, step by step. */
export class World extends WorldReads implements WorldApi {
  readonly #surroundings: Surroundings;
  readonly #title: string;
  readonly #store: Journal & Shelf;
  readonly #closed: () => Promise<void>;
  readonly #forks = new Set<ForkStore>();
  readonly #heard = new Map<number, Heard>();
  #isOpen = true;
  #forkCount = 0;

  private constructor(parts: WorldParts, closed: () => Promise<void>) {
    super(parts);
    this.#surroundings = parts.surroundings;
    this.#title = parts.surroundings.title ?? parts.id;
    this.#store = parts.store;
    this.#closed = closed;
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
    const parts: WorldParts = {
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
    };
    const world = new World(parts, () => store.close());
    if (seq === 0) await world.#begin(options.genesis ?? {});
    await world.loadSettings();
    return world;
  }

  async #begin(genesis: Genesis): Promise<void> {
    const draws = new ReplayableDraws(
      genesis.seed === undefined ? this.steps.random : seededBytes(genesis.seed, 1),
    );
    const diff = genesisDiff(genesis, draws.random);
    const clock = diff.find((change) => change.ref === ref.clock)?.after as ClockRec;
    const call = labCall('Genesis', { seed: genesis.seed !== undefined });
    await this.steps.begin({ value: undefined, diff, events: [], call, at: this.steps.timeOf(clock) });
  }

  // --- calls, the clock and the switches -------------------------------------------------------------------------------

  async call({ group, once, ...facts }: CallRequest): Promise<CallAnswer> {
    return this.#handled(callOf(facts), group, once, ({ result, trace, seq }) => ({
      // Outputs are AWS's answers, objects by the operations' own types.
      result: result as CallAnswer['result'],
      trace,
      seq,
    }));
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
    return this.steps.enqueue(async () => {
      if (loaded) await loaded;
      // What falls due before a call is undone with it.
      const group = givenGroup ?? this.steps.nextGroup;
      const due = this.steps.somethingIsDue();
      if (due instanceof Promise ? await due : due) await this.steps.runDue(group);
      const make = async (env: Env) => {
        const outcome = await handle(this.steps.view, call, env, catalogue);
        const { diff, events, redacted, trace } = outcome;
        return { value: outcome, diff, events, call: redacted, at: env.at, trace };
      };
      const { value, seq } = await this.steps.step(group, make, prepared && (await prepared));
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

  /** The slow key pair that a call will want: begun now, so that it is there, or nearly, when its turn comes. */
  async #prepare(call: Call): Promise<Prepared | undefined> {
    const spec = slowPairOf(call);
    if (spec === undefined || (await this.steps.seed()) !== undefined) return undefined;
    return { spec, pair: await platformPair(spec, new Uint8Array(0)) };
  }

  /**
   * A step of our own: `work` writes into an overlay, what it wrote becomes one entry. No entry when it wrote nothing.
   * `work` may run several times and gets the same draws each time.
   */
  change<T>(operation: string, input: unknown, work: Work<T>): Promise<T> {
    return this.#change(operation, input, undefined, work);
  }

  #change<T>(operation: string, input: unknown, once: string | undefined, work: Work<T>): Promise<T> {
    return this.steps.enqueue(() => this.steps.change(undefined, operation, input, work), once);
  }

  advance(by: Parameters<WorldApi['advance']>[0], once?: string): ReturnType<WorldApi['advance']> {
    return this.steps.enqueue(async () => {
      const group = this.steps.nextGroup;
      const moved = await this.steps.change(group, 'Advance', by, (overlay, { at }) => {
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
      const due = await this.steps.runDue(group);
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
    await this.steps.enqueue(() => this.steps.change(group, 'SetSwitches', switches, work), once);
  }

  async setBacking(backing: BackingRec, once?: string): Promise<void> {
    await this.#change('SetBacking', backing, once, (overlay) => setBacking(overlay, backing));
  }

  async setExternalKey({ proxy, id, state }: ExternalKeyChange, once?: string): Promise<void> {
    const change = { proxy, id, state };
    await this.#change('SetExternalKey', change, once, (overlay) => setExternalKey(overlay, change));
  }

  // --- history -------------------------------------------------------------------------------------------------------

  readonly history: OnceHistory = {
    state: (options) => this.#onDiskOnly(() => this.past.state(options)),
    list: (page = {}) => this.#onDiskOnly(() => this.past.list(page)),
    changes: (seq) =>
      this.#onDiskOnly(async () => (await this.past.entry(seq))?.diff.map((change) => recordChange(change))),
    undo: (options = {}, once) => this.#travel(() => this.past.planUndo(options), once),
    redo: (once) => this.#travel(() => this.past.planRedo(), once),
    goTo: (seq, once) => this.#travel(() => this.past.planGoTo(seq), once),
  };

  /** Looks at the journal when all that was applied is in it. */
  #onDiskOnly<T>(look: () => Promise<T>): Promise<T> {
    return this.steps.enqueue(async () => {
      await this.steps.settled();
      return { value: await look(), seq: this.steps.seq };
    });
  }

  #travel(plan: () => Promise<Planned>, once: string | undefined): Promise<HistoryMove> {
    return this.steps.enqueue<HistoryMove>(async () => {
      await this.steps.settled();
      const planned = await plan();
      if (!planned.ok) {
        const value = { ok: false, refused: planned.refused, checkpoint: this.steps.floor } as const;
        return { value, seq: this.steps.seq };
      }
      const { travel, diff } = planned.journey;
      const call = labCall(words[travel.kind], { to: travel.to });
      const { seq } = await this.steps.step(undefined, (env) =>
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
        at: options.at ?? this.steps.onDisk,
        head: this.steps.onDisk,
        floor: this.steps.floor,
        objects: options.objects ?? false,
      })),
      device: this.steps.device,
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
    const trace = this.seen.get(id);
    return trace && exportTraceFile(trace);
  }

  async exportTrail(): Promise<ExportFile> {
    const lines = await this.trail({ n: Infinity });
    return exportTrailFile(lines.map(({ event }) => event).toReversed(), this.#title);
  }

  async share(options: LinkOptions = {}): Promise<LinkAnswer> {
    const parts = await this.#onDiskOnly(async (): Promise<ScriptParts> => {
      const path: Entry[] = [];
      for await (const entry of this.past.path()) path.push(entry);
      return { path: path.reverse(), heard: new Map(this.#heard) };
    });
    const { makeLink } = await import('./link/make.ts');
    return makeLink(parts, options);
  }

  // --- forks ---------------------------------------------------------------------------------------------------------

  async fork(): Promise<World> {
    return this.steps.enqueue(async () => {
      // Queued steps wait, so that the fork begins at an entry that is on disk.
      await this.steps.settled();
      // A store that is lost has no shelf any more; what is loaded can still be forked.
      const objects = await this.#store.listObjects().catch(() => []);
      const store = new ForkStore(this.#store, this.steps.seq, objects);
      const view: ForkView = this.steps.view.fork();
      this.#forks.add(store);
      const parts: WorldParts = {
        id: `${this.id}/fork-${(this.#forkCount += 1)}`,
        view,
        store,
        device: this.steps.device,
        seq: this.steps.seq,
        floor: this.steps.floor,
        surroundings: this.#surroundings,
        traces: new Traces(undefined, this.seen),
      };
      const world = new World(parts, () => {
        this.#forks.delete(store);
        view.close();
        return Promise.resolve();
      });
      return { value: world, seq: this.steps.seq };
    });
  }

  /**
   * Gives what this fork did since it began to the world it came from, which did nothing since, and whose store failed
   * then: there it is written, in one piece, or this throws and nothing has changed.
   */
  async giveTo(parent: World): Promise<void> {
    const store = this.#store;
    if (!(store instanceof ForkStore)) throw new Error(`The world "${this.id}" is no fork.`);
    await this.steps.enqueue(async () => {
      await this.steps.settled();
      await parent.#take(store);
      return { value: undefined, seq: this.steps.seq };
    });
  }

  async #take(fork: ForkStore): Promise<void> {
    const { entries, answers, objects, removed } = fork.own();
    await this.steps.enqueue(async () => {
      await this.steps.settled();
      for (const object of objects) await this.#store.putObject(object);
      await this.#store.append(entries, answers);
      for (const id of removed) await this.#store.removeObject(id);
      this.steps.adopt(entries);
      this.forgetIndexes();
      return { value: undefined, seq: this.steps.seq };
    });
  }

  // --- sealed objects ------------------------------------------------------------------------------------------------

  async seal(source: SealSource, watch?: Watch, once?: string): Promise<SealedObject> {
    const object = await this.files.seal(source, this.time(), watch, once);
    this.listeners.tell({ kind: 'objects' });
    return object;
  }

  open(id: string, dataKey: Bytes, watch?: Watch): Promise<Blob> {
    return this.files.open(id, dataKey, watch);
  }

  async removeObject(id: string): Promise<void> {
    const object = await this.#store.getObject(id);
    if (object) for (const fork of this.#forks) fork.remember(object);
    await this.#store.removeObject(id);
    this.listeners.tell({ kind: 'objects' });
  }

  // --- the rest ------------------------------------------------------------------------------------------------------

  /** Their senders have these answers: they need not be kept any more. */
  forgetAnswers(onces: readonly string[]): Promise<void> {
    return this.#store.forgetAnswers(onces);
  }

  /** Waits for what is queued and on its way, then lets go of the store. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.steps.close();
    this.listeners.clear();
    await this.#closed();
  }
}

/** OURS: the calls of a long sitting; a link holds fewer. */
const heardCalls = 2000;

const words = { undo: 'Undo', redo: 'Redo', goTo: 'GoTo' } as const;

const iso = (at: number): string => new Date(at).toISOString();
