import type { WebCryptoCachingMaterialsManager } from '@aws-crypto/client-browser';

type Cache = WebCryptoCachingMaterialsManager['_cache'];

/**
 * The SDK's own cache, whose entries are as old as they are in virtual time. The manager that asks it looks at the wall
 * clock: an entry says that it was put there so long ago. How long a data key may serve is still the manager's decision,
 * and which one goes when there is no room the cache's.
 * @param now virtual seconds
 */
export function inVirtualTime(cache: Cache, now: () => number): Cache {
  const since = new WeakMap<object, number>();
  const aged = <E extends { readonly response: object }>(entry: E | false): E | false =>
    entry === false
      ? false
      : { ...entry, now: Date.now() - (now() - (since.get(entry.response) ?? now())) * 1000 };
  return {
    ...cache,
    // Without the age: the cache's own eviction goes by the wall clock too.
    putEncryptionMaterial(key, material, bytes) {
      since.set(material, now());
      cache.putEncryptionMaterial(key, material, bytes);
    },
    putDecryptionMaterial(key, material) {
      since.set(material, now());
      cache.putDecryptionMaterial(key, material);
    },
    getEncryptionMaterial: (key, bytes) => aged(cache.getEncryptionMaterial(key, bytes)),
    getDecryptionMaterial: (key) => aged(cache.getDecryptionMaterial(key)),
  };
}
