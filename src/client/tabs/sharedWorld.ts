import type { View } from '../../engine/index.ts';
import type { Kept, Watch, WorldApi, WorldEvent, Writer } from '../api.ts';
import { freshName } from '../draws.ts';
import {
  invoke,
  Line,
  remoteWorld,
  serveWorld,
  worldMethods,
  worldOver,
  type Handle,
} from '../remote/index.ts';
import { Listeners } from '../listeners.ts';
import { Traces } from '../traces.ts';
import type { World } from '../world.ts';
import { Peers } from './peers.ts';
import { Pulse, pulseTimes, type PulseTimes } from './pulse.ts';
import { isFull, Refuge } from './refuge.ts';
import { Requests, WriterGone } from './requests.ts';
import type { Tabs } from './surroundings.ts';
import { WriterLock } from './writerLock.ts';

/*
 * One world, seen by several tabs. One of them holds the world's lock and writes; the others send it what they are asked
 * for, under a name of its own for each request, and ask again under that name when another tab takes over. What was done
 * already is then answered from the journal. So nothing is lost, and nothing is done twice.
 *
 * A writer that sleeps keeps its lock. The others notice that it does not answer, and may take the lock from it. Each
 * writer claims the store when it begins; one that wakes up and was replaced cannot write, which the store sees to.
 */

export interface SharedOptions {
  readonly id: string;
  /** Name of the lock and of the channel: the same in every tab, another one for each world. */
  readonly name: string;
  readonly tabs: Tabs | undefined;
  readonly where: Kept['where'];
  readonly why?: string | undefined;
  /**
   * Opens the world from its store, when this tab is the one that writes. `claimed` is to be called when the store says
   * that another tab writes since.
   */
  readonly open: (traces: Traces, claimed: () => void) => Promise<World>;
  readonly onKept?: ((kept: Kept) => void) | undefined;
  readonly times?: PulseTimes | undefined;
}

/** The part of a shared world that is not in the table of methods: `openSharedWorld` adds those. */
class Sharing {
  readonly id: string;
  readonly #options: SharedOptions;
  readonly #peers: Peers | undefined;
  readonly #lock: WriterLock | undefined;
  readonly #pulse: Pulse;
  readonly #refuge: Refuge;
  readonly #api: WorldApi;
  readonly #traces = new Traces();
  readonly #listeners = new Listeners<WorldEvent>();
  readonly #requests: Requests;
  /** Ends the serving of each tab that asked. */
  readonly #served = new Map<string, () => void>();
  #writer: Writer = 'none';
  #world: World | undefined;
  #leaveWorld: () => void = () => undefined;
  #line: { readonly to: string; readonly line: Line } | undefined;
  /** Of the opening, which waits for somebody to work with. */
  #connected: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #closed = false;
  /** Others write what is stored; here work goes on in memory. */
  #alone = false;
  #kept: Kept;

  private constructor(options: SharedOptions) {
    this.#options = options;
    this.id = options.id;
    this.#kept = { where: options.where, why: options.why };
    const { tabs, name } = options;
    this.#peers = tabs && new Peers(tabs.channel(name), freshName());
    this.#lock =
      tabs &&
      new WriterLock(tabs.locks, name, {
        take: (stolen) => this.#takeOver(stolen),
        lost: () => this.#stepDown(),
        failed: (error) => this.#connected?.reject(error),
      });
    this.#pulse = new Pulse(
      options.times ?? pulseTimes,
      () => this.#peers?.tell('*', { kind: 'who' }),
      (silent) => this.#silence(silent),
    );
    this.#refuge = new Refuge({
      where: options.where,
      world: () => this.#world,
      enter: (world) => this.#enter(world),
      kept: (kept) => this.#keep(kept),
    });
    this.#requests = new Requests({
      id: options.id,
      writer: () => this.#writer,
      world: () => this.#world,
      line: () => this.#line?.line,
      isClosed: () => this.#closed,
      here: (method, args, watch) => this.#here(method, args, watch),
      stepDown: () => this.#stepDown(),
      changed: () => this.#watchOrRest(),
    });
    this.#api = worldOver(options.id, (method, args, watch) => this.#requests.ask(method, args, watch), {
      fork: () => this.fork(),
      subscribe: (listener) => this.subscribe(listener),
      close: () => this.close(),
    });
  }

  /** Resolves when the world can be worked with: here, or by way of the tab that writes; or when that one is silent. */
  static async open(options: SharedOptions): Promise<SharedWorld> {
    const shared = new Sharing(options);
    // All methods of a world, by the table that the ports use.
    const whole = Object.assign(
      shared,
      without(shared.#api, ['id', 'fork', 'subscribe', 'close']),
    ) as SharedWorld;
    await shared.#start();
    return whole;
  }

  get kept(): Kept {
    return this.#kept;
  }

  get writer(): Writer {
    return this.#writer;
  }

  /** The world itself, when this tab writes it. */
  get local(): World | undefined {
    return this.#world;
  }

  // --- who writes ----------------------------------------------------------------------------------------------------

  async #start(): Promise<void> {
    if (!this.#lock || !this.#peers) return this.#takeOver(() => false);
    this.#peers.hear(({ from, body }) => this.#hear(from, body));
    if (await this.#lock.takeIfFree()) return;
    const connected = new Promise<void>((resolve, reject) => (this.#connected = { resolve, reject }));
    this.#lock.wait();
    this.#peers.tell('*', { kind: 'who' });
    this.#pulse.watch();
    await connected;
    this.#connected = undefined;
    this.#watchOrRest();
  }

  async #takeOver(stolen: () => boolean): Promise<void> {
    if (this.#closed) return;
    const before = this.#writer;
    this.#line?.line.end(new WriterGone());
    this.#line = undefined;
    this.#setWriter('none');
    const world = await this.#options.open(this.#traces, () => this.#stepDown());
    if (stolen() || this.#closed) return world.close();
    this.#enter(world);
    this.#peers?.tell('*', { kind: 'writer' });
    this.#pulse.rest();
    this.#setWriter('here');
    this.#requests.runAllHere();
    this.#connected?.resolve();
    if (before !== 'none' || this.#listeners.size > 0) await this.#tellAll();
  }

  /** From a tab that holds the lock and does not answer. */
  async takeOver(): Promise<void> {
    if (this.#writer === 'here' || this.#closed) return;
    await this.#lock?.steal();
  }

  /** Another tab writes since: what it was asked for and did not keep is asked of that one. */
  #stepDown(): void {
    if (this.#writer !== 'here' || this.#closed) return;
    // What lives in memory only cannot be given to the others: it stays what this tab has, for itself.
    this.#alone = this.#refuge.full !== undefined;
    if (this.#alone) return this.#endServing();
    const world = this.#world;
    this.#leaveWorld();
    this.#world = undefined;
    this.#endServing();
    this.#setWriter('none');
    void world?.close().catch(() => undefined);
    this.#lock?.wait();
    this.#peers?.tell('*', { kind: 'who' });
    this.#watchOrRest();
  }

  #endServing(): void {
    for (const stop of this.#served.values()) stop();
    this.#served.clear();
  }

  #enter(world: World): void {
    this.#leaveWorld();
    this.#world = world;
    this.#leaveWorld = world.subscribe((event) => this.#listeners.tell(event));
  }

  #setWriter(writer: Writer): void {
    if (this.#writer === writer) return;
    this.#writer = writer;
    this.#listeners.tell({ kind: 'writer', writer });
  }

  #silence(silent: boolean): void {
    if (this.#writer === 'here' || this.#closed) return;
    this.#setWriter(silent ? 'silent' : this.#line ? 'elsewhere' : 'none');
    // A page that opens must be able to say so.
    if (silent) this.#connected?.resolve();
  }

  /** Watched while something is wanted of the writer, or nobody is known to be it. */
  #watchOrRest(): void {
    if (this.#writer === 'here' || this.#closed || (this.#line && this.#requests.size === 0))
      this.#pulse.rest();
    else this.#pulse.watch();
  }

  async #tellAll(): Promise<void> {
    const { tableNames } = await import('../files/shapes.ts');
    const state = await (this.#api.history.state() as Promise<{ readonly head: number }>).catch(
      () => undefined,
    );
    this.#listeners.tell({ kind: 'committed', seq: state?.head ?? 0, tables: tableNames, trace: undefined });
  }

  #hear(from: string, body: unknown): void {
    if (this.#alone) return;
    const kind = typeof body === 'object' && body !== null && 'kind' in body ? body.kind : undefined;
    if (this.#line?.to === from) this.#pulse.heard();
    if (kind === 'who') {
      if (this.#writer === 'here') this.#peers?.tell(from, { kind: 'writer' });
    } else if (kind === 'writer') this.#follow(from);
    else if (kind === 'leaving') {
      this.#served.get(from)?.();
      this.#served.delete(from);
    } else if (this.#writer !== 'here') return;
    else if (kind === 'follow') this.#serve(from, undefined);
    else if (kind === 'ask' || kind === 'got') this.#serve(from, body);
  }

  #serve(peer: string, first: unknown): void {
    if (!this.#peers || this.#served.has(peer)) return;
    this.#served.set(peer, serveWorld(this.#peers.portTo(peer, first), this.#serveable()));
  }

  /** What other tabs are served: this, so that they follow when work goes on elsewhere; answers are let go of. */
  #serveable(): WorldApi {
    const forgetAnswers = (onces: readonly string[]) =>
      this.#world?.forgetAnswers(onces) ?? Promise.resolve();
    const here = (method: string, args: readonly unknown[], watch?: Watch) => this.#here(method, args, watch);
    return Object.assign(
      worldOver(this.id, here, {
        fork: () => this.fork(),
        subscribe: (listener) => this.subscribe(listener),
        close: () => Promise.resolve(),
      }),
      { forgetAnswers },
    );
  }

  #follow(writer: string): void {
    if (this.#writer === 'here' || this.#closed || !this.#peers || this.#line?.to === writer) return;
    this.#line?.line.end(new WriterGone());
    const line = new Line(this.#peers.portTo(writer));
    this.#line = { to: writer, line };
    line.listen(0, (given) => {
      const event = given as WorldEvent; // what serveWorld posts
      if (event.kind === 'committed' && event.trace) this.#traces.add(event.trace);
      if (event.kind !== 'writer') this.#listeners.tell(event);
    });
    this.#peers.tell(writer, { kind: 'follow' });
    this.#pulse.heard();
    this.#setWriter('elsewhere');
    this.#requests.sendAll();
    this.#connected?.resolve();
    if (this.#listeners.size > 0) void this.#tellAll();
  }

  /** In the world of this tab. When the disk is full, work goes on in memory, and what failed is done there. */
  async #here(method: string, args: readonly unknown[], watch?: Watch): Promise<unknown> {
    const world = this.#world;
    if (!world) throw new Error(`The world "${this.id}" is not open here.`);
    const watchAt = worldMethods[method]?.watchAt;
    const given = [...args];
    if (watchAt !== undefined) given[watchAt] = watch;
    try {
      return await (invoke(world, method, given) as Promise<unknown>);
    } catch (error) {
      if (!isFull(error) || !(await this.#refuge.flee(error))) throw error;
      return this.#here(method, args, watch);
    }
  }

  // --- when the store fails ------------------------------------------------------------------------------------------

  /** The store lost its database: everything that is done from now on lives in memory. */
  async leaveStore(why: string): Promise<void> {
    await this.#refuge.flee(new Error(why));
  }

  /** Writes what was done in memory to the store after all. */
  async retryStorage(): Promise<Kept> {
    if (await this.#refuge.goBack()) await this.#tellAll();
    return this.#kept;
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    this.#options.onKept?.(kept);
  }

  // --- the rest ------------------------------------------------------------------------------------------------------

  async fork(): Promise<WorldApi> {
    if (this.#world) return this.#world.fork();
    const { line } = this.#line ?? {};
    if (!line) throw new WriterGone();
    return remoteWorld(line, (await line.ask(0, 'fork')) as Handle);
  }

  /** Records, for tests and the library: only where the world is. */
  read<T>(look: (view: View) => T): Promise<T> {
    const world = this.#world;
    if (!world) return Promise.reject(new Error('Another tab holds this world.'));
    return world.read(look);
  }

  subscribe(listener: (event: WorldEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#peers?.tell('*', { kind: 'leaving' });
    if (this.#writer !== 'here') {
      const closed = new Error(`The world "${this.id}" is closed.`);
      this.#requests.rejectAll(closed);
      this.#line?.line.end(closed);
    }
    this.#pulse.rest();
    this.#endServing();
    await this.#world?.close();
    await this.#refuge.full?.close();
    this.#lock?.end();
    this.#listeners.clear();
    this.#peers?.close();
  }
}

export type SharedWorld = Sharing & WorldApi;

/** Resolves when the world can be worked with: here, or by way of the tab that writes. */
export const openSharedWorld = (options: SharedOptions): Promise<SharedWorld> => Sharing.open(options);

const without = (value: WorldApi, names: readonly string[]): Partial<WorldApi> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
