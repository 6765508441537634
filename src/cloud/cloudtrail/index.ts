import type { Operation, Service } from '../../engine/index.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/cloudtrail.json';
import { LookupEvents } from './LookupEvents.ts';
import { trailOperations } from './trails.ts';

export const cloudtrailOperations: readonly Operation[] = [LookupEvents, ...trailOperations];

export const cloudtrailService: Service = makeService('cloudtrail', shapes, cloudtrailOperations, jsonErrors);
