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

/** What only a primary may do. The text is recorded for ReplicateKey. */
export const notPrimary = (rec: KeyRec): Refusal =>
  refuse(
    'UnsupportedOperationException',
    `${rec.arn} is not a multi-region primary key.`,
    'FACTS.md replicating a replica',
  );
