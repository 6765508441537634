/** So many frames are under way at once: one is read while others are encrypted, and memory stays small. */
const ahead = 4;

interface Watch {
  readonly signal: AbortSignal | undefined;
  /** How many are finished, counted from the first without a gap. */
  readonly done: (count: number) => void;
}

/**
 * Runs `work` for 0 … n-1, a few at once, and gives the results in order. The first failure (the one with the smallest
 * number) rejects, and no further work begins; an aborted signal rejects with its reason.
 */
export async function inOrder<T>(
  n: number,
  work: (index: number) => Promise<T>,
  { signal, done }: Watch,
): Promise<T[]> {
  const results: T[] = [];
  const running: Promise<T>[] = [];
  let next = 0;
  while (results.length < n) {
    signal?.throwIfAborted();
    while (next < n && running.length < ahead) {
      const started = work(next++);
      // A failure is met when its turn comes; until then it must not count as unhandled.
      started.catch(() => undefined);
      running.push(started);
    }
    const [first] = running.splice(0, 1);
    if (first === undefined) throw new Error('nothing runs and results are missing');
    results.push(await first);
    done(results.length);
  }
  signal?.throwIfAborted();
  return results;
}
