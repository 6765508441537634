import {
  indexKey,
  isRefusal,
  ref,
  refuse,
  under,
  type AliasRec,
  type GrantRec,
  type IdentityPolicyRec,
  type Refusal,
  type TagRec,
} from './model/index.ts';
import { grantsFor } from './grants.ts';
import { isPrimary } from './multiRegion.ts';
import { decide, type Decision } from './policy/index.ts';
import type { ConditionKeys, LocatedKey, Operation, Permission, Step } from './operation.ts';

/*
 * Asks for every permission of a call, with everything that a policy may look at filled in from the real call.
 * Condition keys: reference/conditions.json.
 */

export interface Asking {
  readonly operation: Operation;
  readonly permissions: readonly Permission[];
  readonly context: ConditionKeys;
  readonly sourceIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly grantTokens: readonly string[];
  /** The grant that RetireGrant is about. */
  readonly retires: GrantRec | undefined;
}

/** Decides the permissions in order, up to the first that is denied. */
export async function authorize(
  asking: Asking,
  step: Step,
): Promise<{ readonly decisions: readonly Decision[]; readonly refusal: Refusal | undefined }> {
  const identityPolicies = identityPoliciesOf(step);
  const shared = Object.assign(callerKeys(asking, step), asking.context);
  const decisions: Decision[] = [];
  for (const permission of asking.permissions) {
    const grants = permission.key ? await grantsFor(permission.key.rec.arn, asking.grantTokens, step) : [];
    if (isRefusal(grants)) return { decisions, refusal: grants };
    const decision = decideOne(permission, asking, shared, { identityPolicies, grants }, step);
    decisions.push(decision);
    if (!decision.allowed) {
      return { decisions, refusal: refuse('AccessDeniedException', decision.message, decision.because) };
    }
  }
  return { decisions, refusal: undefined };
}

type NamedPolicy = { readonly name: string; readonly document: string };

interface Around {
  readonly identityPolicies: readonly NamedPolicy[];
  readonly grants: readonly GrantRec[];
}

function decideOne(
  { action, key, resource, context, creates }: Permission,
  { operation, retires }: Asking,
  shared: ConditionKeys,
  { identityPolicies, grants }: Around,
  step: Step,
): Decision {
  const base = {
    identity: step.identity,
    action,
    identityPolicies,
    worksAcrossAccounts: operation.worksAcrossAccounts,
  };
  if (!key) {
    return decide({
      ...base,
      judgedOn: 'account',
      resource: resource ?? '*',
      resourceAccount: step.identity.account,
      context: { ...shared, 'aws:ResourceAccount': step.identity.account, ...context },
    });
  }
  return decide({
    ...base,
    judgedOn: 'key',
    resource: key.rec.arn,
    resourceAccount: key.rec.account,
    keyPolicy: step.view.get(ref.keyPolicy(key.rec.arn))?.document ?? '',
    namedByCiphertext: key.byCiphertext,
    grants: retires ? [retires] : grants,
    retires,
    creates,
    context: contextOf(shared, key, context, step),
  });
}

function contextOf(
  shared: ConditionKeys,
  key: LocatedKey,
  own: ConditionKeys | undefined,
  step: Step,
): ConditionKeys {
  const keys: Gathered = Object.assign({}, shared);
  addKeyKeys(keys, key, step);
  return own ? Object.assign(keys, own) : keys;
}

/** All policies that the caller's user or role has; the root user has none and needs none. */
export function identityPoliciesOf(step: Step): readonly NamedPolicy[] {
  if (step.identity.kind === 'root') return [];
  return step.view
    .range('ref', { prefix: under.identityPolicies(step.identity.principal), n: 1000 })
    .map(({ rec }) => rec as IdentityPolicyRec);
}

/** A request's condition keys, while they are gathered: one object, written once. */
type Gathered = Record<string, string | readonly string[]>;

function callerKeys({ sourceIp, userAgent }: Asking, { identity, env, region }: Step): Gathered {
  const keys: Gathered = {
    'kms:CallerAccount': identity.account,
    'aws:PrincipalArn': identity.principal,
    'aws:PrincipalAccount': identity.account,
    'aws:PrincipalType': principalTypes[identity.kind],
    'aws:userid':
      identity.kind === 'session'
        ? `${identity.principalId}:${sessionOf(identity.arn)}`
        : identity.principalId,
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:RequestedRegion': region,
    'aws:SecureTransport': 'true',
    'aws:CurrentTime': new Date(env.at).toISOString(),
    'aws:EpochTime': String(Math.floor(env.at / 1000)),
  };
  if (identity.kind === 'user') keys['aws:username'] = identity.name;
  if (sourceIp !== undefined) keys['aws:SourceIp'] = sourceIp;
  if (userAgent !== undefined) keys['aws:UserAgent'] = userAgent;
  return keys;
}

const principalTypes = { root: 'Account', user: 'User', session: 'AssumedRole' } as const;

const sessionOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Adds what a policy may ask of the key. */
function addKeyKeys(keys: Gathered, { rec, alias }: LocatedKey, step: Step): void {
  keys['kms:KeySpec'] = rec.KeySpec;
  keys['kms:KeyUsage'] = rec.KeyUsage;
  keys['kms:KeyOrigin'] = rec.Origin;
  keys['kms:MultiRegion'] = String(rec.MultiRegion);
  if (rec.MultiRegion) keys['kms:MultiRegionKeyType'] = isPrimary(rec, step.view) ? 'PRIMARY' : 'REPLICA';
  keys['aws:ResourceAccount'] = rec.account;
  const aliases = step.view.range('aliasByTarget', { prefix: indexKey.aliasByTarget(rec.arn), n: 51 });
  if (aliases.length > 0)
    keys['kms:ResourceAliases'] = aliases.map(({ rec: one }) => (one as AliasRec).alias);
  if (alias !== undefined) keys['kms:RequestAlias'] = alias;
  for (const { rec: tag } of step.view.range('ref', { prefix: under.tags(rec.arn), n: 50 })) {
    const { TagKey, TagValue } = tag as TagRec;
    keys[`aws:ResourceTag/${TagKey}`] = TagValue;
  }
}

/** Condition keys of an encryption context and the algorithm that goes with it. */
export function encryptionKeys(
  context: Readonly<Record<string, string>> | undefined,
  algorithm = 'SYMMETRIC_DEFAULT',
): ConditionKeys {
  const pairs = Object.entries(context ?? {});
  return {
    'kms:EncryptionAlgorithm': algorithm,
    ...(pairs.length > 0 ? { 'kms:EncryptionContextKeys': pairs.map(([key]) => key) } : {}),
    ...Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
  };
}

export { isRefusal };
