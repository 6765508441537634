export * from './shapes.ts';
export * from './validate.ts';
