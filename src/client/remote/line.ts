import type { Progress, Watch, WorldApi } from '../api.ts';
import { worldMethods } from './methods.ts';
import { fromWire, isMessage, type Handle, type Message, type PortLike } from './wire.ts';

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: Watch['progress'];
  /** Nobody listens to the signal any more. */
  readonly leave: () => void;
}

/** One end of the line: asks, and hears answers, progress and events. */
export class Line {
  readonly #port: PortLike;
  readonly #asked = new Map<number, Asked>();
  readonly #listeners = new Map<number, Set<(event: unknown) => void>>();
  readonly #hearing: (event: MessageEvent) => void;
  #count = 0;
  #ended: Error | undefined;

  constructor(port: PortLike) {
    this.#port = port;
    this.#hearing = ({ data }) => {
      if (isMessage(data)) this.#hear(data);
    };
    port.addEventListener('message', this.#hearing);
    port.start?.();
  }

  ask(
    world: number,
    method: string,
    args: readonly unknown[] = [],
    { progress, signal }: Watch = {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      signal?.throwIfAborted();
      const id = (this.#count += 1);
      this.#port.postMessage({ kind: 'ask', id, world, method, args } satisfies Message);
      // The other end ends the work and answers: until then one could not know what became of it.
      const stop = (): void => this.#port.postMessage({ kind: 'stop', id } satisfies Message);
      signal?.addEventListener('abort', stop, { once: true });
      const leave = (): void => signal?.removeEventListener('abort', stop);
      // Only now: a request that cannot be cloned throws above, and nobody would answer it.
      this.#asked.set(id, { resolve, reject, progress, leave });
    });
  }

  /** Says that an answer has arrived, so that it need not be kept any more. */
  got(world: number, once: string): void {
    this.#port.postMessage({ kind: 'got', world, once } satisfies Message);
  }

  listen(world: number, listener: (event: unknown) => void): () => void {
    const own = (event: unknown) => listener(event);
    const listeners = this.#listeners.get(world) ?? new Set();
    this.#listeners.set(world, listeners.add(own));
    return () => listeners.delete(own);
  }

  forget(world: number): void {
    this.#listeners.delete(world);
  }

  /** Nobody answers here any more. */
  end(why: Error): void {
    this.#ended = why;
    this.#port.removeEventListener('message', this.#hearing);
    for (const { reject, leave } of this.#asked.values()) {
      leave();
      reject(why);
    }
    this.#asked.clear();
  }

  #hear(message: Message): void {
    if (message.kind === 'ask' || message.kind === 'got' || message.kind === 'stop') return;
    if (message.kind === 'event') {
      for (const listener of this.#listeners.get(message.world) ?? []) listener(message.value);
      return;
    }
    const asked = this.#asked.get(message.id);
    if (message.kind === 'progress') return asked?.progress?.(message.value as Progress);
    this.#asked.delete(message.id);
    asked?.leave();
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(fromWire(message.error));
  }
}

/**
 * A world all of whose methods go through `ask`, by their names. The other end is a WorldApi too, so that answers have its
 * types.
 */
export function worldOver(
  id: string,
  ask: (method: string, args: readonly unknown[], watch?: Watch) => Promise<unknown>,
  rest: Pick<WorldApi, 'fork' | 'subscribe' | 'close'>,
): WorldApi {
  const methods: Record<string, unknown> = {};
  const history: Record<string, unknown> = {};
  for (const [method, { part, watchAt }] of Object.entries(worldMethods)) {
    (part === undefined ? methods : history)[method] = (...args: unknown[]) => {
      if (watchAt === undefined) return ask(method, args);
      const watch = args[watchAt] as Watch | undefined; // as WorldApi says
      const sent = args.map((arg, i) => (i === watchAt ? undefined : arg));
      return ask(method, sent, watch);
    };
  }
  // The table of methods has every name of WorldApi: its type says so.
  return { id, ...methods, history, ...rest } as unknown as WorldApi;
}

export const remoteWorld = (line: Line, { world, name }: Handle): WorldApi =>
  worldOver(name, (method, args, watch) => line.ask(world, method, args, watch), {
    fork: async () => remoteWorld(line, (await line.ask(world, 'fork')) as Handle),
    subscribe: (listener) => line.listen(world, (event) => listener(event as Parameters<typeof listener>[0])),
    close: async () => {
      await line.ask(world, 'close');
      line.forget(world);
    },
  });
