import type { Trace } from '../flows/index.ts';
import type { Beat } from './plan.ts';
import { workLine, workOf } from './sentences.ts';
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
          ({ by, named, key }) =>
            `${by === 'CiphertextBlob' ? 'the ciphertext' : named.startsWith('arn:') ? shortKeyId(named) : named} ${key ? `is key ${shortKeyId(key)}` : 'names no key'}`,
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

/** On the way to the vault until here; what happens inside takes the rest of the beat. */
export const wayPart = 0.5;
const insidePart = 0.95;

/** The stages of a call, spread over its beat; what the HSM does is told one by one. */
export function stagesOf(trace: Trace | undefined): readonly CallStage[] {
  const steps = trace?.steps ?? [];
  const way = steps.filter(({ stage }) => stage !== 'operation' && stage !== 'commit');
  const operation = steps.find(({ stage }) => stage === 'operation');
  const commit = steps.find(({ stage }) => stage === 'commit');
  const lines = workOf(trace).flatMap((item) => workLine(item) ?? []);
  const failed = operation?.verdict === 'stop';
  return [
    ...way.map((step, i): CallStage => ({
      name: stageNames[step.stage],
      verdict: step.verdict,
      said: said(step),
      p: (wayPart * (i + 1)) / way.length,
    })),
    ...(operation && lines.length === 0
      ? [{ name: 'operation', verdict: operation.verdict, said: '', p: insidePart }]
      : lines.map((line, i): CallStage => ({
          name: `${stageNames.operation} ${i + 1}`,
          verdict: failed && i === lines.length - 1 ? 'stop' : 'pass',
          said: line,
          p: insideAt(i, lines.length),
        }))),
    ...(commit ? [{ name: stageNames.commit, verdict: commit.verdict, said: said(commit), p: 1 }] : []),
  ];
}
/** When the `i`-th of `n` things inside the HSM has been done. */
export const insideAt = (i: number, n: number): number => wayPart + ((insidePart - wayPart) * (i + 1)) / n;

/**
 * The stages of an envelope's call, each in the beat that shows it: the way to the vault and what happens inside. A gate
 * speaks when the token has come to it, the stages between the gates go with the next one.
 */
export function envelopeStages(
  beat: Pick<Beat, 'id' | 'scene'> | undefined,
  trace: Trace | undefined,
): readonly CallStage[] {
  const steps = trace?.steps ?? [];
  if (beat?.id === 'vault') {
    const work = workOf(trace).flatMap((item) => workLine(item) ?? []);
    const failed = trace?.refusal?.stage === 'operation';
    const inside = work.map((line, i): CallStage => ({
      name: `${i + 1}`,
      verdict: failed && i === work.length - 1 ? 'stop' : 'pass',
      said: line,
      p: (i + 1) / work.length,
    }));
    return inside;
  }
  if (beat?.id !== 'gates' || !beat.scene?.token) return [];
  const { token, gates } = beat.scene;
  const partOf = (at: number) =>
    Math.min(1, Math.max(0, (at - token.from) / Math.max(1e-6, token.to - token.from)));
  const way = steps.filter(({ stage }) => stage !== 'operation' && stage !== 'commit');
  const policies = gates.filter(
    ({ id, state }) => id !== 'keyState' && id !== 'notInPath' && state !== 'ahead',
  );
  const state = gates.find(({ id }) => id === 'keyState');
  const first = partOf(gates[0]?.at ?? token.to);
  const before = way.findIndex(({ stage }) => stage === 'authorize');
  return way.map((step, i): CallStage => {
    const p =
      step.verdict === 'stop'
        ? 1
        : step.stage === 'authorize'
          ? partOf(policies.at(-1)?.at ?? token.to)
          : step.stage === 'keyState'
            ? partOf(state?.at ?? token.to)
            : step.stage === 'usage'
              ? 1
              : (first * i) / Math.max(1, before < 0 ? way.length : before);
    return { name: stageNames[step.stage], verdict: step.verdict, said: said(step), p };
  });
}
