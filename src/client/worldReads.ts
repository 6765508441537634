import { catalogue } from '../cloud/index.ts';
import {
  explain,
  Overlay,
  ref,
  tableOf,
  type AccessMatrix,
  type AccountId,
  type AccountRec,
  type ClockRec,
  type Env,
  type EpochMs,
  type Explanation,
  type Found,
  type KeyArn,
  type Range,
  type Ref,
  type SessionRec,
  type Trace,
  type TrailEvent,
  type View,
  type WorldRec,
} from '../engine/index.ts';
import type { Entry, Journal, Records, Shelf } from '../store/index.ts';
import type {
  AccessQuestion,
  CallFacts,
  ChangeAdvice,
  ChangeOptions,
  Directory,
  FindAnswer,
  FindOptions,
  KeyCard,
  KeyDetail,
  KeyStoreCard,
  KeyWindow,
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
  Watchers,
  WorldApi,
  WorldEvent,
} from './api.ts';
import { callOf, serviceOf } from './callOf.ts';
import type { Applied, StorageFault } from './commits.ts';
import { readDirectory, readSessions } from './directory.ts';
import type { Finder } from './find/index.ts';
import { History } from './history/history.ts';
import { Listeners } from './listeners.ts';
import { Objects } from './objects.ts';
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
  readWatchers,
  type KeysAt,
} from './reads.ts';
import { labCall, type StepsParts } from './step.ts';
import { Steps } from './steps.ts';
import type { ThingsIndex, ThingsSource } from './things/index.ts';
import type { Traces } from './traces.ts';
import { readTrail } from './trail.ts';

export interface WorldParts extends StepsParts {
  readonly store: Journal & Shelf;
  /** The records on disk; a fork has none of its own. */
  readonly records?: Records | undefined;
  readonly traces: Traces;
}

/** What can be asked of a world and heard from it. None of it changes the world. */
export class WorldReads {
  readonly id: string;
  protected readonly steps: Steps;
  protected readonly past: History;
  protected readonly seen: Traces;
  protected readonly files: Objects;
  protected readonly listeners = new Listeners<WorldEvent>();
  readonly #records: Records | undefined;
  #finder: Promise<Finder> | undefined;
  #thingsIndex: Promise<ThingsIndex> | undefined;
  /** The same, from before it is read whole. */
  #thingsHeard: ThingsIndex | undefined;

  protected constructor(parts: WorldParts) {
    this.id = parts.id;
    this.seen = parts.traces;
    this.#records = parts.records;
    this.steps = new Steps(parts, {
      committed: (step) => this.#committed(step),
      reversed: (fault, isElsewhere) => this.#reversed(fault, isElsewhere),
      trail: () => this.#trailSoFar(),
    });
    this.past = new History(parts.store, { head: () => this.steps.onDisk, floor: () => this.steps.floor });
    this.files = new Objects(parts.store, this.steps.random);
  }

  protected async loadSettings(): Promise<void> {
    await this.steps.read((view) => [view.get(ref.world), view.get(ref.clock)]);
  }

  subscribe(listener: (event: WorldEvent) => void): () => void {
    return this.listeners.add(listener);
  }

  #committed({ entry, trace }: Applied): void {
    if (trace) this.seen.add(trace);
    void this.#finder?.then((finder) => finder.changed(entry));
    this.#thingsHeard?.changed(entry);
    if (this.listeners.size === 0) return;
    const tables = [...new Set(entry.diff.map((change) => tableOf(change.ref)))];
    this.listeners.tell({ kind: 'committed', seq: entry.seq, tables, trace });
  }

  #reversed(fault: StorageFault, isElsewhere: boolean): void {
    if (isElsewhere) {
      this.past.forget();
      this.forgetIndexes();
      void this.loadSettings().catch(() => undefined); // a step would load them too, and say what is wrong
    }
    this.listeners.tell({ kind: 'storageFailed', message: fault.message });
  }

  /** What is on disk came there by another way than by steps: the indexes are made again when they are asked for. */
  protected forgetIndexes(): void {
    this.#finder = undefined;
    this.#thingsIndex = this.#thingsHeard = undefined;
  }

  // --- what would happen ---------------------------------------------------------------------------------------------

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
    return this.steps.enqueue(() =>
      this.steps.step(undefined, async (env) => {
        const overlay = new Overlay(this.steps.view);
        // What is due would fall due before the call.
        const next = () => this.steps.fallenDue(overlay, env);
        for (let due = await next(); due; due = await next()) overlay.take(due.diff);
        const value = await ask(overlay, env);
        return { value, diff: [], events: [], call: labCall('Explain', null), at: env.at };
      }),
    );
  }

  // --- what there is ---------------------------------------------------------------------------------------------------

  /** Reads from the working view, loading what it lacks. `look` is run again after each load. */
  read<T>(look: (view: View) => T): Promise<T> {
    return this.steps.read(look);
  }

  /** Virtual time. */
  time(): EpochMs {
    return this.steps.time();
  }

  now(): ReturnType<WorldApi['now']> {
    return this.steps.read((view) => {
      const clock: ClockRec = view.get(ref.clock) ?? { mode: 'running', offset: 0 };
      return { at: this.steps.timeOf(clock), clock, due: readDue(view) };
    });
  }

  settings(): Promise<WorldRec> {
    return this.steps.read((view) => {
      const settings = view.get(ref.world);
      if (!settings) throw new Error('this world has no settings');
      return settings;
    });
  }

  accounts(): Promise<readonly AccountRec[]> {
    return this.steps.read(readAccounts);
  }

  principals(account?: AccountId): Promise<readonly PrincipalCard[]> {
    return this.steps.read((view) => readPrincipals(view, account));
  }

  sessions(): Promise<readonly SessionRec[]> {
    return this.steps.read(readSessions);
  }

  directory(): Promise<Directory> {
    return this.steps.read(readDirectory);
  }

  keys(at: KeysAt): Promise<Page<KeyCard>> {
    return this.steps.read((view) => readKeys(view, at));
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
    return this.steps.read((view) => ({
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
      await this.steps.settled();
      return new Finder({
        range: (range) => this.#range(range),
        refs: (range) =>
          this.#records?.refs(range) ??
          this.steps.read((view) => view.range('ref', range).map(({ ref: at }) => at)),
        get: (refs) => this.steps.read((view) => refs.map((at) => view.get(at))),
        path: () => this.past.path(),
      });
    }));
  }

  /** Committed records, read past the working view where there is a store to read from. */
  #range(range: Range): Promise<readonly Found[]> {
    return this.#records?.range('ref', range) ?? this.steps.read((view) => view.range('ref', range));
  }

  /** Made when somebody first asks what services keep: it begins with what is on disk, and hears of each entry after it. */
  #indexOfThings(): Promise<ThingsIndex> {
    return (this.#thingsIndex ??= import('./things/index.ts')
      .then(async ({ ThingsIndex }) => {
        await this.steps.settled();
        const range = (wanted: Range) => this.#range(wanted);
        return ThingsIndex.read(range, (begun) => (this.#thingsHeard = begun));
      })
      .catch((thrown: unknown) => {
        this.#thingsIndex = this.#thingsHeard = undefined;
        throw thrown;
      }));
  }

  async #things(): Promise<ThingsSource> {
    const index = await this.#indexOfThings();
    await this.steps.settled();
    return {
      index,
      get: (refs) => this.#records?.get(refs) ?? this.steps.read((view) => refs.map((at) => view.get(at))),
      read: (look) => this.steps.read(look),
      at: this.steps.time(),
    };
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
    return this.steps.read((view) => readKey(view, arn));
  }

  watchers(): Promise<Watchers> {
    return this.read(readWatchers);
  }

  keyStores({ account, region }: Parameters<WorldApi['keyStores']>[0]): Promise<readonly KeyStoreCard[]> {
    return this.steps.read((view) => readKeyStores(view, account, region));
  }

  objects(): Promise<readonly SealedObject[]> {
    return this.files.list();
  }

  sealedBytes(id: string): Promise<Blob> {
    return this.files.sealedBytes(id);
  }

  /** One entry of the journal. */
  entry(seq: number): Promise<Entry | undefined> {
    return this.past.entry(seq);
  }

  ownAccessKeys(ids: readonly string[]): Promise<readonly string[]> {
    return this.steps.read((view) => ids.filter((id) => view.get(ref.credential(id)) !== undefined));
  }

  // --- what happened ---------------------------------------------------------------------------------------------------

  async #trailSoFar(): Promise<readonly TrailEvent[]> {
    return (await this.trail({ n: Infinity })).map(({ event }) => event).toReversed();
  }

  trail(page: Parameters<WorldApi['trail']>[0] = {}): Promise<readonly TrailLine[]> {
    return readTrail(this.past, this.seen, page);
  }

  trace(id: string): Promise<Trace | undefined> {
    return Promise.resolve(this.seen.get(id));
  }

  traces(n: number): Promise<readonly Trace[]> {
    return Promise.resolve(this.seen.newest(n));
  }
}
