import type { Operation, Service } from '../../engine/index.ts';
import { makeService, queryErrors } from '../service.ts';
import shapes from '../shapes/rds.json';
import { copyOperations } from './copies.ts';
import { instanceOperations } from './instances.ts';
import { snapshotOperations } from './snapshots.ts';

/*
 * Databases of RDS: encryption at creation or by the copy of a snapshot, never afterwards; and what happens when the key is
 * lost. OURS: one instance has one volume, and what it stores is one run of bytes.
 */

export const rdsOperations: readonly Operation[] = [
  ...instanceOperations,
  ...snapshotOperations,
  ...copyOperations,
];

export const rdsService: Service = makeService('rds', shapes, rdsOperations, queryErrors);
