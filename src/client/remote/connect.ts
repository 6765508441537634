import type { LabApi, Progress, WorldApi, WorldEvent } from '../api.ts';
import { fromWire, isMessage, type Message, type PortLike } from './wire.ts';

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((p: Progress) => void) | undefined;
}

/** One end of the line: asks, and hears answers, progress and events. */
class Line {
  readonly #port: PortLike;
  readonly #asked = new Map<number, Asked>();
  readonly #listeners = new Map<number, Set<(event: WorldEvent) => void>>();
  #count = 0;

  constructor(port: PortLike) {
    this.#port = port;
    port.addEventListener('message', ({ data }) => {
      if (isMessage(data)) this.#hear(data);
    });
    port.start?.();
  }

  ask(
    world: number,
    method: string,
    args: readonly unknown[] = [],
    progress?: (p: Progress) => void,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = (this.#count += 1);
      this.#port.postMessage({ kind: 'ask', id, world, method, args } satisfies Message);
      // Only now: a request that cannot be cloned throws above, and nobody would answer it.
      this.#asked.set(id, { resolve, reject, progress });
    });
  }

  listen(world: number, listener: (event: WorldEvent) => void): () => void {
    const own = (event: WorldEvent) => listener(event);
    const listeners = this.#listeners.get(world) ?? new Set();
    this.#listeners.set(world, listeners.add(own));
    return () => listeners.delete(own);
  }

  forget(world: number): void {
    this.#listeners.delete(world);
  }

  #hear(message: Message): void {
    if (message.kind === 'ask') return;
    if (message.kind === 'event') {
      for (const listener of this.#listeners.get(message.world) ?? []) listener(message.value as WorldEvent);
      return;
    }
    const asked = this.#asked.get(message.id);
    if (message.kind === 'progress') return asked?.progress?.(message.value as Progress);
    this.#asked.delete(message.id);
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(fromWire(message.error));
  }
}

interface Handle {
  readonly world: number;
  readonly name: string;
}

/**
 * The lab at the other end of a port. Errors arrive with their name, message and plain members, as `Error`s: ask for
 * `error.name`, not for its class.
 */
export async function connectLab(port: PortLike): Promise<LabApi> {
  const line = new Line(port);
  const { name, kept } = (await line.ask(0, 'hello')) as {
    readonly name: string;
    readonly kept: LabApi['kept'];
  };
  return {
    main: remoteWorld(line, { world: 0, name }),
    kept,
    sandbox: async (genesis) => remoteWorld(line, (await line.ask(0, 'sandbox', [genesis])) as Handle),
  };
}

/** Every method by its name; the other end is a WorldApi too, so that answers have its types. */
function remoteWorld(line: Line, { world, name }: Handle): WorldApi {
  const asks =
    <M extends keyof WorldApi>(method: M) =>
    (...args: unknown[]): never =>
      line.ask(world, method, args) as never; // a promise of what WorldApi says of the method
  return {
    id: name,
    call: asks('call'),
    advance: asks('advance'),
    now: asks('now'),
    settings: asks('settings'),
    setSwitches: asks('setSwitches'),
    accounts: asks('accounts'),
    principals: asks('principals'),
    keys: asks('keys'),
    key: asks('key'),
    keyStores: asks('keyStores'),
    trail: asks('trail'),
    trace: asks('trace'),
    traces: asks('traces'),
    objects: asks('objects'),
    sealedBytes: asks('sealedBytes'),
    removeObject: asks('removeObject'),
    seal: (source, progress) => line.ask(world, 'seal', [source], progress) as ReturnType<WorldApi['seal']>,
    open: (id, dataKey, progress) =>
      line.ask(world, 'open', [id, dataKey], progress) as ReturnType<WorldApi['open']>,
    fork: async () => remoteWorld(line, (await line.ask(world, 'fork')) as Handle),
    subscribe: (listener) => line.listen(world, listener),
    close: async () => {
      await line.ask(world, 'close');
      line.forget(world);
    },
  };
}
