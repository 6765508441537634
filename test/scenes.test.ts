import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleetCourse, keyLife, wrapping, type Mend, type StoryRun } from '../src/flows/index.ts';
import {
  fleetMoment,
  planEnvelope,
  planHandshake,
  planKeyLife,
  planWrapping,
  type LifeScene,
  type Plan,
  type Scene,
  type StoryPlan,
  type WrapScene,
} from '../src/visuals/index.ts';
import {
  compareEnvelope,
  compareFleet,
  compareHandshake,
  compareLife,
  compareWrapping,
  servedOf,
} from './scenes/compare.ts';
import { alice, breaking, playDecrypt, playEncrypt, playHandshake, playStory } from './scenes/play.ts';
import { recording } from './scenes/recording.ts';

/*
 * What every scene promises: its plan shows what an independent run of the same calls by the real SDK returned
 * (scenes/record.mjs), it stops at a fault of ours, and rewinding gives the same world.
 */

const admin = 'arn:aws:iam::111122223333:user/Admin' as typeof alice;
const storyChanged = <S>(plan: StoryPlan<S>, id: string, change: (scene: S) => Partial<S>): StoryPlan<S> => ({
  ...plan,
  beats: plan.beats.map((beat) =>
    beat.id === id && beat.scene ? { ...beat, scene: { ...beat.scene, ...change(beat.scene) } } : beat,
  ),
});
const envelopeChanged = (plan: Plan, change: (scene: Scene) => Partial<Scene>): Plan => ({
  ...plan,
  beats: plan.beats.map((beat) =>
    beat.scene ? { ...beat, scene: { ...beat.scene, ...change(beat.scene) } } : beat,
  ),
});

describe('plans against what the SDK was told', () => {
  it('wrapping, call by call; a kept wrong plan is caught', async () => {
    const recorded = recording('wrapping');
    const { run } = await playStory(wrapping);
    const plan = planWrapping(run);
    expect(compareWrapping(plan, run, recorded)).toEqual([]);
    const wrong: readonly [string, (scene: WrapScene) => Partial<WrapScene>][] = [
      ['openFlipped', () => ({ outcome: 'allowed', answer: 'the data key, 32 B' })],
      ['openOld', ({ materials }) => ({ materials: materials.map((m) => ({ ...m, isOpen: m.isCurrent })) })],
      ['rotated', ({ materials }) => ({ materials: materials.slice(1) })],
      ['wrap', ({ blob }) => ({ blob: blob && { ...blob, length: 152 } })],
      ['openFlipped', ({ trail }) => ({ trail: trail.replace(/, Invalid.*/, '') })],
    ];
    for (const [id, change] of wrong)
      expect(compareWrapping(storyChanged(plan, id, change), run, recorded), id).not.toEqual([]);
  });

  it('the life of a key, act by act; a kept wrong plan is caught', async () => {
    const recorded = recording('keyLife');
    const { run } = await playStory(keyLife);
    const plan = planKeyLife(run);
    expect(compareLife(plan, run, recorded)).toEqual([]);
    const wrong: readonly [string, (scene: LifeScene) => Partial<LifeScene>][] = [
      ['cancel', () => ({ state: 'Enabled' })],
      ['usePending', () => ({ refused: 'DisabledException' })],
      ['schedule', () => ({ deletion: '2026-04-21' })],
      ['period', ({ materials }) => ({ materials: materials.slice(1) })],
      ['enable', ({ ways }) => ({ ways: ways.map((way) => ({ ...way, mark: 'shut' as const })) })],
    ];
    for (const [id, change] of wrong)
      expect(compareLife(storyChanged(plan, id, change), run, recorded), id).not.toEqual([]);
  });

  it.each([
    ['asItIs', undefined],
    ['disabled', { kind: 'disableKey', as: admin }],
    ['somebodyElse', { kind: 'principal', principal: alice }],
  ] as const)('envelope encryption, %s; a kept wrong plan is caught', async (name, deed) => {
    const recorded = recording('envelope').encrypt[name];
    if (!recorded) throw new Error(`nothing was recorded for ${name}`);
    const { run } = await playEncrypt(deed ? { deed } : {});
    const plan = planEnvelope(run);
    expect(compareEnvelope(plan, run, recorded)).toEqual([]);
    const wrong: readonly ((scene: Scene) => Partial<Scene>)[] = [
      ({ token }) => ({ token: token && { ...token, operation: 'Encrypt' } }),
      ({ gates }) => ({ gates: gates.map((gate) => ({ ...gate, stops: false, state: 'closed' as const })) }),
    ];
    for (const change of wrong)
      expect(compareEnvelope(envelopeChanged(plan, change), run, recorded)).not.toEqual([]);
  });

  it.each([
    ['asItIs', undefined],
    ['disabled', { kind: 'disableKey', as: admin }],
    ['somebodyElse', { kind: 'principal', principal: alice }],
    ['anotherContext', { kind: 'context', encryptionContext: { app: 'another' } }],
  ] as const)('envelope decryption, %s; a kept wrong plan is caught', async (name, deed) => {
    const recorded = recording('envelope').decrypt[name];
    if (!recorded) throw new Error(`nothing was recorded for ${name}`);
    const { run } = await playDecrypt(deed ? { deed } : {});
    const plan = planEnvelope(run);
    expect(compareEnvelope(plan, run, recorded)).toEqual([]);
    const wrong: readonly ((scene: Scene) => Partial<Scene>)[] = [
      ({ token }) => ({ token: token && { ...token, carries: 0 } }),
      () => ({ encryptionContext: {} }),
      ({ trail }) => ({ trail: trail && { ...trail, eventName: 'Encrypt', errorCode: undefined } }),
    ];
    for (const change of wrong)
      expect(compareEnvelope(envelopeChanged(plan, change), run, recorded)).not.toEqual([]);
  });

  it('the handshake, attempt by attempt; a kept wrong plan is caught', async () => {
    const recorded = recording('handshake');
    const groups: Readonly<Record<string, readonly Mend[]>> = {
      nothing: [],
      trust: [{ kind: 'trust', open: true }],
      iam: [{ kind: 'iam', open: true }],
      keyPolicy: [{ kind: 'keyPolicy', open: true }],
      iamShut: [{ kind: 'iam', open: false }],
      grant: [{ kind: 'grant', open: true }],
      grantShut: [{ kind: 'grant', open: false }],
    };
    const { runs } = await playHandshake(recorded.attempts.map(({ after }) => groups[after] ?? []));
    expect(runs).toHaveLength(recorded.attempts.length);
    recorded.attempts.forEach((attempt, i) => {
      const run = runs[i];
      if (!run) throw new Error('no run');
      const plan = planHandshake(run);
      expect(compareHandshake(plan, run, attempt), attempt.after).toEqual([]);
      const doors = plan.doors.map((door) => ({ ...door, stops: !door.stops }));
      expect(compareHandshake({ ...plan, doors }, run, attempt)).not.toEqual([]);
      const beats = plan.beats.map((beat) => ({ ...beat, status: 'done' as const }));
      if (attempt.assume.error ?? attempt.decrypt?.error)
        expect(compareHandshake({ ...plan, beats }, run, attempt)).not.toEqual([]);
    });
  });

  it('throttling: 24,000 Decrypt calls of the SDK at 20,000 a second, call by call; a kept wrong picture is caught', () => {
    const recorded = recording('throttling');
    const served: boolean[] = [];
    const setting = {
      clients: 40,
      jobsPerSecond: recorded.jobsPerSecond,
      loadSeconds: 2,
      seconds: 2,
      quota: 10_000,
      retry: 'none',
      attempts: 1,
      dataKeyCache: undefined,
      bucketKeys: false,
      seed: 1,
    } as const;
    const course = fleetCourse(setting, (_at, _client, _attempt, ok) => served.push(ok));
    expect(served.slice(0, recorded.calls)).toEqual(servedOf(recorded));
    expect(recorded.error.name).toBe('ThrottlingException');
    for (const time of [0.3, 1, 1.2]) {
      const moment = fleetMoment(course, time);
      expect(compareFleet(moment, time, recorded), String(time)).toEqual([]);
      const totals = { ...moment.totals, served: moment.totals.served + 1 };
      expect(compareFleet({ ...moment, totals }, time, recorded)).not.toEqual([]);
    }
    const wide = fleetMoment(fleetCourse({ ...setting, quota: 10_100 }), 1.2);
    expect(compareFleet(wide, 1.2, recorded)).not.toEqual([]);
  });
});

describe('no scene is played over an error of the engine', () => {
  const faulted = (run: StoryRun) => ({ fault: run.fault, last: run.records.at(-1) });

  it.each([
    [wrapping, 'RotateKeyOnDemand', 'rotate'],
    [keyLife, 'ScheduleKeyDeletion', 'schedule'],
  ] as const)('$name', async (story, operation, act) => {
    const { run } = await playStory(story, breaking(operation));
    const { fault, last } = faulted(run);
    expect(fault).toBe('the disk is full');
    expect(last).toMatchObject({ id: act, outcome: 'faulted' });
    const plan = story === wrapping ? planWrapping(run) : planKeyLife(run);
    const at = plan.beats.findIndex(({ id }) => id === act);
    expect(plan.beats[at]).toMatchObject({ status: 'faulted' });
    expect(plan.beats[at]?.sentence).toContain('the disk is full');
    expect(plan.beats.slice(at + 1).map(({ status, scene }) => [status, scene])).toEqual(
      plan.beats.slice(at + 1).map(() => ['next', undefined]),
    );
  });

  it.each([
    ['encryption', () => playEncrypt({ change: breaking('GenerateDataKey') })],
    ['decryption', () => playDecrypt({ change: breaking('Decrypt') })],
  ] as const)('envelope %s', async (_, play) => {
    const { run } = await play();
    expect(run.fault).toEqual({ beat: 'request', message: 'the disk is full' });
    const plan = planEnvelope(run);
    const at = plan.beats.findIndex(({ id }) => id === 'request');
    expect(plan.beats[at]).toMatchObject({ status: 'faulted' });
    expect(
      plan.beats.slice(at + 1).every(({ status, scene }) => status === 'next' && scene === undefined),
    ).toBe(true);
  });

  it('handshake', async () => {
    const { run } = await playHandshake([[{ kind: 'trust', open: true }]], breaking('Decrypt'));
    expect(run.fault).toBe('the disk is full');
    expect(planHandshake(run).beats.map(({ status }) => status)).not.toContain('stopped');
    expect(run.beats.find(({ id }) => id === 'decrypt')?.outcome).not.toBe('done');
  });

  it('throttling: a setting that cannot be computed is said, and there is no course', () => {
    expect(() =>
      fleetCourse({
        clients: 0,
        jobsPerSecond: 10,
        loadSeconds: 1,
        seconds: 1,
        quota: 1,
        retry: 'none',
        attempts: 1,
        dataKeyCache: undefined,
        bucketKeys: false,
        seed: 1,
      }),
    ).toThrow('"clients"');
  });
});

describe('rewound to any beat and forward again: the same world', () => {
  const doors: readonly (readonly Mend[])[] = [
    [],
    [{ kind: 'trust', open: true }],
    [
      { kind: 'iam', open: true },
      { kind: 'keyPolicy', open: true },
    ],
    [{ kind: 'grant', open: true }],
  ];
  it.each([
    ['envelope encryption', () => playEncrypt()],
    ['envelope decryption', () => playDecrypt()],
    ['wrapping', () => playStory(wrapping)],
    ['the life of a key', () => playStory(keyLife)],
    ['the handshake', () => playHandshake(doors)],
  ] as const)('%s', async (_, play) => {
    const { world, marks } = await play();
    const again = await play();
    // Played once more from its seed: the same moments, so that a link to one of them is true.
    expect(again.marks).toEqual(marks);
    expect(new Set(marks.map(({ hash }) => hash)).size).toBeGreaterThan(1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: marks.length - 1 }), { minLength: 1, maxLength: 6 }),
        async (visits) => {
          for (const at of [...visits, marks.length - 1]) {
            const move = await world.history.goTo(marks[at]?.seq ?? 0);
            expect(move.ok).toBe(true);
            expect(await world.hash()).toBe(marks[at]?.hash);
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it('throttling: any moment, asked in any order, in slices of any size', () => {
    const setting = {
      clients: 30,
      jobsPerSecond: 600,
      loadSeconds: 3,
      seconds: 5,
      quota: 300,
      retry: 'fullJitter',
      attempts: 4,
      dataKeyCache: undefined,
      bucketKeys: false,
      seed: 4,
    } as const;
    const course = fleetCourse(setting);
    const known = new Map<number, string>();
    const said = (time: number) => JSON.stringify(fleetMoment(course, time).totals);
    for (let at = 0; at <= 50; at += 1) known.set(at, said(at / 10));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 20 }), (visits) => {
        for (const at of visits) expect(said(at / 10)).toBe(known.get(at));
      }),
    );
  });
});
