import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import {
  fakeBody,
  fakeSetting,
  fakeWorld,
  type FakeRefusal,
  type FakeWorld,
} from '../flows/fakeWorld.fixture.ts';
import { envelope, factsIn, runOf, type Run } from '../flows/index.ts';
import { asMermaid, checkPlan, frameOf, planEnvelope, textTwin, type Plan } from './index.ts';

const stages = ['quota', 'findKey', 'authorize', 'keyState'] as const;

/** Every run that the flow leaves behind on its way, after each NEXT. */
async function runs(actor: ReturnType<typeof start>): Promise<Run[]> {
  const seen: Run[] = [runOf(actor.getSnapshot().context)];
  for (let i = 0; i < 30; i += 1) {
    const snapshot = await waitFor(actor, (s) => s.hasTag('waiting') || s.hasTag('end'));
    seen.push(runOf(snapshot.context));
    if (snapshot.hasTag('end')) return seen;
    actor.send({ type: 'NEXT' });
    seen.push(runOf(actor.getSnapshot().context));
  }
  return seen;
}
const start = (world: FakeWorld) =>
  createActor(envelope, {
    input: { scene: 'envelopeEncrypt', world, setting: fakeSetting, body: fakeBody() },
  }).start();

async function whole(refuse?: FakeRefusal): Promise<Run> {
  const world = fakeWorld();
  world.refuse['GenerateDataKey'] = refuse;
  const run = (await runs(start(world))).at(-1);
  if (!run) throw new Error('no run');
  return run;
}
async function decryptRuns(refuse?: FakeRefusal): Promise<Run[]> {
  const world = fakeWorld();
  const object = factsIn((await runs(start(world))).at(-1) ?? (await whole()), 'store')?.object;
  if (!object) throw new Error('nothing was sealed');
  world.refuse['Decrypt'] = refuse;
  const actor = createActor(envelope, {
    input: { scene: 'envelopeDecrypt', world, setting: fakeSetting, object, wantedSha256: undefined },
  }).start();
  // Same events and tags as the other flow.
  return runs(actor as unknown as ReturnType<typeof start>);
}

describe('planEnvelope', () => {
  it('draws every moment of both flows as the run has it', async () => {
    for (const run of [...(await runs(start(fakeWorld()))), ...(await decryptRuns())])
      expect(checkPlan(planEnvelope(run), run)).toEqual([]);
  });

  it('draws every refusal at the gate that the trace names', async () => {
    for (const stage of stages) {
      const run = await whole({ stage, refused: 'X', message: 'no', status: 400 });
      const plan = planEnvelope(run);
      expect(checkPlan(plan, run)).toEqual([]);
      const stopped = plan.beats.find(({ status }) => status === 'stopped');
      expect(stopped?.id).toBe('gates');
      expect(stopped?.scene?.token?.state).toBe('stop');
      const wanted = stage === 'authorize' ? 'identityPolicy' : stage;
      expect(stopped?.scene?.gates.filter(({ stops }) => stops).map(({ id }) => id)).toEqual([wanted]);
      expect(stopped?.scene?.vault.state).toBe('quiet');
    }
  });

  it('draws a wrong encryption context in the vault, all gates open', async () => {
    const run = (
      await decryptRuns({
        stage: 'operation',
        refused: 'InvalidCiphertextException',
        message: '',
        status: 400,
      })
    ).at(-1);
    if (!run) throw new Error('no run');
    const plan = planEnvelope(run);
    expect(checkPlan(plan, run)).toEqual([]);
    const beat = plan.beats.find(({ status }) => status === 'stopped');
    expect(beat?.id).toBe('vault');
    expect(beat?.scene?.vault).toMatchObject({
      state: 'stopped',
      work: ['wrapped key read, 184 B', 'tag does not fit'],
    });
    expect(beat?.sentence).toMatch(/tag does not fit/);
  });

  it('says figures that the answers told, and no others', async () => {
    const plan = planEnvelope(await whole());
    const said = plan.beats.map(({ sentence }) => sentence).join(' ');
    // GenerateDataKey of the fake: 32 and 184 bytes; the file 11; the sealed object 323, its wrapped key at 40.
    expect([...new Set(said.match(/\d[\d,]*(?= bytes?)/g))].sort()).toEqual(['11', '184', '32', '323']);
    expect(said).toContain('the wrapped key at byte 40');
    expect(plan.counters).toEqual({ callsToKms: 1, fileBytesKmsSaw: 0, plaintextCopies: 0, trailLines: 1 });
  });

  it('counts the calls of earlier attempts, and keeps verdicts beyond the stop', async () => {
    const world = fakeWorld();
    world.refuse['GenerateDataKey'] = {
      stage: 'keyState',
      refused: 'DisabledException',
      message: '',
      status: 400,
    };
    const actor = start(world);
    await runs(actor);
    world.refuse = {};
    actor.send({ type: 'RETRY' });
    const run = (await runs(actor)).at(-1);
    if (!run) throw new Error('no run');
    expect(planEnvelope(run).counters).toMatchObject({ callsToKms: world.calls.length, trailLines: 2 });
    expect(checkPlan(planEnvelope(run), run)).toEqual([]);
  });

  it('keeps one wrong plan of each kind, and the checker catches it', async () => {
    const run = await whole();
    const plan = planEnvelope(run);
    const bend = (
      id: string,
      change: (scene: NonNullable<Plan['beats'][number]['scene']>) => object,
    ): Plan => ({
      ...plan,
      beats: plan.beats.map((beat) =>
        beat.id === id && beat.scene ? { ...beat, scene: { ...beat.scene, ...change(beat.scene) } } : beat,
      ),
    });
    const wrong: Record<string, Plan> = {
      'a gate that did not open': bend('gates', ({ gates }) => ({
        gates: gates.map((gate) => (gate.id === 'identityPolicy' ? { ...gate, state: 'closed' } : gate)),
      })),
      'a stop that was none': bend('gates', ({ gates }) => ({
        gates: gates.map((gate, i) => (i === 1 ? { ...gate, stops: true } : gate)),
      })),
      'another wrapped key': bend('returned', () => ({ wrappedKey: { state: 'waiting', byteLength: 185 } })),
      'a data key that lives on': bend('erase', () => ({ dataKey: { state: 'inMemory', byteLength: 32 } })),
      'half a ciphertext': bend('encrypt', ({ result }) => ({ result: { ...result, percent: 42 } })),
      'a larger object': bend('store', ({ store }) => ({ store: { ...store, sealedLength: 1 } })),
      'a beat too many': { ...plan, beats: plan.beats.map((beat) => ({ ...beat, status: 'next' as const })) },
      'copies left': { ...plan, counters: { ...plan.counters, plaintextCopies: 1 } },
    };
    for (const [what, bent] of Object.entries(wrong)) expect(checkPlan(bent, run), what).not.toEqual([]);
  });

  it('moves nothing backwards within a beat, and ends where the scene says', async () => {
    const plan = planEnvelope(await whole());
    fc.assert(
      fc.property(
        fc.constantFrom(...plan.beats),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (beat, a, b) => {
          const { scene } = beat;
          if (!scene) return false;
          const [first, second] = [
            frameOf(beat, scene, Math.min(a, b)),
            frameOf(beat, scene, Math.max(a, b)),
          ];
          const end = frameOf(beat, scene, 1);
          return (
            (first.token ?? 0) <= (second.token ?? 0) &&
            first.resultPercent <= second.resultPercent &&
            first.work.length <= second.work.length &&
            end.resultPercent === scene.result.percent &&
            end.gates.every((gate, i) => gate.state === scene.gates[i]?.state)
          );
        },
      ),
    );
  });

  it('has a row in the list for each beat, and a diagram', async () => {
    const plan = planEnvelope(await whole());
    const rows = textTwin(plan);
    expect(rows.map(({ title }) => title)).toEqual(plan.beats.map(({ title }) => title));
    expect(rows[1]?.facts).toContain('identity policy: open (UseKeys)');
    expect(asMermaid(plan)).toContain('App->>KMS: role/app asks KMS for a data key');
  });
});
