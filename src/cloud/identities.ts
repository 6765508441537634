import type { Service, ServiceName } from '../engine/index.ts';
import { ec2Operations, ec2Service } from './ec2/index.ts';
import { iamOperations, iamService } from './iam/index.ts';
import { organizationsOperations, organizationsService } from './organizations/index.ts';
import { stsOperations, stsService } from './sts/index.ts';

/*
 * Who calls, and from where: identities, sessions, organizations, network endpoints. Loaded when one of them is first
 * called; the decision of a KMS call reads their records and needs none of this.
 */

export const identities: Readonly<Partial<Record<ServiceName, Service>>> = {
  iam: iamService,
  sts: stsService,
  organizations: organizationsService,
  ec2: ec2Service,
};

/** AWS's names of their operations. */
export const identityOperations = {
  iam: iamOperations.map(({ name }) => name),
  sts: stsOperations.map(({ name }) => name),
  organizations: organizationsOperations.map(({ name }) => name),
  ec2: ec2Operations.map(({ name }) => name),
};
