export * from './model/index.ts';
export * from './policy/index.ts';
export * from './shapes/index.ts';
export * from './crypto/index.ts';
