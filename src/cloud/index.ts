import { kms, type Catalogue, type ServiceName, type Service } from '../engine/index.ts';
import { ec2Service, ec2Operations } from './ec2/index.ts';
import { iamOperations, iamService } from './iam/index.ts';
import { organizationsOperations, organizationsService } from './organizations/index.ts';
import { stsOperations, stsService } from './sts/index.ts';

/*
 * The services around KMS. Their operations run in the same step driver: one call, one diff, one trace.
 *
 * Identities are here from the start. What stores things under keys (S3, EBS, …) is loaded when it is first called, so
 * that the first screen does without it: services.ts, where "to add a service" begins.
 */

type Services = Readonly<Partial<Record<ServiceName, Service>>>;

const base: Services = {
  kms,
  iam: iamService,
  sts: stsService,
  organizations: organizationsService,
  ec2: ec2Service,
};

/** Once loaded, they stay: what a call answers does not depend on it, because nobody calls before (see {@link ready}). */
let all: Services = base;

/** Every service of a world. An unknown name is that of no service, whatever a caller writes. */
export const catalogue: Catalogue = (name) => (Object.hasOwn(all, name) ? all[name] : undefined);

/** The services that are loaded when first called, and the door to what lies in their records. */
export const loadServices = () => import('./services.ts');

/** Loads what a call needs. To be awaited before the call is handled, by whoever hands it to the step driver. */
export async function ready(service: ServiceName | undefined, operation: string): Promise<void> {
  if (all !== base || service === undefined || service === 'kms') return;
  if (base[service]?.operation(operation)) return;
  all = { ...base, ...(await loadServices()).services };
}

/** AWS's names of the operations that are here from the start, beside those of KMS. */
export const cloudOperations = {
  iam: iamOperations.map(({ name }) => name),
  sts: stsOperations.map(({ name }) => name),
  organizations: organizationsOperations.map(({ name }) => name),
  ec2: ec2Operations.map(({ name }) => name),
};
