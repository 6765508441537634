import type { Range } from './world.ts';

/*
 * Order for index keys: strings by code unit, which is JavaScript's `<` and IndexedDB's order alike. Everything speaks in
 * half-open spans [from, to), because of any string `s + '\0'` is the very next one.
 */

/** `from` included, `to` excluded; without `to` it runs to the end. */
export interface Span {
  readonly from: string;
  readonly to: string | undefined;
}

/** The string that follows `key` at once, so that "greater than key" becomes "from here". */
export const nextKey = (key: string): string => key + '\0';

/** The first string after everything that starts with `prefix`; undefined when nothing can follow. */
export function afterPrefix(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end -= 1) {
    const unit = prefix.charCodeAt(end - 1);
    if (unit < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}

/** What a {@link Range} asks for, without its `n`. Empty when `after` lies behind the prefix. */
export function spanOf({ prefix, after }: Range): Span {
  const to = afterPrefix(prefix);
  if (after === undefined || after < prefix) return { from: prefix, to };
  const from = nextKey(after);
  return { from: to !== undefined && from > to ? to : from, to };
}

/** Above this a chunk is halved. Chosen small: an insert moves at most this many strings. */
const chunkLimit = 256;

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

/**
 * A map in the order of its keys: finding is O(log n), inserting moves a part of one chunk only. Holds the index order of
 * a world in memory, where a plain sorted array would move 99,000 strings for one new key.
 */
export class SortedMap<V> {
  #chunks: Chunk<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (!chunk) return undefined;
    const at = lowerBound(chunk.keys, key);
    return chunk.keys[at] === key ? chunk.values[at] : undefined;
  }

  set(key: string, value: V): void {
    const number = this.#chunkOf(key);
    const chunk = this.#chunks[number];
    if (!chunk) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#size += 1;
      return;
    }
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] === key) {
      chunk.values[at] = value;
      return;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    this.#size += 1;
    if (chunk.keys.length > chunkLimit) {
      const half = chunk.keys.length >> 1;
      this.#chunks.splice(number + 1, 0, {
        keys: chunk.keys.splice(half),
        values: chunk.values.splice(half),
      });
    }
  }

  delete(key: string): boolean {
    const number = this.#chunkOf(key);
    const chunk = this.#chunks[number];
    if (!chunk) return false;
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] !== key) return false;
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(number, 1);
    this.#size -= 1;
    return true;
  }

  /** At most `n` pairs of the span, in order. */
  slice({ from, to }: Span, n: number): [key: string, value: V][] {
    const found: [string, V][] = [];
    let number = this.#chunkOf(from);
    let at = lowerBound(this.#chunks[number]?.keys ?? [], from);
    for (let chunk = this.#chunks[number]; chunk; chunk = this.#chunks[(number += 1)], at = 0) {
      for (; at < chunk.keys.length; at += 1) {
        const key = chunk.keys[at] as string; // in bounds
        if (found.length >= n || (to !== undefined && key >= to)) return found;
        found.push([key, chunk.values[at] as V]);
      }
    }
    return found;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  /** Number of the last chunk whose first key is not greater: the one that holds `key` or would. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.#chunks[middle]?.keys[0];
      if (first !== undefined && first <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Index of the first key that is not less than `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which parts of an order are known: disjoint spans, merged where they touch. */
export class Spans {
  /** Starts, in order, with their ends. */
  readonly #spans: { from: string; to: string | undefined }[] = [];

  /** End of the known span that contains `key`: `{ to }`, or undefined when `key` is not known. */
  endOf(key: string): { readonly to: string | undefined } | undefined {
    const span = this.#spans[this.#lastNotAfter(key)];
    return span && (span.to === undefined || key < span.to) ? { to: span.to } : undefined;
  }

  add(span: Span): void {
    if (span.to !== undefined && span.from >= span.to) return;
    let { from, to } = span;
    let first = this.#lastNotAfter(from);
    const before = this.#spans[first];
    if (before && (before.to === undefined || before.to >= from)) from = before.from;
    else first += 1;
    let last = first;
    for (
      let next = this.#spans[last];
      next && (to === undefined || next.from <= to);
      next = this.#spans[(last += 1)]
    ) {
      if (next.to === undefined || (to !== undefined && next.to > to)) to = next.to;
    }
    this.#spans.splice(first, last - first, { from, to });
  }

  clear(): void {
    this.#spans.length = 0;
  }

  #lastNotAfter(key: string): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const span = this.#spans[middle];
      if (span && span.from <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
