import { describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { openLab } from '../client/index.ts';
import {
  fleetCourse,
  keyLife,
  storyGenesis,
  storyMachine,
  wrapping,
  type Story,
  type StoryRun,
} from '../flows/index.ts';
import {
  checkFleet,
  fleetInterval,
  fleetSpots,
  forkDifference,
  forkSentence,
  checkStory,
  fleetMoment,
  planKeyLife,
  planWrapping,
  storyMermaid,
  type LifeScene,
  type StoryPlan,
  type WrapScene,
} from './index.ts';

/** Plans of the stories against what the calls returned; kept wrong plans are caught. */

async function played(story: Story): Promise<StoryRun> {
  const lab = await openLab({ store: 'memory' });
  const actor = createActor(storyMachine(story), {
    input: { open: () => lab.sandbox(storyGenesis) },
  }).start();
  for (;;) {
    const snapshot = await waitFor(actor, (s) => s.hasTag('waiting') || s.hasTag('end'));
    if (snapshot.hasTag('end')) return snapshot.context.run;
    actor.send({ type: 'NEXT' });
  }
}
const wrapRun = await played(wrapping);
const lifeRun = await played(keyLife);
const wrap = planWrapping(wrapRun);
const life = planKeyLife(lifeRun);

function withScene<S>(plan: StoryPlan<S>, id: string, change: (scene: S) => Partial<S>): StoryPlan<S> {
  return {
    ...plan,
    beats: plan.beats.map((beat) =>
      beat.id === id && beat.scene ? { ...beat, scene: { ...beat.scene, ...change(beat.scene) } } : beat,
    ),
  };
}

describe('plans of stories', () => {
  it('agree with the runs', () => {
    expect(checkStory(wrap, wrapRun)).toEqual([]);
    expect(checkStory(life, lifeRun)).toEqual([]);
  });

  it.each<[string, string, (scene: WrapScene) => Partial<WrapScene>]>([
    ['a refused Decrypt drawn as allowed', 'openFlipped', () => ({ outcome: 'allowed' })],
    [
      'a failed tag drawn as fitting',
      'openFlipped',
      ({ stations }) => ({ stations: stations.map((s) => ({ ...s, state: 'lit' as const })) }),
    ],
    [
      'the wrong material opened',
      'openOld',
      ({ materials }) => ({ materials: materials.map((m) => ({ ...m, isOpen: !m.isOpen })) }),
    ],
    ['a material lost by rotation', 'rotated', ({ materials }) => ({ materials: materials.slice(1) })],
    ['another operation on the token', 'wrap', () => ({ operation: 'Encrypt' })],
    ['another length of the blob', 'wrap', ({ blob }) => ({ blob: blob && { ...blob, length: 152 } })],
  ])('a kept wrong plan is caught: %s', (_, id, change) => {
    expect(checkStory(withScene(wrap, id, change), wrapRun)).not.toEqual([]);
  });
  it.each<[string, string, (scene: LifeScene) => Partial<LifeScene>]>([
    ['cancelled, and Enabled at once', 'cancel', () => ({ state: 'Enabled' })],
    ['a refusal left out', 'useDisabled', () => ({ refused: undefined })],
    ['a material too few', 'period', ({ materials }) => ({ materials: materials.slice(1) })],
    ['another date of the end', 'schedule', () => ({ deletion: '2027-01-01' })],
    [
      'a way that nobody walked',
      'disable',
      ({ ways }) => ({ ways: ways.map((w) => ({ ...w, mark: 'shut' as const })) }),
    ],
  ])('a kept wrong plan is caught: %s', (_, id, change) => {
    expect(checkStory(withScene(life, id, change), lifeRun)).not.toEqual([]);
  });

  it('each beat has a sentence of its own, and its stages end where the call ended', () => {
    for (const plan of [wrap, life]) {
      const sentences = plan.beats.map(({ sentence }) => sentence);
      expect(sentences.every((sentence) => sentence.length > 20)).toBe(true);
      for (const beat of plan.beats) {
        const stops = beat.stages.filter(({ verdict }) => verdict === 'stop').length;
        expect(stops, beat.id).toBe(beat.status === 'stopped' ? 1 : 0);
        expect(beat.stages.map(({ p }) => p)).toEqual(
          beat.stages.map(({ p }) => p).toSorted((a, b) => a - b),
        );
      }
    }
  });

  it('Mermaid text names every call', () => {
    const text = storyMermaid(lifeRun, life);
    for (const { request } of lifeRun.records)
      if (request) expect(text).toContain(`App->>KMS: ${request.operation}`);
  });
});

describe('the picture of a fleet', () => {
  const course = fleetCourse({
    clients: 30,
    jobsPerSecond: 500,
    loadSeconds: 3,
    seconds: 6,
    quota: 300,
    retry: 'fullJitter',
    attempts: 4,
    dataKeyCache: undefined,
    bucketKeys: false,
    seed: 2,
  });
  it('says what the course says, at any moment', () => {
    for (const time of [0, 0.1, 1, 2.35, 4, 6])
      expect(checkFleet(fleetMoment(course, time), course, time)).toEqual([]);
  });
  it('a fork: the same until then, sums since then, and the seconds that differ', () => {
    const turn = { ...course.setting, sample: 14, dataKeyCache: { uses: 20, seconds: 5 } };
    const fork = fleetCourse({ ...course.setting, turn });
    const barsAt = (time: number) => ({ a: fleetMoment(course, time).bars, b: fleetMoment(fork, time).bars });
    for (const time of [1.4, 2, 3.7, 6]) {
      expect(checkFleet(fleetMoment(fork, time), fork, time)).toEqual([]);
      const { since, seconds, from } = forkDifference(course, fork, 14, barsAt(time), time);
      expect(from).toBe(1.4);
      for (const { name, a, b } of since) {
        if (name === 'waiting') continue;
        const [now, then] = [fleetMoment(course, time), fleetMoment(course, 1.4)];
        expect(a).toBe(now.totals[name] - then.totals[name]);
        const [nowB, thenB] = [fleetMoment(fork, time), fleetMoment(fork, 1.4)];
        expect(b).toBe(nowB.totals[name] - thenB.totals[name]);
      }
      // Nothing differs before it, and what the caches do is seen at once.
      expect(seconds.has(0)).toBe(false);
      expect(seconds.has(1)).toBe(time > 1.4);
    }
    const said = (time: number) => forkSentence(forkDifference(course, fork, 14, barsAt(time), time), time);
    expect(said(1)).toMatch(/^Up to 1\.4 s run B is run A/);
    expect(said(1.4)).toMatch(/^Here run B is forked/);
    expect(said(6)).toMatch(/^Since the fork at 1\.4 s: run A [\d,]+ calls .*; run B [\d,]+ calls/);
    // A fork to the same rules differs nowhere.
    const same = fleetCourse({ ...course.setting, turn: { ...course.setting, sample: 14 } });
    const none = forkDifference(
      course,
      same,
      14,
      { a: fleetMoment(course, 6).bars, b: fleetMoment(same, 6).bars },
      6,
    );
    expect(none.seconds.size).toBe(0);
    expect(none.since.every(({ a, b }) => a === b)).toBe(true);
  });
  it('without motion: before, between and after are those of the course', () => {
    for (const time of [0, 1, 2, 2.4, 6]) {
      const { before, after, between, second } = fleetInterval(course, time);
      const [was, now] = [fleetMoment(course, second), fleetMoment(course, time)];
      expect(between.sent).toBe(now.totals.sent - was.totals.sent);
      expect(between.lost).toBe(now.totals.lost - was.totals.lost);
      for (const [stand, moment] of [
        [before, was],
        [after, now],
      ] as const)
        expect(stand).toEqual({
          served: moment.dots.served,
          waiting: moment.dots.waiting,
          refused: moment.dots.refused,
          jobs: moment.totals.waiting,
          left: moment.totals.left,
        });
    }
  });
  it('the spotlight: the race at either end, the fork where it begins, else who is refused', () => {
    const fork = fleetCourse({
      ...course.setting,
      turn: { ...course.setting, sample: 20, quota: 2000 },
    });
    const at = (time: number) =>
      fleetSpots(
        { a: fleetMoment(course, time), b: fleetMoment(fork, time) },
        { a: course, b: fork },
        time,
        20,
      );
    expect(at(0)).toEqual(['race']);
    expect(at(6)).toEqual(['race']);
    expect(at(2)).toEqual(['b-chart']);
    expect(at(1.9)).toEqual(['a-chart', 'a-bucket']);
  });
  it('a kept wrong one is caught', () => {
    const right = fleetMoment(course, 3);
    expect(
      checkFleet({ ...right, totals: { ...right.totals, served: right.totals.served + 1 } }, course, 3),
    ).not.toEqual([]);
    expect(checkFleet({ ...right, bars: right.bars.slice(1) }, course, 3)).not.toEqual([]);
  });
});
