export { trailEvents, serviceEvent, type Recorded } from './trail.ts';
export { mostLinks, scheduleReactions } from './reactions.ts';
export { byDelivery, deliverySeconds, scheduleDeliveries, takes } from './trails.ts';
