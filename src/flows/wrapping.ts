import { isBlobFault, parseBlob, type CallRequest, type WorldApi } from '../client/index.ts';
import { bytesMember } from './context.ts';
import type { BlobStretch, Story, StoryMemo } from './story.ts';
import { storyAdmin, storyRegion } from './storyWorld.ts';
import type { Bytes, KeyArn } from './run.ts';

/**
 * How a data key is wrapped inside the HSM: the domain key opens the key material, a key is derived from it for one call,
 * the encryption context is authenticated with it. Then the key is rotated, the old blob is opened all the same, and one
 * byte of it is flipped to see which check fails.
 */

const blobOf = (memo: StoryMemo, name: string): Bytes => {
  const blob = memo.blobs[name];
  if (!blob)
    throw new Error(`"${name}" expected a ciphertext blob, got none: the call that makes it was refused`);
  return blob;
};
/** Takes the wrapped copy and overwrites the other one: nothing here needs the plaintext. */
const takeBlob = (name: string) => (memo: StoryMemo, output: Readonly<Record<string, unknown>>) => {
  bytesMember(output, 'Plaintext').fill(0);
  return { blobs: { ...memo.blobs, [name]: bytesMember(output, 'CiphertextBlob') } };
};
const forget = (_memo: StoryMemo, output: Readonly<Record<string, unknown>>) => {
  bytesMember(output, 'Plaintext').fill(0);
  return {};
};
const generate = (memo: StoryMemo) => ({
  operation: 'GenerateDataKey',
  input: { KeyId: memo.keyArn, KeySpec: 'AES_256', EncryptionContext: memo.choices.encryptionContext },
});
const decrypt = (name: string) => (memo: StoryMemo) => ({
  operation: 'Decrypt',
  input: { CiphertextBlob: blobOf(memo, name), EncryptionContext: memo.choices.decryptContext },
});

/** The same bytes but for one, whose lowest bit is turned. */
export function flipped(bytes: Bytes, at: number): Bytes {
  const other = bytes.slice();
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

export async function makeKey(world: WorldApi, alias: string): Promise<KeyArn> {
  const call = async (operation: string, input: CallRequest['input']) => {
    const { result } = await world.call({ operation, input, principal: storyAdmin, region: storyRegion });
    if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
    return result.output;
  };
  // The answer's own member; a change of its shape breaks here and nowhere else.
  const { Arn, KeyId } = (await call('CreateKey', {}))['KeyMetadata'] as { Arn: KeyArn; KeyId: string };
  await call('CreateAlias', { AliasName: alias, TargetKeyId: KeyId });
  return Arn;
}

export const wrapping: Story = {
  name: 'wrapping',
  principal: storyAdmin,
  region: storyRegion,
  choices: {
    encryptionContext: { app: 'payroll' },
    decryptContext: { app: 'payroll' },
    // In the tag of a 184-byte blob: the plainest failure of all.
    flipAt: 175,
    waitingDays: 7,
  },
  prepare: (world) => makeKey(world, 'alias/payroll'),
  acts: [
    {
      id: 'wrap',
      kind: 'call',
      request: generate,
      took: takeBlob('first'),
      keeps: { CiphertextBlob: 'first' },
    },
    {
      id: 'rotate',
      kind: 'call',
      request: ({ keyArn }) => ({ operation: 'RotateKeyOnDemand', input: { KeyId: keyArn } }),
    },
    { id: 'rotated', kind: 'advance', by: () => ({ seconds: 60 }), said: 'a minute later' },
    {
      id: 'wrapAgain',
      kind: 'call',
      request: generate,
      took: takeBlob('second'),
      keeps: { CiphertextBlob: 'second' },
    },
    { id: 'openOld', kind: 'call', request: decrypt('first'), took: forget },
    {
      id: 'flip',
      kind: 'bytes',
      change: (memo) => ({
        blobs: { ...memo.blobs, flipped: flipped(blobOf(memo, 'first'), memo.choices.flipAt) },
      }),
    },
    { id: 'openFlipped', kind: 'call', request: decrypt('flipped'), took: forget },
    { id: 'openWhole', kind: 'call', request: decrypt('first'), took: forget },
  ],
};

/** The fields of a blob as KMS reads them; undefined when it cannot. */
export function stretchesOf(blob: Bytes): readonly BlobStretch[] | undefined {
  const parsed = parseBlob(blob);
  if (isBlobFault(parsed)) return undefined;
  return parsed.fields.map(({ name, offset, length }) => ({ name, from: offset, to: offset + length }));
}
