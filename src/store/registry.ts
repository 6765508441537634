import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** One world as the list of worlds knows it; the world itself is in a database of its own. */
export interface WorldRow {
  readonly id: string;
  readonly name: string;
  readonly template: string | undefined;
  /** What its template was begun with, so that it can be begun again. */
  readonly seed: string | undefined;
  readonly now: string | undefined;
  /** Wall clock, milliseconds. */
  readonly created: number;
  readonly lastOpened: number;
  /** Name of its database. */
  readonly database: string;
  /** When it was deleted: the database is still there until the row is removed. */
  readonly deleted: number | undefined;
}

/** The list of worlds. */
export interface Registry {
  list(): Promise<readonly WorldRow[]>;
  put(row: WorldRow): Promise<void>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

export class MemoryRegistry implements Registry {
  readonly #rows = new Map<string, WorldRow>();

  list(): Promise<readonly WorldRow[]> {
    return Promise.resolve([...this.#rows.values()]);
  }
  put(row: WorldRow): Promise<void> {
    this.#rows.set(row.id, row);
    return Promise.resolve();
  }
  remove(id: string): Promise<void> {
    this.#rows.delete(id);
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Schema extends DBSchema {
  worlds: { key: string; value: WorldRow };
}

/** In a small database of its own, so that the list can be read without opening a world. */
export class IdbRegistry implements Registry {
  readonly #name: string;
  #database: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(name = 'kms-lab-worlds') {
    this.#name = name;
  }

  async list(): Promise<readonly WorldRow[]> {
    return (await this.#open()).getAll('worlds');
  }
  async put(row: WorldRow): Promise<void> {
    await (await this.#open()).put('worlds', row);
  }
  async remove(id: string): Promise<void> {
    await (await this.#open()).delete('worlds', id);
  }
  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await database?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const forget = () => (this.#database = undefined);
    return (this.#database ??= openDB<Schema>(this.#name, 1, {
      upgrade: (database) => void database.createObjectStore('worlds', { keyPath: 'id' }),
      blocking: (_current, _blocked, event) => {
        forget();
        (event.target as IDBDatabase).close(); // the event's target is the connection (Indexed Database API §2.1)
      },
      terminated: () => void forget(),
    }).catch((error: unknown) => {
      forget();
      throw error;
    }));
  }
}
