import { expect, test } from 'vitest';
import { openLab } from '../client/index.ts';
import { collectEvidence } from './evidence.ts';
import { loadScenario } from './library.ts';

test('a trail says who called, also where a service acted in its own name', async () => {
  const scenario = await loadScenario('services/topic-to-queue');
  if (scenario.kind !== 'findFault') throw new TypeError('no fault to find');
  const lab = await openLab({ store: 'memory' });
  const [shown] = await collectEvidence(lab, scenario);
  await lab.main.close();
  const by = shown?.show === 'trail' ? shown.events.map(({ name, by }) => `${name} ${by}`) : [];
  expect(by).toContain('GenerateDataKey sns.amazonaws.com');
  expect(by).toContain('Subscribe user/key-admin');
});
