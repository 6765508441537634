import { isServiceName, type Call } from '../engine/index.ts';
import type { CallFacts } from './api.ts';

/** What a page or a test asks for, as the simulated network delivers it: nobody has to prove who he is. */
export const callOf = ({ principal, mfa, sourceArn, sourceAccount, ...facts }: CallFacts): Call => ({
  ...facts,
  caller: isServiceName(principal)
    ? { kind: 'service', service: principal, sourceArn, sourceAccount }
    : { kind: 'principal', arn: principal, mfa },
});
