import type { LabApi, WorldApi } from '../api.ts';

/** How a method crosses a port. */
export interface Crossing {
  /** Place of a {@link Watch} among its arguments. */
  readonly watchAt?: number;
  /**
   * Place of the name of a request that must not be done twice (`'request'`: inside the first argument). Methods without
   * one change nothing, or may be repeated.
   */
  readonly onceAt?: number | 'request';
  /** Member of the world that has the method. */
  readonly part?: 'history';
}

type Names = Exclude<keyof WorldApi, 'id' | 'history' | 'fork' | 'subscribe' | 'close'>;

/** Every method of a world that may be asked for by name. */
export const worldMethods: Readonly<Record<string, Crossing>> = {
  call: { onceAt: 'request' },
  explain: {},
  smallestChange: {},
  accessMatrix: {},
  simulate: {},
  differenceOfPolicies: {},
  advance: { onceAt: 1 },
  now: {},
  settings: {},
  setSwitches: { onceAt: 1 },
  setBacking: { onceAt: 1 },
  setExternalKey: { onceAt: 1 },
  setClock: { onceAt: 1 },
  accounts: {},
  principals: {},
  sessions: {},
  directory: {},
  keys: {},
  keyWindow: {},
  find: {},
  key: {},
  storedPlaces: {},
  storedThings: {},
  storedThing: {},
  lostWith: {},
  keyStores: {},
  watchers: {},
  trail: {},
  trace: {},
  traces: {},
  seal: { watchAt: 1, onceAt: 2 },
  open: { watchAt: 2 },
  objects: {},
  sealedBytes: {},
  removeObject: {},
  hash: {},
  exportFile: {},
  exportTrace: {},
  exportTrail: {},
  share: {},
  ownAccessKeys: {},
  state: { part: 'history' },
  list: { part: 'history' },
  changes: { part: 'history' },
  undo: { part: 'history', onceAt: 1 },
  redo: { part: 'history', onceAt: 0 },
  goTo: { part: 'history', onceAt: 1 },
} satisfies Record<Names | keyof WorldApi['history'], Crossing>;

type LabNames = Exclude<keyof LabApi, 'main' | 'kept' | 'sandbox' | 'subscribe' | 'openWorld' | 'openLink'>;

/** Those of a lab whose answers can be cloned; the others answer worlds. */
export const labMethods = {
  worlds: true,
  templates: true,
  createWorld: true,
  duplicateWorld: true,
  renameWorld: true,
  resetWorld: true,
  deleteWorld: true,
  restoreWorld: true,
  purgeWorld: true,
  compareWorlds: true,
  cancel: true,
  storage: true,
  askPersist: true,
  retryStorage: true,
  takeOver: true,
  exportWorld: true,
  exportAll: true,
  inspectImport: true,
  importFile: true,
  inspectLink: true,
  close: true,
} satisfies Record<LabNames, true>;

/** Calls a method of a world by its name. */
export function invoke(world: WorldApi, method: string, args: readonly unknown[]): unknown {
  const known = Object.hasOwn(worldMethods, method) ? worldMethods[method] : undefined;
  if (!known) throw new Error(`A world has no "${method}".`);
  const owner = known.part === undefined ? world : world[known.part];
  // The names are WorldApi's, and the other end is typed by it.
  const call = (owner as unknown as Readonly<Record<string, (...values: readonly unknown[]) => unknown>>)[
    method
  ];
  if (!call) throw new Error(`A world has no "${method}".`);
  return call.apply(owner, [...args]);
}

/** The arguments with the name of the request in its place. */
export function withOnce(
  method: string,
  args: readonly unknown[],
  once: string | undefined,
): readonly unknown[] {
  const at = worldMethods[method]?.onceAt;
  if (once === undefined || at === undefined) return args;
  const given = [...args];
  if (at === 'request') given[0] = { once, ...(given[0] as object) };
  else given[at] = once;
  return given;
}
