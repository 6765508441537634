import { ready } from '../cloud/index.ts';
import { isServiceName, type Call } from '../engine/index.ts';
import type { CallFacts } from './api.ts';

/** What a page or a test asks for, as the simulated network delivers it: nobody has to prove who he is. */
export const callOf = ({ principal, mfa, sourceArn, sourceAccount, ...facts }: CallFacts): Call => ({
  ...facts,
  caller: isServiceName(principal)
    ? { kind: 'service', service: principal, sourceArn, sourceAccount }
    : { kind: 'principal', arn: principal, mfa },
});

/**
 * Begins to load what a call's service needs before its turn comes; it keeps its place in the queue meanwhile. Whoever has
 * the turn waits, and is told when it cannot be loaded. KMS is there from the start.
 */
export function serviceOf({ service, operation }: Call): Promise<void> | undefined {
  if (service === undefined || service === 'kms') return undefined;
  const loaded = ready(service, operation);
  loaded.catch(() => undefined);
  return loaded;
}
