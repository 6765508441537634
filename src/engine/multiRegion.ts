import {
  nextMultiRegionRole,
  roleCell,
  type MultiRegionEvent,
  type MultiRegionRole,
} from './machines/index.ts';
import {
  keyArn,
  ref,
  refuse,
  type KeyRec,
  type MultiRegionRec,
  type Refusal,
  type Region,
  type View,
} from './model/index.ts';

/*
 * Related multi-Region keys: one key ID, one material, one primary (specs.json "multiRegion").
 */

/** The set that a multi-Region key belongs to. */
export function multiRegionOf(rec: KeyRec, view: View): MultiRegionRec {
  const set = view.get(ref.multiRegion(rec.account, rec.key));
  if (!set) throw new Error(`multi-Region key ${rec.arn} has no set`);
  return set;
}

export const isPrimary = (rec: KeyRec, view: View): boolean =>
  rec.MultiRegion && multiRegionOf(rec, view).primary === rec.region;

export const hasReplicas = (rec: KeyRec, view: View): boolean =>
  isPrimary(rec, view) && multiRegionOf(rec, view).replicas.length > 0;

/** The keys of a set other than `rec`, as records. */
export function relatedKeys(rec: KeyRec, view: View): readonly KeyRec[] {
  if (!rec.MultiRegion) return [];
  const { primary, replicas } = multiRegionOf(rec, view);
  return [primary, ...replicas].flatMap((region: Region) => {
    const other = region === rec.region ? undefined : view.get(ref.key(keyArn(region, rec.account, rec.key)));
    return other ? [other] : [];
  });
}

/** The part that a multi-Region key plays in its set. */
export function roleOf(rec: KeyRec, view: View): MultiRegionRole {
  const { primary, replicas } = multiRegionOf(rec, view);
  if (primary !== rec.region) return 'REPLICA';
  if (replicas.length === 0) return 'PRIMARY/alone';
  return rec.KeyState === 'PendingReplicaDeletion' ? 'PRIMARY/waitsForReplicas' : 'PRIMARY/replicated';
}

/** The part after `event`. The table has allowed it by then. */
export function roleAfter(rec: KeyRec, event: MultiRegionEvent, view: View): MultiRegionRole | 'gone' {
  const from = roleOf(rec, view);
  const next = nextMultiRegionRole(from, event);
  if (next === undefined) throw new Error(`the multi-Region machine has no way for ${event} from ${from}`);
  return next;
}

/**
 * Whether a key's part in its set stands in the way of what is asked. Refused here is what only a primary does; that a
 * primary waits for its replicas its key state has said before.
 */
export function roleFault(rec: KeyRec, event: MultiRegionEvent, view: View): Refusal | undefined {
  if (!rec.MultiRegion) return setOnly.has(event) ? notPrimary(rec) : undefined;
  const cell = roleCell(event, roleOf(rec, view));
  return typeof cell === 'object' && cell.refused === 'UnsupportedOperationException'
    ? notPrimary(rec)
    : undefined;
}
/** What is about the set itself, and so about multi-Region keys only. */
const setOnly = new Set<MultiRegionEvent>(['ReplicateKey', 'UpdatePrimaryRegion']);

/** What only a primary may do. The text is recorded for ReplicateKey. */
const notPrimary = (rec: KeyRec): Refusal =>
  refuse(
    'UnsupportedOperationException',
    `${rec.arn} is not a multi-region primary key.`,
    'FACTS.md replicating a replica',
  );
