import { createActor, waitFor, type AnyActorRef } from 'xstate';
import { openLab, type SealedObject, type WorldApi } from '../../src/client/index.ts';
import {
  envelope,
  factsIn,
  handshake,
  handshakeGenesis,
  makeKey,
  runOf,
  storyAdmin,
  storyGenesis,
  storyMachine,
  storyRegion,
  type Deed,
  type HandshakeRun,
  type Mend,
  type PrincipalArn,
  type Run,
  type Setting,
  type Story,
  type StoryRun,
} from '../../src/flows/index.ts';

/* Plays the scenes as the stage does: by their own machines, in worlds of their seeds. */

export const body = new Blob(['Salaries of March. For the eyes of the payroll team only.']);
export const alice = 'arn:aws:iam::111122223333:user/Alice' as PrincipalArn;

/** What is left when a scene has been played: its world at rest, and the entries after which each beat stood. */
export interface Played<R> {
  readonly run: R;
  readonly world: WorldApi;
  /** Journal entry and digest of the world after each beat. */
  readonly marks: readonly { readonly seq: number; readonly hash: string }[];
}

const resting = (actor: AnyActorRef) =>
  waitFor(actor, (s) => (s.hasTag('waiting') || s.hasTag('end')) && !s.matches({ deeds: 'calling' }), {
    timeout: 15_000,
  });

/** NEXT until the end, or `until` says that it is. */
async function toEnd(actor: AnyActorRef, world: () => WorldApi | undefined) {
  const marks: { seq: number; hash: string }[] = [];
  const mark = async () => {
    const at = world();
    if (at) marks.push({ seq: (await at.history.state()).position, hash: await at.hash() });
  };
  for (let i = 0; i < 60; i += 1) {
    const snapshot = await resting(actor);
    await mark();
    if (snapshot.hasTag('end')) return marks;
    actor.send({ type: 'NEXT' });
  }
  throw new Error('the scene did not end');
}

export async function playStory(
  story: Story,
  change: (world: WorldApi) => WorldApi = (w) => w,
): Promise<Played<StoryRun>> {
  const lab = await openLab({ store: 'memory' });
  const actor = createActor(storyMachine(story), {
    input: { open: async () => change(await lab.sandbox(storyGenesis)) },
  }).start();
  const world = () => actor.getSnapshot().context.world;
  const marks = await toEnd(actor, world);
  const { run } = actor.getSnapshot().context;
  const at = world();
  if (!at) throw new Error(run.fault ?? 'no world');
  return { run, world: at, marks };
}

async function prepared() {
  const lab = await openLab({ store: 'memory' });
  const world = await lab.sandbox(storyGenesis);
  const keyArn = await makeKey(world, 'alias/payroll');
  const setting: Setting = {
    region: storyRegion,
    principal: storyAdmin,
    keyId: 'alias/payroll',
    keyArn,
    encryptionContext: { app: 'payroll' },
    file: { name: 'note.txt', mediaType: 'text/plain', byteLength: body.size },
  };
  return { world, setting };
}
type Change = { readonly deed?: Deed; readonly change?: (world: WorldApi) => WorldApi };

export async function playEncrypt({ deed, change = (w) => w }: Change = {}): Promise<
  Played<Run> & { readonly setting: Setting }
> {
  const { world, setting } = await prepared();
  const actor = createActor(envelope, {
    input: { scene: 'envelopeEncrypt', world: change(world), setting, body },
  }).start();
  if (deed) actor.send({ type: 'BREAK', deed });
  const marks = await toEnd(actor, () => world);
  return { run: runOf(actor.getSnapshot().context), world, marks, setting };
}
export async function playDecrypt({ deed, change = (w) => w }: Change = {}): Promise<Played<Run>> {
  const { run, world, setting } = await playEncrypt();
  const object: SealedObject | undefined = factsIn(run, 'store')?.object;
  if (!object) throw new Error('nothing was sealed');
  const actor = createActor(envelope, {
    input: { scene: 'envelopeDecrypt', world: change(world), setting, object, wantedSha256: undefined },
  }).start();
  if (deed) actor.send({ type: 'BREAK', deed });
  const marks = await toEnd(actor, () => world);
  return { run: runOf(actor.getSnapshot().context), world, marks };
}

/** An attempt at the doors after each group of changes; the last one is the run that is left. */
export async function playHandshake(
  groups: readonly (readonly Mend[])[],
  change: (world: WorldApi) => WorldApi = (w) => w,
): Promise<Played<HandshakeRun> & { readonly runs: readonly HandshakeRun[] }> {
  const lab = await openLab({ store: 'memory' });
  const world = await lab.sandbox(handshakeGenesis);
  const actor = createActor(handshake, { input: { world: change(world) } }).start();
  const settled = () => waitFor(actor, (s) => s.hasTag('waiting') || s.hasTag('end'), { timeout: 15_000 });
  const runs: HandshakeRun[] = [];
  const marks: { seq: number; hash: string }[] = [];
  const mark = async () => {
    await settled();
    marks.push({ seq: (await world.history.state()).position, hash: await world.hash() });
  };
  await mark();
  for (const mends of groups) {
    for (const mend of mends) {
      actor.send({ type: 'MEND', mend });
      await mark();
    }
    actor.send({ type: 'NEXT' });
    await mark();
    if (actor.getSnapshot().matches('assumed')) {
      actor.send({ type: 'NEXT' });
      await mark();
    }
    runs.push(actor.getSnapshot().context.run);
  }
  return { run: actor.getSnapshot().context.run, runs, world, marks };
}

/** A world whose disk breaks at a call of this operation: no refusal of KMS, a fault of ours. */
export function breaking(operation: string): (world: WorldApi) => WorldApi {
  return (world) =>
    new Proxy(world, {
      get(target, name) {
        // Any member of a WorldApi; methods keep their owner.
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'call')
          return (request: { readonly operation: string }) =>
            request.operation === operation
              ? Promise.reject(new Error('the disk is full'))
              : target.call(request as Parameters<WorldApi['call']>[0]);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
}
