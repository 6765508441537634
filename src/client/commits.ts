import type { Trace } from '../engine/index.ts';
import { SeqConflict, type Entry, type Journal, type KeptAnswer } from '../store/index.ts';

/** The step happened, but could not be kept, and was taken back: nothing of it is left. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
  constructor(why: unknown) {
    super(
      `This step could not be saved and was taken back: ${why instanceof Error ? why.message : String(why)}`,
      { cause: why },
    );
  }
}

/** A step that is applied and waits for the disk. */
export interface Applied {
  readonly entry: Entry;
  readonly trace: Trace | undefined;
}

/** Steps that are kept together or not at all, with what their request was answered. */
interface Waiting {
  readonly steps: readonly Applied[];
  readonly answer: KeptAnswer | undefined;
  readonly kept: () => void;
  readonly lost: (fault: StorageFault) => void;
}

export interface CommitHooks {
  committed(step: Applied): void;
  /** Takes back steps that were applied and not kept, newest first. `head`: where the journal stands, if it is elsewhere. */
  reverse(steps: readonly Applied[], fault: StorageFault, head: number | undefined): void;
}

/**
 * Group commit: while one transaction is on its way, the steps that come meanwhile wait and share the next. A lone step
 * goes at once.
 */
export class Commits {
  readonly #journal: Journal;
  readonly #hooks: CommitHooks;
  #waiting: Waiting[] = [];
  #flight: Promise<void> | undefined;

  constructor(journal: Journal, hooks: CommitHooks) {
    this.#journal = journal;
    this.#hooks = hooks;
  }

  /** Resolves when the steps are on disk, rejects with {@link StorageFault} when they were taken back. */
  add(steps: readonly Applied[], answer?: KeptAnswer): Promise<void> {
    const kept = new Promise<void>((resolve, reject) =>
      this.#waiting.push({ steps, answer, kept: resolve, lost: reject }),
    );
    // The caller may hear of it only after something else; the world's subscribers hear in any case.
    kept.catch(() => undefined);
    this.#flight ??= this.#fly().finally(() => (this.#flight = undefined));
    return kept;
  }

  /** Everything added until now is on disk or taken back. */
  async settled(): Promise<void> {
    while (this.#flight) await this.#flight;
  }

  async #fly(): Promise<void> {
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      try {
        await this.#journal.append(
          batch.flatMap(({ steps }) => steps.map(({ entry }) => entry)),
          batch.flatMap(({ answer }) => answer ?? []),
        );
      } catch (error) {
        this.#lose([...batch, ...this.#take()], error);
        continue;
      }
      for (const waiting of batch) {
        for (const step of waiting.steps) this.#hooks.committed(step);
        waiting.kept();
      }
    }
  }

  #take(): Waiting[] {
    const batch = this.#waiting;
    this.#waiting = [];
    return batch;
  }

  /** Later steps may stand on those that failed, so all of them go. */
  #lose(all: readonly Waiting[], error: unknown): void {
    const fault = new StorageFault(error);
    const steps = all.flatMap((waiting) => waiting.steps);
    this.#hooks.reverse(steps.toReversed(), fault, error instanceof SeqConflict ? error.head : undefined);
    for (const waiting of all) waiting.lost(fault);
  }
}
