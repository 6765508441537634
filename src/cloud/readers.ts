/*
 * Readers of trail and world, and the incidents: loaded when a screen asks for one of them. They change nothing, and need
 * nothing of the engine but its types.
 */
export { deliveredBy, deliverySeconds, historyDays, inHistory, isDelivered } from './cloudtrail/delivery.ts';
export * from './cloudtrail/trailIndex.ts';
export * from './cloudtrail/who.ts';
export * from './bill/index.ts';
export * from './watch/index.ts';
export * from './custody/index.ts';
export * from './drills/index.ts';
