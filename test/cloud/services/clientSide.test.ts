import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/client/lab.ts';
import { fromBase64, openGcm, sealGcm, toBase64, utf8, type Bytes } from '../../../src/engine/index.ts';
import { makeKey } from '../house.ts';
import { admin, callsOf, kmsCallsOf, shop, spoil } from './kms.ts';

/*
 * Encryption on the client's side: the caller asks KMS in its own name, no service between, and S3 gets bytes of which it
 * knows nothing. The data key as KMS wrapped it lies in the metadata of the object.
 */

const { ask, call } = callsOf('s3');
const place = { Bucket: 'client-side', Key: 'letter' };
const EncryptionContext = { object: 'client-side/letter' };
const text = utf8('three crates, for your eyes only');
const nonce = new Uint8Array(12);

async function kms(lab: Lab, operation: string, input: object) {
  const { result } = await lab.handle({ operation, input: { ...input }, principal: admin });
  if (!result.ok) throw new Error(result.refusal.refused);
  return result.output as Readonly<Record<string, Bytes>>;
}

async function putSealed(lab: Lab, KeyId: string): Promise<void> {
  const { Plaintext, CiphertextBlob } = await kms(lab, 'GenerateDataKey', {
    ...{ KeyId, KeySpec: 'AES_256', EncryptionContext },
  });
  if (!Plaintext || !CiphertextBlob) throw new Error('KMS has made no data key');
  // One data key, one message: its nonce may be zero.
  const Body = sealGcm(Plaintext, nonce, text, utf8(JSON.stringify(EncryptionContext)));
  await ask(lab, 'PutObject', { ...place, Body, Metadata: { 'x-wrapped': toBase64(CiphertextBlob) } });
}

async function getOpened(lab: Lab): Promise<Bytes | undefined> {
  const { Body, Metadata } = await ask(lab, 'GetObject', place);
  const CiphertextBlob = fromBase64((Metadata as Readonly<Record<string, string>>)['x-wrapped'] ?? '');
  const { Plaintext } = await kms(lab, 'Decrypt', { CiphertextBlob, EncryptionContext });
  // As PutObject was given it.
  const sealed = Body as Bytes;
  return Plaintext && openGcm(Plaintext, nonce, sealed, utf8(JSON.stringify(EncryptionContext)));
}

describe('encryption on the client side', () => {
  it('KMS is asked by the caller itself, without a service; S3 asks nothing and knows nothing', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateBucket', { Bucket: place.Bucket });
    await putSealed(lab, key);
    expect(await getOpened(lab)).toEqual(text);
    const own = (await lab.trail()).filter(({ eventName }) => /^(GenerateDataKey|Decrypt)$/.test(eventName));
    expect(
      own.map(({ eventName, userIdentity }) => [eventName, userIdentity['arn'], userIdentity['invokedBy']]),
    ).toEqual([
      ['GenerateDataKey', admin, undefined],
      ['Decrypt', admin, undefined],
    ]);
    expect(await kmsCallsOf(lab, call('GetObject', place))).toEqual([]);
    const { Body } = await ask(lab, 'GetObject', place);
    expect(Body).not.toEqual(text);
  });

  it('without the key S3 still gives the bytes, and nobody reads them', async () => {
    const lab = await shop();
    const key = await makeKey(lab);
    await ask(lab, 'CreateBucket', { Bucket: place.Bucket });
    await putSealed(lab, key);
    await spoil(lab, key, 'disabled', 's3');
    expect(await ask(lab, 'GetObject', place)).toHaveProperty('Body');
    await expect(getOpened(lab)).rejects.toThrow('DisabledException');
  });
});
