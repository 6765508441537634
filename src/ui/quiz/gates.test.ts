import { expect, test } from 'vitest';
import { openLab } from '../../client/index.ts';
import { loadScenario, runScenario, type OptionRun } from '../../study/index.ts';
import { gatesOf, tellingCall } from './gates.ts';

/** Every option of an item, run. */
async function runsOf(name: string): Promise<ReadonlyMap<string, OptionRun>> {
  const scenario = await loadScenario(name);
  if (scenario.kind === 'stated' || scenario.kind === 'lab') throw new TypeError(`${name} has no options`);
  const lab = await openLab({ store: 'memory' });
  try {
    return new Map((await runScenario(lab, scenario)).options.map((run) => [run.id, run]));
  } finally {
    await lab.main.close();
  }
}
const row = (run: OptionRun | undefined): readonly string[] =>
  run ? gatesOf(run).map(({ name, said, stops }) => `${name} ${said}${stops ? '!' : ''}`) : [];

test('a message that never arrives is told by the call that a service was refused inside one that was served', async () => {
  const runs = await runsOf('services/topic-to-queue');
  for (const id of ['publisher', 'plainkey']) {
    const run = runs.get(id);
    expect(run && tellingCall(run)?.operation, id).toBe('Publish');
    expect(row(run), id).toEqual([
      'request open',
      'key policy closed!',
      'identity not asked',
      'state not asked',
      'local closed!',
    ]);
  }
  // `user/app` has two identity policies then: the new one is silent about SQS, and the old one allows.
  const two = runs.get('publisher');
  const received = two?.goal.filter((step) => step.kind === 'call' && step.operation === 'ReceiveMessage');
  expect(row(two && { ...two, verdict: { is: 'works' }, steps: [], goal: received ?? [] })).toEqual([
    'request open',
    'queue policy open',
    'identity open',
    'state not asked',
  ]);
  const works = runs.get('named');
  expect(works && tellingCall(works)?.operation).toBe('ReceiveMessage');
});

test('a bucket has a policy of its own', async () => {
  const runs = await runsOf('services/s3-two-permissions');
  expect(row(runs.get('put'))).toContain('identity open');
  expect(row(runs.get('key'))).toEqual([
    'request open',
    'bucket policy open',
    'identity closed!',
    'state not asked',
  ]);
});
