import { kmsActions, type PermissionQuestion } from '../../../client/index.ts';
import type { AccountId, KeyArn } from '../../../engine/index.ts';
import type { Pair } from '../../parts/pair.ts';

/** By what way and with what a call would come: what the fields of the simulator hold. Empty: as it usually is. */
export interface Circumstances {
  sourceIp: string;
  vpcEndpoint: string;
  mfa: '' | 'yes';
  viaService: string;
  sourceArn: string;
  sourceAccount: string;
  /** ISO 8601; empty: the world's clock. */
  time: string;
  /** In place of the tags that the caller has; undefined: as the world has them. */
  principalTags: Pair[] | undefined;
  /** In place of the tags that the key has. */
  keyTags: Pair[] | undefined;
  /** Tags that the request sends. */
  requestTags: Pair[];
  encryptionContext: Pair[];
  others: Pair[];
}
export const usualCircumstances = (): Circumstances => ({
  sourceIp: '',
  vpcEndpoint: '',
  mfa: '',
  viaService: '',
  sourceArn: '',
  sourceAccount: '',
  time: '',
  principalTags: undefined,
  keyTags: undefined,
  requestTags: [],
  encryptionContext: [],
  others: [],
});

/** How many of them are not as usual. */
export const unusual = (c: Circumstances): number =>
  [c.sourceIp, c.vpcEndpoint, c.mfa, c.viaService, c.sourceArn, c.sourceAccount, c.time].filter(
    (one) => one !== '',
  ).length +
  [c.principalTags, c.keyTags].filter((one) => one !== undefined).length +
  [...c.encryptionContext, ...c.requestTags, ...c.others].filter(({ name }) => name !== '').length;

/** Tags as the world has them. */
export type Tags = Readonly<Record<string, string>>;

/** conditions.json, `aws:RequestTag/<k>` and `aws:TagKeys`: ReplicateKey sends tags too, which the actions' own table leaves out. */
const withTags = new Set(
  kmsActions
    .filter(({ action, keys }) => keys.includes('aws:TagKeys') || action === 'kms:ReplicateKey')
    .map(({ action }) => action.toLowerCase()),
);
/** Whether requests of an action have tags in them. */
export const carriesTags = (action: string): boolean => withTags.has(action.toLowerCase());

/**
 * Condition keys of tags that stand in place of those that there are. Of one that there is and that is not wanted the
 * list is empty, which counts as absent. Names of condition keys match without regard to case.
 */
function tagKeys(
  name: 'aws:PrincipalTag' | 'aws:ResourceTag',
  wanted: readonly Pair[] | undefined,
  stored: Tags,
): Record<string, string | readonly string[]> {
  if (!wanted) return {};
  const keys: Record<string, string | readonly string[]> = {};
  for (const key of Object.keys(stored)) keys[`${name}/${key}`] = [];
  for (const pair of wanted) {
    if (pair.name === '') continue;
    const same = Object.keys(stored).find((key) => key.toLowerCase() === pair.name.toLowerCase());
    keys[`${name}/${same ?? pair.name}`] = pair.value;
  }
  return keys;
}

/** As `Principal: { "Service": … }` writes it. */
export const isServiceName = (principal: string): boolean =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(principal);

/** A value with a comma is several, for keys that hold lists: `kms:EncryptionContextKeys`. */
function contextOf(
  { encryptionContext, others, time, principalTags, keyTags, requestTags }: Circumstances,
  action: string,
  stored: { readonly principal: Tags; readonly key: Tags },
): Record<string, string | readonly string[]> {
  const pairs = encryptionContext.filter(({ name }) => name !== '');
  const context: Record<string, string | readonly string[]> = {
    ...tagKeys('aws:PrincipalTag', principalTags, stored.principal),
    ...tagKeys('aws:ResourceTag', keyTags, stored.key),
  };
  const sent = carriesTags(action) ? requestTags.filter(({ name }) => name !== '') : [];
  if (sent.length > 0) context['aws:TagKeys'] = sent.map(({ name }) => name);
  // conditions.json, `aws:RequestTag/<k>`: UntagResource names tags and gives no values.
  if (action.toLowerCase() !== 'kms:untagresource')
    for (const { name, value } of sent) context[`aws:RequestTag/${name}`] = value;
  for (const { name, value } of pairs) context[`kms:EncryptionContext:${name}`] = value;
  if (pairs.length > 0) context['kms:EncryptionContextKeys'] = pairs.map(({ name }) => name);
  const at = time === '' ? Number.NaN : Date.parse(time);
  if (!Number.isNaN(at)) {
    context['aws:CurrentTime'] = new Date(at).toISOString();
    context['aws:EpochTime'] = String(Math.floor(at / 1000));
  }
  for (const { name, value } of others) {
    if (name !== '') context[name] = value.includes(',') ? value.split(',').map((one) => one.trim()) : value;
  }
  return context;
}

/** The question that the fields put. */
export function questionOf(
  key: KeyArn,
  principal: string,
  action: string,
  c: Circumstances,
  keyPolicy: string | undefined,
  stored: { readonly principal: Tags; readonly key: Tags },
): PermissionQuestion {
  return {
    key,
    principal,
    action,
    context: contextOf(c, action, stored),
    ...(c.sourceIp ? { sourceIp: c.sourceIp } : {}),
    ...(c.vpcEndpoint ? { vpcEndpoint: c.vpcEndpoint } : {}),
    ...(c.mfa ? { mfa: true } : {}),
    ...(c.viaService ? { viaService: c.viaService } : {}),
    ...(isServiceName(principal) && c.sourceArn ? { sourceArn: c.sourceArn } : {}),
    // Chosen from the world's accounts.
    ...(isServiceName(principal) && c.sourceAccount ? { sourceAccount: c.sourceAccount as AccountId } : {}),
    ...(keyPolicy === undefined ? {} : { keyPolicy }),
  };
}
