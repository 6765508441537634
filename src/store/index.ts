export * from './types.ts';
export { MemoryStore, type StoreImage } from './memory.ts';
export { deleteIdbStore, IdbRegistry, IdbStore } from './indexeddb.ts';
export { rawDevice } from './device.ts';
export { MemoryRegistry, type Registry, type WorldRow } from './registry.ts';
export { openStudyStore, type StudyRow, type StudyStore } from './study.ts';
