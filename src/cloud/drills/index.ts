export * from './all.ts';
export * from './drill.ts';
