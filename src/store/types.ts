import type {
  Bytes,
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
export const storeFormat = 2;

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
  /** The request that made it, when its sender may ask again. */
  readonly once?: string | undefined;
  /** Set when the step moved the world along its own history: its state is then that after entry `to`. */
  readonly travel?: { readonly kind: 'undo' | 'redo' | 'goTo'; readonly to: number } | undefined;
}

/**
 * What a request was answered, for its sender to ask again: sealed by the device key, because answers may hold plaintext.
 * Forgotten when the sender says that it has it.
 */
export interface KeptAnswer {
  readonly once: string;
  /** The last entry that the request made. */
  readonly seq: number;
  readonly sealed: Bytes;
}

/** Answers of senders that never said anything again are dropped after so many entries. */
export const answersKept = 2000;

/** How far a world has come. `seq` 0: nothing was ever written. */
export interface Head {
  readonly format: number;
  readonly seq: number;
  /** The checkpoint: entries up to this one are folded into the records and gone. */
  readonly floor: number;
}

/** Everything of a world but its device key. */
export interface Contents {
  readonly seq: number;
  readonly floor: number;
  readonly records: Iterable<readonly [Ref, Rec]>;
  /** Those after the floor, without a gap. */
  readonly entries: readonly Entry[];
  readonly objects: readonly StoredObject[];
}

/** A part of a world: some records, some entries. */
export interface Part {
  readonly records?: Iterable<readonly [Ref, Rec]> | undefined;
  readonly entries?: readonly Entry[] | undefined;
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
  /** The refs alone, in the primary order: no record is read. */
  refs(range: Range): Promise<readonly Ref[]>;
}

/** What happened, in order. */
export interface Journal {
  /**
   * Writes entries and all that they change, or nothing. Resolved means: on disk. Entries must follow the head without a
   * gap, else {@link SeqConflict}. Answers go with them, in the same transaction.
   */
  append(entries: readonly Entry[], answers?: readonly KeptAnswer[]): Promise<void>;
  answer(once: string): Promise<KeptAnswer | undefined>;
  forgetAnswers(onces: readonly string[]): Promise<void>;
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
  /**
   * Makes this the one that may write: whoever claimed before gets {@link WriterLost} for everything that it still tries to
   * write. For tabs that take turns; a store that nobody claimed is open to all.
   */
  claim(): Promise<void>;
  /** Folds the entries up to `floor` into the checkpoint: they are gone, the records stay. */
  trim(floor: number): Promise<void>;
  /** Replaces everything but the device key, or changes nothing. */
  refill(contents: Contents): Promise<void>;
  /** How many records there are. */
  count(): Promise<number>;
  /**
   * Puts parts of a world into an empty store, in any order; `found` ends it. What is begun so and not ended is no world:
   * whoever begins it sees to it that it goes.
   */
  put(part: Part): Promise<void>;
  /** The world that was filled in is whole, and stands at this entry. Resolved means: on disk. */
  found(head: Pick<Head, 'seq' | 'floor'>): Promise<void>;
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

/** Another tab has claimed the world since: nothing of this was written. */
export class WriterLost extends Error {
  override readonly name = 'WriterLost';
  constructor() {
    super('Another tab writes this world now.');
  }
}

/**
 * The store lost its database while it was open. `newer`: for a newer version of KMS Lab, so that only a reload helps.
 * `claimed`: by another tab, which writes from now on.
 */
export interface StoreLoss {
  readonly kind: 'newer' | 'ended' | 'claimed';
  readonly message: string;
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

/** Throws unless so many entries reach from the floor to the head. */
export function checkWhole({ seq, floor }: Pick<Head, 'seq' | 'floor'>, entries: number): void {
  if (floor + entries !== seq)
    throw new Error(`entries from ${floor + 1} to ${seq} were expected, ${entries} are there`);
}
