import type { Operation, Service } from '../../engine/index.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/cloudtrail.json';
import { DeliverLogFiles } from './DeliverLogFiles.ts';
import { loggingOperations } from './logging.ts';
import { LookupEvents } from './LookupEvents.ts';
import { trailOperations } from './trails.ts';

/*
 * OURS: what of a trail is left out. Digest files and their validation; selectors of data events and insights; trails of an
 * organization; delivery to CloudWatch Logs and SNS, so that alarms hear of a call also while the files cannot be written;
 * events of global services in a trail of one Region.
 */

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
