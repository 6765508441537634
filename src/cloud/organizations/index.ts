import type { Operation, Service } from '../../engine/index.ts';
import { makeService } from '../service.ts';
import shapes from '../shapes/organizations.json';
import { accountOperations } from './accounts.ts';
import { policyOperations } from './policies.ts';
import { treeOperations } from './tree.ts';

export const organizationsOperations: readonly Operation[] = [
  ...treeOperations,
  ...accountOperations,
  ...policyOperations,
];

export const organizationsService: Service = makeService('organizations', shapes, organizationsOperations, {
  denied: 'AccessDeniedException',
  deniedStatus: 400,
  invalid: 'InvalidInputException',
  unknown: 'UnknownOperationException',
});
