export { trailEvents, serviceEvent, type Recorded } from './trail.ts';
