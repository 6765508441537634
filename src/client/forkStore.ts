import type { Entry, Journal, KeptAnswer, ObjectRow, Shelf, StoredObject } from '../store/index.ts';

/**
 * Journal and shelf of a fork: what came before is the parent's, what comes after lives here, in memory, and is gone with
 * the fork.
 */
export class ForkStore implements Journal, Shelf {
  readonly #parent: Journal & Shelf;
  readonly #from: number;
  readonly #entries: Entry[] = [];
  readonly #answers = new Map<string, KeptAnswer>();
  readonly #removed = new Set<string>();
  /** Objects of the parent that are there from the fork's point of view. */
  readonly #inherited: Map<string, ObjectRow>;
  readonly #own = new Map<string, StoredObject>();

  /** `from`: the parent's head at the moment of forking, all on disk; `objects`: what its shelf held. */
  constructor(parent: Journal & Shelf, from: number, objects: readonly ObjectRow[]) {
    this.#parent = parent;
    this.#from = from;
    this.#inherited = new Map(objects.map((row) => [row.id, row]));
  }

  append(entries: readonly Entry[], answers: readonly KeptAnswer[] = []): Promise<void> {
    this.#entries.push(...entries);
    for (const answer of answers) this.#answers.set(answer.once, answer);
    return Promise.resolve();
  }

  async answer(once: string): Promise<KeptAnswer | undefined> {
    return this.#answers.get(once) ?? this.#parent.answer(once);
  }

  forgetAnswers(onces: readonly string[]): Promise<void> {
    for (const once of onces) this.#answers.delete(once);
    return Promise.resolve();
  }

  /** What happened here and nowhere else: for a parent that stands where it stood, to take over. */
  own(): {
    readonly entries: readonly Entry[];
    readonly answers: readonly KeptAnswer[];
    readonly objects: readonly StoredObject[];
    readonly removed: readonly string[];
  } {
    return {
      entries: this.#entries,
      answers: [...this.#answers.values()],
      objects: [...this.#own.values()],
      removed: [...this.#removed],
    };
  }

  async entries({
    before = Infinity,
    n,
  }: {
    readonly before?: number | undefined;
    readonly n: number;
  }): Promise<readonly Entry[]> {
    const own = this.#entries
      .filter(({ seq }) => seq < before)
      .slice(-n || this.#entries.length)
      .reverse();
    if (own.length >= n) return own.slice(0, n);
    const older = await this.#parent.entries({ before: Math.min(before, this.#from + 1), n: n - own.length });
    return [...own, ...older];
  }

  putObject(object: StoredObject): Promise<void> {
    this.#own.set(object.id, object);
    return Promise.resolve();
  }

  async getObject(id: string): Promise<StoredObject | undefined> {
    return this.#own.get(id) ?? (this.#inherited.has(id) ? this.#parent.getObject(id) : undefined);
  }

  listObjects(): Promise<readonly ObjectRow[]> {
    const own = [...this.#own.values()].map(({ id, meta }) => ({ id, meta }));
    return Promise.resolve([...this.#inherited.values(), ...own]);
  }

  removeObject(id: string): Promise<void> {
    this.#own.delete(id);
    if (this.#inherited.delete(id)) this.#removed.add(id);
    return Promise.resolve();
  }

  /** The parent is about to remove an object. */
  remember(object: StoredObject): void {
    if (this.#inherited.delete(object.id)) this.#own.set(object.id, object);
  }
}
