export * from './compare.ts';
export * from './stated.ts';
