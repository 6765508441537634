/*
 * Which lines two texts share, and which are the one's or the other's only: the shortest way from one to the other
 * (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
 */

/** A piece of a line; `changed` is what the line on the other side has not. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}
export interface DiffLine {
  /** Line number from 1. */
  readonly n: number;
  readonly pieces: readonly Piece[];
}
/** One row: the same line on both sides, one that became another, or one that only one side has. */
export type DiffRow =
  | { readonly kind: 'same' | 'changed'; readonly before: DiffLine; readonly after: DiffLine }
  | { readonly kind: 'removed'; readonly before: DiffLine; readonly after?: undefined }
  | { readonly kind: 'added'; readonly before?: undefined; readonly after: DiffLine };

/** Pairs of indices of lines that are kept, in order. */
function kept(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const most = a.length + b.length;
  /** For each diagonal the furthest place of `a`, one map for each number of edits. */
  const trail: ReadonlyMap<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= most; d++) {
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      const left = reach.get(k - 1) ?? -1;
      const up = reach.get(k + 1) ?? -1;
      let x = k === -d || (k !== d && left < up) ? up : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) {
        trail.push(next);
        return walkBack(trail, a, b);
      }
    }
    trail.push(next);
    reach = next;
  }
  return [];
}

function walkBack(
  trail: readonly ReadonlyMap<number, number>[],
  a: readonly string[],
  b: readonly string[],
): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trail.length - 1; d >= 0; d--) {
    const before = trail[d - 1];
    const k = x - y;
    const left = before?.get(k - 1) ?? -1;
    const up = before?.get(k + 1) ?? -1;
    const down = k === -d || (k !== d && left < up);
    const fromX = before ? (down ? up : left) : 0;
    const fromK = before ? (down ? k + 1 : k - 1) : 0;
    const fromY = fromX - fromK;
    const startX = before ? (down ? fromX : fromX + 1) : 0;
    while (x > startX && y > 0 && x > 0) pairs.push([--x, --y]);
    x = fromX;
    y = fromY;
  }
  return pairs.reverse();
}

/** Two lines in pieces: what stands before and behind the stretch in which they differ is the same. */
function pieces(a: string, b: string): readonly [readonly Piece[], readonly Piece[]] {
  let start = 0;
  const least = Math.min(a.length, b.length);
  while (start < least && a[start] === b[start]) start++;
  let end = 0;
  while (end < least - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const cut = (line: string): readonly Piece[] =>
    [
      { text: line.slice(0, start), changed: false },
      { text: line.slice(start, line.length - end), changed: true },
      { text: line.slice(line.length - end), changed: false },
    ].filter(({ text }) => text !== '');
  return [cut(a), cut(b)];
}

const whole = (n: number, text: string, changed: boolean): DiffLine => ({ n, pieces: [{ text, changed }] });

/** No text has no lines: what there was not yet is all new. */
const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

export function lineDiff(before: string, after: string): readonly DiffRow[] {
  const a = linesOf(before);
  const b = linesOf(after);
  const rows: DiffRow[] = [];
  let i = 0;
  let j = 0;
  const differ = (toI: number, toJ: number): void => {
    // Lines that left and lines that came at the same place stand beside each other.
    while (i < toI && j < toJ) {
      const [left, right] = pieces(a[i] ?? '', b[j] ?? '');
      rows.push({ kind: 'changed', before: { n: ++i, pieces: left }, after: { n: ++j, pieces: right } });
    }
    while (i < toI) rows.push({ kind: 'removed', before: whole(i + 1, a[i++] ?? '', true) });
    while (j < toJ) rows.push({ kind: 'added', after: whole(j + 1, b[j++] ?? '', true) });
  };
  for (const [x, y] of kept(a, b)) {
    differ(x, y);
    const text = a[i] ?? '';
    rows.push({ kind: 'same', before: whole(++i, text, false), after: whole(++j, text, false) });
  }
  differ(a.length, b.length);
  return rows;
}

/** Rows as they are shown: long runs of what is the same are folded, with `around` lines of them left at each change. */
export type ShownRow = DiffRow | { readonly kind: 'folded'; readonly count: number };
export function folded(rows: readonly DiffRow[], around = 3): readonly ShownRow[] {
  const near = rows.map((_, at) =>
    rows.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'),
  );
  const shown: ShownRow[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    if (!row) continue;
    let end = at;
    while (end < rows.length && near[end] === false) end++;
    // One folded line would be as long as the note about it.
    if (end - at > 1) {
      shown.push({ kind: 'folded', count: end - at });
      at = end - 1;
    } else shown.push(row);
  }
  return shown;
}
