import { beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../client/index.ts';
import { generate, loadScenario, questionNames, runScenario, type OptionRun } from '../study/index.ts';
import { checkCalls } from './checkCalls.ts';
import { planCalls } from './planCalls.ts';
import { legsFrame } from './legs.ts';
import type { CallsPlan } from './callsPlan.ts';

/* Every option of the bank is run, and its plan compared with the run by another way than the planner goes. */

interface Played {
  readonly name: string;
  readonly run: OptionRun;
}
const played: Played[] = [];
const names = { title: 'The run' };

beforeAll(async () => {
  const lab = await openLab({ store: 'memory' });
  for (const name of questionNames) {
    const scenario = await loadScenario(name);
    if (scenario.kind === 'stated' || scenario.kind === 'lab') continue;
    // Of an ordering item a wrong order as well as the key.
    const orders =
      scenario.kind === 'ordering' ? { orders: [scenario.answer, scenario.answer.toReversed()] } : {};
    const { options } = await runScenario(lab, scenario, orders);
    played.push(...options.map((run) => ({ name: `${name}, ${run.id}`, run })));
  }
  for (let seed = 1; seed <= 12; seed += 1) {
    const { scenario } = await generate(lab, seed);
    const { options } = await runScenario(lab, scenario);
    played.push(...options.map((run) => ({ name: `made ${seed}`, run })));
  }
  await lab.main.close();
}, 120_000);

/** The first option that has what is looked for. */
function some(which: (plan: CallsPlan, run: OptionRun) => boolean): {
  readonly plan: CallsPlan;
  readonly run: OptionRun;
} {
  for (const { run } of played) {
    const plan = planCalls(run, names);
    if (which(plan, run)) return { plan, run };
  }
  throw new Error('no option of the bank is like that');
}

describe('the plan of a run', () => {
  it('is right for every option of every item that is run, and for generated ones', () => {
    expect(played.length).toBeGreaterThan(250);
    const wrong = played.flatMap(({ name, run }) =>
      checkCalls(planCalls(run, names), run).map((problem) => `${name}: ${problem}`),
    );
    expect(wrong).toEqual([]);
  });

  it('is the same each time, and so is every moment of it, gone through forwards or back', () => {
    const moments = Array.from({ length: 21 }, (_, i) => i / 20);
    for (const { run } of played) {
      const plan = planCalls(run, names);
      expect(planCalls(run, names)).toEqual(plan);
      for (const { scene } of plan.beats) {
        const there = moments.map((p) => legsFrame(scene.legs, p));
        const back = moments.toReversed().map((p) => legsFrame(scene.legs, p));
        expect(back.toReversed()).toEqual(there);
      }
    }
  });

  it('never shows an effect before its cause: gates speak one after another, the token waits for none it has passed', () => {
    for (const { name, run } of played)
      for (const { scene } of planCalls(run, names).beats)
        for (let p = 0; p <= 1; p += 0.05)
          legsFrame(scene.legs, p).legs.forEach((frame, i) => {
            const leg = scene.legs[i];
            const stop = leg?.gates.find(({ stops }) => stops);
            if (stop && frame.tip > stop.at + 1e-9)
              throw new Error(`${name}: a token passed the gate that stops it`);
            if (frame.state !== 'ahead' && p < (leg?.begins ?? 0))
              throw new Error(`${name}: a call before its time`);
            frame.gates.forEach((gate, n) => {
              const at = leg?.gates[n]?.at ?? 1;
              const isNow = gate.state === 'open' && frame.state === 'onWay' && at > frame.tip + 1e-6;
              if (isNow) throw new Error(`${name}: a gate opened before the token came`);
            });
          });
  });

  it('shows at rest what the trace ended in', () => {
    for (const { run } of played)
      for (const { scene } of planCalls(run, names).beats)
        legsFrame(scene.legs, 1).legs.forEach(({ state, gates }, i) => {
          expect(state).toBe(scene.legs[i]?.refusal ? 'refused' : 'served');
          expect(gates).toEqual(scene.legs[i]?.gates);
        });
  });

  it('keeps calls of services apart from those of the caller', () => {
    const { plan } = some(({ beats }) =>
      beats.some(({ scene }) => scene.legs.some(({ within }) => within === 1)),
    );
    const beat = plan.beats.find(({ scene }) => scene.legs.some(({ within }) => within === 1));
    expect(beat?.scene.legs.map(({ operation, service }) => `${service} ${operation}`)).toEqual([
      'sns Publish',
      'sqs SendMessage',
      'kms GenerateDataKey',
    ]);
    expect(beat?.sentence).toContain('SQS in turn calls GenerateDataKey of KMS');
  });

  it('says in a sentence what no gate of the call itself says: who refused whom', () => {
    const { plan } = some(({ beats }) =>
      beats.some(
        ({ scene, status }) =>
          status === 'stopped' && scene.legs[0]?.operation === 'PutObject' && scene.legs.length > 1,
      ),
    );
    const beat = plan.beats.find(({ status }) => status === 'stopped');
    expect(beat?.sentence).toMatch(
      /\buser\/\S+ calls PutObject of S3\. .*S3 calls GenerateDataKey of KMS.* comes back\.$/,
    );
  });
});

describe('a wrong plan is found', () => {
  const change = (plan: CallsPlan, at: number, what: Partial<CallsPlan['beats'][number]>): CallsPlan => ({
    ...plan,
    beats: plan.beats.map((beat, i) => (i === at ? { ...beat, ...what } : beat)),
  });
  const refused = () => {
    const found = some(({ beats }) =>
      beats.some(
        ({ status, scene }) =>
          status === 'stopped' &&
          scene.legs.length === 1 &&
          scene.legs[0]?.gates.some(({ stops }) => stops) === true,
      ),
    );
    return { ...found, at: found.plan.beats.findIndex(({ status }) => status === 'stopped') };
  };
  const nested = () => {
    const found = some(({ beats }) => beats.some(({ scene }) => scene.legs.length > 1));
    return { ...found, at: found.plan.beats.findIndex(({ scene }) => scene.legs.length > 1) };
  };

  const kept: readonly (readonly [
    string,
    () => { readonly plan: CallsPlan; readonly run: OptionRun },
    RegExp,
  ])[] = [
    [
      'a step left out',
      () => {
        const { plan, run } = refused();
        return { run, plan: { ...plan, beats: plan.beats.slice(0, -1) } };
      },
      /^beats: /,
    ],
    [
      'a refusal that is shown as an answer',
      () => {
        const { plan, run, at } = refused();
        return { run, plan: change(plan, at, { status: 'done' }) };
      },
      /status/,
    ],
    [
      'a gate that is open though it stopped the call',
      () => {
        const { plan, run, at } = refused();
        const beat = plan.beats[at];
        const legs =
          beat?.scene.legs.map((leg) => ({
            ...leg,
            gates: leg.gates.map((gate) => ({ ...gate, state: 'open' as const, stops: false })),
          })) ?? [];
        return { run, plan: beat ? change(plan, at, { scene: { ...beat.scene, legs } }) : plan };
      },
      /0 gates stop it/,
    ],
    [
      'a sentence that does not say the exception',
      () => {
        const { plan, run, at } = refused();
        return { run, plan: change(plan, at, { sentence: plan.beats[at]?.title ?? '' }) };
      },
      /does not say/,
    ],
    [
      'a service without the call that it made',
      () => {
        const { plan, run, at } = nested();
        const beat = plan.beats[at];
        return {
          run,
          plan: beat
            ? change(plan, at, { scene: { ...beat.scene, legs: beat.scene.legs.slice(0, 1) } })
            : plan,
        };
      },
      /1 legs of/,
    ],
    [
      'stages that leave out the call within',
      () => {
        const { plan, run, at } = nested();
        return { run, plan: change(plan, at, { stages: plan.beats[at]?.stages.slice(0, 1) ?? [] }) };
      },
      /no stage tells of/,
    ],
    [
      'an outcome that is not the verdict',
      () => {
        const { plan, run } = refused();
        return {
          run,
          plan: { ...plan, outcome: { is: 'good', sentence: 'It works: what was asked for is reached.' } },
        };
      },
      /the outcome/,
    ],
  ];
  it.each(kept)('%s', (_, made, says) => {
    const { plan, run } = made();
    expect(checkCalls(plan, run).join('\n')).toMatch(says);
  });
});
