import type { StoryRun } from '../flows/index.ts';
import type { LifeScene } from './planKeyLife.ts';
import type { WrapScene } from './planWrapping.ts';
import type { StoryPlan } from './storyPlan.ts';

/**
 * Compares the plan of a story with the run that it claims to draw, by another way than the planner goes: from the answers
 * and the trace's own words to what the scene shows. Answers what is wrong; a right plan answers nothing.
 */
export function checkStory(
  plan: StoryPlan<WrapScene> | StoryPlan<LifeScene>,
  run: StoryRun,
): readonly string[] {
  const problems: string[] = [];
  const expect = (what: string, got: unknown, wanted: unknown) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      problems.push(`${what}: the plan shows ${JSON.stringify(got)}, the run says ${JSON.stringify(wanted)}`);
  };
  expect(
    'acts that happened',
    plan.beats.filter(({ status }) => status !== 'next').map(({ id }) => id),
    run.records.map(({ id }) => id),
  );
  run.records.forEach((record, i) => {
    const beat = plan.beats.find(({ id }) => id === record.id);
    const scene = beat?.scene;
    if (!beat || !scene) return void problems.push(`${record.id}: no scene`);
    const of = (what: string) => `${record.id}, ${what}`;
    const work = record.trace?.steps.flatMap((s) => (s.stage === 'operation' ? s.detail.work : [])) ?? [];
    expect(of('status'), beat.status, record.outcome);
    expect(of('operation'), scene.operation, record.request?.operation);
    expect(of('materials'), scene.materials.length, record.key?.materials.length ?? 0);
    if ('stations' in scene) {
      expect(of('outcome'), scene.outcome, record.trace ? (record.refusal ? 'refused' : 'allowed') : 'none');
      const opened = work.find((item) => item.kind === 'materialOpened');
      expect(
        of('material opened'),
        scene.materials.findIndex(({ isOpen }) => isOpen),
        opened ? opened.version : -1,
      );
      const failed = scene.stations.some(({ state }) => state === 'failed');
      expect(
        of('a station fails'),
        failed,
        record.refusal !== undefined &&
          scene.direction !== 'none' &&
          (work.length > 0 || record.trace?.refusal?.stage === 'findKey'),
      );
      if (scene.blob) {
        const lengths = Object.values(record.blobs).map(({ length }) => length);
        expect(of('length of the blob'), lengths.includes(scene.blob.length), true);
        expect(of('end of its fields'), scene.blob.fields.at(-1)?.to, scene.blob.length);
      }
    } else {
      const before = i === 0 ? run.opening?.key : run.records[i - 1]?.key;
      expect(of('state'), scene.state, record.key?.KeyState ?? 'gone');
      expect(of('refusal'), scene.refused, record.refusal?.refused);
      const date = record.key?.DeletionDate;
      expect(
        of('date of the end'),
        scene.deletion,
        date === undefined ? undefined : new Date(date).toISOString().slice(0, 10),
      );
      const walked = scene.ways
        .filter(({ mark }) => mark === 'walked')
        .map(({ from, to }) => `${from} ${to}`);
      const [from, to] = [before?.KeyState ?? 'gone', record.key?.KeyState ?? 'gone'];
      expect(of('way walked'), walked, from === to ? [] : [`${from} ${to}`]);
    }
  });
  return problems;
}
