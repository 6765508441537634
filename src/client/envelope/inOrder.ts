/** So many pieces are under way at once: one is read while the other is encrypted, and memory stays small. */
const ahead = 2;

interface Watch {
  readonly signal: AbortSignal | undefined;
  /** How many are finished, counted from the first without a gap. */
  readonly done: (count: number) => void;
}

/**
 * Runs `work` for each item, a few at once, and gives the results in order. The first failure (that of the earliest
 * item) rejects, and no further work begins; an aborted signal rejects with its reason.
 */
export async function inOrder<I, T>(
  items: Iterable<I>,
  work: (item: I) => Promise<T>,
  { signal, done }: Watch,
): Promise<T[]> {
  const results: T[] = [];
  const running: Promise<T>[] = [];
  const finishOne = async (): Promise<void> => {
    for (const first of running.splice(0, 1)) results.push(await first);
    done(results.length);
  };
  for (const item of items) {
    if (running.length === ahead) await finishOne();
    signal?.throwIfAborted();
    const started = work(item);
    // A failure is met when its turn comes; until then it must not count as unhandled.
    started.catch(() => undefined);
    running.push(started);
  }
  while (running.length > 0) {
    await finishOne();
    signal?.throwIfAborted();
  }
  return results;
}
