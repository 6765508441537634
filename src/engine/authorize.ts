import {
  indexKey,
  isRefusal,
  ref,
  refuse,
  under,
  type AliasRec,
  type Call,
  type GrantRec,
  type Identity,
  type KeyArn,
  type Refusal,
  type Soon,
  type TagRec,
} from './model/index.ts';
import {
  addCallerKeys,
  callerSide,
  identityPoliciesOf,
  ownerSide,
  type CallerSide,
  type Standpoint,
} from './callerSide.ts';
import { grantsFor, noGrantsNamed, readGrantTokens, type NamedGrants } from './grants.ts';
import { isPrimary } from './multiRegion.ts';
import { decide, serviceCaller, type AccessRequest, type Asker, type Decision } from './policy/index.ts';
import { textFor } from './principals.ts';
import type {
  ConditionKeys,
  LocatedKey,
  Operation,
  Permission,
  ServiceErrors,
  Step,
  Trust,
} from './operation.ts';

/*
 * Asks for every permission of a call, with everything that a policy may look at filled in from the real call.
 * Condition keys: reference/conditions.json.
 */

export interface Asking {
  readonly operation: Operation;
  readonly permissions: readonly Permission[];
  /** Asked when a policy looks at the condition keys: most do not. */
  readonly context: () => ConditionKeys;
  readonly call: Pick<Call, 'sourceIp' | 'userAgent' | 'vpcEndpoint' | 'viaService' | 'calledVia'>;
  /** What the service calls a denial. */
  readonly errors: Pick<ServiceErrors, 'denied' | 'deniedStatus'>;
  readonly grantTokens: readonly string[];
  /** The grant that RetireGrant is about. */
  readonly retires: GrantRec | undefined;
}

export interface Authorized {
  readonly decisions: readonly Decision[];
  readonly refusal: Refusal | undefined;
}

/** Decides the permissions in order, up to the first that is denied. */
export function authorize(asking: Asking, step: Step): Soon<Authorized> {
  const { grantTokens: tokens } = asking;
  if (tokens.length === 0) return decideAll(asking, noGrantsNamed, step);
  return readGrantTokens(tokens, step).then((named) => decideAll(asking, named, step));
}

function decideAll(asking: Asking, named: NamedGrants | Refusal, step: Step): Authorized {
  const around = aroundOf(asking, named, step);
  const decisions: Decision[] = [];
  for (const permission of asking.permissions) {
    const request = requestFor(permission, asking, around, step);
    if (isRefusal(request)) return { decisions, refusal: request };
    const decided = decide(request);
    const decision = permission.trust ? permission.trust.worded(decided) : decided;
    decisions.push(decision);
    if (!decision.allowed) {
      const { denied, deniedStatus } = asking.errors;
      return { decisions, refusal: refuse(denied, decision.message, decision.because, deniedStatus) };
    }
  }
  return { decisions, refusal: undefined };
}

/** A permission as the decision is asked for it. */
export interface AskedPermission {
  readonly request: AccessRequest;
  /** Judged by a role's trust policy, which then stands where a key policy stands. */
  readonly trusts: Trust | undefined;
}

/** What would be asked for each permission of a call, whatever is decided. */
export async function permissionsAsked(
  asking: Asking,
  step: Step,
): Promise<readonly AskedPermission[] | Refusal> {
  const around = aroundOf(asking, await readGrantTokens(asking.grantTokens, step), step);
  const asked: AskedPermission[] = [];
  for (const permission of asking.permissions) {
    const request = requestFor(permission, asking, around, step);
    if (isRefusal(request)) return request;
    // Gathered now: the step's view is not there for whoever looks later.
    const { gather, ...given } = request;
    asked.push({ request: gather ? { ...given, context: gather() } : given, trusts: permission.trust });
  }
  return asked;
}

const grantOperations: ReadonlySet<string> = new Set(['CreateGrant', 'ListGrants', 'RevokeGrant']);

/**
 * conditions.json kms:GrantIsForAWSResource: a service asks, for the principal. OURS: also when it asks in its own name.
 */
const isServiceMade = ({ operation, call }: Asking, { identity }: Step): boolean =>
  grantOperations.has(operation.name) && (call.viaService !== undefined || identity.kind === 'service');

/** What all permissions of a call share. */
interface Around {
  readonly caller: CallerSide;
  readonly shared: () => ConditionKeys;
  /** What the grant tokens name, or that one of them is none: only a permission on a key asks. */
  readonly named: NamedGrants | Refusal;
}

function aroundOf(asking: Asking, named: NamedGrants | Refusal, step: Step): Around {
  let gathered: Gathered | undefined;
  const shared = (): ConditionKeys => {
    if (gathered) return gathered;
    gathered = Object.assign(callerKeys(asking.call, step), asking.context());
    if (isServiceMade(asking, step)) gathered['kms:GrantIsForAWSResource'] = 'true';
    return gathered;
  };
  return { caller: callerSide(asking.call, step), shared, named };
}

function requestFor(
  permission: Permission,
  asking: Asking,
  { caller, shared, named }: Around,
  step: Step,
): AccessRequest | Refusal {
  const { action, key, resource, context, trust } = permission;
  const { operation } = asking;
  if (key)
    return isRefusal(named) ? named : requestOnKey(permission, key, asking, { caller, shared, named }, step);
  const base = {
    ...caller,
    identity: askerOf(step.identity),
    action,
    worksAcrossAccounts: operation.worksAcrossAccounts,
  };
  if (trust) {
    const owner = ownerSide(trust.account, step.view);
    return {
      ...base,
      judgedOn: 'key',
      resource: resource ?? '*',
      resourceAccount: trust.account,
      // As a key policy, a trust policy allows nothing by itself, and an account principal leaves it to IAM.
      keyPolicy: trust.document,
      resourceControlPolicies: owner.resourceControlPolicies,
      managementAccount: caller.managementAccount ?? owner.standing?.organization.managementAccount,
      context: { ...shared(), 'aws:ResourceAccount': trust.account, ...owner.keys, ...context },
    };
  }
  return {
    ...base,
    judgedOn: 'account',
    resource: resource ?? '*',
    resourceAccount: step.identity.account,
    context: {
      ...shared(),
      'aws:ResourceAccount': step.identity.account,
      ...ownerSide(step.identity.account, step.view).keys,
      ...context,
    },
  };
}

const nothingYet: ConditionKeys = {};

/** What nearly every call asks. Written member by member, because it is. */
function requestOnKey(
  { action, context, creates }: Permission,
  key: LocatedKey,
  { operation, retires }: Asking,
  { caller, shared, named }: Around & { readonly named: NamedGrants },
  step: Step,
): AccessRequest {
  const owner = ownerSide(key.rec.account, step.view);
  let gathered: ConditionKeys | undefined;
  return {
    identityPolicies: caller.identityPolicies,
    permissionsBoundary: caller.permissionsBoundary,
    sessionPolicies: caller.sessionPolicies,
    serviceControlPolicies: caller.serviceControlPolicies,
    endpointPolicy: caller.endpointPolicy,
    identity: askerOf(step.identity),
    action,
    worksAcrossAccounts: operation.worksAcrossAccounts,
    judgedOn: 'key',
    resource: key.rec.arn,
    resourceAccount: key.rec.account,
    keyPolicy: keyPolicyFor(key.rec.arn, step),
    namedByCiphertext: key.byCiphertext,
    resourceControlPolicies: owner.resourceControlPolicies,
    managementAccount: caller.managementAccount ?? owner.standing?.organization.managementAccount,
    awsManagedKey: key.rec.KeyManager === 'AWS',
    grants: retires ? [retires] : grantsFor(key.rec.arn, named, step),
    retires,
    creates,
    context: nothingYet,
    gather: () => (gathered ??= contextOf(shared(), key, owner.keys, context, step)),
  };
}

function keyPolicyFor(key: KeyArn, { view, identity }: Standpoint): string {
  const policy = view.get(ref.keyPolicy(key));
  return policy ? textFor(policy, identity) : '';
}

function contextOf(
  shared: ConditionKeys,
  key: LocatedKey,
  owner: ConditionKeys | undefined,
  own: ConditionKeys | undefined,
  step: Standpoint,
): ConditionKeys {
  const keys: Gathered = Object.assign({}, shared);
  addKeyKeys(keys, key, step);
  if (owner) Object.assign(keys, owner);
  return own ? Object.assign(keys, own) : keys;
}

/** A request's condition keys, while they are gathered: one object, written once. */
type Gathered = Record<string, string | readonly string[]>;

/** To the decision a service has no account: only what names it, or everybody, reaches it. */
export const askerOf = (identity: Identity): Asker =>
  identity.kind === 'service' ? serviceCaller(identity.name) : identity;

/** The condition keys that hang on the caller and his network, whatever he asks for. */
export function callerKeys(call: Asking['call'], step: Standpoint): Gathered {
  const keys = step.identity.kind === 'service' ? {} : principalKeys(step.identity);
  const { env, region } = step;
  keys['aws:ViaAWSService'] = 'false';
  keys['aws:RequestedRegion'] = region;
  keys['aws:SecureTransport'] = 'true';
  keys['aws:CurrentTime'] = new Date(env.at).toISOString();
  keys['aws:EpochTime'] = String(Math.floor(env.at / 1000));
  if (call.userAgent !== undefined) keys['aws:UserAgent'] = call.userAgent;
  addCallerKeys(keys, call, step);
  return keys;
}

/** OURS: of a service that calls in its own name these are absent, as it is nobody of an account. */
function principalKeys(identity: Identity): Gathered {
  const keys: Gathered = {
    'kms:CallerAccount': identity.account,
    'aws:PrincipalArn': identity.principal,
    'aws:PrincipalAccount': identity.account,
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid':
      identity.kind === 'session'
        ? `${identity.principalId}:${sessionOf(identity.arn)}`
        : identity.principalId,
  };
  if (identity.kind !== 'service') keys['aws:PrincipalType'] = principalTypes[identity.kind];
  if (identity.kind === 'user') keys['aws:username'] = identity.name;
  return keys;
}

const principalTypes = { root: 'Account', user: 'User', session: 'AssumedRole' } as const;

const sessionOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Adds what a policy may ask of the key. */
export function addKeyKeys(
  keys: Gathered,
  { rec, alias }: Pick<LocatedKey, 'rec' | 'alias'>,
  step: Pick<Step, 'view'>,
): void {
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

export { identityPoliciesOf, isRefusal };
