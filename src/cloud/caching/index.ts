export * from './dataKeyCache.ts';
