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
  readonly told: Promise<void>;
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
    const { promise: told, resolve: kept, reject: lost } = promised();
    this.#waiting.push({ steps, answer, told, kept, lost });
    this.#flight ??= this.#fly();
    return told;
  }

  /** Everything added until now is on disk or taken back. */
  async settled(): Promise<void> {
    while (this.#flight) await this.#flight;
  }

  async #fly(): Promise<void> {
    try {
      for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#send(batch);
    } finally {
      this.#flight = undefined;
    }
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const entries: Entry[] = [];
    const answers: KeptAnswer[] = [];
    for (const { steps, answer } of batch) {
      for (const { entry } of steps) entries.push(entry);
      if (answer) answers.push(answer);
    }
    try {
      await this.#journal.append(entries, answers);
    } catch (error) {
      this.#lose([...batch, ...this.#take()], error);
      return;
    }
    for (const waiting of batch) {
      for (const step of waiting.steps) this.#hooks.committed(step);
      waiting.kept();
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
    for (const { told, lost } of all) {
      // The caller may hear of it only after something else; the world's subscribers hear in any case.
      told.catch(() => undefined);
      lost(fault);
    }
  }
}

function promised() {
  let resolve: () => void = () => undefined;
  let reject: (why: StorageFault) => void = resolve;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
