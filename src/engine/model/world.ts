import type { Rec, TableName, Tables } from './records.ts';

/**
 * Where a record lives: `TABLE/PRIMARY KEY`, one string, so that it is a key in a Map, in IndexedDB and in JSON alike.
 * Made by the functions in refs.ts only, and for what the services keep by those in cloud/refs.ts.
 */
export type Ref<T extends TableName = TableName> = T extends TableName ? `${T}/${string}` : never;

export const tableOf = (ref: Ref): TableName => ref.slice(0, ref.indexOf('/')) as TableName;

/** A declared index: reads go by key or by index, never by scan. `ref` is the primary order of all tables. */
export type IndexName =
  | 'ref'
  | 'aliasByTarget'
  | 'materialById'
  | 'due'
  | 'credentialByPrincipal'
  | 'grantByRetirer'
  | 'grantByGrantee'
  | 'keyByStore'
  | 'sessionByArn'
  | 'orgNodeByParent'
  | 'orgPolicyByOrganization';

/**
 * The first `n` records of an index whose index key starts with `prefix` and is greater than `after`, in the order of
 * index keys (code units). An index key is unique: declared index keys end in the record's ref.
 */
export interface Range {
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly n: number;
}

export interface Found {
  readonly indexKey: string;
  readonly ref: Ref;
  readonly rec: Rec;
}

/** The world as one step sees it. Synchronous over what is loaded; absent data raises {@link Missing}. */
export interface View {
  get<T extends TableName>(ref: Ref<T>): Tables[T] | undefined;
  range(index: IndexName, range: Range): readonly Found[];
}

/** One record changed. Absent `before`: made; absent `after`: removed. */
export interface Change {
  readonly ref: Ref;
  readonly before: Rec | undefined;
  readonly after: Rec | undefined;
}
export type Diff = readonly Change[];

/** Thrown by a view for what the store holds but has not loaded; the client loads it and runs the step again. */
export class Missing extends Error {
  override readonly name = 'Missing';
  constructor(
    readonly refs: readonly Ref[],
    readonly ranges: readonly { readonly index: IndexName; readonly range: Range }[],
  ) {
    super(`not loaded: ${[...refs, ...ranges.map((r) => `${r.index}:${r.range.prefix}`)].join(', ')}`);
  }
}

export const invert = (diff: Diff): Diff =>
  diff.map(({ ref, before, after }) => ({ ref, before: after, after: before })).reverse();
