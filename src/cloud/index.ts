import { kms, type Catalogue, type ServiceName, type Service } from '../engine/index.ts';

/*
 * The services around KMS. Their operations run in the same step driver: one call, one diff, one trace.
 *
 * KMS is here from the start. The others are loaded when they are first called, so that the first screen does without
 * them: identities.ts, then services.ts, what stores things under keys, where "to add a service" begins.
 */

type Services = Readonly<Partial<Record<ServiceName, Service>>>;

/** Once loaded, they stay: what a call answers does not depend on it, because nobody calls before (see {@link ready}). */
let all: Services = { kms };

/** Every service of a world. An unknown name is that of no service, whatever a caller writes. */
export const catalogue: Catalogue = (name) => (Object.hasOwn(all, name) ? all[name] : undefined);

/** The services that store things, and the door to what lies in their records. */
export const loadServices = () => import('./services.ts');

/** Loads what a call needs. To be awaited before the call is handled, by whoever hands it to the step driver. */
export async function ready(service: ServiceName | undefined, operation: string): Promise<void> {
  const there = () => service === undefined || catalogue(service)?.operation(operation) !== undefined;
  if (there() || service === 'kms') return;
  const { identities } = await import('./identities.ts');
  all = { ...identities, ...all }; // what a later shelf has put in the place of one of these, stays
  if (there()) return;
  const { services } = await loadServices();
  all = { ...all, ...services };
}
