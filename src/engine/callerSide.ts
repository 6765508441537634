import { managedPolicies } from './managedPolicies.ts';
import {
  ref,
  serviceHost,
  under,
  type AccountId,
  type Call,
  type GroupRec,
  type IdentityPolicyRec,
  type PrincipalRec,
  type View,
} from './model/index.ts';
import {
  resourceControlPoliciesAt,
  serviceControlPoliciesAt,
  standingOf,
  type Standing,
} from './organizations.ts';
import type { ConditionKeys, Step } from './operation.ts';
import type { AccessRequest, NamedPolicy } from './policy/index.ts';

/*
 * What stands around a call beside the key: the caller's policies and ceilings, where both accounts stand, what network
 * it came through. A caller with nothing but inline policies, outside of any organization, costs two look-ups more.
 */

/** What an access request takes from the caller, whatever is asked. */
export type CallerSide = Pick<
  AccessRequest,
  | 'identityPolicies'
  | 'permissionsBoundary'
  | 'sessionPolicies'
  | 'serviceControlPolicies'
  | 'managementAccount'
  | 'endpointPolicy'
>;

/** The part of a step that tells who asks, when and where: all that this needs. */
export type Standpoint = Pick<Step, 'identity' | 'view' | 'env' | 'region'>;

type Network = Pick<Call, 'sourceIp' | 'vpcEndpoint' | 'viaService' | 'calledVia'>;

const inlinePolicies = (arn: string, view: View): readonly NamedPolicy[] =>
  view
    .range('ref', { prefix: under.identityPolicies(arn), n: 1000 })
    .map(({ rec }) => rec as IdentityPolicyRec);

/** Inline, managed, and those of the groups. The root user has none and needs none; a service is of no account. */
export function identityPoliciesOf({ identity, view }: Standpoint): readonly NamedPolicy[] {
  if (identity.kind === 'root' || identity.kind === 'service') return [];
  const inline = inlinePolicies(identity.principal, view);
  const { attached = [], groups = [] } = view.get(ref.principal(identity.principal)) ?? {};
  if (attached.length === 0 && groups.length === 0) return inline;
  const ofGroups = groups.flatMap((arn) => {
    const group: GroupRec | undefined = view.get(ref.group(arn));
    return group ? [...inlinePolicies(arn, view), ...managedPolicies(group.attached, view)] : [];
  });
  return [...inline, ...managedPolicies(attached, view), ...ofGroups];
}

export function callerSide({ vpcEndpoint, viaService }: Network, step: Standpoint): CallerSide {
  const { identity, view } = step;
  if (identity.kind === 'service') return ofService;
  const rec = identity.kind === 'root' ? undefined : view.get(ref.principal(identity.principal));
  const standing = standingOf(identity.account, view);
  const endpoint = vpcEndpoint === undefined ? undefined : view.get(ref.vpcEndpoint(vpcEndpoint));
  return {
    identityPolicies: identityPoliciesOf(step),
    permissionsBoundary: boundaryOf(rec, view),
    sessionPolicies: sessionPoliciesOf(step),
    serviceControlPolicies: standing && serviceControlPoliciesAt(standing, view),
    managementAccount: standing?.organization.managementAccount,
    // A service that calls for somebody does not come through his endpoint.
    endpointPolicy: viaService === undefined ? endpoint?.policy : undefined,
  };
}

/** A service comes by no endpoint of a customer, and under no ceiling but that of the key's account. */
const ofService: CallerSide = { identityPolicies: [] };

function boundaryOf(rec: PrincipalRec | undefined, view: View): NamedPolicy | undefined {
  if (rec?.boundary === undefined) return undefined;
  const [policy] = managedPolicies([rec.boundary], view);
  // OURS: IAM does not delete a policy that is somebody's boundary; were it gone, it would allow nothing.
  return policy ?? { name: rec.boundary, document: nothing };
}

const nothing = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});

function sessionPoliciesOf({ identity: { session }, view }: Standpoint): readonly NamedPolicy[] | undefined {
  if (!session || (session.policy === undefined && session.policyArns.length === 0)) return undefined;
  const inline = session.policy === undefined ? [] : [{ name: 'session policy', document: session.policy }];
  return [...inline, ...managedPolicies(session.policyArns, view)];
}

/** A request's condition keys, while they are gathered. */
type Gathered = Record<string, string | readonly string[]>;

/** Adds the condition keys that hang on who calls and by what way (conditions.json "global"). */
export function addCallerKeys(keys: Gathered, network: Network, step: Standpoint): void {
  const { identity, view, env } = step;
  if (identity.kind === 'service') return addServiceKeys(keys, step);
  addNetworkKeys(keys, network, step);
  const standing = standingOf(identity.account, view);
  if (standing) {
    keys['aws:PrincipalOrgID'] = standing.organization.id;
    keys['aws:PrincipalOrgPaths'] = [standing.path];
  }
  const { session, mfa = session?.mfa ?? false } = identity;
  // Absent for long-term credentials that came without a second factor.
  if (identity.kind === 'session' || mfa) keys['aws:MultiFactorAuthPresent'] = String(mfa);
  if (mfa) {
    const since = session?.issued ?? env.at;
    keys['aws:MultiFactorAuthAge'] = String(Math.floor((env.at - since) / 1000));
  }
  if (identity.kind === 'session') {
    // OURS: a session that nobody asked for by AssumeRole begins with each of its calls.
    keys['aws:TokenIssueTime'] = new Date(session?.issued ?? env.at).toISOString();
  }
  if (session?.sourceIdentity !== undefined) keys['aws:SourceIdentity'] = session.sourceIdentity;
  if (identity.kind === 'root') return;
  const tags = view.get(ref.principal(identity.principal))?.tags;
  if (tags || session) addTags(keys, 'aws:PrincipalTag', { ...tags, ...session?.tags });
}

/** conditions.json: what a request in a service's own name carries. */
function addServiceKeys(keys: Gathered, { identity, view, region }: Standpoint): void {
  const { name, source } = identity;
  keys['aws:PrincipalIsAWSService'] = 'true';
  keys['aws:PrincipalServiceName'] = name;
  // OURS: the list is the name, and the name with the Region in it.
  keys['aws:PrincipalServiceNamesList'] = [name, regionalName(name, region)];
  keys['aws:SourceIp'] = serviceAddress;
  if (source?.arn !== undefined) keys['aws:SourceArn'] = source.arn;
  if (source?.account === undefined) return;
  keys['aws:SourceAccount'] = source.account;
  const standing = standingOf(source.account, view);
  if (!standing) return;
  keys['aws:SourceOrgID'] = standing.organization.id;
  keys['aws:SourceOrgPaths'] = [standing.path];
}

const regionalName = (name: string, region: string): string =>
  name.replace(/^([a-z0-9-]+)\.amazonaws\.com/, `$1.${region}.amazonaws.com`);

function addTags(keys: Gathered, name: string, tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) keys[`${name}/${key}`] = value;
}

/** OURS: a service calls from an address of its own; this one is kept for examples (RFC 5737). */
const serviceAddress = '203.0.113.254';

function addNetworkKeys(
  keys: Gathered,
  { sourceIp, vpcEndpoint, viaService, calledVia = [] }: Network,
  step: Standpoint,
): void {
  if (viaService !== undefined) {
    const service = serviceHost(viaService);
    keys['kms:ViaService'] = viaService;
    keys['aws:ViaAWSService'] = 'true';
    keys['aws:CalledVia'] = [...calledVia, service];
    keys['aws:CalledViaFirst'] = calledVia[0] ?? service;
    keys['aws:CalledViaLast'] = service;
    keys['aws:SourceIp'] = serviceAddress;
    return;
  }
  if (vpcEndpoint === undefined) {
    if (sourceIp !== undefined) keys['aws:SourceIp'] = sourceIp;
    return;
  }
  keys['aws:SourceVpce'] = vpcEndpoint;
  if (sourceIp !== undefined) keys['aws:VpcSourceIp'] = sourceIp;
  const endpoint = step.view.get(ref.vpcEndpoint(vpcEndpoint));
  if (!endpoint) return; // OURS: an endpoint that nobody has made tells its id alone.
  keys['aws:SourceVpc'] = endpoint.vpc;
  keys['aws:VpceAccount'] = endpoint.account;
  const owner = standingOf(endpoint.account, step.view);
  if (!owner) return;
  keys['aws:VpceOrgID'] = owner.organization.id;
  keys['aws:VpceOrgPaths'] = [owner.path];
}

/** What the account that owns a resource brings. */
export interface OwnerSide {
  readonly standing: Standing | undefined;
  readonly resourceControlPolicies: AccessRequest['resourceControlPolicies'];
  readonly keys: ConditionKeys | undefined;
}

export function ownerSide(account: AccountId, view: View): OwnerSide {
  const standing = standingOf(account, view);
  if (!standing) return { standing, resourceControlPolicies: undefined, keys: undefined };
  return {
    standing,
    resourceControlPolicies: resourceControlPoliciesAt(standing, view),
    keys: {
      'aws:ResourceOrgID': standing.organization.id,
      'aws:ResourceOrgPaths': [standing.path],
    },
  };
}
