import type { Entry, Journal } from '../store/index.ts';
import type { TrailLine } from './api.ts';
import type { Traces } from './traces.ts';

/**
 * Lines of the event list, newest first, at least `n` while there are any: the events of one entry are never parted, so
 * that the seq of the last line is the right `before` of the next page.
 */
export async function readTrail(
  journal: Journal,
  traces: Traces,
  { before, n = 100 }: { readonly before?: number | undefined; readonly n?: number | undefined },
): Promise<readonly TrailLine[]> {
  const lines: TrailLine[] = [];
  for (let end = before; lines.length < n;) {
    const entries = await journal.entries({ before: end, n });
    for (const entry of entries) if (lines.length < n) lines.push(...linesOf(entry, traces));
    end = entries.at(-1)?.seq;
    if (entries.length < n || end === undefined) break;
  }
  return lines;
}

const linesOf = ({ seq, events, traceId }: Entry, traces: Traces): readonly TrailLine[] =>
  events.toReversed().map((event) => ({
    seq,
    event,
    trace: traceId !== undefined && traces.get(traceId) ? traceId : undefined,
  }));
