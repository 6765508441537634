import { openLab } from '../src/client/index.ts';
import { difficultyOf, generate } from '../src/study/index.ts';
import type { Suite } from './suite.ts';

/*
 * Questions from a seed: a world is made, its setup and the call performed, the outcome read. Beside a hundred of them stand
 * a hundred worlds of the same people, made and closed, in which nothing happens: what a question costs beyond its world.
 */
const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
const account = '111122223333';
const policies = [
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] },
];
const people = ['key-admin', 'orders-reader'].map((name) => ({
  arn: `arn:aws:iam::${account}:user/${name}`,
  policies,
}));

const rounds = 9;

const suite: Suite = async ({ time, figure }) => {
  const lab = await openLab({ store: 'memory' });
  const median = async (work: (seed: number) => Promise<unknown>): Promise<number> => {
    const found: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      for (const seed of hundred) await work(seed);
      found.push((performance.now() - started) / 1000);
    }
    return found.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  };
  const questions = await median((seed) => generate(lab, seed));
  const worlds = await median(async (seed) => {
    const world = await lab.sandbox({
      seed: `bare ${seed}`,
      now: '2026-11-24T09:00:00Z',
      accounts: [{ id: account, principals: people }],
    });
    await world.close();
  });
  figure('100 generated questions', questions, 's');
  figure('100 worlds of such people, without a call', worlds, 's');
  figure('a question beside its world', questions / worlds, '×');
  await time('one generated question', () => generate(lab, 4711), { runs: 50 });
  const question = await generate(lab, 4711);
  await time('its difficulty, gate by gate', () => difficultyOf(lab, question), { runs: 20 });
  await lab.main.close();
};
export default suite;
