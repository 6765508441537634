import { seededBytes } from '../engine/index.ts';
import { IdbStore, MemoryStore, NewerFormat, type WorldStore } from '../store/index.ts';
import type { Genesis, LabApi } from './api.ts';
import { World, type Surroundings } from './world.ts';

export interface LabOptions extends Surroundings {
  readonly store: 'memory' | 'indexeddb' | WorldStore;
  /** Name of the database. */
  readonly name?: string | undefined;
  /** How the main world begins, when it has not begun yet. */
  readonly genesis?: Genesis | undefined;
}

export interface LocalLab extends LabApi {
  readonly main: World;
  sandbox(genesis: Genesis): Promise<World>;
}

/** Opens the lab in this thread. Where the browser keeps nothing, the world lives in memory, and `kept` says why. */
export async function openLab(options: LabOptions): Promise<LocalLab> {
  const { main, kept } = await openMain(options);
  let sandboxes = 0;
  return {
    main,
    kept,
    sandbox: (genesis) =>
      World.open(memoryStore(genesis), {
        ...surroundings(options),
        id: `sandbox-${(sandboxes += 1)}`,
        genesis,
      }),
  };
}

async function openMain(options: LabOptions): Promise<Pick<LocalLab, 'main' | 'kept'>> {
  const { store, genesis, name } = options;
  const begin = { ...surroundings(options), genesis };
  const inMemory = async (why?: string) => ({
    main: await World.open(memoryStore(genesis), begin),
    kept: { where: 'memory', why } as const,
  });
  if (store === 'memory') return inMemory();
  if (store !== 'indexeddb') return { main: await World.open(store, begin), kept: { where: store.kind } };
  if (typeof indexedDB === 'undefined') return inMemory('This browser gives the page no storage.');
  const kept = new IdbStore(name);
  try {
    return { main: await World.open(kept, begin), kept: { where: 'indexeddb' } };
  } catch (error) {
    await kept.close().catch(() => undefined);
    // A description that is wrong is wrong in memory too; anything else may be the storage.
    return inMemory(
      error instanceof NewerFormat
        ? error.message
        : `The browser does not let the page store anything: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** A seeded world repeats to the byte, what its device key wraps included. */
export const memoryStore = (genesis: Genesis | undefined): MemoryStore =>
  genesis?.seed === undefined
    ? new MemoryStore()
    : new MemoryStore({ device: seededBytes(genesis.seed, 0)(32) });

const surroundings = ({ random, wall }: LabOptions): Surroundings => ({ random, wall });
