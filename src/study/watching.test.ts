import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type LocalLab, type WorldApi } from '../client/index.ts';
import { Actor } from './actor.ts';
import { genesisOf } from './runner.ts';
import type { StepRun } from './runs.ts';
import { plainCall, readScenario, type Pattern, type Step } from './scenario.ts';
import example from '../../scenarios/detection/ten-million-objects.json' with { type: 'json' };
import drillLab from '../../scenarios/labs/granted-to-herself.json' with { type: 'json' };

const own = '111122223333';
const admin = `arn:aws:iam::${own}:user/key-admin`;
const stem = {
  account: own,
  region: 'us-east-1',
  principal: admin,
  keyType: 'SYMMETRIC_DEFAULT',
  keyState: 'Enabled',
} as const;

let lab: LocalLab;
beforeAll(async () => {
  lab = await openLab({ store: 'memory' });
});
afterAll(() => lab.main.close());

const worldOf = (value: unknown): Promise<WorldApi> => {
  const reading = readScenario(value, 'test');
  if (!reading.ok || reading.value.kind === 'stated') throw new TypeError('no world');
  return lab.sandbox(genesisOf(reading.value));
};
/** An actor in the world of the ten million objects, before its setup. */
async function acting(): Promise<{ actor: Actor; runs: StepRun[]; go: (...steps: Step[]) => Promise<void> }> {
  const actor = new Actor(await worldOf(example), { stem }, () => new Blob(), new Map(), {});
  const runs: StepRun[] = [];
  return {
    actor,
    runs,
    go: async (...steps) => {
      expect(await actor.run(steps, runs)).toEqual({});
    },
  };
}
const call = (operation: string, input: object, more: Partial<Extract<Step, { do: 'call' }>> = {}): Step => ({
  ...plainCall,
  operation,
  input: { ...input },
  ...more,
});
const where = (asked: Partial<Pattern>): Pattern => ({
  names: undefined,
  errors: undefined,
  errorText: undefined,
  by: undefined,
  notBy: undefined,
  policy: undefined,
  outcome: undefined,
  ...asked,
});
const key = call('CreateKey', {}, { save: { keyArn: 'KeyMetadata.Arn' } });
const wait = (hours: number): Step => ({ do: 'advance', days: undefined, hours, seconds: undefined });
const bill = (days?: number): Step => ({ do: 'bill', save: 'usd', days });

describe('what a scenario reads from the trail', () => {
  it('counts records that are delivered, of the account that is asked about', async () => {
    const { actor, go } = await acting();
    const asked = { save: 'n', where: where({ names: ['DescribeKey'], outcome: 'ok' }) };
    const describe3 = call('DescribeKey', { KeyId: '${keyArn}' }, { times: 3, everySeconds: 400 });
    await go(key, describe3, wait(1), { do: 'countEvents', ...asked, account: undefined });
    expect(actor.variables.get('n')).toBe(3);
    await go({ do: 'countEvents', ...asked, account: '444455556666' });
    expect(actor.variables.get('n')).toBe(0);
    await go({ do: 'alarm', ...asked, account: undefined, threshold: 1, periodSeconds: 300 });
    expect(actor.variables.get('n')).toBe(3);
    await go({ do: 'alarm', ...asked, account: undefined, threshold: 2, periodSeconds: 300 });
    expect(actor.variables.get('n')).toBe(0);
    await actor.world.close();
  });

  it('reacts once to each record, as whom the rule says', async () => {
    const { actor, runs, go } = await acting();
    const input = { KeyId: '{key}' };
    await go(key, call('DisableKey', { KeyId: '${keyArn}' }), wait(1));
    await go({
      do: 'react',
      where: where({ names: ['DisableKey'] }),
      operation: 'EnableKey',
      as: admin,
      input,
    });
    expect(runs.at(-1)).toMatchObject({ kind: 'call', operation: 'EnableKey', principal: admin });
    await go(call('DescribeKey', { KeyId: '${keyArn}' }, { save: { state: 'KeyMetadata.KeyState' } }));
    expect(actor.variables.get('state')).toBe('Enabled');
    await actor.world.close();
  });
});

describe('what a scenario costs', () => {
  it('a key by the time that it is there, of the last days alone where they are asked for', async () => {
    const { actor, go } = await acting();
    // 30 days of November and December, which has 31.
    await go(key, wait(24 * 30), bill());
    expect(Number(actor.variables.get('usd'))).toBeCloseTo(6.625 / 30 + 23.375 / 31, 2);
    await go(call('ScheduleKeyDeletion', { KeyId: '${keyArn}' }), wait(24 * 10), bill(10));
    expect(actor.variables.get('usd')).toBe('0.00');
    await actor.world.close();
  });

  it.each([false, true])('multiplied is what making them all comes to (Bucket Key: %s)', async (held) => {
    const times = 40;
    const put = {
      service: 's3' as const,
      input: { Bucket: 'events', Key: 'e', ServerSideEncryption: 'aws:kms', BucketKeyEnabled: held },
    };
    const made: number[] = [];
    for (const all of [true, false]) {
      const { actor, runs, go } = await acting();
      await go(call('CreateBucket', { Bucket: 'events' }, { service: 's3' }));
      // Half an hour apart: a bucket key serves two of them.
      const everySeconds = 1800;
      if (all) {
        await go({ ...plainCall, operation: 'PutObject', ...put, times, everySeconds }, wait(1));
        await go({
          do: 'countEvents',
          save: 'n',
          account: undefined,
          where: where({ names: ['GenerateDataKey'] }),
        });
        made.push(Number(actor.variables.get('n')));
      } else {
        const steps = { ...plainCall, operation: 'PutObject', ...put, heldSeconds: 3600 };
        await go({ ...steps, do: 'multiply', times: times * 1.2, days: 1 });
        const last = runs.at(-1);
        made.push(last?.kind === 'multiply' ? last.requests / 1.2 : 0);
      }
      await actor.world.close();
    }
    expect(made).toEqual(held ? [20, 20] : [40, 40]);
  });
});

it('a drill is played in the world of a lab, and names what it made', async () => {
  const world = await worldOf(drillLab);
  const actor = new Actor(world, { stem }, () => new Blob(), new Map(), {});
  const runs: StepRun[] = [];
  expect(await actor.run([{ do: 'drill', drill: 'grant', save: { keyArn: 'payroll' } }], runs)).toEqual({});
  expect(actor.variables.get('keyArn')).toMatch(/^arn:aws:kms:us-east-1:111122223333:key\//);
  expect((await world.trail({ n: 200 })).map(({ event }) => event.eventName)).toContain('CreateGrant');
  await world.close();
});
