import type { Decision, PolicyReason, Trace } from '../../engine/index.ts';
import type { OptionRun, StepRun } from '../../study/index.ts';
import type { GlyphName } from '../glyphs/names.ts';

/** One gate of the row beside a verdict, read from a trace. */
export interface Gate {
  /** `request`, `key policy`, `identity`, `state`, `local`; what has a policy of its own by its name: `bucket policy`. */
  readonly name: string;
  readonly glyph: Extract<GlyphName, `g-gate-${string}`>;
  readonly hue: 'allow' | 'deny' | 'dim';
  readonly said: 'open' | 'closed' | 'denies' | 'not asked';
  /** The gate that stopped the call. */
  readonly stops: boolean;
}

export type CallRun = Extract<StepRun, { kind: 'call' }>;

/** Every call of a run in its order, that of the goal after those of the option. */
export const callsOf = (run: OptionRun): readonly CallRun[] =>
  [...run.steps, ...run.goal].filter((step) => step.kind === 'call');

/** The call, or one that a service made to serve it, was told no. */
export const refusedWithin = (trace: Trace): boolean =>
  trace.refusal !== undefined || trace.children.some(refusedWithin);

const endsBadly = ({ verdict }: OptionRun): boolean => verdict.is !== 'works' && verdict.is !== 'violates';

/**
 * The call that tells the story: the one that was refused, or was not and had to be. Else, where the option comes to
 * nothing, one that was served although something inside it was refused: a message that is not delivered. Else the last.
 */
export const tellingCall = (run: OptionRun): CallRun | undefined => {
  const calls = callsOf(run);
  return (
    calls.find((call) => call.mustRefuse !== (call.refusal !== undefined)) ??
    (endsBadly(run) ? calls.find((call) => !call.mustRefuse && refusedWithin(call.trace)) : undefined) ??
    calls.at(-1)
  );
};

const open = { glyph: 'g-gate-open', hue: 'allow', said: 'open', stops: false } as const;
const skip = { glyph: 'g-gate-skip', hue: 'dim', said: 'not asked', stops: false } as const;
const closed = (stops: boolean) => ({ glyph: 'g-gate-closed', hue: 'deny', said: 'closed', stops }) as const;

function policyGate(reason: PolicyReason | undefined, stops: boolean): Omit<Gate, 'name'> {
  switch (reason?.verdict) {
    case 'allows':
    case 'delegates':
      return open;
    case 'denies':
      return { glyph: 'g-gate-deny', hue: 'deny', said: 'denies', stops };
    case 'silent':
      return closed(stops);
    default:
      return skip;
  }
}

/** The gates that an option met; what stopped it on its own side stands behind those of KMS. */
export function gatesOf(run: OptionRun): readonly Gate[] {
  const call = tellingCall(run);
  const gates = call ? gatesOfTrace(endsBadly(run) ? deciding(call.trace) : call.trace) : [];
  return run.verdict.is === 'failsLocally' ? [...gates, { name: 'local', ...closed(true) }] : gates;
}

/** What a service hands on is decided by KMS inside the call: the gates are those of that one. */
function deciding(trace: Trace): Trace {
  if (trace.refusal && trace.refusal.stage !== 'operation') return trace;
  const inner = trace.children.find(refusedWithin);
  return inner ? deciding(inner) : trace;
}

/** Of several policies of one type the one that counts: a Deny before an Allow, and silence last. */
const strength = ['denies', 'allows', 'delegates', 'silent', 'notInPath'] as const;
function counting(decision: Decision | undefined, type: PolicyReason['type']): PolicyReason | undefined {
  const reasons = decision?.policies.filter((p) => p.type === type) ?? [];
  return reasons.toSorted((a, b) => strength.indexOf(a.verdict) - strength.indexOf(b.verdict))[0];
}

function gatesOfTrace(trace: Trace): readonly Gate[] {
  const step = (stage: string) => trace.steps.find((s) => s.stage === stage);
  const stage = trace.refusal?.stage;
  const validate = step('validate');
  const state = step('keyState');
  const authorize = trace.steps.find((s) => s.stage === 'authorize');
  const decisions = authorize?.detail.decisions ?? [];
  const decision = decisions.find((d) => !d.allowed) ?? decisions[0];
  const policy = (type: 'keyPolicy' | 'identityPolicy') =>
    policyGate(counting(decision, type), stage === 'authorize' && decision?.decidedBy === type);
  // A key has one policy, always named "default".
  const called = counting(decision, 'keyPolicy')?.name;
  return [
    { name: 'request', ...(validate?.verdict === 'stop' ? closed(true) : validate ? open : skip) },
    { name: called === undefined || called === 'default' ? 'key policy' : called, ...policy('keyPolicy') },
    { name: 'identity', ...policy('identityPolicy') },
    {
      name: 'state',
      ...(state?.verdict === 'stop' ? closed(true) : state?.verdict === 'pass' ? open : skip),
    },
  ];
}
