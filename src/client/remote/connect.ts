import type { Kept, LabApi, LabEvent, WorldApi, WorldInfo } from '../api.ts';
import { Line, remoteWorld } from './line.ts';
import { labMethods } from './methods.ts';
import { theLab, type Handle, type PortLike } from './wire.ts';

/** Only a window may ask for it (Storage Standard §5: `persist()` is exposed to Window alone). */
async function persistHere(): Promise<boolean | undefined> {
  const storage = (globalThis as { readonly navigator?: { readonly storage?: Partial<StorageManager> } })
    .navigator?.storage;
  return storage?.persist === undefined ? undefined : storage.persist();
}

/**
 * The lab at the other end of a port. Errors arrive with their name, message and plain members, as `Error`s: ask for
 * `error.name`, not for its class.
 */
export async function connectLab(port: PortLike): Promise<LabApi> {
  const line = new Line(port);
  const hello = (await line.ask(theLab, 'hello')) as { readonly main: Handle; readonly kept: Kept };
  const listeners = new Set<(event: LabEvent) => void>();
  let { kept } = hello;
  let at = hello.main;
  let main = remoteWorld(line, at);
  /** The same object for the same world, whoever hears of it first. */
  const enter = (handle: Handle): WorldApi => {
    if (handle.world !== at.world) {
      line.forget(at.world);
      at = handle;
      main = remoteWorld(line, handle);
    }
    return main;
  };
  line.listen(theLab, (given) => {
    const event = given as
      Exclude<LabEvent, { kind: 'main' }> | { readonly kind: 'main'; readonly world: Handle };
    if (event.kind === 'kept') kept = event.kept;
    const told: LabEvent = event.kind === 'main' ? { kind: 'main', world: enter(event.world) } : event;
    for (const listener of listeners) listener(told);
  });
  const methods: Record<string, unknown> = {};
  for (const method of Object.keys(labMethods))
    methods[method] = (...args: unknown[]) => line.ask(theLab, method, args);
  // The table of methods has every name of LabApi that is not written here: its type says so.
  return Object.defineProperties(
    {
      ...methods,
      sandbox: async (genesis: unknown) =>
        remoteWorld(line, (await line.ask(theLab, 'sandbox', [genesis])) as Handle),
      openWorld: async (id: string) => enter((await line.ask(theLab, 'openWorld', [id])) as Handle),
      openLink: async (...args: unknown[]) => {
        const opened = (await line.ask(theLab, 'openLink', args)) as {
          readonly world: Handle;
          readonly kept: WorldInfo | undefined;
        };
        const world = opened.world.world === at.world ? main : remoteWorld(line, opened.world);
        return { world, kept: opened.kept };
      },
      askPersist: async () => (await persistHere()) ?? (line.ask(theLab, 'askPersist') as Promise<boolean>),
      subscribe: (listener: (event: LabEvent) => void) => {
        const own = (event: LabEvent) => listener(event);
        listeners.add(own);
        return () => listeners.delete(own);
      },
    },
    { main: { enumerable: true, get: () => main }, kept: { enumerable: true, get: () => kept } },
  ) as unknown as LabApi;
}
