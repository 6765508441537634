import type { Operation, Service } from '../../engine/index.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/cloudtrail.json';
import { DeliverLogFiles } from './DeliverLogFiles.ts';
import { loggingOperations } from './logging.ts';
import { LookupEvents } from './LookupEvents.ts';
import { trailOperations } from './trails.ts';

/** Those of the API. */
export const cloudtrailOperations: readonly Operation[] = [
  LookupEvents,
  ...trailOperations,
  ...loggingOperations,
];

export const cloudtrailService: Service = makeService(
  'cloudtrail',
  shapes,
  [...cloudtrailOperations, DeliverLogFiles],
  jsonErrors,
);
