import type { Kept } from '../api.ts';
import { StorageFault } from '../commits.ts';
import type { World } from '../world.ts';

/** Where a step failed to be kept for want of room or of a database, not because somebody else writes. */
export const isFull = (error: unknown): boolean => {
  const cause: unknown = error instanceof StorageFault ? error.cause : undefined;
  return cause instanceof Error
    ? !/^(SeqConflict|WriterLost)$/.test(cause.name)
    : cause instanceof DOMException;
};

/** Another tab writes: nothing of the step was kept. */
export const isClaimed = (error: unknown): boolean => {
  const cause: unknown = error instanceof StorageFault ? error.cause : error;
  return cause instanceof Error && cause.name === 'WriterLost';
};

const reasonOf = (error: unknown): string => {
  const cause: unknown = error instanceof StorageFault ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.message !== '') return cause.message;
  // Chromium says nothing more than the name.
  return cause.name === 'QuotaExceededError'
    ? 'The room that the browser gives this page is used up.'
    : cause.name;
};

export interface RefugeHooks {
  readonly where: Kept['where'];
  readonly world: () => World | undefined;
  /** Work goes on in this one. */
  readonly enter: (world: World) => void;
  readonly kept: (kept: Kept) => void;
}

/** When the store fails, work goes on in memory, in a fork of the world that cannot be written. */
export class Refuge {
  readonly #hooks: RefugeHooks;
  #full: World | undefined;
  #fleeing: Promise<boolean> | undefined;

  constructor(hooks: RefugeHooks) {
    this.#hooks = hooks;
  }

  /** Set while work goes on in memory: the world whose store failed. */
  get full(): World | undefined {
    return this.#full;
  }

  /** Whether work goes on in memory now. */
  flee(error: unknown): Promise<boolean> {
    const world = this.#hooks.world();
    if (this.#full || !world || this.#hooks.where === 'memory')
      return Promise.resolve(this.#full !== undefined);
    return (this.#fleeing ??= (async () => {
      try {
        const fork = await world.fork();
        this.#full = world;
        this.#hooks.enter(fork);
      } catch {
        return false;
      } finally {
        this.#fleeing = undefined;
      }
      this.#hooks.kept({ where: 'memory', why: reasonOf(error) });
      return true;
    })());
  }

  /** Writes what was done in memory to the store after all. False: there was nothing to write. */
  async goBack(): Promise<boolean> {
    const [full, fork] = [this.#full, this.#hooks.world()];
    if (!full || !fork) return false;
    try {
      await fork.giveTo(full);
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
    this.#full = undefined;
    this.#hooks.enter(full);
    await fork.close();
    this.#hooks.kept({ where: this.#hooks.where });
    return true;
  }
}
