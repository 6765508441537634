import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor, waitFor, type AnyActorRef } from 'xstate';
import { openLab, type WorldApi } from '../client/index.ts';
import {
  keyLife,
  keyStateChart,
  storyGenesis,
  storyMachine,
  stretchesOf,
  wrapping,
  type Story,
  type StoryContext,
  type StoryDeed,
  type StoryRun,
} from './index.ts';

async function playStory(
  story: Story,
  {
    deeds = [],
    until = story.acts.length,
  }: { deeds?: readonly (readonly [number, StoryDeed])[]; until?: number } = {},
): Promise<{ run: StoryRun; world: WorldApi; hashes: readonly string[] }> {
  const lab = await openLab({ store: 'memory' });
  const actor: AnyActorRef = createActor(storyMachine(story), {
    input: { open: () => lab.sandbox(storyGenesis) },
  }).start();
  const rest = () =>
    waitFor(actor, (s) => (s.hasTag('waiting') || s.hasTag('end')) && !s.matches({ deeds: 'calling' }), {
      timeout: 15_000,
    });
  const context = () => actor.getSnapshot().context as StoryContext;
  const hashes: string[] = [];
  await rest();
  for (let played = 0; played < until; played += 1) {
    for (const [, deed] of deeds.filter(([after]) => after === played)) {
      actor.send({ type: 'BREAK', deed });
      await rest();
    }
    actor.send({ type: 'NEXT' });
    await rest();
    const { world } = context();
    if (context().run.fault !== undefined || !world) break;
    hashes.push(await world.hash());
  }
  const { run, world } = context();
  if (!world) throw new Error(run.fault);
  return { run, world, hashes };
}
const record = (run: StoryRun, id: string) => {
  const found = run.records.find((r) => r.id === id);
  if (!found) throw new Error(`no act ${id}`);
  return found;
};
const workOf = (run: StoryRun, id: string) =>
  (record(run, id).trace?.steps ?? []).flatMap((s) => (s.stage === 'operation' ? s.detail.work : []));

describe('[WRAP] wrapping inside the HSM', () => {
  it('an old blob opens with the material that made it, after the rotation', async () => {
    const { run } = await playStory(wrapping);
    expect(run.fault).toBeUndefined();
    expect(record(run, 'rotated').key?.materials).toHaveLength(2);
    expect(workOf(run, 'wrapAgain')).toContainEqual(
      expect.objectContaining({ kind: 'materialOpened', version: 1, current: true }),
    );
    expect(workOf(run, 'openOld')).toContainEqual(
      expect.objectContaining({ kind: 'materialOpened', version: 0, current: false }),
    );
    expect(record(run, 'openFlipped').refusal?.refused).toBe('InvalidCiphertextException');
    expect(record(run, 'openWhole').outcome).toBe('done');
  });

  it.each([
    ['layoutStart', 'findKey', 'InvalidCiphertextException'],
    ['materialId', 'findKey', 'AccessDeniedException'],
    ['nonce', 'tag', 'InvalidCiphertextException'],
    ['iv', 'tag', 'InvalidCiphertextException'],
    ['ciphertext', 'tag', 'InvalidCiphertextException'],
    ['tag', 'tag', 'InvalidCiphertextException'],
  ])('a byte flipped in %s: what fails is %s, with %s', async (field, check, refused) => {
    const first = (await playStory(wrapping, { until: 1 })).run.records[0]?.blobs['first'];
    const at = first && stretchesOf(first)?.find(({ name }) => name === field)?.from;
    if (at === undefined) throw new Error(`no field ${field}`);
    const { run } = await playStory(wrapping, {
      deeds: [[0, { kind: 'choose', choices: { flipAt: at } }]],
      until: 7,
    });
    const { trace, refusal } = record(run, 'openFlipped');
    expect(refusal?.refused).toBe(refused);
    if (check === 'findKey') expect(trace?.refusal?.stage).toBe('findKey');
    else expect(workOf(run, 'openFlipped')).toContainEqual({ kind: 'openFailed', check });
  });

  it('keeps no plaintext: no record holds a data key', async () => {
    const { run } = await playStory(wrapping);
    const members = run.records.flatMap(({ request }) => Object.keys(request?.input ?? {}));
    expect(members).not.toContain('Plaintext');
  });
});

describe('[LIFE] the life of a key', () => {
  it('goes through its states, jumps over the waiting periods, and ends', async () => {
    const { run } = await playStory(keyLife);
    expect(run.fault).toBeUndefined();
    expect(run.records.map(({ key }) => key?.KeyState ?? 'gone')).toEqual([
      'Enabled',
      'Enabled',
      'Disabled',
      'Disabled',
      'Enabled',
      'PendingDeletion',
      'PendingDeletion',
      'PendingDeletion',
      'Disabled',
      'Enabled',
      'PendingDeletion',
      'gone',
      'gone',
    ]);
    expect(record(run, 'period').key?.materials).toHaveLength(2);
    expect(record(run, 'period').happened.map(({ eventName }) => eventName)).toContain('RotateKey');
    expect(record(run, 'useDisabled').refusal?.refused).toBe('DisabledException');
    expect(record(run, 'usePending').refusal?.refused).toBe('KMSInvalidStateException');
    expect(record(run, 'useGone').refusal?.refused).toBe('NotFoundException');
  });

  it('the chart holds every way of the machine', () => {
    const { states, ways } = keyStateChart();
    expect(states).toEqual(
      expect.arrayContaining(['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport', 'gone']),
    );
    const way = (from: string, to: string) => ways.find((w) => w.from === from && w.to === to)?.events;
    expect(way('Enabled', 'Disabled')).toEqual(['DisableKey']);
    expect(way('PendingDeletion', 'Disabled')).toEqual(['CancelKeyDeletion']);
    expect(way('PendingDeletion', 'gone')).toEqual(['DeleteKey']);
    expect(way('PendingDeletion', 'Enabled')).toBeUndefined();
  });
});

describe.each([[wrapping], [keyLife]])('any moment of $name', (story) => {
  it('played again: the same world after every act', async () => {
    const [a, b] = [await playStory(story), await playStory(story)];
    expect(b.hashes).toEqual(a.hashes);
  });

  it('rewound to any act and forward again: the same world', async () => {
    const { run, world, hashes } = await playStory(story);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: hashes.length - 1 }), { minLength: 1, maxLength: 6 }),
        async (visits) => {
          for (const at of [...visits, hashes.length - 1]) {
            const move = await world.history.goTo(run.records[at]?.seq ?? 0);
            expect(move.ok).toBe(true);
            expect(await world.hash()).toBe(hashes[at]);
          }
        },
      ),
      { numRuns: 8 },
    );
  });
});
