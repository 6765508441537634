import type { Trace } from '../engine/index.ts';

/** The newest traces of a world, in memory only. */
export class Traces {
  readonly #limit: number;
  readonly #kept: Map<string, Trace>;

  constructor(limit = 1000, from?: Traces) {
    this.#limit = limit;
    this.#kept = new Map(from ? from.#kept : []);
  }

  add(trace: Trace): void {
    this.#kept.set(trace.id, trace);
    const [oldest] = this.#kept.keys(); // a Map keeps the order of insertion
    if (this.#kept.size > this.#limit && oldest !== undefined) this.#kept.delete(oldest);
  }

  get(id: string): Trace | undefined {
    return this.#kept.get(id);
  }

  newest(n: number): readonly Trace[] {
    return n <= 0 ? [] : [...this.#kept.values()].slice(-n).reverse();
  }
}
