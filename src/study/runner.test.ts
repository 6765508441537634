import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type LabApi, type LocalLab, type WorldApi } from '../client/index.ts';
import envelope from '../../scenarios/envelope/file-of-50-mb.json' with { type: 'json' };
import delegation from '../../scenarios/access/iam-allow-without-delegation.json' with { type: 'json' };
import { spread } from './actor.ts';
import { runScenario } from './runner.ts';
import { noMeasures } from './runs.ts';
import { isChoice, readScenario, type ChoiceScenario } from './scenario.ts';

const scenario = (value: unknown): ChoiceScenario => {
  const reading = readScenario(value, 'test');
  if (!reading.ok) throw new TypeError(JSON.stringify(reading.problems));
  if (!isChoice(reading.value)) throw new TypeError('no options');
  return reading.value;
};
/** The file shrunk, for tests in which its size does not matter. */
const small = scenario(
  JSON.parse(
    JSON.stringify({ ...envelope, files: { film: { byteLength: 50_000 } } })
      // Where its last piece begins, and how long that is.
      .replace('49999872', '49152')
      .replace('"byteLength":128', '"byteLength":848'),
  ),
);

let lab: LocalLab;
beforeAll(async () => {
  lab = await openLab({ store: 'memory' });
});
afterAll(() => lab.main.close());

/** The lab with every sandbox and fork counted, and calls that may be made to break. */
function watched(breakCall?: (operation: string) => void): {
  readonly api: LabApi;
  readonly open: () => number;
  readonly made: () => number;
} {
  let made = 0;
  let open = 0;
  const wrap = (world: WorldApi): WorldApi => {
    made += 1;
    open += 1;
    return new Proxy(world, {
      get(target, name) {
        if (name === 'fork') return async () => wrap(await target.fork());
        if (name === 'close')
          return async () => {
            open -= 1;
            await target.close();
          };
        if (name === 'call')
          return (request: Parameters<WorldApi['call']>[0]) => {
            breakCall?.(request.operation);
            return target.call(request);
          };
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  };
  return {
    api: {
      ...lab,
      main: lab.main,
      kept: lab.kept,
      sandbox: async (genesis) => wrap(await lab.sandbox(genesis)),
    },
    open: () => open,
    made: () => made,
  };
}

describe('running a scenario', () => {
  it('runs every option in a world of its own, closes all of them, and leaves the main world alone', async () => {
    const { api, open, made } = watched();
    const before = await lab.main.trail({ n: 100 });
    const run = await runScenario(api, small);
    expect(run.options).toHaveLength(4);
    expect(made()).toBe(5);
    expect(open()).toBe(0);
    expect(await lab.main.trail({ n: 100 })).toEqual(before);
  });

  it('says with numbers what the options cost, counting the calls that were not run', async () => {
    const { options } = await runScenario(lab, small);
    const of = (id: string) => options.find((o) => o.id === id);
    expect(of('data-key')?.measures).toEqual({ ...noMeasures, kmsCalls: 1, plaintextFromKms: 32 });
    expect(of('encrypt-pieces')?.measures).toEqual({ ...noMeasures, kmsCalls: 13, bytesToKms: 50_000 });
    expect(of('encrypt-pieces')?.steps).toHaveLength(3);
  });

  it('the trace of a refused option ends at the stage of its verdict', async () => {
    const { options } = await runScenario(lab, scenario(delegation), { only: ['more-iam'] });
    const [run] = options;
    expect(run?.verdict).toMatchObject({
      is: 'fails',
      exception: 'AccessDeniedException',
      stage: 'authorize',
      where: 'goal',
    });
    const call = run?.goal.at(-1);
    expect(call?.kind === 'call' && call.trace.steps.at(-1)).toMatchObject({
      stage: 'authorize',
      verdict: 'stop',
    });
  });

  it('a working option that lets others in names the constraint and shows the call that got through', async () => {
    const { options } = await runScenario(lab, scenario(delegation), { only: ['delegate-to-account'] });
    expect(options[0]?.verdict).toEqual({ is: 'violates', constraints: ['nobody-else'] });
    const [constraint] = options[0]?.constraints ?? [];
    const through = constraint?.steps[0];
    expect(constraint?.kept).toBe(false);
    expect(through?.kind === 'call' && through.refusal).toBeUndefined();
  });

  it('repeats itself: same scenario, same names', async () => {
    const [a, b] = [await runScenario(lab, small), await runScenario(lab, small)];
    expect(a.options.map((o) => o.names)).toEqual(b.options.map((o) => o.names));
    expect(a.options.map((o) => o.verdict)).toEqual(b.options.map((o) => o.verdict));
  });

  it('a run holds no bytes, so no data key outlives it', async () => {
    const run = await runScenario(lab, small);
    const bytesIn = (value: unknown): boolean =>
      ArrayBuffer.isView(value) ||
      value instanceof Blob ||
      (typeof value === 'object' && value !== null && Object.values(value).some(bytesIn));
    expect(bytesIn(run)).toBe(false);
  });

  it('really encrypts the 50 MB and reads them back equal', async () => {
    const { options } = await runScenario(lab, scenario(envelope), { only: ['data-key'] });
    expect(options[0]?.verdict).toEqual({ is: 'works' });
    // The plaintext key is gone by then: the wrapped one was enough.
    expect(options[0]?.steps.at(-1)).toEqual({ kind: 'wipe', byteLength: 32 });
    expect(options[0]?.goal.at(-1)).toEqual({ kind: 'same', byteLength: 50_000_000, ok: true });
  }, 60_000);
});

describe('when our side fails', () => {
  it('the option could not be checked, nor what is compared with it; its world is closed', async () => {
    const { api, open } = watched((operation) => {
      if (operation === 'GenerateDataKey') throw new Error('disk on fire');
    });
    const { options } = await runScenario(api, small);
    expect(options.map((o) => o.verdict.is)).toEqual([
      'fails',
      'couldNotCheck',
      'failsLocally',
      'couldNotCheck',
    ]);
    expect(options.at(-1)?.verdict).toEqual({ is: 'couldNotCheck', message: 'disk on fire' });
    expect(open()).toBe(0);
  });

  it('a world that cannot be made leaves all options unchecked', async () => {
    const broken: LabApi = { ...lab, sandbox: () => Promise.reject(new Error('no memory')) };
    const { options } = await runScenario(broken, small);
    expect(new Set(options.map((o) => o.verdict.is))).toEqual(new Set(['couldNotCheck']));
  });

  it('a stopped run rejects and closes its worlds', async () => {
    const { api, open } = watched();
    const stop = new AbortController();
    const run = runScenario(api, small, {
      signal: stop.signal,
      progress: ({ done }) => done === 2 && stop.abort(),
    });
    await expect(run).rejects.toThrow();
    expect(open()).toBe(0);
  });
});

it('pieces that are run are spread from the first to the last', () => {
  expect(spread(12_208, 3)).toEqual([0, 6104, 12_207]);
  expect(spread(2, 5)).toEqual([0, 1]);
  expect(spread(1, 3)).toEqual([0]);
  expect(spread(9, 1)).toEqual([0]);
});
