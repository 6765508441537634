export * from './model/index.ts';
export * from './policy/index.ts';
