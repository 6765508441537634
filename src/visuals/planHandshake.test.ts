import { createActor, waitFor } from 'xstate';
import { describe, expect, it } from 'vitest';
import { openLab } from '../client/index.ts';
import { handshake, handshakeGenesis, type Mend } from '../flows/index.ts';
import { planHandshake } from './planHandshake.ts';

/* The plan of real runs: what it says must be what the decisions said. */

async function play(...mends: readonly Mend[]) {
  const { main: world } = await openLab({ store: 'memory', genesis: handshakeGenesis });
  const flow = createActor(handshake, { input: { world } }).start();
  const settled = () => waitFor(flow, (state) => !state.hasTag('working'));
  await settled();
  for (const mend of mends) {
    flow.send({ type: 'MEND', mend });
    await settled();
  }
  const before = planHandshake(flow.getSnapshot().context.run);
  flow.send({ type: 'NEXT' });
  await settled();
  if (flow.getSnapshot().matches('assumed')) flow.send({ type: 'NEXT' });
  await settled();
  const plan = planHandshake(flow.getSnapshot().context.run);
  flow.stop();
  return { before, plan };
}

const trust = { kind: 'trust', open: true } as const;
const iam = { kind: 'iam', open: true } as const;

describe('planHandshake', () => {
  it('knows of no beat that has not happened', async () => {
    const { before } = await play();
    expect(before.beats.map(({ status, sentence }) => [status, sentence])).toEqual([
      ['next', ''],
      ['next', ''],
    ]);
    expect(before.opening).toMatch(/3 are shut\.$/);
  });

  const stops: readonly (readonly [string, readonly Mend[], string | undefined, readonly string[]])[] = [
    ['the trust policy', [], 'trust', ['stopped', 'next']],
    ['the key policy', [trust, iam], 'keyPolicy', ['done', 'stopped']],
    ['IAM', [trust, { kind: 'keyPolicy', open: true }], 'iam', ['done', 'stopped']],
    ['none', [trust, iam, { kind: 'keyPolicy', open: true }], undefined, ['done', 'done']],
    ['none, by a grant', [trust, { kind: 'grant', open: true }], undefined, ['done', 'done']],
  ];
  it.each(stops)('stops at %s', async (_, mends, door, statuses) => {
    const { plan } = await play(...mends);
    expect(plan.doors.filter((one) => one.stops).map(({ name }) => name)).toEqual(door ? [door] : []);
    expect(plan.beats.map(({ status }) => status)).toEqual(statuses);
    expect(plan.mends).toHaveLength(mends.length);
    // A door that stopped the call is shown shut; when nothing stopped it, none is.
    expect(plan.doors.some(({ state }) => state === 'shut')).toBe(door !== undefined);
  });
});
