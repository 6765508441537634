import { openGcm, sealGcm, type Bytes, type Device } from '../engine/index.ts';

const nonceLength = 12;
/** No additional data. */
const nothing: Bytes = new Uint8Array(0);

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
    return Promise.resolve(join(nonce, sealGcm(key, nonce, plain, nothing)));
  },
  unwrap(wrapped) {
    const plain = openGcm(key, wrapped.slice(0, nonceLength), wrapped.slice(nonceLength), nothing);
    return plain ? Promise.resolve(plain) : Promise.reject(new Error('it was not wrapped by this device'));
  },
});

/** A device key that no script can read. */
export const makePlatformKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
