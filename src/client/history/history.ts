import { invert, tableOf, type Diff } from '../../engine/index.ts';
import type { Entry, Journal } from '../../store/index.ts';
import type {
  HistoryEntry,
  HistoryGroup,
  HistoryRefusal,
  HistoryState,
  Travel,
  UndoOptions,
} from '../api.ts';
import { beginning } from './beginning.ts';
import { sumOf } from './changes.ts';

/*
 * A journal is a line; the history that it tells is a tree. Each entry that did something is a node, named by its seq: the
 * state after it. An entry that travelled (undo, redo, goTo) is none: after it the world is at an older node again, and the
 * next entry grows from there. A parent's number is always smaller than its child's.
 */

/** Where a move ends, with all that it changes. */
export interface Journey {
  readonly travel: Travel;
  readonly diff: Diff;
}
export type Planned =
  { readonly ok: true; readonly journey: Journey } | { readonly ok: false; readonly refused: HistoryRefusal };

const no = (refused: HistoryRefusal) => ({ ok: false, refused }) as const;

/** Tables that every call touches. */
const quiet: ReadonlySet<string> = new Set(['bucket', 'usage']);

/** OURS: entries that are held in memory, the newest asked for. */
const entriesHeld = 2000;
const pageOfEntries = 64;

export interface Ends {
  /** The last entry on disk. */
  head(): number;
  floor(): number;
}

/** Reads a journal as a tree. It must be asked only when all applied entries are on disk. */
export class History {
  readonly #journal: Journal;
  readonly #ends: Ends;
  readonly #held = new Map<number, Entry>();
  /** seq → the node at which the world is after it. Small, so it is never dropped. */
  readonly #positions = new Map<number, number>();

  constructor(journal: Journal, ends: Ends) {
    this.#journal = journal;
    this.#ends = ends;
  }

  /** What was read is out of date: somebody else wrote. */
  forget(): void {
    this.#held.clear();
    this.#positions.clear();
  }

  async entry(seq: number): Promise<Entry | undefined> {
    if (seq <= this.#ends.floor() || seq > this.#ends.head()) return undefined;
    const held = this.#held.get(seq);
    if (held) return held;
    const page = await this.#journal.entries({ before: seq + 1, n: pageOfEntries });
    for (const entry of page) {
      if (entry.seq <= this.#ends.floor()) continue; // on its way out
      this.#held.set(entry.seq, entry);
      this.#positions.set(entry.seq, entry.travel?.to ?? entry.seq);
    }
    for (const old of this.#held.keys()) {
      if (this.#held.size <= entriesHeld) break;
      this.#held.delete(old);
    }
    const [found] = page;
    return found?.seq === seq ? found : undefined;
  }

  /** The node at which the world is after an entry. What is folded away is taken for a node of its own. */
  async position(seq: number): Promise<number> {
    const known = this.#positions.get(seq);
    if (known !== undefined) return known;
    const entry = await this.entry(seq);
    return entry?.travel?.to ?? seq;
  }

  parent(node: number): Promise<number> {
    return this.position(node - 1);
  }

  here(): Promise<number> {
    return this.position(this.#ends.head());
  }

  /** Nodes from here back to the oldest that is not folded away, newest first. */
  async *path(from?: number): AsyncGenerator<Entry> {
    for (let node = from ?? (await this.here()); ; node = await this.parent(node)) {
      const entry = await this.entry(node);
      if (!entry) return;
      yield entry;
    }
  }

  /** All that changes between two nodes, by way of where their branches part. */
  async #between(from: number, to: number): Promise<Diff | undefined> {
    const up: Diff[] = [];
    const down: Diff[] = [];
    for (let [a, b] = [from, to]; a !== b;) {
      const entry = await this.entry(Math.max(a, b));
      if (!entry) return undefined;
      if (a > b) {
        up.push(invert(entry.diff));
        a = await this.parent(a);
      } else {
        down.push(entry.diff);
        b = await this.parent(b);
      }
    }
    return sumOf([...up, ...down.reverse()]);
  }

  async #journey(kind: Travel['kind'], to: number): Promise<Planned> {
    const diff = await this.#between(await this.here(), to);
    return diff ? { ok: true, journey: { travel: { kind, to }, diff } } : no('beyondCheckpoint');
  }

  /** The run of entries of one group that ends at a node, oldest first. */
  async #groupAt(node: number): Promise<readonly Entry[] | HistoryRefusal> {
    const group: Entry[] = [];
    for await (const entry of this.path(node)) {
      if (group[0] && entry.group !== group[0].group) return group;
      if (entry.seq === 1 || entry.group === beginning) return 'atBeginning';
      group.unshift(entry);
    }
    // Its beginning, and where it began from, are folded away.
    return 'beyondCheckpoint';
  }

  async #undoable({ skipReadOnly = false }: UndoOptions): Promise<readonly Entry[] | HistoryRefusal> {
    const all: Entry[] = [];
    for (let node = await this.here(); ;) {
      const group = await this.#groupAt(node);
      if (typeof group === 'string') return group;
      all.unshift(...group);
      const [first] = group;
      if (!first || !skipReadOnly || !group.every(isQuiet)) return all;
      node = await this.parent(first.seq);
    }
  }

  async planUndo(options: UndoOptions): Promise<Planned> {
    const group = await this.#undoable(options);
    if (typeof group === 'string') return no(group);
    const [first] = group;
    return first ? this.#journey('undo', await this.parent(first.seq)) : no('atBeginning');
  }

  async planRedo(): Promise<Planned> {
    const to = await this.#redoTarget();
    return to === undefined ? no('nothingToRedo') : this.#journey('redo', to);
  }

  async planGoTo(seq: number): Promise<Planned> {
    if (seq <= this.#ends.floor()) return no(seq >= 1 ? 'beyondCheckpoint' : 'noSuchEntry');
    if (!(await this.entry(seq))) return no('noSuchEntry');
    return this.#journey('goTo', await this.position(seq));
  }

  /** Where the undos since the last thing done came from: the newest that no redo has used up. */
  async #redoTarget(): Promise<number | undefined> {
    const moves: (Travel & { readonly from: number })[] = [];
    for (let seq = this.#ends.head(); ; seq -= 1) {
      const travel = (await this.entry(seq))?.travel;
      if (!travel) break;
      moves.unshift({ ...travel, from: await this.position(seq - 1) });
    }
    const left: number[] = [];
    for (const { kind, from, to } of moves) {
      if (kind === 'redo') left.pop();
      else if (to < from) left.push(from);
      else left.length = 0;
    }
    return left.at(-1);
  }

  async state(options: UndoOptions = {}): Promise<HistoryState> {
    const group = await this.#undoable(options);
    const position = await this.here();
    return {
      head: this.#ends.head(),
      position,
      checkpoint: this.#ends.floor(),
      undo: typeof group === 'string' ? undefined : await this.#grouped(group, () => true),
      undoRefused: typeof group === 'string' ? group : undefined,
      redo: await this.#redoTarget(),
    };
  }

  async list({
    before = Infinity,
    n = 50,
  }: {
    readonly before?: number | undefined;
    readonly n?: number | undefined;
  }): Promise<{ readonly groups: readonly HistoryGroup[]; readonly next: number | undefined }> {
    const runs: Entry[][] = [];
    let count = 0;
    let seq = Math.min(before - 1, this.#ends.head());
    for (; ; seq -= 1) {
      const entry = await this.entry(seq);
      if (!entry) break;
      const run = runs.at(-1);
      // A group is never parted, so that the next page begins with another one.
      if (run?.[0]?.group === entry.group) run.unshift(entry);
      else if (count >= n) break;
      else runs.push([entry]);
      count += 1;
    }
    const path = new Set<number>();
    for await (const entry of this.path()) {
      if (entry.seq <= seq) break;
      path.add(entry.seq);
    }
    const groups = await Promise.all(runs.map((run) => this.#grouped(run, (one) => path.has(one))));
    return { groups, next: (await this.entry(seq)) ? seq + 1 : undefined };
  }

  async #grouped(run: readonly Entry[], onPath: (seq: number) => boolean): Promise<HistoryGroup> {
    const entries = await Promise.all(run.map((entry) => this.#line(entry, onPath(entry.seq))));
    const [first, last] = [entries[0], entries.at(-1)];
    if (!first || !last) throw new Error('a group has at least one entry');
    return {
      group: first.group,
      first: first.seq,
      last: last.seq,
      onPath: entries.every((entry) => entry.onPath),
      entries,
    };
  }

  async #line(entry: Entry, onPath: boolean): Promise<HistoryEntry> {
    const { seq, group, at, call, travel, traceId } = entry;
    return {
      seq,
      group,
      at,
      call,
      travel,
      from: await this.position(seq - 1),
      onPath,
      tables: [...new Set(entry.diff.map(({ ref }) => tableOf(ref)))],
      readOnly: isQuiet(entry),
      refused: entry.events.find(({ errorCode }) => errorCode !== undefined)?.errorCode,
      trace: traceId,
    };
  }
}

const isQuiet = ({ diff, travel }: Entry): boolean =>
  !travel && diff.every(({ ref }) => quiet.has(tableOf(ref)));
