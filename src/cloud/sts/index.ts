import type { Operation, Service } from '../../engine/index.ts';
import { makeService, queryErrors } from '../service.ts';
import shapes from '../shapes/sts.json';
import { AssumeRole } from './AssumeRole.ts';
import { GetCallerIdentity } from './GetCallerIdentity.ts';

export const stsOperations: readonly Operation[] = [AssumeRole, GetCallerIdentity];

export const stsService: Service = makeService('sts', shapes, stsOperations, queryErrors);
