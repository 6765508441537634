export * from './model/index.ts';
export * from './policy/index.ts';
export * from './shapes/index.ts';
