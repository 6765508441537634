import type { Genesis, LabApi, Watch, WorldApi } from '../api.ts';
import { invoke, labMethods, worldMethods } from './methods.ts';
import { isMessage, theLab, toWire, type Handle, type Message, type PortLike } from './wire.ts';

/** A world that can be told that its answers arrived. */
interface Forgetful {
  forgetAnswers(onces: readonly string[]): Promise<void>;
}

const isForgetful = (world: WorldApi): world is WorldApi & Forgetful => 'forgetAnswers' in world;

/** Worlds by number, at the end where they live. */
class Served {
  readonly #post: (message: Message) => void;
  readonly #worlds = new Map<number, { readonly world: WorldApi; readonly leave: () => void }>();
  /** Work that its asker may end, by the number of the request. */
  readonly #endable = new Map<number, AbortController>();
  #made = 0;

  constructor(post: (message: Message) => void) {
    this.#post = post;
  }

  admit(world: WorldApi): Handle {
    const number = this.#made;
    this.#made += 1;
    const leave = world.subscribe((value) => this.#post({ kind: 'event', world: number, value }));
    this.#worlds.set(number, { world, leave });
    return { world: number, name: world.id };
  }

  get(number: number): WorldApi | undefined {
    return this.#worlds.get(number)?.world;
  }

  forget(number: number): void {
    this.#worlds.get(number)?.leave();
    this.#worlds.delete(number);
  }

  end(): void {
    for (const { leave } of this.#worlds.values()) leave();
  }

  async ask({ id, world: number, method, args }: Extract<Message, { kind: 'ask' }>): Promise<unknown> {
    const world = this.get(number);
    if (!world) throw new Error('This world has been closed.');
    if (method === 'fork') return this.admit(await world.fork());
    if (method === 'close') {
      this.forget(number);
      return world.close();
    }
    const given = [...args];
    const watchAt = Object.hasOwn(worldMethods, method) ? worldMethods[method]?.watchAt : undefined;
    if (watchAt === undefined) return invoke(world, method, given);
    const controller = new AbortController();
    this.#endable.set(id, controller);
    given[watchAt] = {
      progress: (value) => this.#post({ kind: 'progress', id, value }),
      signal: controller.signal,
    } satisfies Watch;
    try {
      return await invoke(world, method, given);
    } finally {
      this.#endable.delete(id);
    }
  }

  stop(id: number): void {
    this.#endable.get(id)?.abort();
  }
}

/** Answers what comes through a port. */
function listenTo(
  port: PortLike,
  served: Served,
  run: (message: Extract<Message, { kind: 'ask' }>) => Promise<unknown>,
): () => void {
  const listen = ({ data }: MessageEvent): void => {
    if (!isMessage(data)) return;
    if (data.kind === 'got') {
      const world = served.get(data.world);
      if (world && isForgetful(world)) void world.forgetAnswers([data.once]).catch(() => undefined);
    }
    if (data.kind === 'stop') served.stop(data.id);
    if (data.kind !== 'ask') return;
    const { id } = data;
    run(data)
      .then((value) => port.postMessage({ kind: 'answer', id, value } satisfies Message))
      // Also when the answer itself could not be cloned.
      .catch((error: unknown) =>
        port.postMessage({ kind: 'fail', id, error: toWire(error) } satisfies Message),
      );
  };
  port.addEventListener('message', listen);
  port.start?.();
  return () => {
    port.removeEventListener('message', listen);
    served.end();
  };
}

/** Answers for one world, number 0, and for its forks. */
export function serveWorld(port: PortLike, world: WorldApi): () => void {
  const served = new Served((message) => port.postMessage(message));
  served.admit(world);
  return listenTo(port, served, (message) => served.ask(message));
}

/**
 * Answers for a lab at the other end of a port (the page's, when this is the worker). Forks and sandboxes get a number
 * and stay until they are closed. The main world is number 0 until another one is opened.
 * @returns stops serving
 */
export function serveLab(port: PortLike, lab: LabApi): () => void {
  const served = new Served((message) => port.postMessage(message));
  let main = served.admit(lab.main);
  const leave = lab.subscribe((event) => {
    if (event.kind === 'main') {
      served.forget(main.world);
      main = served.admit(lab.main);
      port.postMessage({
        kind: 'event',
        world: theLab,
        value: { kind: 'main', world: main },
      } satisfies Message);
    } else port.postMessage({ kind: 'event', world: theLab, value: event } satisfies Message);
  });

  const askLab = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    if (method === 'hello') return { main, kept: lab.kept };
    if (method === 'sandbox') return served.admit(await lab.sandbox(args[0] as Genesis)); // checked by the genesis itself
    if (method === 'openWorld') {
      await lab.openWorld(args[0] as string); // a name that no world has is refused
      return main;
    }
    if (method === 'openLink') {
      const { world, kept } = await lab.openLink(args[0] as string, args[1] as { readonly name: string }); // checked there
      return { world: world === lab.main ? main : served.admit(world), kept };
    }
    if (!Object.hasOwn(labMethods, method)) throw new Error(`A lab has no "${method}".`);
    const call = lab[method as keyof typeof labMethods] as (...values: readonly unknown[]) => unknown; // typed at the other end
    return call.apply(lab, [...args]);
  };
  const stop = listenTo(port, served, (message) =>
    message.world === theLab ? askLab(message.method, message.args) : served.ask(message),
  );
  return () => {
    leave();
    stop();
  };
}
