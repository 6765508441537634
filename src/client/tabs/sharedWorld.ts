import type { View } from '../../engine/index.ts';
import type { Kept, Progress, WorldApi, WorldEvent, Writer } from '../api.ts';
import { StorageFault } from '../commits.ts';
import { freshName } from '../draws.ts';
import {
  invoke,
  Line,
  remoteWorld,
  serveWorld,
  withOnce,
  worldMethods,
  worldOver,
  type Handle,
} from '../remote/index.ts';
import { Traces } from '../traces.ts';
import type { World } from '../world.ts';
import { Peers } from './peers.ts';
import type { Tabs } from './surroundings.ts';

/*
 * One world, seen by several tabs. One of them holds the world's lock and writes; the others send it what they are asked
 * for, under a name of its own for each request, and ask again under that name when another tab takes over. What was done
 * already is then answered from the journal. So nothing is lost, and nothing is done twice.
 */

interface Request {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly once: string | undefined;
  readonly progress: ((p: Progress) => void) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  sent: boolean;
}

export interface SharedOptions {
  readonly id: string;
  /** Name of the lock and of the channel: the same in every tab, another one for each world. */
  readonly name: string;
  readonly tabs: Tabs | undefined;
  readonly where: Kept['where'];
  readonly why?: string | undefined;
  /** Opens the world from its store, when this tab is the one that writes. */
  readonly open: (traces: Traces) => Promise<World>;
  readonly onKept?: ((kept: Kept) => void) | undefined;
}

/** Tells a new listener of a changed world to read everything again. */
const allTables = [
  'world',
  'clock',
  'account',
  'principal',
  'identityPolicy',
  'credential',
  'key',
  'material',
  'multiRegion',
  'rotation',
  'grant',
  'keyStore',
  'backing',
  'keyPolicy',
  'tag',
  'alias',
  'usage',
  'counter',
  'quota',
  'trustPolicy',
  'group',
  'managedPolicy',
  'policyVersion',
  'session',
  'organization',
  'orgNode',
  'orgPolicy',
  'vpcEndpoint',
] as const;

/** The tab that served this world has gone; forks lived in it. */
class WriterGone extends Error {
  override readonly name = 'WriterGone';
  constructor() {
    super('The tab that held this has been closed.');
  }
}

const isFull = (error: unknown): boolean => {
  const cause: unknown = error instanceof StorageFault ? error.cause : undefined;
  return cause instanceof Error ? !/^(SeqConflict)$/.test(cause.name) : cause instanceof DOMException;
};

/** The part of a shared world that is not in the table of methods: `openSharedWorld` adds those. */
class Sharing {
  readonly id: string;
  readonly #options: SharedOptions;
  readonly #peers: Peers | undefined;
  readonly #api: WorldApi;
  readonly #traces = new Traces();
  readonly #listeners = new Set<(event: WorldEvent) => void>();
  readonly #requests = new Set<Request>();
  /** Ends the serving of each tab that asked. */
  readonly #served = new Map<string, () => void>();
  #writer: Writer = 'none';
  #world: World | undefined;
  #leaveWorld: () => void = () => undefined;
  /** The world whose store is full, while work goes on in a fork of it. */
  #full: World | undefined;
  #fleeing: Promise<boolean> | undefined;
  #line: { readonly to: string; readonly line: Line } | undefined;
  #release: () => void = () => undefined;
  readonly #abort = new AbortController();
  #closed = false;
  #kept: Kept;

  private constructor(options: SharedOptions) {
    this.#options = options;
    this.id = options.id;
    this.#kept = { where: options.where, why: options.why };
    const { tabs, name } = options;
    this.#peers = tabs && new Peers(tabs.channel(name), freshName());
    this.#api = worldOver(options.id, (method, args, progress) => this.#ask(method, args, progress), {
      fork: () => this.fork(),
      subscribe: (listener) => this.subscribe(listener),
      close: () => this.close(),
    });
  }

  /** Resolves when the world can be worked with: here, or by way of the tab that writes. */
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
    const { tabs, name } = this.#options;
    if (!tabs || !this.#peers) return this.#takeOver();
    this.#peers.hear(({ from, body }) => this.#hear(from, body));
    const first = await new Promise<boolean>((resolve, reject) => {
      tabs.locks
        .request(name, { ifAvailable: true }, async (lock) => {
          if (lock === null) return resolve(false);
          await this.#hold(() => resolve(true));
        })
        .catch(reject);
    });
    if (first) return;
    // In line for when the writer goes.
    const connected = new Promise<void>((resolve, reject) => {
      this.#connected = resolve;
      tabs.locks
        .request(name, { signal: this.#abort.signal }, () => this.#hold(resolve))
        .catch((error: unknown) => {
          if (!this.#closed) reject(error instanceof Error ? error : new Error(String(error)));
        });
    });
    this.#peers.tell('*', { kind: 'who' });
    await connected;
  }
  #connected: () => void = () => undefined;

  /** While this tab holds the lock. */
  async #hold(ready: () => void): Promise<void> {
    if (this.#closed) return;
    await this.#takeOver();
    ready();
    if (this.#closed) return;
    await new Promise<void>((resolve) => (this.#release = resolve));
  }

  async #takeOver(): Promise<void> {
    const before = this.#writer;
    this.#line?.line.end(new WriterGone());
    this.#line = undefined;
    this.#setWriter('none');
    this.#enter(await this.#options.open(this.#traces));
    this.#peers?.tell('*', { kind: 'writer' });
    this.#setWriter('here');
    // In the order in which they were asked for; each is done once, whatever the last writer came to do.
    for (const request of this.#requests) this.#runHere(request);
    if (before !== 'none' || this.#listeners.size > 0) await this.#tellAll();
  }

  #enter(world: World): void {
    this.#leaveWorld();
    this.#world = world;
    const leave = world.subscribe((event) => this.#emit(event));
    this.#leaveWorld = leave;
  }

  #setWriter(writer: Writer): void {
    if (this.#writer === writer) return;
    this.#writer = writer;
    this.#emit({ kind: 'writer', writer });
  }

  async #tellAll(): Promise<void> {
    const state = await (this.#api.history.state() as Promise<{ readonly head: number }>).catch(
      () => undefined,
    );
    this.#emit({ kind: 'committed', seq: state?.head ?? 0, tables: allTables, trace: undefined });
  }

  #hear(from: string, body: unknown): void {
    const kind = typeof body === 'object' && body !== null && 'kind' in body ? body.kind : undefined;
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
    const here = (method: string, args: readonly unknown[], progress?: (p: Progress) => void) =>
      this.#here(method, args, progress);
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
      if (event.kind !== 'writer') this.#emit(event);
    });
    this.#peers.tell(writer, { kind: 'follow' });
    this.#setWriter('elsewhere');
    for (const request of this.#requests) this.#send(request);
    this.#connected();
    if (this.#listeners.size > 0) void this.#tellAll();
  }

  // --- requests ------------------------------------------------------------------------------------------------------

  #ask(method: string, args: readonly unknown[], progress?: (p: Progress) => void): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error(`The world "${this.id}" is closed.`));
    if (this.#writer === 'here' && this.#requests.size === 0) return this.#here(method, args, progress);
    return new Promise((resolve, reject) => {
      const once = worldMethods[method]?.onceAt === undefined ? undefined : freshName();
      const request: Request = { method, args: own(args), once, progress, resolve, reject, sent: false };
      this.#requests.add(request);
      if (this.#writer === 'here') this.#runHere(request);
      else if (this.#line) this.#send(request);
    });
  }

  #send(request: Request): void {
    const { line } = this.#line ?? {};
    if (!line) return;
    const { method, args, once, progress } = request;
    request.sent = true;
    line.ask(0, method, withOnce(method, args, once), progress).then(
      (value) => {
        if (!this.#requests.delete(request)) return;
        if (once !== undefined) line.got(0, once);
        request.resolve(value);
      },
      (error: unknown) => {
        // It is asked again by whoever writes next.
        if (error instanceof WriterGone && !this.#closed) return;
        if (this.#requests.delete(request)) request.reject(error);
      },
    );
  }

  #runHere(request: Request): void {
    const { method, args, progress, sent } = request;
    // Only what another writer may have done already has to be looked up.
    const once = sent ? request.once : undefined;
    this.#here(method, withOnce(method, args, once), progress).then(
      (value) => {
        if (!this.#requests.delete(request)) return;
        if (once !== undefined) void this.#world?.forgetAnswers([once]).catch(() => undefined);
        request.resolve(value);
      },
      (error: unknown) => {
        if (this.#requests.delete(request)) request.reject(error);
      },
    );
  }

  /** In the world of this tab. When the disk is full, work goes on in memory, and what failed is done there. */
  async #here(method: string, args: readonly unknown[], progress?: (p: Progress) => void): Promise<unknown> {
    const world = this.#world;
    if (!world) throw new Error(`The world "${this.id}" is not open here.`);
    const progressAt = worldMethods[method]?.progressAt;
    const given = [...args];
    if (progressAt !== undefined) given[progressAt] = progress;
    try {
      return await (invoke(world, method, given) as Promise<unknown>);
    } catch (error) {
      if (!isFull(error) || !(await this.#flee(error))) throw error;
      return this.#here(method, args, progress);
    }
  }

  // --- when the store fails ------------------------------------------------------------------------------------------

  #flee(error: unknown): Promise<boolean> {
    const world = this.#world;
    if (this.#full || !world || this.#options.where === 'memory')
      return Promise.resolve(this.#full !== undefined);
    return (this.#fleeing ??= (async () => {
      try {
        const fork = await world.fork();
        this.#full = world;
        this.#enter(fork);
      } catch {
        return false;
      } finally {
        this.#fleeing = undefined;
      }
      this.#keep({ where: 'memory', why: reasonOf(error) });
      return true;
    })());
  }

  /** The store lost its database: everything that is done from now on lives in memory. */
  async leaveStore(why: string): Promise<void> {
    await this.#flee(new Error(why));
  }

  /** Writes what was done in memory to the store after all. */
  async retryStorage(): Promise<Kept> {
    const [full, fork] = [this.#full, this.#world];
    if (!full || !fork) return this.#kept;
    await fork.giveTo(full);
    this.#full = undefined;
    this.#enter(full);
    await fork.close();
    this.#keep({ where: this.#options.where });
    await this.#tellAll();
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
    const mine = (event: WorldEvent) => listener(event);
    this.#listeners.add(mine);
    return () => this.#listeners.delete(mine);
  }

  #emit(event: WorldEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const mine = [...this.#requests];
    this.#closed = true;
    this.#peers?.tell('*', { kind: 'leaving' });
    if (this.#line) {
      this.#line.line.end(new Error(`The world "${this.id}" is closed.`));
      for (const { reject } of mine) reject(new Error(`The world "${this.id}" is closed.`));
    }
    for (const stop of this.#served.values()) stop();
    await this.#world?.close();
    await this.#full?.close();
    this.#release();
    this.#abort.abort();
    this.#listeners.clear();
    this.#peers?.close();
  }
}

export type SharedWorld = Sharing & WorldApi;

/** Resolves when the world can be worked with: here, or by way of the tab that writes. */
export const openSharedWorld = (options: SharedOptions): Promise<SharedWorld> => Sharing.open(options);

const reasonOf = (error: unknown): string => {
  const cause: unknown = error instanceof StorageFault ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};

/** The caller may wipe or reuse its bytes while the request waits. */
function own(args: readonly unknown[]): readonly unknown[] {
  try {
    return structuredClone(args);
  } catch {
    return args;
  }
}

const without = (value: WorldApi, names: readonly string[]): Partial<WorldApi> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
