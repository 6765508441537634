export * from './types.ts';
export { MemoryStore, type StoreImage } from './memory.ts';
export { deleteIdbStore, IdbStore } from './indexeddb.ts';
export { rawDevice } from './device.ts';
export { IdbRegistry, MemoryRegistry, type Registry, type WorldRow } from './registry.ts';
