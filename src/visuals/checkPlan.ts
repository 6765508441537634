import { factsIn, type Run, type Trace } from '../flows/index.ts';
import type { Beat, Plan, Scene } from './plan.ts';

/**
 * Compares a plan with the run that it claims to draw, fact by fact, by another way than the planner goes: from the
 * trace's own words to what the scene shows. Answers what is wrong; a right plan answers nothing.
 */
export function checkPlan(plan: Plan, run: Run): readonly string[] {
  const problems: string[] = [];
  const expect = (what: string, got: unknown, wanted: unknown) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      problems.push(`${what}: the plan shows ${JSON.stringify(got)}, the run says ${JSON.stringify(wanted)}`);
  };

  expect(
    'beats that happened',
    plan.beats.filter(({ status }) => status !== 'next').map(({ id }) => id),
    run.beats.map(({ id }) => id),
  );
  let start = 0;
  for (const beat of plan.beats) {
    expect(`start of ${beat.id}`, beat.start, start);
    if (beat.duration <= 0 || beat.motion > beat.duration)
      problems.push(`${beat.id}: ${beat.motion} of ${beat.duration} ms move`);
    start += beat.duration;
    const record = run.beats.find(({ id }) => id === beat.id);
    expect(`status of ${beat.id}`, beat.status, record?.outcome ?? 'next');
    expect(`scene of ${beat.id}`, beat.scene !== undefined, record !== undefined);
    if (beat.scene) problems.push(...checkScene(beat, beat.scene, run));
  }

  const stop = run.stop;
  if (stop) {
    expect('beat that stopped', plan.beats.find(({ status }) => status === 'stopped')?.id, stop.beat);
  }
  const fileBytes = run.setting.file.byteLength;
  if (plan.counters.fileBytesKmsSaw > fileBytes) problems.push('KMS saw more bytes than the file has');
  expect(
    'plaintext copies',
    plan.counters.plaintextCopies,
    factsIn(run, 'returned') &&
      !factsIn(run, 'erase') &&
      run.beats.every(({ outcome }) => outcome !== 'faulted' && outcome !== 'ended')
      ? 1
      : 0,
  );
  return problems;
}

function checkScene(beat: Beat, scene: Scene, run: Run): readonly string[] {
  const problems: string[] = [];
  const expect = (what: string, got: unknown, wanted: unknown) => {
    if (got !== wanted)
      problems.push(`${beat.id}, ${what}: the plan shows ${String(got)}, the run says ${String(wanted)}`);
  };
  const ids = run.beats.map(({ id }) => id);
  const reached = (id: Beat['id']) => ids.includes(id) && ids.indexOf(id) <= ids.indexOf(beat.id);

  const request = factsIn(run, 'request');
  if (reached('request') && request) {
    expect('operation', scene.token?.operation, request.operation);
    expect('account', request.principal.split(':')[4], scene.account);
  } else if (!reached('request')) expect('token', scene.token, undefined);

  const trace = run.beats.find(({ id }) => id === 'request')?.trace;
  if (reached('gates') && trace) problems.push(...checkGates(beat, scene, trace));

  const returned = factsIn(run, 'returned');
  expect('data key is there', scene.dataKey.state !== 'absent', reached('returned'));
  if (reached('returned') && returned) {
    expect('data key length', scene.dataKey.byteLength, returned.dataKeyLength);
    if (returned.wrappedKey)
      expect('wrapped key length', scene.wrappedKey.byteLength, returned.wrappedKey.length);
  }
  const erased = factsIn(run, 'erase');
  if (reached('erase') && erased) expect('data key', scene.dataKey.state === 'erased', erased.zeroed);

  const sealed = factsIn(run, 'encrypt');
  if (reached('encrypt') && sealed) {
    expect('ciphertext', scene.result.byteLength, sealed.object.sealedLength);
    expect('percent', scene.result.percent, 100);
    expect('plaintext', scene.source.byteLength, sealed.file.byteLength);
  }
  const opened = factsIn(run, 'decrypt');
  if (reached('decrypt') && opened) expect('decrypted', scene.result.byteLength, opened.byteLength);

  const kept = factsIn(run, 'store')?.object ?? factsIn(run, 'take')?.object;
  if (kept && (reached('store') || reached('take'))) {
    expect('stored', scene.store.state === 'full' ? scene.store.sealedLength : undefined, kept.sealedLength);
    expect(
      'stored wrapped key',
      scene.store.state === 'full' ? scene.store.wrappedLength : undefined,
      kept.wrappedKey.length,
    );
  }
  return problems;
}

function checkGates(beat: Beat, scene: Scene, trace: Trace): readonly string[] {
  const problems: string[] = [];
  for (const step of trace.steps) {
    if (step.stage === 'authorize') {
      for (const policy of step.detail.decisions.flatMap(({ policies }) => policies)) {
        const gate = scene.gates.find(({ id }) => id === policy.type);
        const shown = gate?.state;
        const lets = policy.verdict === 'allows' || policy.verdict === 'delegates';
        const stopsHere = step.detail.decisions.some((d) => !d.allowed && d.decidedBy === policy.type);
        if (lets && !stopsHere && shown !== 'open')
          problems.push(`${beat.id}: ${policy.type} ${policy.verdict}, the gate is ${shown}`);
        const isOneOfMany = step.detail.decisions.some(({ policies }) =>
          policies.some(
            (other) =>
              other.type === policy.type && (other.verdict === 'allows' || other.verdict === 'delegates'),
          ),
        );
        if (!lets && !isOneOfMany && shown === 'open')
          problems.push(`${beat.id}: ${policy.type} is ${policy.verdict}, the gate is open`);
        if (policy.verdict === 'denies' && shown !== 'deny')
          problems.push(`${beat.id}: ${policy.type} denies, the gate is ${shown}`);
      }
    }
    if (step.stage === 'keyState') {
      const gate = scene.gates.find(({ id }) => id === 'keyState');
      if (step.verdict === 'pass' && gate?.state !== 'open')
        problems.push(`${beat.id}: the key state passed, the gate is ${gate?.state}`);
      if (step.verdict === 'stop' && gate?.state !== 'closed')
        problems.push(`${beat.id}: the key state stopped, the gate is ${gate?.state}`);
    }
  }
  const stops = scene.gates.filter((gate) => gate.stops).length;
  const atGate =
    trace.refusal !== undefined && trace.refusal.stage !== 'operation' && trace.refusal.stage !== 'commit';
  if (stops !== (atGate ? 1 : 0))
    problems.push(
      `${beat.id}: ${stops} gates stop the call, the trace was ${atGate ? '' : 'not '}refused at a gate`,
    );
  return problems;
}
