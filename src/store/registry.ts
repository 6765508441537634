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
  /** It is being made, under its lock: what is found so without one is a remainder. */
  readonly making?: boolean | undefined;
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
