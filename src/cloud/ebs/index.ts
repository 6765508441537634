import type { Operation, Service } from '../../engine/index.ts';
import { ec2Service } from '../ec2/index.ts';
import { joinServices, makeService } from '../service.ts';
import shapes from '../shapes/ebs.json';
import { defaultOperations } from './defaults.ts';
import { instanceOperations } from './instances.ts';
import { snapshotOperations } from './snapshots.ts';
import { volumeOperations } from './volumes.ts';

/** EBS is a part of EC2's API: volumes, snapshots, and as much of instances as these need. */
export const ebsOperations: readonly Operation[] = [
  ...volumeOperations,
  ...snapshotOperations,
  ...instanceOperations,
  ...defaultOperations,
];

export const ec2WithVolumes: Service = joinServices(
  ec2Service,
  makeService('ec2', shapes, ebsOperations, ec2Service.errors),
);
