import { describe, expect, it } from 'vitest';
import { createActor, waitFor, type AnyActorRef } from 'xstate';
import { openLab, type SealedObject, type WorldApi } from '../client/index.ts';
import {
  envelope,
  factsIn,
  runOf,
  sha256OfBlob,
  type Deed,
  type EncryptionContext,
  type KeyArn,
  type PrincipalArn,
  type Region,
  type Setting,
} from './index.ts';

/** The flows on the real world: what the machines claim is what the engine answered. */

const admin = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const alice = 'arn:aws:iam::111122223333:user/Alice' as PrincipalArn;
const region = 'us-east-1' as Region;
const body = new Blob([new Uint8Array(3 * 1024 * 1024 + 5).fill(3)]);

async function open() {
  const lab = await openLab({ store: 'memory' });
  const world = lab.main;
  const made = await world.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!made.result.ok) throw new Error(made.result.refusal.message);
  const metadata = made.result.output['KeyMetadata'] as { Arn: KeyArn; KeyId: string };
  await world.call({
    operation: 'CreateAlias',
    input: { AliasName: 'alias/payroll', TargetKeyId: metadata.KeyId },
    principal: admin,
    region,
  });
  const setting: Setting = {
    region,
    principal: admin,
    keyId: 'alias/payroll',
    keyArn: metadata.Arn,
    encryptionContext: { app: 'payroll' },
    file: { name: 'payroll.bin', mediaType: 'application/octet-stream', byteLength: body.size },
  };
  return { world, setting };
}

async function toEnd(actor: AnyActorRef): Promise<void> {
  for (let i = 0; i < 30; i += 1) {
    const snapshot = await waitFor(actor, (s) => s.hasTag('waiting') || s.hasTag('end'), { timeout: 15_000 });
    if (snapshot.hasTag('end')) return;
    actor.send({ type: 'NEXT' });
  }
}
async function encrypt(world: WorldApi, setting: Setting) {
  const actor = createActor(envelope, { input: { scene: 'envelopeEncrypt', world, setting, body } }).start();
  await toEnd(actor);
  return runOf(actor.getSnapshot().context);
}
async function decrypt(world: WorldApi, setting: Setting, object: SealedObject, deed?: Deed) {
  const actor = createActor(envelope, {
    input: { scene: 'envelopeDecrypt', world, setting, object, wantedSha256: await sha256OfBlob(body) },
  }).start();
  if (deed) {
    actor.send({ type: 'BREAK', deed });
    await waitFor(actor, (s) => s.context.deeds.length === 1);
  }
  await toEnd(actor);
  return { run: runOf(actor.getSnapshot().context), body: actor.getSnapshot().context.body };
}

describe('the envelope flows on the real world', () => {
  it('seals a file and opens it again, byte-equal, KMS seeing none of it', async () => {
    const { world, setting } = await open();
    const run = await encrypt(world, setting);
    expect(run.fault).toBeUndefined();
    expect(run.stop).toBeUndefined();
    expect(factsIn(run, 'returned')?.wrappedKey?.length).toBe(184);
    expect(factsIn(run, 'erase')).toMatchObject({ byteLength: 32, zeroed: true });
    expect(factsIn(run, 'check')).toMatchObject({ whole: true });
    const [object] = await world.objects();
    if (!object) throw new Error('nothing is stored');
    expect(object.sealedLength).toBe((await world.sealedBytes(object.id)).size);

    const opened = await decrypt(world, setting, object);
    expect(factsIn(opened.run, 'plaintext')).toMatchObject({ equal: true, byteLength: body.size });
    expect(await opened.body?.arrayBuffer()).toEqual(await body.arrayBuffer());
    expect(factsIn(opened.run, 'request')?.trail[0]?.eventName).toBe('Decrypt');
    await world.close();
  });

  it.each<[string, Deed, string, string]>([
    ['DisableKey half-way', { kind: 'disableKey', as: admin }, 'DisabledException', 'keyState'],
    [
      'somebody without permission',
      { kind: 'principal', principal: alice },
      'AccessDeniedException',
      'authorize',
    ],
    [
      'another context',
      { kind: 'context', encryptionContext: { app: 'other' } as EncryptionContext },
      'InvalidCiphertextException',
      'operation',
    ],
  ])('%s stops where KMS refused', async (_, deed, refused, stage) => {
    const { world, setting } = await open();
    const object = factsIn(await encrypt(world, setting), 'store')?.object;
    if (!object) throw new Error('nothing is stored');
    const { run } = await decrypt(world, setting, object, deed);
    expect(run.stop).toMatchObject({ stage, refusal: { refused } });
    await world.close();
  });
});
