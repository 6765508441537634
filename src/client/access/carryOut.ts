import {
  decide,
  identityPolicySources,
  organizationPolicy,
  parseAccountId,
  parseArn,
  policyDocumentAt,
  readDocument,
  ref,
  rootArn,
  standingOf,
  type AccessRequest,
  type AccountId,
  type Env,
  type KeyArn,
  type PolicyChange,
  type PolicySource,
  type PrincipalArn,
  type PrincipalRec,
  type Region,
  type View,
} from '../../engine/index.ts';
import type { CallFacts } from '../api.ts';
import { cellsOf } from './matrix.ts';
import { withoutResource } from './trust.ts';

/*
 * The real calls that carry a proposed change out, each in the name of somebody who may make it.
 */

export interface Step {
  readonly was: AccessRequest;
  readonly is: AccessRequest;
  readonly change: PolicyChange;
  /** The "key policy" is a role's trust policy. */
  readonly trusts: boolean;
}

type Calls = readonly CallFacts[] | undefined;

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
/** IAM and Organizations are one for all Regions. */
const anywhere = 'us-east-1' as Region;

const accountOf = (arn: string): AccountId | undefined => parseAccountId(parseArn(arn)?.account ?? '');

function policyIdAt(view: View, account: AccountId, { target }: PolicyChange): string | undefined {
  if (target.type !== 'serviceControlPolicy' && target.type !== 'resourceControlPolicy') return undefined;
  const node = standingOf(account, view)?.nodes[target.level];
  const attached =
    target.type === 'serviceControlPolicy' ? node?.serviceControlPolicies : node?.resourceControlPolicies;
  return (attached ?? []).filter((id) => organizationPolicy(id, view))[target.index];
}

const limitedAccount = ({ identity, resourceAccount }: AccessRequest, { target }: PolicyChange) =>
  target.type === 'serviceControlPolicy' ? identity.account : resourceAccount;

const sourceOf = (view: View, { identity }: AccessRequest, index: number): PolicySource | undefined =>
  identity.kind === 'service'
    ? undefined
    : identityPolicySources(identity.principal as PrincipalArn, view)[index];

const recOf = (view: View, { identity }: AccessRequest): PrincipalRec | undefined =>
  view.get(ref.principal(identity.principal as PrincipalArn)); // A service's name finds nothing.

/** Whose document a change is in, as a reader finds it: an ARN, or the id of a policy of the organization. */
export function ownerOf(view: View, request: AccessRequest, change: PolicyChange, trusts: boolean): string {
  const { target } = change;
  switch (target.type) {
    case 'keyPolicy':
    case 'grant':
      return request.resource;
    case 'identityPolicy': {
      const source = trusts && target.index < 0 ? undefined : sourceOf(view, request, target.index);
      return source?.kind === 'managed' ? source.arn : (source?.of ?? request.identity.principal);
    }
    case 'permissionsBoundary':
      return recOf(view, request)?.boundary ?? request.identity.principal;
    case 'sessionPolicy':
    case 'request':
      return request.identity.arn;
    case 'endpointPolicy':
      return String(request.context['aws:SourceVpce'] ?? 'VPC endpoint');
    case 'serviceControlPolicy':
    case 'resourceControlPolicy': {
      const account = limitedAccount(request, change);
      return (account && policyIdAt(view, account, change)) ?? 'organization';
    }
  }
}

const byRoot = (account: AccountId): Pick<CallFacts, 'principal' | 'region'> => ({
  principal: rootArn(account),
  region: anywhere,
});

/** Somebody of the key's account who may do this to the key; its root user when nobody may. */
async function keeperOf(view: View, key: KeyArn, operation: string, env: Env) {
  const rec = view.get(ref.key(key));
  if (!rec) throw new Error(`"keeperOf" was asked about ${key}, which is not in the world`);
  const { people, request } = await cellsOf(view, { key, operations: [operation] }, env);
  const able = people.filter(
    (named) =>
      named.principal.identity.account === rec.account && decide(request(named, `kms:${operation}`)).allowed,
  );
  const root = rootArn(rec.account);
  const who = able.find(({ name }) => name === root)?.name ?? able[0]?.name ?? root;
  return { principal: who as PrincipalArn, region: rec.region };
}

/** A new version of a customer's managed policy; AWS's own stay as they are. */
const newVersion = (arn: string | undefined, PolicyDocument: string): Calls => {
  const account = arn === undefined ? undefined : accountOf(arn);
  if (arn === undefined || account === undefined) return undefined;
  return [
    {
      service: 'iam',
      operation: 'CreatePolicyVersion',
      input: { PolicyArn: arn, PolicyDocument, SetAsDefault: true },
      ...byRoot(account),
    },
  ];
};

function putInline(of: string, PolicyName: string, PolicyDocument: string): Calls {
  const account = accountOf(of);
  const [kind] = (parseArn(of)?.resource ?? '').split('/');
  const names = { user: 'User', role: 'Role', group: 'Group' } as const;
  const name = kind === 'user' || kind === 'role' || kind === 'group' ? names[kind] : undefined;
  if (!account || !name) return undefined;
  const input = { [`${name}Name`]: lastPart(of), PolicyName, PolicyDocument };
  return [{ service: 'iam', operation: `Put${name}Policy`, input, ...byRoot(account) }];
}

/** What a new policy is called when a statement has no policy to go into. */
const newPolicyName = 'SmallestChange';

function putIdentityPolicy(view: View, request: AccessRequest, index: number, document: string): Calls {
  const source = sourceOf(view, request, index);
  if (source?.kind === 'inline') return putInline(source.of, source.name, document);
  if (source && accountOf(source.arn)) return newVersion(source.arn, document);
  if (!source) return putInline(request.identity.principal, newPolicyName, document);
  // A policy of AWS: what it would get, the caller gets by a policy of his own.
  const read = readDocument(document) as { readonly Statement: unknown } | undefined; // It has been compiled.
  const added = Array.isArray(read?.Statement) ? (read.Statement.at(-1) as unknown) : read?.Statement;
  const own = JSON.stringify({ Version: '2012-10-17', Statement: [added] }, undefined, 2);
  return putInline(request.identity.principal, newPolicyName, own);
}

async function grantCalls(view: View, { is, was, change }: Step, env: Env): Promise<Calls> {
  if (change.target.type !== 'grant') return undefined;
  if (change.kind === 'useGrantToken') return [];
  const grant = is.grants?.[change.target.index];
  const old = was.grants?.[change.target.index];
  if (!grant) return undefined;
  const key = is.resource as KeyArn;
  const given = Object.entries({
    GranteePrincipal: grant.GranteePrincipal,
    GranteeServicePrincipal: grant.GranteeServicePrincipal,
    RetiringPrincipal: grant.RetiringPrincipal,
    RetiringServicePrincipal: grant.RetiringServicePrincipal,
    Constraints: grant.Constraints,
  }).filter(([, value]) => value !== undefined);
  const create: CallFacts = {
    operation: 'CreateGrant',
    input: { KeyId: key, Operations: grant.Operations, ...Object.fromEntries(given) },
    ...(await keeperOf(view, key, 'CreateGrant', env)),
  };
  if (!old) return [create];
  // A grant cannot be changed: another takes its place.
  const revoke: CallFacts = {
    operation: 'RevokeGrant',
    input: { KeyId: key, GrantId: old.grantId },
    ...(await keeperOf(view, key, 'RevokeGrant', env)),
  };
  return [create, revoke];
}

async function callsFor(view: View, facts: CallFacts, step: Step, env: Env): Promise<Calls> {
  const { is, change, trusts } = step;
  const { target } = change;
  const document = policyDocumentAt(is, target) ?? '';
  switch (target.type) {
    case 'request':
      return [];
    case 'sessionPolicy':
      return undefined;
    case 'grant':
      return grantCalls(view, step, env);
    case 'keyPolicy': {
      if (!trusts) {
        const key = is.resource as KeyArn;
        const input = { KeyId: key, Policy: document };
        return [{ operation: 'PutKeyPolicy', input, ...(await keeperOf(view, key, 'PutKeyPolicy', env)) }];
      }
      const input = { RoleName: lastPart(is.resource), PolicyDocument: withoutResource(document) };
      return [{ service: 'iam', operation: 'UpdateAssumeRolePolicy', input, ...byRoot(is.resourceAccount) }];
    }
    case 'identityPolicy':
      return putIdentityPolicy(view, is, target.index, document);
    case 'permissionsBoundary':
      return newVersion(recOf(view, is)?.boundary, document);
    case 'endpointPolicy': {
      const endpoint =
        facts.vpcEndpoint === undefined ? undefined : view.get(ref.vpcEndpoint(facts.vpcEndpoint));
      if (!endpoint) return undefined;
      const input = { VpcEndpointId: endpoint.id, PolicyDocument: document };
      const who = { principal: rootArn(endpoint.account), region: endpoint.region };
      return [{ service: 'ec2', operation: 'ModifyVpcEndpoint', input, ...who }];
    }
    case 'serviceControlPolicy':
    case 'resourceControlPolicy': {
      const account = limitedAccount(is, change);
      const PolicyId = account && policyIdAt(view, account, change);
      if (!account || PolicyId === undefined || !view.get(ref.orgPolicy(PolicyId))) return undefined;
      const manager = standingOf(account, view)?.organization.managementAccount;
      if (!manager) return undefined;
      const input = { PolicyId, Content: document };
      return [{ service: 'organizations', operation: 'UpdatePolicy', input, ...byRoot(manager) }];
    }
  }
}

/** The calls of all steps, a document that is written twice only once; undefined when one of them no call makes. */
export async function carryOut(
  view: View,
  facts: CallFacts,
  steps: readonly Step[],
  env: Env,
): Promise<Calls> {
  const calls = new Map<string, CallFacts>();
  for (const step of steps) {
    const own = await callsFor(view, facts, step, env);
    if (!own) return undefined;
    for (const call of own) {
      const { Policy: _, PolicyDocument: __, Content: ___, ...rest } = call.input;
      calls.set(JSON.stringify([call.operation, rest]), call);
    }
  }
  return [...calls.values()];
}

const contextPrefix = 'kms:encryptioncontext:';
const members: Readonly<Record<string, string>> = {
  'kms:encryptionalgorithm': 'EncryptionAlgorithm',
  'kms:signingalgorithm': 'SigningAlgorithm',
  'kms:macalgorithm': 'MacAlgorithm',
  'kms:messagetype': 'MessageType',
};

/** Members of ReEncrypt are told apart by side. */
const sided = (action: string, member: string): string => {
  if (action === 'kms:ReEncryptFrom') return `Source${member}`;
  return action === 'kms:ReEncryptTo' ? `Destination${member}` : member;
};

/** The call with what a change of the request asks: another encryption context, another algorithm, a second factor. */
export function retryOf(facts: CallFacts, steps: readonly Step[]): CallFacts {
  let call = facts;
  for (const { is, was, change } of steps) {
    if (change.target.type !== 'request') continue;
    const input: Record<string, unknown> = { ...call.input };
    const pairs = Object.entries(is.context).filter(([key]) => key.toLowerCase().startsWith(contextPrefix));
    const member = sided(is.action, 'EncryptionContext');
    if (pairs.length > 0)
      input[member] = Object.fromEntries(
        pairs.map(([key, value]) => [key.slice(contextPrefix.length), value]),
      );
    else delete input[member];
    for (const [key, value] of Object.entries(is.context)) {
      const name = members[key.toLowerCase()];
      if (name !== undefined && was.context[key] !== value) input[sided(is.action, name)] = value;
    }
    const mfa = is.context['aws:MultiFactorAuthPresent'] === 'true' ? true : call.mfa;
    call = { ...call, input, mfa };
  }
  return call;
}
