import type { Operation, Service } from '../../engine/index.ts';
import { makeService, queryErrors } from '../service.ts';
import shapes from '../shapes/iam.json';
import { attachmentOperations } from './attachments.ts';
import { boundaryOperations } from './boundaries.ts';
import { groupOperations } from './groups.ts';
import { inlinePolicyOperations } from './inlinePolicies.ts';
import { policyOperations } from './policies.ts';
import { roleOperations } from './roles.ts';
import { tagOperations } from './tags.ts';
import { userOperations } from './users.ts';

export const iamOperations: readonly Operation[] = [
  ...userOperations,
  ...roleOperations,
  ...groupOperations,
  ...inlinePolicyOperations,
  ...policyOperations,
  ...attachmentOperations,
  ...boundaryOperations,
  ...tagOperations,
];

export const iamService: Service = makeService('iam', shapes, iamOperations, queryErrors);
