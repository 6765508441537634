export interface PulseTimes {
  /** Milliseconds between two questions. */
  readonly beat: number;
  /** Milliseconds without an answer after which the writer counts as silent. */
  readonly patience: number;
}

/**
 * OURS: long enough for the slowest single step of ours (a seeded RSA 4096 pair, computed in one go), short enough that
 * nobody believes the page is broken.
 */
export const pulseTimes: PulseTimes = { beat: 1000, patience: 8000 };

/** Watches, while something is wanted of the tab that writes, whether it lives. */
export class Pulse {
  readonly #times: PulseTimes;
  readonly #ask: () => void;
  readonly #changed: (silent: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastBeat = 0;
  #deadline = 0;
  #silent = false;

  constructor(times: PulseTimes, ask: () => void, changed: (silent: boolean) => void) {
    this.#times = times;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Something is wanted. */
  watch(): void {
    if (this.#timer !== undefined) return;
    this.#lastBeat = Date.now();
    this.#deadline = this.#lastBeat + this.#times.patience;
    this.#next();
  }

  /** The writer said something. */
  heard(): void {
    this.#deadline = Date.now() + this.#times.patience;
    this.#tell(false);
  }

  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell(false);
  }

  #next(): void {
    this.#timer = setTimeout(() => this.#beat(), this.#times.beat);
  }

  #beat(): void {
    const now = Date.now();
    // This tab slept itself: what the others said meanwhile is still on its way.
    if (now - this.#lastBeat > 3 * this.#times.beat) this.#deadline = now + this.#times.patience;
    this.#lastBeat = now;
    if (now >= this.#deadline) this.#tell(true);
    this.#ask();
    this.#next();
  }

  #tell(silent: boolean): void {
    if (this.#silent === silent) return;
    this.#silent = silent;
    this.#changed(silent);
  }
}
