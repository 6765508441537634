import { kms, type Catalogue, type ServiceName, type Service } from '../engine/index.ts';
import { ec2Service, ec2Operations } from './ec2/index.ts';
import { iamOperations, iamService } from './iam/index.ts';
import { organizationsOperations, organizationsService } from './organizations/index.ts';
import { stsOperations, stsService } from './sts/index.ts';

/*
 * The services around KMS. Their operations run in the same step driver: one call, one diff, one trace.
 */

const services: Readonly<Record<ServiceName, Service>> = {
  kms,
  iam: iamService,
  sts: stsService,
  organizations: organizationsService,
  ec2: ec2Service,
};

/** Every service of a world. An unknown name is that of no service, whatever a caller writes. */
export const catalogue: Catalogue = (name) => (Object.hasOwn(services, name) ? services[name] : undefined);

/** AWS's names of the operations that this version has beside those of KMS. */
export const cloudOperations: Readonly<Record<Exclude<ServiceName, 'kms'>, readonly string[]>> = {
  iam: iamOperations.map(({ name }) => name),
  sts: stsOperations.map(({ name }) => name),
  organizations: organizationsOperations.map(({ name }) => name),
  ec2: ec2Operations.map(({ name }) => name),
};
