import type { KeyArn, Trace } from '../../../engine/index.ts';

/** Who may do what? */
export interface AccessQuestion {
  readonly principal: string;
  readonly action: string;
}

/** The question that a denied call leaves about this key; undefined when no policy refused it, or that of another key. */
export function deniedBy(trace: Trace, key: KeyArn | undefined): AccessQuestion | undefined {
  if (trace.refusal?.stage !== 'authorize') return undefined;
  const step = trace.steps.find(({ stage }) => stage === 'authorize');
  if (step?.stage !== 'authorize') return undefined;
  const denied = step.detail.decisions.find(({ allowed }) => !allowed);
  return denied && denied.resource === key ? { principal: trace.caller, action: denied.action } : undefined;
}
