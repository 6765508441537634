import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { createLab, type Lab } from './lab.ts';

const principal = 'arn:aws:iam::111122223333:user/Admin';
const bytes = (text: string) => new TextEncoder().encode(text);

async function ask(
  lab: Lab,
  operation: string,
  input: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { result } = await lab.handle({ operation, input, principal });
  if (!result.ok) throw new Error(`${operation}: ${result.refusal.refused} ${result.refusal.message}`);
  return result.output;
}

it('a lab in IndexedDB is there again, and takes a snapshot although its device key cannot be read', async () => {
  const options = { store: 'indexeddb', databaseName: 'lab test' } as const;
  const first = await createLab(options);
  const { KeyMetadata } = await ask(first, 'CreateKey');
  const { KeyId } = KeyMetadata as { readonly KeyId: string };
  const { CiphertextBlob } = await ask(first, 'Encrypt', { KeyId, Plaintext: bytes('kept') });
  const credentials = await first.credentialsFor(principal);
  await first.close();

  const second = await createLab(options);
  expect(await ask(second, 'Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: bytes('kept') });
  expect(await second.credentialsFor(principal)).toEqual(credentials);
  const snapshot = JSON.parse(JSON.stringify(await second.snapshot())) as unknown;

  const inMemory = await createLab();
  await inMemory.restore(snapshot);
  expect(await ask(inMemory, 'Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: bytes('kept') });

  await ask(second, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await second.restore(snapshot);
  expect(await ask(second, 'Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: bytes('kept') });
  await second.close();
  const third = await createLab(options);
  expect(await third.credentialsFor(principal)).toEqual(credentials);
  expect(await ask(third, 'Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: bytes('kept') });
  await third.close();
});
