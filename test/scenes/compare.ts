import type { HandshakeRun, Run, StoryRun, TrailNote } from '../../src/flows/index.ts';
import type {
  FleetMoment,
  HandshakePlan,
  LifeScene,
  Plan,
  StoryPlan,
  WrapScene,
} from '../../src/visuals/index.ts';
import {
  asRecorded,
  differences,
  type RecordedAct,
  type RecordedCall,
  type RecordedError,
  type RecordedEvent,
  type RecordedFleet,
  type RecordedHandshake,
  type RecordedKey,
  type RecordedStory,
} from './recording.ts';

/*
 * Plans against recordings, call by call. Of a run only what was sent is looked at, to see that the same calls are
 * compared; all that an answer could tell comes from the recording.
 */

type Found = readonly string[];
const bytesOf = (value: unknown): number | undefined =>
  typeof value === 'object' && value !== null && 'bytes' in value ? Number(value.bytes) : undefined;
/** The SDK's own word for an error without a message (`@smithy` `throwDefaultError`): AWS sends none here. */
const told = (error: RecordedError) => ({
  name: error.name,
  message: error.message === 'UnknownError' ? '' : error.message,
  status: error.status,
});
const byAccount = <T extends { readonly account: string; readonly eventName: string }>(
  events: readonly T[],
) => events.toSorted((a, b) => (a.eventName + a.account < b.eventName + b.account ? -1 : 1));
const noted = ({ eventName, errorCode, account }: TrailNote) => ({ eventName, errorCode, account });
const written = ({ eventName, errorCode, recipientAccountId }: RecordedEvent) => ({
  eventName,
  errorCode,
  account: recipientAccountId,
});
const dayOf = (iso: string | undefined): string | undefined => iso?.slice(0, 10);
const keyOf = ({ key }: RecordedAct): RecordedKey | undefined =>
  key === undefined || key === 'gone' ? undefined : key;
const order = ['first', 'second', 'third', 'fourth'];
const materialsOf = (act: RecordedAct): readonly string[] =>
  (keyOf(act)?.materials ?? []).map(
    ({ KeyMaterialState }, i) => `${order[i]} material${KeyMaterialState === 'CURRENT' ? ', current' : ''}`,
  );

export function compareWrapping(plan: StoryPlan<WrapScene>, run: StoryRun, recorded: RecordedStory): Found {
  const { found, same } = differences();
  same(
    'acts',
    plan.beats.filter(({ status }) => status !== 'next').map(({ id }) => id),
    recorded.acts.map(({ id }) => id),
  );
  const idOfFirst = recorded.acts[0]?.output?.['KeyMaterialId'];
  for (const act of recorded.acts) {
    const beat = plan.beats.find(({ id }) => id === act.id);
    const record = run.records.find(({ id }) => id === act.id);
    const scene = beat?.scene;
    if (!beat || !scene || !record) {
      found.push(`${act.id}: the plan has no such beat`);
      continue;
    }
    const of = (what: string) => `${act.id}, ${what}`;
    same(
      of('request'),
      record.request && { operation: record.request.operation, input: record.request.input },
      act.operation && { operation: act.operation, input: act.input },
    );
    same(of('operation'), scene.operation, act.operation);
    same(of('ends'), beat.status, act.error ? 'stopped' : 'done');
    if (act.operation) same(of('outcome'), scene.outcome, act.error ? 'refused' : 'allowed');
    if (act.error) same(of('answer'), scene.answer, act.error.name);
    if (act.key !== undefined) {
      same(
        of('materials'),
        scene.materials.map(({ said }) => said),
        materialsOf(act),
      );
      same(of('key state'), scene.keyState, keyOf(act)?.KeyState);
    }
    for (const event of act.trail ?? []) {
      same(
        of('trail'),
        scene.trail.split(', ').filter((part) => !part.includes(':')),
        [event.eventName, event.errorCode].filter(Boolean),
      );
    }
    const opened = scene.materials.findIndex(({ isOpen }) => isOpen);
    const id = act.output?.['KeyMaterialId'];
    if (id !== undefined && act.operation !== 'RotateKeyOnDemand')
      same(of('material that was opened'), opened, id === idOfFirst ? 0 : 1);
    const blob = act.output?.['CiphertextBlob'] ?? act.input?.['CiphertextBlob'] ?? act.bytes;
    if (blob !== undefined) {
      same(of('length of the blob'), scene.blob?.length, bytesOf(blob));
      const kept = Object.values(record.blobs).some(
        (bytes) => JSON.stringify(asRecorded(bytes)) === JSON.stringify(blob),
      );
      same(of('blob kept'), kept, true);
    }
    const plaintext = bytesOf(act.output?.['Plaintext']);
    if (plaintext !== undefined)
      same(
        of('length of the data key'),
        scene.stations.some(
          ({ line }) => line.startsWith(`${plaintext} `) || line.endsWith(` ${plaintext} B`),
        ),
        true,
      );
  }
  return found;
}

export function compareLife(plan: StoryPlan<LifeScene>, run: StoryRun, recorded: RecordedStory): Found {
  const { found, same } = differences();
  same(
    'acts',
    plan.beats.filter(({ status }) => status !== 'next').map(({ id }) => id),
    recorded.acts.map(({ id }) => id),
  );
  let before = 'Enabled';
  for (const act of recorded.acts) {
    const beat = plan.beats.find(({ id }) => id === act.id);
    const record = run.records.find(({ id }) => id === act.id);
    const scene = beat?.scene;
    if (!beat || !scene || !record) {
      found.push(`${act.id}: the plan has no such beat`);
      continue;
    }
    const of = (what: string) => `${act.id}, ${what}`;
    const state = act.key === 'gone' ? 'gone' : (keyOf(act)?.KeyState ?? '');
    same(
      of('request'),
      record.request && { operation: record.request.operation, input: record.request.input },
      act.operation && { operation: act.operation, input: act.input },
    );
    same(of('operation'), scene.operation, act.operation);
    same(of('ends'), beat.status, act.error ? 'stopped' : 'done');
    same(of('refusal'), scene.refused, act.error?.name);
    same(of('state'), scene.state, state);
    same(of('date of the end'), scene.deletion, dayOf(keyOf(act)?.DeletionDate));
    // KMS leaves the date out where the key cannot be rotated; the rotation itself stays switched on.
    if (state === 'Enabled')
      same(of('next rotation'), scene.nextRotation, dayOf(keyOf(act)?.NextRotationDate));
    same(of('materials'), scene.materials, materialsOf(act));
    same(of('date'), scene.at, dayOf(act.at));
    const walked = scene.ways.filter(({ mark }) => mark === 'walked').map(({ from, to }) => `${from} ${to}`);
    same(of('way'), walked, before === state ? [] : [`${before} ${state}`]);
    if (act.happened)
      same(
        of('what fell due'),
        record.happened.map(({ eventName }) => eventName),
        act.happened,
      );
    before = state;
  }
  return found;
}

/** One run of either envelope against the one call that it makes. */
export function compareEnvelope(plan: Plan, run: Run, recorded: RecordedCall): Found {
  const { found, same } = differences();
  const { error, output } = recorded;
  const last = plan.beats.findLast(({ status }) => status !== 'next');
  const scene = last?.scene;
  if (!scene) return ['no beat was played'];
  const isTag = error?.name === 'InvalidCiphertextException';
  same('operation', scene.token?.operation, recorded.operation);
  same('encryption context', scene.encryptionContext, recorded.input['EncryptionContext']);
  same('bytes of the request', scene.token?.carries, bytesOf(recorded.input['CiphertextBlob']) ?? 0);
  same(
    'refusal',
    run.stop && {
      name: run.stop.refusal.refused,
      message: run.stop.refusal.message,
      status: run.stop.refusal.status,
    },
    error && told(error),
  );
  same(
    'trail',
    byAccount(run.beats.flatMap(({ facts }) => (facts?.kind === 'request' ? facts.trail.map(noted) : []))),
    byAccount(recorded.trail.map(written)),
  );
  if (error) {
    same('where it stops', last.id, isTag ? 'vault' : 'gates');
    same('how it ends', last.status, 'stopped');
    same('gates that stop', scene.gates.filter(({ stops }) => stops).length, isTag ? 0 : 1);
    same('trail line', scene.trail?.errorCode, error.name);
    return found;
  }
  same('how it ends', last.status, 'done');
  same(
    'gates that are not open',
    scene.gates.filter(({ state }) => state !== 'open' && state !== 'skip').length,
    0,
  );
  const ofAnswer = plan.beats.find(({ id }) => id === 'returned')?.scene;
  same('data key', ofAnswer?.dataKey.byteLength, bytesOf(output?.['Plaintext']));
  same('trail line', ofAnswer?.trail?.eventName, recorded.trail[0]?.eventName);
  const blob = output?.['CiphertextBlob'] ?? recorded.input['CiphertextBlob'];
  same('wrapped key', ofAnswer?.wrappedKey.byteLength, bytesOf(blob));
  same(
    'stored wrapped key',
    scene.store.state === 'full' ? scene.store.wrappedLength : undefined,
    bytesOf(blob),
  );
  const kept = run.beats.flatMap(({ facts }) =>
    facts && 'object' in facts ? [facts.object.wrappedKey] : [],
  );
  same('bytes of the wrapped key', kept[0], blob);
  return found;
}

/** One attempt at the doors. */
export function compareHandshake(
  plan: HandshakePlan,
  run: HandshakeRun,
  recorded: RecordedHandshake['attempts'][number],
): Found {
  const { found, same } = differences();
  const [assume, decrypt] = plan.beats;
  const { error } = recorded.assume;
  const said = (at: number) => {
    const refusal = run.beats[at]?.refusal;
    return refusal && { name: refusal.refused, message: refusal.message, status: refusal.status };
  };
  same('taking the role ends', assume?.status, error ? 'stopped' : 'done');
  same('its refusal', said(0), error && told(error));
  same(
    'the Decrypt ends',
    decrypt?.status,
    recorded.decrypt ? (recorded.decrypt.error ? 'stopped' : 'done') : 'next',
  );
  same('its refusal', said(1), recorded.decrypt?.error && told(recorded.decrypt.error));
  const refused = error ?? recorded.decrypt?.error;
  // AWS's sentence tells which door it was.
  const door = !refused
    ? undefined
    : /role trust policy/.test(refused.message)
      ? 'trust'
      : /identity-based/.test(refused.message)
        ? 'iam'
        : 'keyPolicy';
  same(
    'door that stops',
    plan.doors.filter(({ stops }) => stops).map(({ name }) => name),
    door ? [door] : [],
  );
  same(
    'trail',
    byAccount(run.beats.flatMap(({ trail }) => trail.map(noted))),
    byAccount(recorded.trail.map(written)),
  );
  return found;
}

/** Which of the recorded calls were served, in order. */
export const servedOf = ({ runs }: RecordedFleet): readonly boolean[] =>
  runs.flatMap((n, i) => Array.from({ length: n }, () => i % 2 === 0));

/** The picture of a fleet at a moment against the calls that the SDK made until then. */
export function compareFleet(moment: FleetMoment, time: number, recorded: RecordedFleet): Found {
  const { found, same } = differences();
  const served = servedOf(recorded);
  const until = (t: number) =>
    served.slice(0, Math.min(served.length, Math.ceil((t * 1000 * recorded.jobsPerSecond) / 1000)));
  const all = until(time);
  same('sent', moment.totals.sent, all.length);
  same('served', moment.totals.served, all.filter(Boolean).length);
  same('throttled', moment.totals.throttled, all.filter((ok) => !ok).length);
  for (const bar of moment.bars) {
    const part = until(bar.second + bar.part).slice(until(bar.second).length);
    same(`served in second ${bar.second}`, bar.served, part.filter(Boolean).length);
    same(`throttled in second ${bar.second}`, bar.throttled, part.filter((ok) => !ok).length);
  }
  return found;
}
