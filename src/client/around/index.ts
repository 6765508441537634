/* Everything around the keys that only reads: a chunk of its own, asked for by `loadAround`. */
export * from '../../cloud/readers.ts';
export { custodyTable } from './custody.ts';
export { drillDoor, drillWorld, materialInto } from './drills.ts';
export { keyFacts } from './keys.ts';
