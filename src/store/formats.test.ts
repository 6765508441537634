import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ref, under, type AccountId, type KeyRec, type Region } from '../engine/index.ts';
import { IdbStore } from './index.ts';

/* Databases as released versions left them, kept in test/fixtures/formats, are opened by this one. */

interface Kept {
  readonly version: number;
  readonly stores: Readonly<
    Record<
      string,
      {
        readonly keyPath: string | null;
        readonly indexes: readonly {
          readonly name: string;
          readonly keyPath: string;
          readonly multiEntry: boolean;
        }[];
        readonly rows: readonly { readonly key?: string; readonly value: unknown }[];
      }
    >
  >;
}

const keptFile = (name: string): Kept =>
  JSON.parse(
    readFileSync(new URL(`../../test/fixtures/formats/${name}`, import.meta.url), 'utf8'),
    (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('$bytes' in value)) return value;
      // The encryption context of the kept story looks like this too, and is no base64 of bytes.
      return value.$bytes === 'AAAA' ? value : new Uint8Array(Buffer.from(String(value.$bytes), 'base64'));
    },
  ) as Kept;

/** The device key with which the kept database was made. */
const deviceKey = () =>
  crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, ['encrypt', 'decrypt']);

async function lay(name: string, { version, stores }: Kept): Promise<void> {
  const device = await deviceKey();
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const [store, { keyPath, indexes }] of Object.entries(stores)) {
        const made = request.result.createObjectStore(store, keyPath === null ? {} : { keyPath });
        for (const index of indexes)
          made.createIndex(index.name, index.keyPath, { multiEntry: index.multiEntry });
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('not opened'));
  });
  const tx = database.transaction(Object.keys(stores), 'readwrite');
  for (const [store, { rows }] of Object.entries(stores))
    for (const { key, value } of rows) {
      const isDevice = typeof value === 'object' && value !== null && '$deviceKey' in value;
      tx.objectStore(store).put(isDevice ? device : value, key);
    }
  await new Promise((resolve) => (tx.oncomplete = resolve));
  database.close();
}

it.each([['store-1.json', 1]])(
  '%s is migrated: nothing is lost, and its keys still open',
  async (file, version) => {
    const kept = keptFile(file);
    expect(kept.version).toBe(version);
    await lay(file, kept);
    const store = new IdbStore(file);
    const entries = kept.stores['entries']?.rows.length ?? 0;
    expect(await store.open()).toEqual({ format: 2, seq: entries, floor: 0 });
    expect(await store.entries({ n: 99 })).toHaveLength(entries);
    expect(await store.range('ref', { prefix: '', n: 999 })).toHaveLength(
      kept.stores['records']?.rows.length ?? 0,
    );
    const [key] = await store.range('ref', {
      prefix: under.keys('111122223333' as AccountId, 'us-east-1' as Region),
      n: 1,
    });
    expect((key?.rec as KeyRec | undefined)?.Description).toBe('kept');
    const [domainKey] = await store.get([ref.domainKey('us-east-1' as Region)]);
    const { wrapped } = domainKey as { readonly wrapped: Uint8Array<ArrayBuffer> };
    expect(await (await store.device()).unwrap(wrapped)).toHaveLength(32);
    await store.append([], [{ once: 'new', seq: 1, sealed: new Uint8Array([1]) }]);
    expect(await store.answer('new')).toBeDefined();
    await store.close();
  },
);
