/*
 * Readers of trail and world, and the incidents: loaded when a screen asks for one of them. They change nothing, and need
 * little of the engine but its types.
 */
export { deliverySeconds, mostLinks, takes } from '../engine/index.ts';
export { forAlarms, historyDays, inHistory, isDelivered, isInFile, takenBy } from './cloudtrail/delivery.ts';
export * from './cloudtrail/trailIndex.ts';
export * from './cloudtrail/who.ts';
export * from './bill/index.ts';
export * from './watch/index.ts';
export * from './custody/index.ts';
export * from './drills/index.ts';
