import { shortPrincipal } from '../../client/index.ts';
import type { Done } from './done.ts';
import { utc } from '../format/time.ts';

/** What the live region says: one sentence per thing that happened. */
export const said = {
  nobody: 'No principal is chosen.',
  actingAs: (arn: string) => `Acting as ${shortPrincipal(arn)}.`,
  region: (region: string) => `Region ${region}.`,
  copied: 'Copied.',
  done(operation: string, done: Done): string {
    if (done.kind === 'ok') return `${operation} was served.`;
    if (done.kind === 'refused') return `${operation} was refused: ${done.refusal.refused}.`;
    return `${operation} did not reach KMS: ${done.message}`;
  },
  advanced: (now: number, happened: number) =>
    happened === 0
      ? `It is ${utc(now)}. Nothing fell due.`
      : `It is ${utc(now)}. ${happened} ${happened === 1 ? 'event' : 'events'} happened.`,
};
