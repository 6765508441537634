export * from './types.ts';
export { MemoryStore, type StoreImage } from './memory.ts';
export { deleteIdbStore, IdbStore } from './indexeddb.ts';
export { platformDevice, rawDevice } from './device.ts';
