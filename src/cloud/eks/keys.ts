import {
  hmacSha256,
  isRefusal,
  utf8,
  type Bytes,
  type EksClusterRec,
  type EksIssue,
  type EksSecretRec,
  type EpochMs,
  type Refusal,
  type Region,
  type Step,
} from '../../engine/index.ts';
import { kmsAs, type Kms, type KmsOptions } from '../callingKms.ts';
import { declareIn } from '../declare.ts';
import { dropKey, heldKey, holderName, holdKey, mustOpen, ownKey, sealData } from '../keeping.ts';
import { at } from '../refs.ts';
import { issueOf, worded } from './words.ts';

/*
 * Secrets of Kubernetes: KMS key > seed > a key for each secret (services.json EKS "provider"). KMS encrypts the seed when
 * the API server starts, and never sees a secret; the API server holds the seed and derives.
 */

export const eks = declareIn('eks');

export const clusterArn = (name: string, { identity, region }: Pick<Step, 'identity' | 'region'>): string =>
  `arn:aws:eks:${region}:${identity.account}:cluster/${name}`;
export const clusterOf = (name: string, { view, identity, region }: Step): EksClusterRec | undefined =>
  view.get(at.eksCluster(identity.account, region, name));
export const putCluster = (rec: EksClusterRec, { view }: Pick<Step, 'view'>): void =>
  view.put(at.eksCluster(rec.account, rec.region, rec.name), rec);

/** OURS: the grantee. services.json says "EKS through the grant". */
const host = (region: Region): string => `eks.${region}.amazonaws.com`;
/** OURS: no encryption context: none stands in a stored page, and the provider of Kubernetes needs none. */
const context = {};

type Cluster = Pick<EksClusterRec, 'arn' | 'account' | 'region'>;

function kmsOfEks(
  { arn, account, region }: Cluster,
  step: Step,
  words: (refusal: Refusal) => Refusal,
  by: Pick<KmsOptions, 'grant' | 'grantTokens'>,
): Kms {
  const itself = { kind: 'service', service: host(region), sourceArn: arn, sourceAccount: account } as const;
  return kmsAs(step, itself, { worded: words, ...by });
}
const handedOn = (refusal: Refusal): Refusal => refusal;

const holderOf = ({ region, arn }: Cluster): string => holderName('eks', region, arn);
const said = ({ name }: EksClusterRec): string => `the seed of ${name}, in its API server`;

export interface Encryption {
  readonly keyArn: EksClusterRec['keyArn'];
  readonly grantId: string | undefined;
  readonly seed: Bytes | undefined;
}

/** DescribeKey and CreateGrant by the caller; then the API server has its first seed encrypted, by the grant. */
export async function associate(
  keyId: string,
  cluster: EksClusterRec,
  step: Step,
): Promise<Encryption | Refusal> {
  const caller = kmsAs(step, { kind: 'forward', via: 'eks' }, { worded });
  const key = await caller.describe(keyId);
  if (isRefusal(key)) return key;
  const grant = await caller.createGrant({
    KeyId: key.arn,
    GranteePrincipal: host(step.region),
    RetiringPrincipal: host(step.region),
    Operations: ['Encrypt', 'Decrypt', 'DescribeKey', 'RetireGrant'],
  });
  if (isRefusal(grant)) return grant;
  const plain = step.env.random(32);
  const sealed = await kmsOfEks(cluster, step, worded, { grantTokens: [grant.GrantToken] }).encrypt(
    key.arn,
    plain,
    context,
  );
  if (isRefusal(sealed)) return sealed;
  const { keyArn, wrapped } = sealed;
  await holdKey(step, { holder: holderOf(cluster), what: said(cluster), key: { plain, wrapped, keyArn } });
  return { keyArn, grantId: grant.GrantId, seed: wrapped };
}

/** EKS retires its own grant, whatever state the key is in. */
export async function retireGrant(cluster: EksClusterRec, step: Step): Promise<void> {
  const { keyArn, grantId } = cluster;
  dropKey(step, holderOf(cluster), said(cluster));
  if (keyArn !== undefined && grantId !== undefined)
    await kmsOfEks(cluster, step, handedOn, { grant: cluster }).retireGrant(keyArn, grantId);
}

/** A new API server has no seed, and asks for it. @returns the cluster, with the issue that it met */
export async function restarted(cluster: EksClusterRec, step: Step): Promise<EksClusterRec | Refusal> {
  const { keyArn, seed } = cluster;
  if (!keyArn || !seed) return cluster;
  dropKey(step, holderOf(cluster), said(cluster));
  const plain = await kmsOfEks(cluster, step, handedOn, { grant: cluster }).decrypt(seed, context);
  if (isRefusal(plain)) return afterTrial(cluster, plain, step) ?? worded(plain);
  const key = { plain, wrapped: seed, keyArn };
  await holdKey(step, { holder: holderOf(cluster), what: said(cluster), key });
  return { ...cluster, checked: step.env.at, issue: undefined };
}

/** Undefined: what KMS said is no issue of the cluster. */
function afterTrial(cluster: EksClusterRec, refusal: Refusal, { env }: Step): EksClusterRec | undefined {
  const code = issueOf(refusal);
  if (!code) return undefined;
  const issue: EksIssue = { code, since: cluster.issue?.since ?? env.at };
  return { ...cluster, checked: env.at, issue };
}

/** OURS: how often the API server tries the key. It does when somebody asks for something. */
const checkEvery = 300_000;

const day = 86_400_000;
/** services.json EKS "rules": the key has to be back within 30 days. */
const isLostAt = ({ issue }: EksClusterRec, now: EpochMs): boolean =>
  issue !== undefined && now - issue.since >= 30 * day;
export const isLost = (cluster: EksClusterRec, { env }: Step): boolean => isLostAt(cluster, env.at);
/** EKS's word for its state, and the code of the issue that it has. */
export const standingAt = (cluster: EksClusterRec, now: EpochMs): string =>
  [isLostAt(cluster, now) ? 'FAILED' : 'ACTIVE', ...(cluster.issue ? [cluster.issue.code] : [])].join(', ');

/** The cluster as it is now: its API server has tried the key by itself (services.json EKS "health checks"). */
export async function checkedNow(cluster: EksClusterRec, step: Step): Promise<EksClusterRec> {
  const isDue = step.env.at - cluster.checked >= checkEvery && !isLost(cluster, step);
  if (!cluster.keyArn || !isDue) return cluster;
  const refused = await trial(cluster, cluster.keyArn, step);
  const found = refused
    ? (afterTrial(cluster, refused, step) ?? cluster)
    : { ...cluster, checked: step.env.at, issue: undefined };
  // Also when the call that is under way is refused: it was the API server that looked.
  putCluster(found, { view: step.kept });
  return found;
}

async function trial(cluster: EksClusterRec, keyArn: string, step: Step): Promise<Refusal | undefined> {
  const kms = kmsOfEks(cluster, step, handedOn, { grant: cluster });
  const sealed = await kms.encrypt(keyArn, step.env.random(32), context);
  if (isRefusal(sealed)) return sealed;
  const opened = await kms.decrypt(sealed.wrapped, context);
  return isRefusal(opened) ? opened : undefined;
}

/** The seed that the API server has; undefined when it could not get it. */
export async function seedOf(cluster: EksClusterRec, step: Step): Promise<Bytes | undefined> {
  // Under a key of EKS's own nobody is asked, and nobody sees it.
  if (!cluster.keyArn) return hmacSha256(await ownKey(step, 'eks'), utf8(cluster.arn));
  return (await heldKey(step, holderOf(cluster), said(cluster)))?.plain;
}

const placeOf = (cluster: string, name: string): string => `${cluster}|${name}`;
const keyOf = (seed: Bytes, salt: Bytes): Bytes => hmacSha256(seed, salt);

export function sealSecret(
  cluster: string,
  name: string,
  plain: Bytes,
  seed: Bytes,
  step: Step,
): EksSecretRec {
  const salt = step.env.random(32);
  step.note({
    kind: 'dataSealed',
    what: `secret ${name}`,
    byteLength: plain.length,
    under: 'a key of the seed',
  });
  return { cluster, name, salt, sealed: sealData(step, keyOf(seed, salt), plain, placeOf(cluster, name)) };
}

export function openSecret({ cluster, name, salt, sealed }: EksSecretRec, seed: Bytes, step: Step): Bytes {
  const plain = mustOpen(keyOf(seed, salt), sealed, placeOf(cluster, name));
  step.note({
    kind: 'dataOpened',
    what: `secret ${name}`,
    byteLength: plain.length,
    under: 'a key of the seed',
  });
  return plain;
}
