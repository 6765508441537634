import type { Trace } from '../flows/index.ts';
import type { CallsBeat, CallsPlan, PlayedRun } from './callsPlan.ts';
import type { Leg } from './legs.ts';

/*
 * Compares the plan of a run with the run that it claims to draw, by another way than the planner goes: from the traces'
 * own words to what the picture shows. Answers what is wrong; a right plan answers nothing.
 */
export function checkCalls(plan: CallsPlan, run: PlayedRun): readonly string[] {
  const problems: string[] = [];
  const expect = (what: string, got: unknown, wanted: unknown) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      problems.push(`${what}: the plan shows ${JSON.stringify(got)}, the run says ${JSON.stringify(wanted)}`);
  };
  const happened = [
    ...run.steps.map((step) => ({ step, hadToFail: false })),
    ...run.goal.map((step) => ({ step, hadToFail: false })),
    ...run.constraints.flatMap(({ steps }) => steps.map((step) => ({ step, hadToFail: true }))),
  ];
  expect('beats', plan.beats.length, happened.length);
  let start = 0;
  happened.forEach(({ step, hadToFail }, i) => {
    const beat = plan.beats[i];
    if (!beat) return;
    const at = `beat ${i + 1}`;
    expect(`${at}, start`, beat.start, start);
    start += beat.duration;
    if (beat.motion <= 0 || beat.motion > beat.duration)
      problems.push(`${at}: ${beat.motion} of ${beat.duration} ms move`);
    if (step.kind !== 'call') {
      expect(`${at}, doing`, beat.scene.local?.doing, step.kind);
      expect(`${at}, legs`, beat.scene.legs.length, 0);
      const isGood = 'ok' in step ? step.ok : step.kind !== 'stopped';
      expect(`${at}, status`, beat.status === 'done', isGood);
      return;
    }
    const wanted = step.mustRefuse || hadToFail;
    expect(
      `${at}, status`,
      beat.status,
      step.refusal ? (wanted ? 'done' : 'stopped') : wanted ? 'faulted' : 'done',
    );
    problems.push(...checkBeat(at, beat, step.trace));
    if (step.refusal && !beat.sentence.includes(step.refusal.refused))
      problems.push(`${at}: the sentence does not say ${step.refusal.refused}`);
    if (!step.refusal && /\bcomes back\b/.test(beat.sentence))
      problems.push(`${at}: the sentence tells of a refusal that never was`);
  });
  problems.push(...checkOutcome(plan, run));
  return problems;
}

/** Depth first, as they were made. */
const flat = (trace: Trace): readonly Trace[] => [trace, ...trace.children.flatMap(flat)];

function checkBeat(at: string, beat: CallsBeat, trace: Trace): readonly string[] {
  const problems: string[] = [];
  const { legs } = beat.scene;
  const traces = flat(trace);
  if (legs.length !== traces.length) problems.push(`${at}: ${legs.length} legs of ${traces.length} calls`);
  const last = beat.stages.findLast(({ verdict }) => verdict === 'stop');
  if ((last !== undefined) !== traces.some(({ refusal }) => refusal !== undefined))
    problems.push(`${at}: a stage ${last ? 'stops' : 'does not stop'} the call, the trace says otherwise`);
  if (beat.stages.some(({ p }, i) => p < 0 || p > 1 || p < (beat.stages[i - 1]?.p ?? 0)))
    problems.push(`${at}: the stages do not follow one another`);
  traces.forEach((one, i) => {
    const leg = legs[i];
    if (leg) problems.push(...checkLeg(`${at}, ${one.operation}`, leg, one));
    if (i > 0 && !beat.stages.some(({ name }) => name === one.operation))
      problems.push(`${at}: no stage tells of ${one.operation}`);
  });
  if (!beat.sentence.includes(trace.operation))
    problems.push(`${at}: the sentence does not say ${trace.operation}`);
  return problems;
}

function checkLeg(at: string, leg: Leg, trace: Trace): readonly string[] {
  const problems: string[] = [];
  if (leg.operation !== trace.operation || leg.caller !== trace.caller)
    problems.push(`${at}: the leg is ${leg.operation} as ${leg.caller}`);
  if (leg.refusal?.name !== trace.refusal?.name)
    problems.push(
      `${at}: the leg ends in ${leg.refusal?.name ?? 'an answer'}, the trace in ${trace.refusal?.name ?? 'an answer'}`,
    );
  if (!(leg.begins <= leg.arrives && leg.arrives <= leg.ends))
    problems.push(`${at}: it ends before it begins`);
  const stops = leg.gates.filter((gate) => gate.stops);
  const stage = trace.refusal?.stage;
  const atGate = stage !== undefined && stage !== 'operation' && stage !== 'commit';
  if (stops.length !== (atGate ? 1 : 0))
    problems.push(
      `${at}: ${stops.length} gates stop it, the trace was ${atGate ? '' : 'not '}refused at a gate`,
    );
  for (const step of trace.steps) {
    if (step.stage === 'authorize') {
      for (const decision of step.detail.decisions) {
        if (!decision.allowed && !stops.some(({ id }) => id === decision.decidedBy))
          problems.push(`${at}: ${decision.decidedBy} decides against it, the gate does not stop it`);
        const denies = decision.policies.find(({ verdict }) => verdict === 'denies');
        if (denies && leg.gates.find(({ id }) => id === denies.type)?.state !== 'deny')
          problems.push(`${at}: ${denies.type} denies, its gate does not`);
        for (const gate of leg.gates.filter(({ state }) => state === 'open')) {
          const own = decision.policies.filter(({ type }) => type === gate.id);
          if (own.length > 0 && own.every(({ verdict }) => verdict === 'silent' || verdict === 'denies'))
            problems.push(`${at}: ${gate.id} allows nothing, its gate is open`);
        }
      }
    }
    if (step.stage === 'keyState' && step.verdict !== 'skip' && leg.service === 'kms') {
      const gate = leg.gates.find(({ id }) => id === 'keyState');
      if (gate?.state !== (step.verdict === 'pass' ? 'open' : 'closed'))
        problems.push(`${at}: the key state says ${step.verdict}, the gate is ${gate?.state ?? 'not there'}`);
    }
  }
  return problems;
}

function checkOutcome({ outcome }: CallsPlan, { verdict }: PlayedRun): readonly string[] {
  if (!verdict || !outcome)
    return Boolean(verdict) === Boolean(outcome)
      ? []
      : ['an outcome without a verdict, or the other way round'];
  const wanted = verdict.is === 'works' ? 'good' : verdict.is === 'couldNotCheck' ? 'unknown' : 'bad';
  const says = {
    works: /^It works/,
    violates: /^It works, and breaks/,
    fails: verdict.is === 'fails' ? new RegExp(`${verdict.exception.replaceAll('.', '\\.')}\\.$`) : /^$/,
    failsLocally: /without a refusal/,
    goalMissed: /never came/,
    couldNotCheck: /could not be run/,
  }[verdict.is];
  return [
    ...(outcome.is === wanted ? [] : [`the outcome is ${outcome.is}, the verdict ${verdict.is}`]),
    ...(says.test(outcome.sentence)
      ? []
      : [`the outcome says "${outcome.sentence}", the verdict is ${verdict.is}`]),
  ];
}
