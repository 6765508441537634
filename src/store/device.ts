import type { Bytes, Device } from '../engine/index.ts';
import { gcm } from '@noble/ciphers/aes.js';

const nonceLength = 12;

const join = (nonce: Bytes, sealed: Uint8Array): Bytes => {
  const wrapped = new Uint8Array(nonce.length + sealed.length);
  wrapped.set(nonce);
  wrapped.set(sealed, nonce.length);
  return wrapped;
};

const checkNonce = (nonce: Bytes): void => {
  if (nonce.length !== nonceLength)
    throw new RangeError(`"nonce" expected ${nonceLength} bytes, got length=${nonce.length}`);
};

/** AES-256-GCM under a key that the platform keeps; wrapped = nonce, ciphertext, tag. */
export const platformDevice = (key: CryptoKey): Device => ({
  async wrap(plain, nonce) {
    checkNonce(nonce);
    return join(
      nonce,
      new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, plain)),
    );
  },
  async unwrap(wrapped) {
    const iv = wrapped.subarray(0, nonceLength);
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, wrapped.subarray(nonceLength)),
    );
  },
});

/** The same with a key held in memory: also where there is no `crypto.subtle` (a page opened as a file). */
export const rawDevice = (key: Bytes): Device => ({
  wrap(plain, nonce) {
    checkNonce(nonce);
    return Promise.resolve(join(nonce, gcm(key, nonce).encrypt(plain)));
  },
  unwrap(wrapped) {
    return Promise.resolve().then(
      // A fresh array: the cipher's own type does not say that no other thread shares it.
      () => new Uint8Array(gcm(key, wrapped.subarray(0, nonceLength)).decrypt(wrapped.subarray(nonceLength))),
    );
  },
});

/** A device key that no script can read. */
export const makePlatformKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
