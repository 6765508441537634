import type { AccountId, AliasArn, EpochMs, KeyArn, KeyId, PrincipalArn, Region } from './ids.ts';
import type { Rec, Tables } from './records.ts';
import { tableOf, type IndexName, type Ref } from './world.ts';

/** `11112222333/us-east-1/ID` of a key or alias ARN: the order in which one account and Region lists them. */
function place(arn: string): string {
  const service = arn.indexOf(':', arn.indexOf(':') + 1);
  const region = arn.indexOf(':', service + 1);
  const account = arn.indexOf(':', region + 1);
  const resource = arn.indexOf(':', account + 1);
  return `${arn.slice(account + 1, resource)}/${arn.slice(region + 1, account)}/${arn.slice(resource + 1)}`;
}

export const ref = {
  world: 'world/settings' as Ref<'world'>,
  clock: 'clock/now' as Ref<'clock'>,
  account: (account: AccountId): Ref<'account'> => `account/${account}`,
  principal: (arn: PrincipalArn): Ref<'principal'> => `principal/${arn}`,
  /** Of a user, a role, or a group. */
  identityPolicy: (arn: string, name: string): Ref<'identityPolicy'> => `identityPolicy/${arn}|${name}`,
  credential: (accessKeyId: string): Ref<'credential'> => `credential/${accessKeyId}`,
  domainKey: (region: Region): Ref<'domainKey'> => `domainKey/${region}`,
  key: (arn: KeyArn): Ref<'key'> => `key/${place(arn)}`,
  material: (arn: KeyArn, version: number): Ref<'material'> =>
    `material/${place(arn)}|${String(version).padStart(6, '0')}`,
  multiRegion: (account: AccountId, key: KeyId): Ref<'multiRegion'> => `multiRegion/${account}/${key}`,
  rotation: (arn: KeyArn): Ref<'rotation'> => `rotation/${place(arn)}`,
  grant: (arn: KeyArn, grantId: string): Ref<'grant'> => `grant/${place(arn)}|${grantId}`,
  keyStore: (account: AccountId, region: Region, id: string): Ref<'keyStore'> =>
    `keyStore/${account}/${region}/${id}`,
  backing: (id: string): Ref<'backing'> => `backing/${id}`,
  externalKey: (proxy: string, id: string): Ref<'externalKey'> => `externalKey/${proxy}|${id}`,
  keyPolicy: (arn: KeyArn): Ref<'keyPolicy'> => `keyPolicy/${place(arn)}`,
  tag: (arn: KeyArn, TagKey: string): Ref<'tag'> => `tag/${place(arn)}|${TagKey}`,
  alias: (arn: AliasArn): Ref<'alias'> => `alias/${place(arn)}`,
  usage: (arn: KeyArn): Ref<'usage'> => `usage/${place(arn)}`,
  bucket: (account: AccountId, region: Region, bucket: string): Ref<'bucket'> =>
    `bucket/${account}/${region}/${bucket}`,
  counter: (name: string): Ref<'counter'> => `counter/${name}`,
  quota: (bucket: string): Ref<'quota'> => `quota/${bucket}`,
  trustPolicy: (role: PrincipalArn): Ref<'trustPolicy'> => `trustPolicy/${role}`,
  group: (arn: string): Ref<'group'> => `group/${arn}`,
  managedPolicy: (arn: string): Ref<'managedPolicy'> => `managedPolicy/${arn}`,
  policyVersion: (arn: string, version: string): Ref<'policyVersion'> => `policyVersion/${arn}|${version}`,
  session: (accessKeyId: string): Ref<'session'> => `session/${accessKeyId}`,
  organization: (id: string): Ref<'organization'> => `organization/${id}`,
  /** `id` of a root or an organizational unit, or the number of an account. */
  orgNode: (id: string): Ref<'orgNode'> => `orgNode/${id}`,
  orgPolicy: (id: string): Ref<'orgPolicy'> => `orgPolicy/${id}`,
  vpcEndpoint: (id: string): Ref<'vpcEndpoint'> => `vpcEndpoint/${id}`,
};

/** Prefixes for {@link View.range} over the primary order (`ref`). */
export const under = {
  accounts: 'account/',
  principals: (account: AccountId) => `principal/arn:aws:iam::${account}:`,
  /** Inline policies of a user, a role or a group. */
  identityPolicies: (arn: string) => `identityPolicy/${arn}|`,
  groups: (account: AccountId) => `group/arn:aws:iam::${account}:`,
  managedPolicies: (account: AccountId) => `managedPolicy/arn:aws:iam::${account}:`,
  policyVersions: (arn: string) => `policyVersion/${arn}|`,
  vpcEndpoints: 'vpcEndpoint/',
  keys: (account: AccountId, region: Region) => `key/${account}/${region}/`,
  aliases: (account: AccountId, region: Region) => `alias/${account}/${region}/`,
  materials: (arn: KeyArn) => `material/${place(arn)}|`,
  tags: (arn: KeyArn) => `tag/${place(arn)}|`,
  grants: (arn: KeyArn) => `grant/${place(arn)}|`,
  quotas: 'quota/',
  backings: 'backing/',
  externalKeys: (proxy: string) => `externalKey/${proxy}|`,
  keyStores: (account: AccountId, region: Region) => `keyStore/${account}/${region}/`,
  cloudTrails: (account: string) => `cloudTrail/${account}/`,
  eventRules: 'eventRule/',
};

/** Index keys of the declared secondary indexes, without the ref that ends them. */
export const indexKey = {
  aliasByTarget: (target: KeyArn) => `${target}|`,
  materialById: (materialId: string) => `${materialId}|`,
  /** Fixed width, so that dates sort. */
  due: (at: number) => `${String(at).padStart(16, '0')}|`,
  credentialByPrincipal: (arn: PrincipalArn) => `${arn}|`,
  /** `principal` is an ARN or a service principal. */
  grantByRetirer: (principal: string) => `${principal}|`,
  grantByGrantee: (key: KeyArn, principal: string) => `${key}|${principal}|`,
  keyByStore: (id: string) => `${id}|`,
  /** The newest session of an ARN comes first: fixed width, counted down. */
  sessionByArn: (arn: string) => `${arn}|`,
  orgNodeByParent: (parent: string) => `${parent}|`,
  orgPolicyByOrganization: (organization: string) => `${organization}|`,
};

const countedDown = (at: number): string => String(Number.MAX_SAFE_INTEGER - at);

interface IndexDeclaration {
  readonly name: Exclude<IndexName, 'ref'>;
  readonly table: keyof Tables;
  /** The index key of a record, or undefined when the record is not in the index. */
  readonly keyOf: (rec: Rec) => string | undefined;
}

const declare = <T extends keyof Tables>(
  name: Exclude<IndexName, 'ref'>,
  table: T,
  keyOf: (rec: Tables[T]) => string | undefined,
): IndexDeclaration => ({ name, table, keyOf: keyOf as (rec: Rec) => string | undefined });

export const indexes: readonly IndexDeclaration[] = [
  declare('aliasByTarget', 'alias', (a) => indexKey.aliasByTarget(a.target)),
  declare('materialById', 'material', (m) => indexKey.materialById(m.materialId)),
  declare('due', 'key', (k) => dueKey(k.DeletionDate, k.settles)),
  declare('due', 'rotation', (r) => dueKey(r.enabled && !r.overdue ? r.next : undefined, r.inProgress?.ends)),
  declare('due', 'material', (m) => dueKey(m.wrapped ? m.imported?.expires : undefined)),
  declare('due', 'keyStore', (s) => dueKey(s.settles)),
  declare('due', 'cloudTrail', (t) => dueKey(t.delivery?.next)),
  declare('due', 'eventRule', (r) => dueKey(r.waiting[0]?.due)),
  declare('grantByRetirer', 'grant', (g) => {
    const retirer = g.RetiringPrincipal ?? g.RetiringServicePrincipal;
    return retirer === undefined ? undefined : indexKey.grantByRetirer(retirer);
  }),
  declare('grantByGrantee', 'grant', (g) => {
    const grantee = g.GranteePrincipal ?? g.GranteeServicePrincipal;
    return grantee === undefined ? undefined : indexKey.grantByGrantee(g.key, grantee);
  }),
  declare('keyByStore', 'key', (k) => (k.keyStore ? indexKey.keyByStore(k.keyStore.id) : undefined)),
  declare('credentialByPrincipal', 'credential', (c) => indexKey.credentialByPrincipal(c.principal)),
  declare('sessionByArn', 'session', (s) => `${indexKey.sessionByArn(s.arn)}${countedDown(s.issued)}|`),
  declare('orgNodeByParent', 'orgNode', (n) =>
    n.parent === undefined ? undefined : indexKey.orgNodeByParent(n.parent),
  ),
  declare('orgPolicyByOrganization', 'orgPolicy', (p) => indexKey.orgPolicyByOrganization(p.organization)),
];

const declaredFor = new Map<string, readonly IndexDeclaration[]>();
/** The same by index, each with the beginning of its table's refs. */
const declaredIn = new Map<IndexName, readonly (IndexDeclaration & { readonly refs: string })[]>();
for (const one of indexes) {
  declaredFor.set(one.table, [...(declaredFor.get(one.table) ?? []), one]);
  declaredIn.set(one.name, [...(declaredIn.get(one.name) ?? []), { ...one, refs: `${one.table}/` }]);
}

/** The earliest date at which something happens to a record. */
function dueKey(...dates: readonly (EpochMs | undefined)[]): string | undefined {
  const set = dates.filter((date) => date !== undefined);
  return set.length === 0 ? undefined : indexKey.due(Math.min(...set));
}

/** All index keys of one record: what a store writes beside it. */
export function indexKeysOf(
  at: Ref,
  rec: Rec,
): readonly { readonly index: IndexName; readonly indexKey: string }[] {
  const keys: { index: IndexName; indexKey: string }[] = [{ index: 'ref', indexKey: at }];
  for (const declared of declaredFor.get(tableOf(at)) ?? []) {
    const key = declared.keyOf(rec);
    if (key !== undefined) keys.push({ index: declared.name, indexKey: key + at });
  }
  return keys;
}

/** The index keys of one record in one index: none, or one. The same as picking them out of {@link indexKeysOf}. */
export function indexKeyIn(index: IndexName, at: Ref, rec: Rec): string | undefined {
  if (index === 'ref') return at;
  for (const { refs, keyOf } of declaredIn.get(index) ?? []) {
    if (!at.startsWith(refs)) continue;
    const key = keyOf(rec);
    if (key !== undefined) return key + at;
  }
  return undefined;
}

/** Whether a record changed without moving in any index: then no index has to be touched. */
export function staysInPlace(at: Ref, before: Rec, after: Rec): boolean {
  const declared = declaredFor.get(tableOf(at));
  return declared === undefined || declared.every(({ keyOf }) => keyOf(before) === keyOf(after));
}
