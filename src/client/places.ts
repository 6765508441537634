import { seededBytes } from '../engine/index.ts';
import {
  deleteIdbStore,
  IdbRegistry,
  IdbStore,
  MemoryRegistry,
  MemoryStore,
  type Registry,
  type StoreLoss,
  type WorldRow,
  type WorldStore,
} from '../store/index.ts';
import type { Genesis, Kept } from './api.ts';

/** Where the worlds of a lab are kept: the list of them, and a store for each. */
export interface Places {
  readonly where: Kept['where'];
  readonly registry: Registry;
  store(row: WorldRow, lost?: (loss: StoreLoss) => void): WorldStore;
  /** A store for a world that begins with this. */
  fresh(row: WorldRow, genesis: Genesis): WorldStore;
  drop(row: WorldRow): Promise<void>;
}

/** A seeded world repeats to the byte, what its device key wraps included. */
export const memoryStore = (genesis: Genesis | undefined): MemoryStore =>
  genesis?.seed === undefined
    ? new MemoryStore()
    : new MemoryStore({ device: seededBytes(genesis.seed, 0)(32) });

/** Gone with the page. `first`: the store of one world, by its database's name. */
export function memoryPlaces(first: ReadonlyMap<string, WorldStore> = new Map()): Places {
  const stores = new Map<string, WorldStore>(first);
  const store = ({ database }: WorldRow): WorldStore => {
    const made = stores.get(database) ?? new MemoryStore();
    stores.set(database, made);
    return made;
  };
  return {
    where: 'memory',
    registry: new MemoryRegistry(),
    store,
    fresh: (row, genesis) => {
      if (!stores.has(row.database)) stores.set(row.database, memoryStore(genesis));
      return store(row);
    },
    drop: ({ database }) => {
      stores.delete(database);
      return Promise.resolve();
    },
  };
}

export const idbPlaces = (registryName: string): Places => ({
  where: 'indexeddb',
  registry: new IdbRegistry(registryName),
  store: ({ database }, lost) => new IdbStore(database, lost),
  fresh: ({ database }) => new IdbStore(database),
  drop: ({ database }) => deleteIdbStore(database),
});
