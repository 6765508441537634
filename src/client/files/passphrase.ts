import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { openGcm, sealGcm, utf8, type Bytes } from '../../engine/index.ts';

/*
 * A key from a passphrase: PBKDF2 with HMAC-SHA-256, then AES-256-GCM. 600,000 iterations: OWASP Password Storage Cheat
 * Sheet (2023) for PBKDF2-HMAC-SHA256.
 */

export const iterations = 600_000;
/** OURS: a file that asks for more would only keep the reader busy. */
export const mostIterations = 10_000_000;

const nonceLength = 12;
/** No additional data. */
const nothing: Bytes = new Uint8Array(0);

export interface Sealed {
  readonly iterations: number;
  readonly salt: Bytes;
  readonly nonce: Bytes;
  readonly sealed: Bytes;
}

/** The same passphrase is the same bytes on every keyboard (RFC 8265 §4.2.2: NFC). */
const bytesOf = (passphrase: string): Bytes => utf8(passphrase.normalize('NFC'));

async function keyOf(passphrase: string, salt: Bytes, rounds: number): Promise<Bytes> {
  // Pages opened as files may have no `crypto.subtle`.
  const subtle = (globalThis.crypto as { readonly subtle?: SubtleCrypto }).subtle;
  if (!subtle)
    return new Uint8Array(await pbkdf2Async(sha256, bytesOf(passphrase), salt, { c: rounds, dkLen: 32 }));
  const base = await subtle.importKey('raw', bytesOf(passphrase), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(
    await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, base, 256),
  );
}

export async function sealWith(passphrase: string, plain: Bytes): Promise<Sealed> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(nonceLength));
  const key = await keyOf(passphrase, salt, iterations);
  const sealed = sealGcm(key, nonce, plain, nothing);
  key.fill(0);
  return { iterations, salt, nonce, sealed };
}

/** Undefined when the passphrase is another one, or the bytes were changed: the two cannot be told apart. */
export async function openWith(
  passphrase: string,
  { iterations: rounds, salt, nonce, sealed }: Sealed,
): Promise<Bytes | undefined> {
  const key = await keyOf(passphrase, salt, rounds);
  const plain = nonce.length === nonceLength ? openGcm(key, nonce, sealed, nothing) : undefined;
  key.fill(0);
  return plain;
}
