import type {
  Device,
  Diff,
  EpochMs,
  Found,
  IndexName,
  Range,
  Rec,
  RedactedCall,
  Ref,
  TrailEvent,
} from '../engine/index.ts';

/** Version of what is stored. Raised together with one more rung in `migrations`. */
export const storeFormat = 1;

/** One step as it is kept: what was asked, what it changed, what CloudTrail saw of it. */
export interface Entry {
  /** 1 for the genesis, one more for each entry, without gaps. */
  readonly seq: number;
  /** Entries of one group are undone as one. */
  readonly group: string;
  /** Virtual time of the step. */
  readonly at: EpochMs;
  readonly call: RedactedCall;
  readonly diff: Diff;
  readonly events: readonly TrailEvent[];
  /** Id of the trace, which is kept in memory only. */
  readonly traceId?: string | undefined;
}

/** How far a world has come. `seq` 0: nothing was ever written. */
export interface Head {
  readonly format: number;
  readonly seq: number;
}

/** A large object beside the journal. What `meta` says is its owner's business; it must be cloneable. */
export interface ObjectRow {
  readonly id: string;
  readonly meta: unknown;
}
export interface StoredObject extends ObjectRow {
  readonly body: Blob;
}

/** The live records of a world, by ref or by declared index. */
export interface Records {
  get(refs: readonly Ref[]): Promise<readonly (Rec | undefined)[]>;
  range(index: IndexName, range: Range): Promise<readonly Found[]>;
}

/** What happened, in order. */
export interface Journal {
  /**
   * Writes entries and all that they change, or nothing. Resolved means: on disk. Entries must follow the head without a
   * gap, else {@link SeqConflict}.
   */
  append(entries: readonly Entry[]): Promise<void>;
  /** Newest first; only those with `seq < before`. */
  entries(page: { readonly before?: number | undefined; readonly n: number }): Promise<readonly Entry[]>;
}

/** Sealed objects, outside the journal. */
export interface Shelf {
  putObject(object: StoredObject): Promise<void>;
  getObject(id: string): Promise<StoredObject | undefined>;
  listObjects(): Promise<readonly ObjectRow[]>;
  removeObject(id: string): Promise<void>;
}

/** Where one world is kept. Memory and IndexedDB behave alike: `contract.test.ts` says how. */
export interface WorldStore extends Records, Journal, Shelf {
  readonly kind: 'memory' | 'indexeddb';
  /** Reads the head only. Refuses with {@link NewerFormat} what it does not understand. */
  open(): Promise<Head>;
  /** Wraps domain keys. The same one as long as the store lives. */
  device(): Promise<Device>;
  /** Empties the store, its device key included: what was wrapped by it is gone for good. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Somebody else wrote in between: this writer's picture of the world is out of date. */
export class SeqConflict extends Error {
  override readonly name = 'SeqConflict';
  constructor(
    readonly head: number,
    readonly offered: number,
  ) {
    super(
      `The journal stands at entry ${head}, so entry ${offered} cannot be next: another tab or program has written to this world.`,
    );
  }
}

/** The store was written by a newer version of KMS Lab; nothing was changed. */
export class NewerFormat extends Error {
  override readonly name = 'NewerFormat';
  constructor() {
    super(
      `This world was stored by a newer version of KMS Lab; this one reads format ${storeFormat}. Update it to open the world.`,
    );
  }
}

/** Throws unless `entries` continue a journal that stands at `head`. */
export function checkContinues(head: number, entries: readonly Entry[]): void {
  entries.forEach((entry, i) => {
    if (entry.seq !== head + 1 + i) throw new SeqConflict(head + i, entry.seq);
  });
}
