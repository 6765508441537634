import { seededBytes } from '../engine/index.ts';
import { IdbStore, MemoryStore, type WorldStore } from '../store/index.ts';
import type { Genesis, GenesisAccount } from './api.ts';
import { GenesisError } from './genesis.ts';

/** How a lab begins. A store that already holds a world keeps that world, whatever is written here. */
export interface LabOptions {
  /** Makes everything repeat, to the byte: the same calls give the same ids, keys and ciphertexts. */
  readonly seed?: string | undefined;
  /** Virtual time to begin at; from then on the clock moves by `advance` only. Else wall clock, plus what was advanced. */
  readonly now?: Date | undefined;
  /**
   * Accounts with their users and roles (the root user is always there) and identity policies. By default 111122223333
   * and 444455556666, each with `user/Admin` (may do everything), `user/Alice` and `role/ExampleRole` (no policies).
   */
  readonly accounts?: readonly GenesisAccount[] | undefined;
  /** Where the world is kept; memory by default. */
  readonly store?: 'memory' | 'indexeddb' | WorldStore | undefined;
  /** Name of the database of `store: 'indexeddb'`; "kms-lab-library" by default. */
  readonly databaseName?: string | undefined;
  /**
   * Request quotas bite. Off by default: most tests are not about them, and with a clock that stands still nothing that
   * was used up would ever come back.
   */
  readonly throttling?: boolean | undefined;
  /** Grants become visible after a delay. Off by default, for the same reason. */
  readonly propagation?: boolean | undefined;
}

const known = ['seed', 'now', 'accounts', 'store', 'databaseName', 'throttling', 'propagation'] as const;

/** @throws GenesisError that names the option */
export function readOptions(options: LabOptions): { readonly genesis: Genesis; readonly store: WorldStore } {
  const names: readonly string[] = known;
  for (const name of Object.keys(options))
    if (!names.includes(name)) refuse(name, `is not an option; there are ${known.join(', ')}.`);
  const { seed, now, accounts, throttling = false, propagation = false } = options;
  if (now !== undefined && !(now instanceof Date && Number.isFinite(now.getTime())))
    refuse('now', 'must be a valid Date.');
  const genesis = { seed, now: now?.toISOString(), accounts, switches: { throttling, propagation } };
  return { genesis, store: readStore(options) };
}

function readStore({ store = 'memory', databaseName = 'kms-lab-library', seed }: LabOptions): WorldStore {
  if (typeof databaseName !== 'string' || databaseName === '')
    refuse('databaseName', 'must be a text that is not empty.');
  if (store === 'memory') {
    // Entry 1 and those after it draw from the seed and their numbers; number 0 is free for the device key.
    return new MemoryStore(
      typeof seed === 'string' && seed !== '' ? { device: seededBytes(seed, 0)(32) } : {},
    );
  }
  if (store === 'indexeddb') {
    if (typeof indexedDB === 'undefined') refuse('store', 'is "indexeddb", and there is no IndexedDB here.');
    return new IdbStore(databaseName);
  }
  const verbs = [
    'open',
    'device',
    'get',
    'range',
    'append',
    'entries',
    'refill',
    'trim',
    'clear',
    'close',
  ] as const;
  if (
    typeof store !== 'object' ||
    store === null ||
    verbs.some((verb) => typeof store[verb] !== 'function')
  ) {
    refuse('store', 'must be "memory", "indexeddb" or a WorldStore.');
  }
  return store;
}

function refuse(place: string, why: string): never {
  throw new GenesisError(`The lab cannot be made: options.${place} ${why}`);
}
