import type { KeyCard } from '../../client/index.ts';
import type { LabState } from '../state/lab.svelte.ts';

/** Keys that are asked for together. */
const page = 50;
/** How long after an incomplete answer it is asked again, in milliseconds. */
const again = 30;

/**
 * The list of keys as far as somebody looks at it: pages by their place, of any length of list. Read again when the world
 * says that a key or alias changed.
 */
export class KeyRows {
  readonly lab: LabState;
  #pages = $state.raw<ReadonlyMap<number, readonly KeyCard[]>>(new Map());
  #total = $state(0);
  exact = $state(false);
  readonly #reading = new Set<number>();
  /** Goes up when what was read belongs to another place, or is old. */
  #version = 0;
  #wanted: readonly [from: number, to: number] = [0, 0];

  constructor(lab: LabState) {
    this.lab = lab;
  }

  get total(): number {
    return Math.max(this.#total, this.lab.keys.length + (this.lab.moreKeys === undefined ? 0 : 1));
  }
  at(n: number): KeyCard | undefined {
    return this.lab.keys[n] ?? this.#pages.get(Math.floor(n / page))?.[n % page];
  }

  /** Another account or Region: nothing of what was read is of this list. */
  begin(): void {
    this.#version += 1;
    this.#pages = new Map();
    this.#reading.clear();
    this.#total = 0;
    this.exact = false;
    this.#wanted = [0, 0];
    void this.#count();
  }
  /** Something changed: what is in sight is read again, and stands until then. */
  refresh(): void {
    this.#version += 1;
    this.#reading.clear();
    const [from, to] = this.#wanted;
    const kept = [...this.#pages].filter(([n]) => n >= from && n <= to);
    this.#pages = new Map(kept);
    void this.#count();
    for (let n = from; n <= to; n++) void this.#read(n, true);
  }
  /** How many there are: nothing of the list is read for it. */
  async #count(): Promise<void> {
    const { world, account, region } = this.lab;
    if (!account) return;
    const version = this.#version;
    try {
      const { total, exact } = await world.keyWindow({ account, region, from: 0, n: 0 });
      if (version !== this.#version) return;
      this.#total = total;
      this.exact = exact;
    } catch (thrown) {
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  /** These rows are in sight, or soon will be. */
  need(first: number, last: number): void {
    this.#wanted = [Math.floor(first / page), Math.floor(Math.max(first, last) / page)];
    for (let n = this.#wanted[0]; n <= this.#wanted[1]; n++) void this.#read(n, false);
  }

  async #read(n: number, anew: boolean): Promise<void> {
    const { world, account, region } = this.lab;
    // The first page is the lab's own, which it reads again by itself.
    if (n * page + page <= this.lab.keys.length) return;
    if (!account || this.#reading.has(n) || (!anew && this.#pages.has(n))) return;
    const version = this.#version;
    this.#reading.add(n);
    try {
      for (;;) {
        const answer = await world.keyWindow({ account, region, from: n * page, n: page });
        if (version !== this.#version) return;
        this.#total = answer.total;
        this.exact = answer.exact;
        const isWhole = answer.items.length === page || answer.exact;
        if (isWhole) {
          this.#pages = new Map(this.#pages).set(n, answer.items);
          return;
        }
        // Nobody looks there any more: whoever comes back asks again.
        if (n < this.#wanted[0] || n > this.#wanted[1]) return;
        await new Promise((done) => setTimeout(done, again));
      }
    } catch (thrown) {
      this.lab.fault = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      if (version === this.#version) this.#reading.delete(n);
    }
  }
}
