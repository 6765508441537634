import type { Watch, Writer } from '../api.ts';
import { freshName } from '../draws.ts';
import { withOnce, worldMethods, type Line } from '../remote/index.ts';
import type { World } from '../world.ts';
import { isClaimed } from './refuge.ts';

/*
 * What a tab asks of a world that it may not hold: each request waits under a name of its own until somebody has done it,
 * here or in the tab that writes, and is asked again under that name when another one takes over.
 */

interface Request {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly once: string | undefined;
  readonly watch: Watch | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  sent: boolean;
}

/** The tab that served this world has gone; forks lived in it. */
export class WriterGone extends Error {
  override readonly name = 'WriterGone';
  constructor() {
    super('The tab that held this has been closed.');
  }
}

/** How things stand with the world, at each moment, and what can be done about it. */
export interface Asked {
  readonly id: string;
  readonly writer: () => Writer;
  /** When this tab writes. */
  readonly world: () => World | undefined;
  /** To the tab that writes. */
  readonly line: () => Line | undefined;
  readonly isClosed: () => boolean;
  /** Does it in the world of this tab. */
  readonly here: (method: string, args: readonly unknown[], watch?: Watch) => Promise<unknown>;
  /** The store says that another tab writes since. */
  readonly stepDown: () => void;
  /** A request came or went. */
  readonly changed: () => void;
}

export class Requests {
  readonly #asked: Asked;
  readonly #open = new Set<Request>();

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  get size(): number {
    return this.#open.size;
  }

  ask(method: string, args: readonly unknown[], watch?: Watch): Promise<unknown> {
    const { id, isClosed, writer } = this.#asked;
    if (isClosed()) return Promise.reject(new Error(`The world "${id}" is closed.`));
    // In the order in which they were asked for.
    if (writer() !== 'here' || this.#open.size > 0) return this.#request(method, own(args), watch);
    const world = this.#asked.world();
    return this.#asked.here(method, args, watch).catch((error: unknown) => {
      if (!this.#isOvertaken(world, method, error)) throw error;
      return this.#request(method, args, watch);
    });
  }

  /** This tab writes from now on: all that waits is done here, in its order, once, whatever the last writer came to do. */
  runAllHere(): void {
    for (const request of this.#open) this.#runHere(request);
  }

  /** Another tab writes from now on. */
  sendAll(): void {
    for (const request of this.#open) this.#send(request);
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#open) reject(error);
  }

  #request(method: string, args: readonly unknown[], watch: Watch | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const once = worldMethods[method]?.onceAt === undefined ? undefined : freshName();
      const request: Request = { method, args, once, watch, resolve, reject, sent: false };
      this.#open.add(request);
      if (this.#asked.writer() === 'here') this.#runHere(request);
      else this.#send(request);
      this.#asked.changed();
    });
  }

  /** It failed because another tab writes since, and nothing of it was kept: that one is asked. */
  #isOvertaken(world: World | undefined, method: string, error: unknown): boolean {
    if (isClaimed(error)) this.#asked.stepDown();
    if (this.#asked.isClosed() || world === this.#asked.world()) return false;
    return (
      isClaimed(error) || (this.#asked.writer() !== 'here' && worldMethods[method]?.onceAt === undefined)
    );
  }

  #settled(request: Request): boolean {
    const there = this.#open.delete(request);
    this.#asked.changed();
    return there;
  }

  #send(request: Request): void {
    const line = this.#asked.line();
    if (!line) return;
    const { method, args, once, watch } = request;
    request.sent = true;
    line.ask(0, method, withOnce(method, args, once), watch).then(
      (value) => {
        if (!this.#settled(request)) return;
        if (once !== undefined) line.got(0, once);
        request.resolve(value);
      },
      (error: unknown) => {
        // It is asked again by whoever writes next.
        if (!this.#asked.isClosed() && (error instanceof WriterGone || isClaimed(error))) return;
        if (this.#settled(request)) request.reject(error);
      },
    );
  }

  #runHere(request: Request): void {
    const { method, args, watch, sent } = request;
    const world = this.#asked.world();
    // Only what another writer may have done already has to be looked up.
    const once = sent ? request.once : undefined;
    this.#asked.here(method, withOnce(method, args, once), watch).then(
      (value) => {
        if (!this.#settled(request)) return;
        if (once !== undefined)
          void this.#asked
            .world()
            ?.forgetAnswers([once])
            .catch(() => undefined);
        request.resolve(value);
      },
      (error: unknown) => {
        if (this.#isOvertaken(world, method, error)) {
          if (this.#asked.writer() === 'here') this.#runHere(request);
          else this.#send(request);
        } else if (this.#settled(request)) request.reject(error);
      },
    );
  }
}

/** The caller may wipe or reuse its bytes while the request waits. */
function own(args: readonly unknown[]): readonly unknown[] {
  try {
    return structuredClone(args);
  } catch {
    return args;
  }
}
