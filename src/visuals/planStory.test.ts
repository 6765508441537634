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
  it('a kept wrong one is caught', () => {
    const right = fleetMoment(course, 3);
    expect(
      checkFleet({ ...right, totals: { ...right.totals, served: right.totals.served + 1 } }, course, 3),
    ).not.toEqual([]);
    expect(checkFleet({ ...right, bars: right.bars.slice(1) }, course, 3)).not.toEqual([]);
  });
});
