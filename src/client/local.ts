import { NewerFormat, type WorldStore } from '../store/index.ts';
import type { Genesis, LabApi } from './api.ts';
import { GenesisError } from './genesis.ts';
import { idbPlaces, memoryPlaces, type Places } from './places.ts';
import type { SharedWorld } from './tabs/sharedWorld.ts';
import type { Tabs } from './tabs/surroundings.ts';
import type { Surroundings } from './step.ts';
import type { World } from './world.ts';
import { WorldsLab } from './worlds.ts';
import type { LabParts } from './worldStores.ts';

export interface LabOptions extends Surroundings {
  readonly store: 'memory' | 'indexeddb' | WorldStore;
  /** Name of the first world's database. */
  readonly name?: string | undefined;
  /** How the first world begins, when it has not begun yet. */
  readonly genesis?: Genesis | undefined;
  /** How several tabs share a world. Absent: there is one. */
  readonly tabs?: Tabs | undefined;
}

export interface LocalLab extends LabApi {
  readonly main: SharedWorld;
  sandbox(genesis: Genesis): Promise<World>;
}

/** Opens the lab in this thread. Where the browser keeps nothing, worlds live in memory, and `kept` says why. */
export async function openLab(options: LabOptions): Promise<LocalLab> {
  const { store, genesis, name = 'kms-lab', tabs, random, wall, historyLimit } = options;
  const open = (places: Places, why?: string): Promise<WorldsLab> => {
    const first: LabParts['first'] = { id: 'main', database: name, genesis };
    return WorldsLab.open({ places, tabs, surroundings: { random, wall, historyLimit }, why, first });
  };
  if (store === 'memory') return open(memoryPlaces());
  if (store !== 'indexeddb') {
    const places = memoryPlaces(new Map([[name, store]]));
    return open({ ...places, where: store.kind });
  }
  if (typeof indexedDB === 'undefined')
    return open(memoryPlaces(), 'This browser gives the page no storage.');
  const places = idbPlaces(`${name}-worlds`);
  try {
    return await open(places);
  } catch (error) {
    await places.registry.close().catch(() => undefined);
    // A description that is wrong is wrong in memory too.
    if (error instanceof GenesisError) throw error;
    return open(
      memoryPlaces(),
      error instanceof NewerFormat
        ? error.message
        : `The browser does not let the page store anything: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
