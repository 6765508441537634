import type { Trace } from '../flows/index.ts';
import type { Gate } from './plan.ts';

type Step = Trace['steps'][number];
type Decision = Extract<Step, { stage: 'authorize' }>['detail']['decisions'][number];
type PolicyReason = Decision['policies'][number];
type BareGate = Omit<Gate, 'at'>;

const policyNames: Record<PolicyReason['type'], readonly [string, string]> = {
  serviceControlPolicy: ['service', 'control'],
  resourceControlPolicy: ['resource', 'control'],
  endpointPolicy: ['endpoint', 'policy'],
  keyPolicy: ['key', 'policy'],
  identityPolicy: ['identity', 'policy'],
  permissionsBoundary: ['permission', 'boundary'],
  sessionPolicy: ['session', 'policy'],
  grant: ['', 'grant'],
};
/** Stages that are gates only when they stop a call: else they would be seven open doors to walk past. */
const stageNames: Record<string, readonly [string, string]> = {
  parse: ['', 'request'],
  authenticate: ['who', 'asks'],
  validate: ['request', 'shape'],
  quota: ['request', 'quota'],
  findKey: ['the', 'key'],
  usage: ['key', 'usage'],
};

/** The Sid of the statement that made the verdict, when it has one. */
function sidOf({ statements, verdict }: PolicyReason): string | undefined {
  const effect = verdict === 'denies' ? 'Deny' : 'Allow';
  return statements.find((statement) => statement.applies && statement.effect === effect)?.sid;
}

/** The policy of a bucket or a queue is called by its name. A key has one policy, always named "default". */
function nameOf({ type, name }: PolicyReason): readonly [string, string] {
  if (type !== 'keyPolicy' || name === undefined || name === 'default') return policyNames[type];
  const [first = '', ...rest] = name.split(' ');
  return [first, rest.join(' ')];
}

function policyGate(policy: PolicyReason, decision: Decision): BareGate {
  const decides = !decision.allowed && decision.decidedBy === policy.type;
  const gate = { id: policy.type, name: nameOf(policy), stops: decides };
  switch (policy.verdict) {
    case 'allows':
      return { ...gate, state: 'open', note: sidOf(policy) ?? 'allows' };
    case 'delegates':
      // It let IAM in, and IAM did not come: then the barrier is at the policy that the decision names.
      return { ...gate, state: decides ? 'closed' : 'open', note: 'lets IAM decide' };
    case 'denies':
      return { ...gate, state: 'deny', note: sidOf(policy) ?? 'explicit Deny' };
    case 'silent':
      return decision.allowed
        ? { ...gate, state: 'skip', note: 'silent' }
        : { ...gate, state: 'closed', note: 'nothing allows' };
    case 'notInPath':
      return {
        ...gate,
        state: decides ? 'closed' : 'skip',
        note: decides ? 'nothing allows' : 'not in path',
      };
  }
}

/** Of these every one must allow: the one that does not is what counts. Of the others one Allow is enough. */
const ceilings: ReadonlySet<PolicyReason['type']> = new Set([
  'serviceControlPolicy',
  'resourceControlPolicy',
  'endpointPolicy',
  'permissionsBoundary',
  'sessionPolicy',
]);
const strength = ['denies', 'allows', 'delegates', 'silent', 'notInPath'] as const;
const weakness = ['denies', 'silent', 'delegates', 'allows', 'notInPath'] as const;

/** Of several policies of one type the one that counts: one gate stands for them all. */
function countingOf(decision: Decision): readonly PolicyReason[] {
  const types = [...new Set(decision.policies.map(({ type }) => type))];
  return types.flatMap((type) => {
    const rank = ceilings.has(type) ? weakness : strength;
    return (
      decision.policies
        .filter((policy) => policy.type === type)
        .toSorted((a, b) => rank.indexOf(a.verdict) - rank.indexOf(b.verdict))[0] ?? []
    );
  });
}

function decisionGates(decision: Decision): readonly BareGate[] {
  const policies = countingOf(decision);
  const shown = policies
    .map((policy) => ({ policy, gate: policyGate(policy, decision) }))
    .filter(({ policy, gate }) => policy.verdict !== 'notInPath' || gate.stops)
    .map(({ gate }) => gate);
  const absent = policies.length - shown.length;
  const skipped: readonly BareGate[] =
    absent === 0
      ? []
      : [
          {
            id: 'notInPath',
            name: [`${absent} others`, ''],
            state: 'skip',
            note: 'not in path',
            stops: false,
          },
        ];
  return [...skipped, ...shown];
}

/** A call that is decided twice, as ReEncrypt is, passes each gate once: what was worse counts. */
const severity = ['skip', 'ahead', 'open', 'closed', 'deny'] as const;
function merged(gates: readonly BareGate[]): readonly BareGate[] {
  const byId = new Map<string, BareGate>();
  for (const gate of gates) {
    const known = byId.get(gate.id);
    const isWorse = known && severity.indexOf(gate.state) > severity.indexOf(known.state);
    if (!known || gate.stops || (isWorse && !known.stops)) byId.set(gate.id, gate);
  }
  return [...byId.values()];
}

const grantToken: BareGate = {
  id: 'grantToken',
  name: ['grant', 'token'],
  state: 'closed',
  note: 'not valid',
  stops: true,
};

function stepGates(step: Step): readonly BareGate[] {
  const stops = step.verdict === 'stop';
  if (step.stage === 'authorize') {
    const gates = merged(step.detail.decisions.flatMap(decisionGates));
    // No policy says no: it is the grant token itself that is not taken.
    return stops && gates.every((gate) => !gate.stops) ? [...gates, grantToken] : gates;
  }
  if (step.stage === 'keyState') {
    const state = step.detail.keys.at(-1)?.state ?? 'not asked';
    const gate = { id: 'keyState', name: ['key', 'state'], note: state, stops } as const;
    return [{ ...gate, state: stops ? 'closed' : step.verdict === 'skip' ? 'skip' : 'open' }];
  }
  if (!stops || step.stage === 'operation' || step.stage === 'commit') return [];
  return [
    {
      id: step.stage,
      name: stageNames[step.stage] ?? ['', step.stage],
      state: 'closed',
      note: 'refuses',
      stops,
    },
  ];
}

/** The gates of one call, in the order in which it met them; those beyond the stop are ahead. */
export function gatesOf(trace: Trace): readonly Gate[] {
  const met = trace.steps.flatMap(stepGates);
  const reached = met.some(({ id }) => id === 'keyState');
  const all: readonly BareGate[] = reached
    ? met
    : [...met, { id: 'keyState', name: ['key', 'state'], state: 'ahead', note: 'not reached', stops: false }];
  return all.map((gate, i) => ({ ...gate, at: (i + 1) / (all.length + 1) }));
}

export const aheadOf = (gates: readonly Gate[]): readonly Gate[] =>
  gates.map((gate) => ({ ...gate, state: 'ahead', note: '', stops: false }));
