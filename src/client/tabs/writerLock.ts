import type { LocksLike } from './surroundings.ts';

export interface WriterLockHooks {
  /**
   * The lock is this tab's: it becomes the writer. `stolen` answers whether that is over already.
   * Resolves when the world can be written.
   */
  take(stolen: () => boolean): Promise<void>;
  /** Another tab took the lock while this one slept. */
  lost(): void;
  failed(error: Error): void;
}

/** The lock of one world, as one tab has it or waits for it. */
export class WriterLock {
  readonly #locks: LocksLike;
  readonly #name: string;
  readonly #hooks: WriterLockHooks;
  #line: AbortController | undefined;
  #release: () => void = () => undefined;
  #ended = false;

  constructor(locks: LocksLike, name: string, hooks: WriterLockHooks) {
    this.#locks = locks;
    this.#name = name;
    this.#hooks = hooks;
  }

  /** Whether it was free; then it is this tab's, and the world is open. */
  takeIfFree(): Promise<boolean> {
    return this.#request({ ifAvailable: true });
  }

  /** Stands in line for when the writer goes. */
  wait(): void {
    if (this.#ended || this.#line) return;
    this.#line = new AbortController();
    const { signal } = this.#line;
    this.#request({ signal }).catch((error: unknown) => {
      if (!this.#ended && !signal.aborted)
        this.#hooks.failed(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** Takes it away from whoever has it. Resolves when the world is open here. */
  async steal(): Promise<void> {
    this.#leaveLine();
    await this.#request({ steal: true });
  }

  end(): void {
    this.#ended = true;
    this.#release();
    this.#leaveLine();
  }

  #leaveLine(): void {
    this.#line?.abort();
    this.#line = undefined;
  }

  /** Resolves true when the lock is held and the world open, false when the lock was not to be had. */
  #request(options: Parameters<LocksLike['request']>[1]): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let held = false;
      let stolen = false;
      this.#locks
        .request(this.#name, options, async (lock) => {
          if (lock === null) return resolve(false);
          if (this.#ended) return;
          held = true;
          this.#line = undefined;
          await this.#hooks.take(() => stolen);
          resolve(true);
          if (!this.#ended && !stolen) await new Promise<void>((done) => (this.#release = done));
        })
        .catch((error: unknown) => {
          // "AbortError" while it was held: somebody stole it (Web Locks §3.2, "steal").
          if (!held || !isAbort(error))
            return reject(error instanceof Error ? error : new Error(String(error)));
          stolen = true;
          this.#hooks.lost();
        });
    });
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
