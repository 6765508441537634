import {
  backingId,
  backingOf,
  indexKey,
  dueNext,
  externalKeyOf,
  keyArn,
  keyTransitions,
  keyStateOf,
  Missing,
  pendingMaterial,
  ref,
  shownText,
  under,
  type AccountId,
  type AccountRec,
  type AliasRec,
  type GrantRec,
  type IdentityPolicyRec,
  type IndexName,
  type KeyArn,
  type KeyRec,
  type KeyStoreRec,
  type MaterialRec,
  type PrincipalRec,
  type Ref,
  type Region,
  type TableName,
  type Tables,
  type TagRec,
  type View,
} from '../engine/index.ts';
import type {
  DueItem,
  KeyCard,
  KeyDetail,
  KeyStoreCard,
  MaterialCard,
  Page,
  PrincipalCard,
  RelatedKey,
  Watchers,
} from './api.ts';

/*
 * What the lists show, read from records: no event, no quota. Synchronous like a step: what is not loaded raises Missing,
 * and the reader runs again.
 */

/** OURS: more rows than this hang on no key or principal in AWS's quotas. */
const all = 1000;

/** The records of a table under a prefix; the cast holds because a prefix or index belongs to one table. */
const rows = <T extends TableName>(
  view: View,
  _table: T,
  index: IndexName,
  prefix: string,
  n = all,
): readonly Tables[T][] => view.range(index, { prefix, n }).map(({ rec }) => rec as Tables[T]);

/** Maps all items, and asks for everything they lack at once instead of one round trip each. */
export function each<A, B>(items: readonly A[], read: (item: A) => B): readonly B[] {
  const missing: Missing[] = [];
  const done: B[] = [];
  for (const item of items) {
    try {
      done.push(read(item));
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      missing.push(error);
    }
  }
  if (missing.length === 0) return done;
  throw new Missing(
    missing.flatMap((one) => one.refs),
    missing.flatMap((one) => one.ranges),
  );
}

export const readAccounts = (view: View): readonly AccountRec[] =>
  rows(view, 'account', 'ref', under.accounts);

export function readPrincipals(view: View, account: AccountId | undefined): readonly PrincipalCard[] {
  const prefix = account === undefined ? 'principal/' : under.principals(account);
  const found: readonly PrincipalRec[] = rows(view, 'principal', 'ref', prefix, 10_000);
  return each(found, (rec) => {
    const policies: readonly IdentityPolicyRec[] = rows(
      view,
      'identityPolicy',
      'ref',
      under.identityPolicies(rec.arn),
    );
    return { rec, policies };
  });
}

const card = (view: View, rec: KeyRec): KeyCard => {
  const aliases: readonly AliasRec[] = rows(view, 'alias', 'aliasByTarget', indexKey.aliasByTarget(rec.arn));
  // Shown in the state that KMS shows: a key in a store that is away is Unavailable.
  return { rec: { ...rec, KeyState: keyStateOf(rec, view) }, aliases: aliases.map(({ alias }) => alias) };
};

export interface KeysAt {
  readonly account: AccountId;
  readonly region: Region;
  readonly after?: string | undefined;
  readonly n?: number | undefined;
}

export function readKeys(view: View, { account, region, after, n = 100 }: KeysAt): Page<KeyCard> {
  // One more than asked for tells whether there is a next page.
  const found = view.range('ref', { prefix: under.keys(account, region), after, n: n + 1 });
  const shown = found.slice(0, n);
  return {
    items: each(shown, ({ rec }) => card(view, rec as KeyRec)),
    next: found.length > n ? shown.at(-1)?.indexKey : undefined,
  };
}

function policyOf(view: View, arn: KeyArn): string {
  const policy = view.get(ref.keyPolicy(arn));
  return policy ? shownText(policy, view) : '';
}

/** Cards of these keys; those that are gone are left out. */
export const readCards = (view: View, refs: readonly Ref[]): readonly KeyCard[] =>
  each(refs, (at) => {
    const rec = view.get(at as Ref<'key'>); // the caller's refs are of keys
    return rec ? [card(view, rec)] : [];
  }).flat();

/** How many keys a place has, by the counter that its quota goes by: keys of AWS services are not in it. */
export const countKeys = (view: View, account: AccountId, region: Region): number =>
  view.get(ref.counter(`keys/${account}/${region}`))?.count ?? 0;

export function readKey(view: View, arn: KeyArn): KeyDetail | undefined {
  const rec = view.get(ref.key(arn));
  if (!rec) return undefined;
  const tags: readonly TagRec[] = rows(view, 'tag', 'ref', under.tags(arn));
  const grants: readonly GrantRec[] = rows(view, 'grant', 'ref', under.grants(arn));
  const usage = view.get(ref.usage(arn));
  return {
    ...card(view, rec),
    policy: policyOf(view, arn),
    tags,
    materials: materialCards(view, rec),
    rotation: view.get(ref.rotation(arn)),
    grants,
    related: relatedOf(view, rec),
    keyStore: storeOf(view, rec),
    lastUse: usage && { operation: usage.operation, at: usage.at },
    transitions: keyTransitions(rec, view),
  };
}

function materialCards(view: View, rec: KeyRec): readonly MaterialCard[] {
  const materials: readonly MaterialRec[] = rows(view, 'material', 'ref', under.materials(rec.arn));
  const pending = pendingMaterial(rec, view)?.materialId;
  return materials.map(({ materialId, version, created, rotated, imported, publicKey, wrapped }) => ({
    materialId,
    version,
    created,
    rotated,
    imported,
    publicKey,
    present: wrapped !== undefined,
    state:
      materialId === rec.currentMaterial
        ? 'CURRENT'
        : materialId === pending
          ? 'PENDING_ROTATION'
          : 'NON_CURRENT',
  }));
}

function relatedOf(view: View, rec: KeyRec): readonly RelatedKey[] {
  const set = rec.MultiRegion ? view.get(ref.multiRegion(rec.account, rec.key)) : undefined;
  if (!set) return [];
  return each([set.primary, ...set.replicas], (region) => {
    const arn = keyArn(region, rec.account, rec.key);
    const other = view.get(ref.key(arn));
    return { arn, region, isPrimary: region === set.primary, state: other?.KeyState ?? 'PendingDeletion' };
  });
}

/** OURS: the first hundred; more external keys are no list that anybody goes through by eye. */
const mostExternalKeys = 100;
const keysOn = (view: View, store: KeyStoreRec): readonly KeyRec[] =>
  view
    .range('keyByStore', { prefix: indexKey.keyByStore(store.id), n: mostExternalKeys })
    .map(({ rec }) => rec as KeyRec); // an index of one table

const storeCard = (
  view: View,
  { secret: _, ...store }: KeyStoreRec,
  keys: readonly KeyRec[],
): KeyStoreCard => ({
  ...store,
  backing: backingOf(backingId(store), store.cloudHsm ? 'cluster' : 'proxy', view),
  externalKeys: each(keys, ({ arn, keyStore }) => {
    if (keyStore?.xksKeyId === undefined) return [];
    const { secret: __, ...external } = externalKeyOf(backingId(store), keyStore.xksKeyId, view);
    return [{ ...external, key: arn }];
  }).flat(),
});

function storeOf(view: View, rec: KeyRec): KeyStoreCard | undefined {
  const store = rec.keyStore && view.get(ref.keyStore(rec.account, rec.region, rec.keyStore.id));
  return store && storeCard(view, store, [rec]);
}

export const readKeyStores = (view: View, account: AccountId, region: Region): readonly KeyStoreCard[] =>
  each(rows(view, 'keyStore', 'ref', under.keyStores(account, region)), (store) =>
    storeCard(view, store, keysOn(view, store)),
  );

export const readWatchers = (view: View): Watchers => ({
  rules: rows(view, 'eventRule', 'ref', under.eventRules),
  filters: rows(view, 'metricFilter', 'ref', 'metricFilter/'),
  alarms: rows(view, 'metricAlarm', 'ref', 'metricAlarm/'),
  trails: rows(view, 'cloudTrail', 'ref', 'cloudTrail/'),
});

/** OURS: the hundred next dates; a rail shows no more. */
export const readDue = (view: View): readonly DueItem[] => dueNext(view, 100);
