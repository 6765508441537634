import type { TrailEvent } from '../engine/index.ts';

/**
 * The trail of a world for its steps: read from the journal when first asked for, then added to by every step. A list that
 * has been given away only grows; after anything else, an undo for one, there is another list.
 */
export class TrailSoFar {
  #events: TrailEvent[] | undefined;
  /** Raised when a list is given up: one that is being read then is not kept. */
  #lives = 0;

  /** @param whole reads all of it, oldest first */
  async read(whole: () => Promise<readonly TrailEvent[]>): Promise<readonly TrailEvent[]> {
    if (this.#events) return this.#events;
    const life = this.#lives;
    const events = [...(await whole())];
    if (life === this.#lives) this.#events = events;
    return events;
  }

  add(events: readonly TrailEvent[]): void {
    for (const event of events) this.#events?.push(event);
  }

  forget(): void {
    this.#events = undefined;
    this.#lives += 1;
  }
}
