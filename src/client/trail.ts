import type { Entry } from '../store/index.ts';
import type { TrailLine } from './api.ts';
import type { History } from './history/history.ts';
import type { Traces } from './traces.ts';

/**
 * Lines of the event list, newest first, at least `n` while there are any: the events of one entry are never parted, so
 * that the seq of the last line is the right `before` of the next page.
 */
export async function readTrail(
  history: History,
  traces: Traces,
  { before, n = 100 }: { readonly before?: number | undefined; readonly n?: number | undefined },
): Promise<readonly TrailLine[]> {
  const lines: TrailLine[] = [];
  // Events of a branch that was left did not happen.
  for await (const entry of history.path(
    before === undefined ? undefined : await history.position(before - 1),
  )) {
    lines.push(...linesOf(entry, traces));
    if (lines.length >= n) break;
  }
  return lines;
}

const linesOf = ({ seq, events, traceId }: Entry, traces: Traces): readonly TrailLine[] =>
  events.toReversed().map((event) => ({
    seq,
    event,
    trace: traceId !== undefined && traces.get(traceId) ? traceId : undefined,
  }));
