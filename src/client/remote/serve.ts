import type { Genesis, LabApi, WorldApi } from '../api.ts';
import { isMessage, toWire, type Message, type PortLike } from './wire.ts';

/** The methods that may be asked for by name, with the place of a progress callback among their arguments. */
const methods: Readonly<Record<string, { readonly progressAt?: number }>> = {
  call: {},
  advance: {},
  now: {},
  settings: {},
  setSwitches: {},
  accounts: {},
  principals: {},
  keys: {},
  key: {},
  keyStores: {},
  trail: {},
  trace: {},
  traces: {},
  seal: { progressAt: 1 },
  open: { progressAt: 2 },
  objects: {},
  sealedBytes: {},
  removeObject: {},
} satisfies Partial<Record<keyof WorldApi, { readonly progressAt?: number }>>;

/**
 * Answers for a lab at the other end of a port (the page's, when this is the worker). Forks and sandboxes get a number
 * and stay until they are closed.
 * @returns stops serving
 */
export function serveLab(port: PortLike, lab: LabApi): () => void {
  const worlds = new Map<number, { readonly world: WorldApi; readonly leave: () => void }>();
  let made = 0;
  const post = (message: Message) => port.postMessage(message);

  const admit = (world: WorldApi): { readonly world: number; readonly name: string } => {
    const number = made;
    made += 1;
    const leave = world.subscribe((value) => post({ kind: 'event', world: number, value }));
    worlds.set(number, { world, leave });
    return { world: number, name: world.id };
  };
  admit(lab.main);

  const run = async (message: Extract<Message, { kind: 'ask' }>): Promise<unknown> => {
    const { method, args } = message;
    const found = worlds.get(message.world);
    if (!found) throw new Error('This world has been closed.');
    const { world } = found;
    if (method === 'hello') return { name: world.id, kept: lab.kept };
    if (method === 'fork') return admit(await world.fork());
    if (method === 'sandbox') return admit(await lab.sandbox(args[0] as Genesis)); // checked by the genesis itself
    if (method === 'close') {
      found.leave();
      worlds.delete(message.world);
      return world.close();
    }
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!known) throw new Error(`A world has no "${method}".`);
    const given = [...args];
    if (known.progressAt !== undefined)
      given[known.progressAt] = (value: unknown) => post({ kind: 'progress', id: message.id, value });
    // The names are WorldApi's, and the other end is typed by it.
    const call = world[method as keyof WorldApi] as (...values: unknown[]) => unknown;
    return call.apply(world, given);
  };

  const listen = ({ data }: MessageEvent): void => {
    if (!isMessage(data) || data.kind !== 'ask') return;
    const { id } = data;
    run(data)
      .then((value) => post({ kind: 'answer', id, value }))
      // Also when the answer itself could not be cloned.
      .catch((error: unknown) => post({ kind: 'fail', id, error: toWire(error) }));
  };
  port.addEventListener('message', listen);
  port.start?.();

  return () => {
    port.removeEventListener('message', listen);
    for (const { leave } of worlds.values()) leave();
  };
}
