import type { Trace } from '../flows/index.ts';
import { workLine } from './sentences.ts';
import { count, plural, shortKeyId, shortPrincipal } from './words.ts';

/** One stage inside a call: where it ended, and what it said, in a few words. */
export interface CallStage {
  readonly name: string;
  readonly verdict: 'pass' | 'stop' | 'skip';
  readonly said: string;
  /** At which part of its beat's motion it has spoken, 0 to 1. */
  readonly p: number;
}

type Step = Trace['steps'][number];

export const stageNames: Readonly<Record<Step['stage'], string>> = {
  parse: 'read',
  authenticate: 'who asks',
  validate: 'shape',
  quota: 'quota',
  findKey: 'find the key',
  authorize: 'policies',
  keyState: 'key state',
  usage: 'key usage',
  operation: 'HSM',
  commit: 'commit',
};

function said(step: Step): string {
  switch (step.stage) {
    case 'parse':
      return plural(step.detail.members.length, 'member');
    case 'authenticate':
      return shortPrincipal(step.detail.principal);
    case 'validate':
      return step.detail.errors[0] ?? 'the shape fits';
    case 'quota':
      return step.detail.switchedOff
        ? 'quotas are off in this world'
        : `${count(step.detail.left)} left of ${count(step.detail.rate)} a second`;
    case 'findKey':
      return step.detail.found
        .map(
          ({ named, key }) =>
            `${named.length > 40 ? 'the ciphertext' : named} ${key ? `is key ${shortKeyId(key)}` : 'names no key'}`,
        )
        .join(', ');
    case 'authorize':
      return step.detail.decisions
        .map(
          ({ action, allowed, kind }) =>
            `${action}: ${allowed ? 'allowed' : kind === 'explicitDeny' ? 'denied' : 'nothing allows'}`,
        )
        .join(', ');
    case 'keyState':
      return step.detail.keys.map(({ state }) => state).join(', ');
    case 'usage':
      return step.detail.keyUsage ?? step.detail.algorithm ?? '';
    case 'operation':
      return step.detail.work
        .map(workLine)
        .filter((line) => line !== undefined)
        .join('; ');
    case 'commit':
      return plural(step.detail.events, 'trail event');
  }
}

/** The stages of a call, spread over its beat. */
export function stagesOf(trace: Trace | undefined): readonly CallStage[] {
  const steps = trace?.steps ?? [];
  return steps.map((step, i) => ({
    name: stageNames[step.stage],
    verdict: step.verdict,
    said: said(step),
    p: (i + 1) / steps.length,
  }));
}
