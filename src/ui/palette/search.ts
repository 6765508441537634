export type Group =
  | 'key'
  | 'grant'
  | 'event'
  | 'principal'
  | 'scene'
  | 'lab'
  | 'question'
  | 'operation'
  | 'place'
  | 'world'
  | 'action'
  | 'help';

/** One thing that can be found. */
export interface Entry {
  readonly id: string;
  readonly group: Group;
  readonly label: string;
  readonly mono?: boolean | undefined;
  /** Said after it, searched too. */
  readonly detail?: string | undefined;
  /** More words to find it by, not shown. */
  readonly also?: string | undefined;
  readonly keys?: string | undefined;
  /** Why it is impossible now. */
  readonly off?: string | undefined;
  readonly run: () => void;
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

/**
 * How well an entry answers: every word must occur somewhere. The beginning of the label counts most, then the
 * beginning of one of its words (also inside `ScheduleKeyDeletion`), then anywhere, then what is said beside it.
 * Undefined: not at all.
 */
export function score(entry: Entry, query: string): number | undefined {
  const label = entry.label.toLowerCase();
  const parts = entry.label
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  const beside = `${entry.detail ?? ''} ${entry.also ?? ''}`.toLowerCase();
  let sum = 0;
  for (const word of wordsOf(query)) {
    if (label.startsWith(word)) sum += 8;
    else if (parts.some((part) => part.startsWith(word))) sum += 5;
    else if (label.includes(word)) sum += 3;
    else if (beside.includes(word)) sum += 1;
    else return undefined;
  }
  // Of two that answer alike, the shorter one is meant more often.
  return sum - label.length / 1000;
}

/** The best of each group, groups in the order of their best. Without a query: what is offered first. */
export function find(
  entries: readonly Entry[],
  query: string,
  perGroup: number,
): readonly { readonly group: Group; readonly entries: readonly Entry[]; readonly more: number }[] {
  const asked = wordsOf(query).length > 0;
  const groups = new Map<Group, { entry: Entry; points: number }[]>();
  for (const entry of entries) {
    const points = asked ? score(entry, query) : 0;
    if (points === undefined) continue;
    const list = groups.get(entry.group) ?? [];
    list.push({ entry, points });
    groups.set(entry.group, list);
  }
  return [...groups]
    .map(([group, found]) => ({ group, found: found.toSorted((a, b) => b.points - a.points) }))
    .toSorted((a, b) => (b.found[0]?.points ?? 0) - (a.found[0]?.points ?? 0))
    .map(({ group, found }) => ({
      group,
      entries: found.slice(0, perGroup).map(({ entry }) => entry),
      more: Math.max(0, found.length - perGroup),
    }));
}
