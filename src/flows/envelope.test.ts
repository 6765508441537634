import { describe, expect, it } from 'vitest';
import { createActor, waitFor, type AnyActorRef } from 'xstate';
import {
  fakeBody,
  fakePrincipal,
  fakeSetting,
  fakeWorld,
  type FakeRefusal,
  type FakeWorld,
} from './fakeWorld.fixture.ts';
import { decryptBeats, encryptBeats, envelope, factsIn, runOf, sha256OfBlob } from './index.ts';

const refusals: Record<string, FakeRefusal> = {
  disabled: { stage: 'keyState', refused: 'DisabledException', message: 'arn is disabled.', status: 400 },
  denied: {
    stage: 'authorize',
    refused: 'AccessDeniedException',
    message: 'User is not authorized',
    status: 400,
  },
  wrongContext: { stage: 'operation', refused: 'InvalidCiphertextException', message: '', status: 400 },
};

const encryptActor = (world: FakeWorld) =>
  createActor(envelope, {
    input: { scene: 'envelopeEncrypt', world, setting: fakeSetting, body: fakeBody() },
  }).start();

async function sealed(world: FakeWorld) {
  const actor = encryptActor(world);
  await toEnd(actor);
  const object = factsIn(runOf(actor.getSnapshot().context), 'store')?.object;
  if (!object) throw new Error('no object was sealed');
  return object;
}
async function decryptActor(world: FakeWorld) {
  const object = await sealed(world);
  world.calls.length = 0;
  return createActor(envelope, {
    input: {
      scene: 'envelopeDecrypt',
      world,
      setting: fakeSetting,
      object,
      wantedSha256: await sha256OfBlob(fakeBody()),
    },
  }).start();
}

/** NEXT wherever the flow waits for it, until it ends. */
async function toEnd(actor: AnyActorRef, until: (beats: string) => boolean = () => false): Promise<string[]> {
  const path: string[] = [];
  for (let i = 0; i < 40; i += 1) {
    const snapshot = await waitFor(actor, (s) => s.hasTag('waiting') || s.hasTag('end'), { timeout: 2000 });
    const { beats } = snapshot.value;
    const name = typeof beats === 'string' ? beats : String(Object.keys(beats)[0]);
    path.push(name);
    if (snapshot.hasTag('end') || until(name)) return path;
    actor.send({ type: 'NEXT' });
  }
  throw new Error(`never ended: ${path.join(' ')}`);
}

describe('envelopeEncrypt', () => {
  it('walks its beats in order, one call to KMS, and its states are the beats', async () => {
    const world = fakeWorld();
    const actor = encryptActor(world);
    expect(await toEnd(actor)).toEqual(['ready', ...encryptBeats]);
    const run = runOf(actor.getSnapshot().context);
    expect(run.beats.map(({ id, outcome }) => [id, outcome])).toEqual(encryptBeats.map((id) => [id, 'done']));
    expect(world.calls.map(({ operation }) => operation)).toEqual(['GenerateDataKey']);
    expect(factsIn(run, 'check')).toEqual({
      kind: 'check',
      storedLength: 323,
      wrappedKeyAt: 40,
      whole: true,
    });
    expect(factsIn(run, 'encrypt')?.sha256).toBe(await sha256OfBlob(fakeBody()));
  });

  it('really zero-fills the data key in the erase beat, and forgets it', async () => {
    const world = fakeWorld();
    const actor = encryptActor(world);
    await toEnd(actor, (name) => name === 'encrypt');
    const held = actor.getSnapshot().context.dataKey;
    expect(held).toEqual(new Uint8Array(32).fill(7));
    await toEnd(actor, (name) => name === 'erase');
    expect(held).toEqual(new Uint8Array(32));
    expect(actor.getSnapshot().context.dataKey).toBeUndefined();
    expect(factsIn(runOf(actor.getSnapshot().context), 'erase')).toEqual({
      kind: 'erase',
      byteLength: 32,
      zeroed: true,
    });
  });

  it('never lets the data key into the run', async () => {
    const actor = encryptActor(fakeWorld());
    for (const beat of encryptBeats) {
      await toEnd(actor, (name) => name === beat);
      expect(JSON.stringify(runOf(actor.getSnapshot().context))).not.toContain('"0":7');
    }
  });

  it.each([
    ['disabled', 'GenerateDataKey', 'gates', 'keyState'],
    ['denied', 'GenerateDataKey', 'gates', 'authorize'],
  ])('%s: stops at the beat of the stage that refused', async (why, operation, beat, stage) => {
    const world = fakeWorld();
    world.refuse[operation] = refusals[why];
    const actor = encryptActor(world);
    expect(await toEnd(actor)).toEqual(['ready', 'request', 'stopped']);
    const run = runOf(actor.getSnapshot().context);
    expect(run.stop).toMatchObject({ beat, stage, refusal: { refused: refusals[why]?.refused } });
    expect(run.beats.at(-1)).toMatchObject({ id: beat, outcome: 'stopped' });
  });

  it('asks again after RETRY, with what was changed meanwhile, and keeps the deeds', async () => {
    const world = fakeWorld();
    world.refuse['GenerateDataKey'] = refusals['disabled'];
    const actor = encryptActor(world);
    await toEnd(actor);
    world.refuse = {};
    actor.send({ type: 'BREAK', deed: { kind: 'enableKey', as: fakePrincipal } });
    await waitFor(actor, (s) => s.matches({ deeds: 'idle' }));
    actor.send({ type: 'BREAK', deed: { kind: 'context', encryptionContext: { app: 'other' } } });
    actor.send({ type: 'RETRY' });
    expect((await toEnd(actor)).at(-1)).toBe('check');
    const run = runOf(actor.getSnapshot().context);
    expect(run.stop).toBeUndefined();
    expect(run.deeds.map(({ deed, after }) => [deed.kind, after])).toEqual([
      ['enableKey', 'gates'],
      ['context', 'gates'],
    ]);
    expect(world.calls.at(-1)?.input['EncryptionContext']).toEqual({ app: 'other' });
    expect(factsIn(run, 'store')?.object.encryptionContext).toEqual({ app: 'other' });
  });

  it('keeps the context of the request, whatever is changed after it was sent', async () => {
    const actor = encryptActor(fakeWorld());
    await toEnd(actor, (name) => name === 'vault');
    actor.send({ type: 'BREAK', deed: { kind: 'context', encryptionContext: { app: 'late' } } });
    await toEnd(actor);
    expect(factsIn(runOf(actor.getSnapshot().context), 'store')?.object.encryptionContext).toEqual({
      app: 'payroll',
    });
  });

  it('shows a refused deed and goes on', async () => {
    const world = fakeWorld();
    world.refuse['DisableKey'] = refusals['denied'];
    const actor = encryptActor(world);
    actor.send({ type: 'BREAK', deed: { kind: 'disableKey', as: fakePrincipal } });
    await waitFor(actor, (s) => s.context.deeds.length === 1);
    expect(actor.getSnapshot().context.deeds[0]?.refusal?.refused).toBe('AccessDeniedException');
    expect((await toEnd(actor)).at(-1)).toBe('check');
  });

  it.each([
    [
      'request',
      (world: FakeWorld): void => {
        world.refuse['GenerateDataKey'] = new Error('the disk is full');
      },
    ],
    [
      'encrypt',
      (world: FakeWorld): void => {
        world.breakSeal = new Error('the disk is full');
      },
    ],
  ] as const)('faults in %s when the store breaks, and wipes what it held', async (beat, breakIt) => {
    const world = fakeWorld();
    breakIt(world);
    const actor = encryptActor(world);
    expect((await toEnd(actor)).at(-1)).toBe('faulted');
    const { context } = actor.getSnapshot();
    expect(context.fault).toEqual({ beat, message: 'the disk is full' });
    expect(context.dataKey).toBeUndefined();
    for (const handed of world.handedOut) expect(handed).toEqual(new Uint8Array(32));
  });

  it('faults in store when the object is not listed', async () => {
    const world = fakeWorld();
    world.forgetObjects = true;
    const actor = encryptActor(world);
    expect((await toEnd(actor)).at(-1)).toBe('faulted');
    expect(actor.getSnapshot().context.fault?.beat).toBe('store');
  });

  it('broken off in the middle: the work ends, the data key is erased, nothing is kept, and it can be asked again', async () => {
    const world = fakeWorld();
    world.holdBulk = true;
    const actor = encryptActor(world);
    await toEnd(actor, (name) => name === 'returned');
    actor.send({ type: 'NEXT' });
    await waitFor(actor, (s) => s.hasTag('bulk') && s.context.progress?.done === 5);
    actor.send({ type: 'STOP' });
    await waitFor(actor, (s) => s.hasTag('end'));
    const run = runOf(actor.getSnapshot().context);
    expect(run.beats.at(-1)).toMatchObject({ id: 'encrypt', outcome: 'ended' });
    expect(run.fault).toBeUndefined();
    expect(run.progress).toEqual({ done: 5, total: 11 });
    expect(await world.objects()).toEqual([]);
    for (const handed of world.handedOut) expect(handed).toEqual(new Uint8Array(32));
    world.holdBulk = false;
    actor.send({ type: 'RETRY' });
    expect((await toEnd(actor)).at(-1)).toBe('check');
  });

  it('left in the middle of the work: the work ends too', async () => {
    const world = fakeWorld();
    world.holdBulk = true;
    let signal: AbortSignal | undefined;
    const seal = world.seal.bind(world);
    world.seal = (source, watch) => {
      signal = watch?.signal;
      return seal(source, watch);
    };
    const actor = encryptActor(world);
    await toEnd(actor, (name) => name === 'returned');
    actor.send({ type: 'NEXT' });
    await waitFor(actor, (s) => s.hasTag('bulk'));
    actor.send({ type: 'LEAVE' });
    expect(signal?.aborted).toBe(true);
    for (const handed of world.handedOut) expect(handed).toEqual(new Uint8Array(32));
  });

  it('wipes on LEAVE', async () => {
    const world = fakeWorld();
    const actor = encryptActor(world);
    await toEnd(actor, (name) => name === 'returned');
    actor.send({ type: 'LEAVE' });
    expect(world.handedOut).toEqual([new Uint8Array(32)]);
    expect(actor.getSnapshot().context.dataKey).toBeUndefined();
  });
});

describe('envelopeDecrypt', () => {
  it('walks its beats in order and compares length and SHA-256', async () => {
    const world = fakeWorld();
    const actor = await decryptActor(world);
    expect(await toEnd(actor)).toEqual(['ready', ...decryptBeats]);
    const run = runOf(actor.getSnapshot().context);
    expect(world.calls.map(({ operation, input }) => [operation, Object.keys(input)])).toEqual([
      ['Decrypt', ['CiphertextBlob', 'EncryptionContext']],
    ]);
    expect(factsIn(run, 'plaintext')).toMatchObject({ byteLength: 11, wantedLength: 11, equal: true });
    expect(factsIn(run, 'request')?.sentBytes).toBe(184);
    for (const handed of world.handedOut) expect(handed).toEqual(new Uint8Array(32));
  });

  it.each([
    ['disabled', 'gates', ['ready', 'take', 'request', 'stopped']],
    ['denied', 'gates', ['ready', 'take', 'request', 'stopped']],
    ['wrongContext', 'vault', ['ready', 'take', 'request', 'gates', 'stopped']],
  ] as const)('%s: stops at %s', async (why, beat, path) => {
    const world = fakeWorld();
    const actor = await decryptActor(world);
    world.refuse['Decrypt'] = refusals[why];
    expect(await toEnd(actor)).toEqual(path);
    expect(runOf(actor.getSnapshot().context).stop).toMatchObject({ beat, stage: refusals[why]?.stage });
  });

  it('is not equal when another file comes back', async () => {
    const world = fakeWorld();
    const object = await sealed(world);
    const actor = createActor(envelope, {
      input: { scene: 'envelopeDecrypt', world, setting: fakeSetting, object, wantedSha256: '00'.repeat(32) },
    }).start();
    await toEnd(actor);
    expect(factsIn(runOf(actor.getSnapshot().context), 'plaintext')?.equal).toBe(false);
  });

  it('broken off while it decrypts: no plaintext, and the data key is erased', async () => {
    const world = fakeWorld();
    const actor = await decryptActor(world);
    world.holdBulk = true;
    await toEnd(actor, (name) => name === 'returned');
    actor.send({ type: 'NEXT' });
    await waitFor(actor, (s) => s.hasTag('bulk'));
    actor.send({ type: 'STOP' });
    await waitFor(actor, (s) => s.hasTag('end'));
    expect(runOf(actor.getSnapshot().context).beats.at(-1)).toMatchObject({
      id: 'decrypt',
      outcome: 'ended',
    });
    expect(actor.getSnapshot().context.body).toBeUndefined();
    for (const handed of world.handedOut) expect(handed).toEqual(new Uint8Array(32));
  });

  it('faults in decrypt when a frame does not open, and wipes the data key', async () => {
    const world = fakeWorld();
    const actor = await decryptActor(world);
    world.breakOpen = new Error('frame 3 was changed');
    expect((await toEnd(actor)).at(-1)).toBe('faulted');
    expect(actor.getSnapshot().context.fault).toEqual({ beat: 'decrypt', message: 'frame 3 was changed' });
    for (const handed of world.handedOut) expect(handed).toEqual(new Uint8Array(32));
  });
});
