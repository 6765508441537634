import type { Service } from '../../engine/index.ts';
import { jsonErrors, makeService } from '../service.ts';
import shapes from '../shapes/events.json';
import { DeliverEvent } from './deliver.ts';
import { ruleOperations } from './rules.ts';

/** Those of the API. */
export const eventsOperations = ruleOperations;

export const eventsService: Service = makeService(
  'events',
  shapes,
  [...ruleOperations, DeliverEvent],
  jsonErrors,
);
