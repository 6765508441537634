/*
 * What a learner did: small events that are only ever added, and a few named values. Apart from the worlds: it outlives
 * them all. A dozen requests of plain IndexedDB; `idb` stays with the world's store.
 */

/** Cloneable, with an id of its own. */
export interface StudyRow {
  readonly id: string;
}

export interface StudyStore {
  readonly kind: 'memory' | 'indexeddb';
  /** Resolved means: on disk. A row whose id is there already is left as it is. */
  add(rows: readonly StudyRow[]): Promise<void>;
  /** In the order of their ids. */
  rows(): Promise<readonly StudyRow[]>;
  /** Resolved means: on disk. `undefined` forgets. */
  keep(name: string, value: unknown): Promise<void>;
  kept(name: string): Promise<unknown>;
  /** Forgets everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export class MemoryStudyStore implements StudyStore {
  readonly kind = 'memory';
  readonly #rows = new Map<string, StudyRow>();
  readonly #kept = new Map<string, unknown>();

  add(rows: readonly StudyRow[]): Promise<void> {
    for (const row of structuredClone(rows)) if (!this.#rows.has(row.id)) this.#rows.set(row.id, row);
    return Promise.resolve();
  }
  rows(): Promise<readonly StudyRow[]> {
    return Promise.resolve(
      structuredClone([...this.#rows.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))),
    );
  }
  keep(name: string, value: unknown): Promise<void> {
    if (value === undefined) this.#kept.delete(name);
    else this.#kept.set(name, structuredClone(value));
    return Promise.resolve();
  }
  kept(name: string): Promise<unknown> {
    return Promise.resolve(structuredClone(this.#kept.get(name)));
  }
  clear(): Promise<void> {
    this.#rows.clear();
    this.#kept.clear();
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'));
  });
const done = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB stopped the transaction'));
  });

class IdbStudyStore implements StudyStore {
  readonly kind = 'indexeddb';
  constructor(private readonly database: IDBDatabase) {
    // Another tab wants a newer version, or to delete it: never stand in the way.
    database.onversionchange = () => database.close();
  }

  /** An answer is on disk before the next question shows: `strict`, as for the journal of a world. */
  async #write(name: 'rows' | 'kept', act: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = this.database.transaction(name, 'readwrite', { durability: 'strict' });
    act(transaction.objectStore(name));
    await done(transaction);
  }

  add(rows: readonly StudyRow[]): Promise<void> {
    return this.#write('rows', (store) => {
      for (const row of rows) {
        // Deliberately not put: what is there was acknowledged and is never rewritten.
        const request = store.add(row);
        request.onerror = (event) => {
          if (request.error?.name !== 'ConstraintError') return;
          event.preventDefault();
          event.stopPropagation();
        };
      }
    });
  }
  async rows(): Promise<readonly StudyRow[]> {
    // OURS: only `add` writes here.
    return (await answered(
      this.database.transaction('rows').objectStore('rows').getAll(),
    )) as readonly StudyRow[];
  }
  keep(name: string, value: unknown): Promise<void> {
    return this.#write('kept', (store) => {
      if (value === undefined) store.delete(name);
      else store.put(value, name);
    });
  }
  kept(name: string): Promise<unknown> {
    return answered<unknown>(this.database.transaction('kept').objectStore('kept').get(name));
  }
  async clear(): Promise<void> {
    await this.#write('rows', (store) => store.clear());
    await this.#write('kept', (store) => store.clear());
  }
  close(): Promise<void> {
    this.database.close();
    return Promise.resolve();
  }
}

/** Memory where there is no IndexedDB, or it does not open: a private window still lets one learn. */
export async function openStudyStore(name = 'kms-lab-study'): Promise<StudyStore> {
  if (typeof indexedDB === 'undefined') return new MemoryStudyStore();
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('rows', { keyPath: 'id' });
      request.result.createObjectStore('kept');
    };
    return new IdbStudyStore(await answered(request));
  } catch {
    return new MemoryStudyStore();
  }
}
