import { DataKeyCache, purposeOf, type CacheLimits } from '../../cloud/caching/index.ts';
import { fromBase64, toBase64, type Bytes, type KeyArn } from '../../engine/index.ts';
import type { CallAnswer } from '../api.ts';
import type { Program } from './setting.ts';

/** A call of KMS by the run's principal. */
export type AskKms = (
  operation: 'GenerateDataKey' | 'Decrypt',
  input: Readonly<Record<string, unknown>>,
) => Promise<CallAnswer['result']>;

/**
 * What the Encryption SDK does, told in a few lines: a data key by GenerateDataKey, used as long as the limits allow; the
 * message is encrypted here with AES-GCM, its context bound to it.
 */
export function modelProgram(
  ask: AskKms,
  KeyId: KeyArn,
  limits: CacheLimits | undefined,
  now: () => number,
): Program {
  const cache = limits && new DataKeyCache<{ readonly key: Bytes; readonly wrappedKey: string }>(limits);
  return {
    async encrypt({ context, body }) {
      const purpose = purposeOf(context, undefined);
      let held = cache?.take(purpose, body.length, now());
      if (!held) {
        const output = answered(
          await ask('GenerateDataKey', { KeyId, NumberOfBytes: 32, EncryptionContext: context }),
        );
        held = { key: bytesOf(output['Plaintext']), wrappedKey: toBase64(bytesOf(output['CiphertextBlob'])) };
        cache?.put(purpose, held, body.length, now());
      }
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt(gcm(iv, context), await gcmKey(held.key), body);
      const bytes = new Uint8Array(12 + sealed.byteLength);
      bytes.set(iv);
      bytes.set(new Uint8Array(sealed), 12);
      return { bytes, context, wrappedKey: held.wrappedKey };
    },
    async decrypt({ bytes, context, wrappedKey }) {
      const purpose = purposeOf(context, wrappedKey);
      let held = cache?.take(purpose, 0, now(), 0);
      if (!held) {
        const CiphertextBlob = fromBase64(wrappedKey);
        const output = answered(await ask('Decrypt', { KeyId, CiphertextBlob, EncryptionContext: context }));
        held = { key: bytesOf(output['Plaintext']), wrappedKey };
        cache?.put(purpose, held, 0, now(), 0);
      }
      const opened = await crypto.subtle.decrypt(
        gcm(bytes.slice(0, 12), context),
        await gcmKey(held.key),
        bytes.slice(12),
      );
      return new Uint8Array(opened);
    },
    withContext: (sealed, context) => ({ ...sealed, context }),
    close() {},
  };
}

function answered(result: CallAnswer['result']): Readonly<Record<string, unknown>> {
  if (!result.ok) throw new Error(result.refusal.refused);
  return result.output;
}

const bytesOf = (value: unknown): Bytes => {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new Error(`expected bytes, got ${typeof value}`);
};

const gcm = (iv: Bytes, context: Readonly<Record<string, string>>): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData: new TextEncoder().encode(purposeOf(context, undefined)),
});
const gcmKey = (key: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
