/** A long piece of work: it can be watched and stopped, and others get their turn meanwhile. */
export class Job {
  readonly #told: (done: number, total: number) => void;
  #cancelled = false;
  #done = 0;
  #total = 0;
  #lastTold = 0;
  #lastBreath = performance.now();

  constructor(told: (done: number, total: number) => void = () => undefined) {
    this.#told = told;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  /** So many records and entries more are to be gone through. */
  expect(more: number): void {
    this.#total += more;
  }

  /** @throws Cancelled */
  async did(n: number): Promise<void> {
    if (this.#cancelled) throw new Cancelled();
    this.#done += n;
    const now = performance.now();
    if (now - this.#lastTold > between) {
      this.#lastTold = now;
      this.#told(Math.min(this.#done, this.#total), this.#total);
    }
    // What waits on events alone (a store in memory) would never let anybody else in.
    if (now - this.#lastBreath < longestBreath) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#lastBreath = performance.now();
    if (this.#cancelled) throw new Cancelled();
  }
}

/** It was stopped; nothing of it is left. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor() {
    super('This was stopped.');
  }
}

/** OURS: milliseconds; often enough for a bar that moves. */
const between = 100;
/** OURS: milliseconds; half a frame. */
const longestBreath = 8;

/** Pages that grow while they come quickly, and shrink when they do not: entries may be of 1 KB or of 10 MB. */
export class PageSize {
  #n: number;
  readonly #most: number;
  #asked = 0;

  constructor(first: number, most: number) {
    this.#n = first;
    this.#most = most;
  }

  next(): number {
    const now = performance.now();
    if (this.#asked > 0) {
      const took = now - this.#asked;
      if (took < longestBreath) this.#n = Math.min(this.#most, this.#n * 2);
      else if (took > 3 * longestBreath) this.#n = Math.max(1, this.#n >> 1);
    }
    this.#asked = now;
    return this.#n;
  }
}
