import { addKeyKeys, askerOf, callerKeys } from './authorize.ts';
import { authenticate } from './authenticate.ts';
import { callerSide, ownerSide, type Standpoint } from './callerSide.ts';
import { managedPolicyText } from './managedPolicies.ts';
import {
  isRefusal,
  ref,
  under,
  type Call,
  type Env,
  type GrantRec,
  type IdentityPolicyRec,
  type KeyArn,
  type KeyRec,
  type PrincipalArn,
  type Refusal,
  type View,
} from './model/index.ts';
import type { ConditionKeys } from './operation.ts';
import { Overlay } from './overlay.ts';
import type { AccessRequest, MatrixPrincipal } from './policy/index.ts';
import { textFor } from './principals.ts';

/*
 * Questions about a key that no call asks: who could do what. Everything that stands around a real call is taken from the
 * world for them too: every policy of the caller, ceilings, the organization, tags, the network.
 */

/** Who could ask, and by what way. */
export type Way = Pick<
  Call,
  'caller' | 'region' | 'sourceIp' | 'userAgent' | 'vpcEndpoint' | 'viaService' | 'calledVia'
>;

/** Somebody of the world with all that is his; what a session would not get (an expired one) is a refusal. */
export async function principalAt(view: View, way: Way, env: Env): Promise<MatrixPrincipal | Refusal> {
  const overlay = new Overlay(view);
  const call: Call = { ...way, operation: '', input: {} };
  const identity = await authenticate(call, { view: overlay, env, note: () => {} });
  if (isRefusal(identity)) return identity;
  const standpoint: Standpoint = { identity, view: overlay, env, region: way.region };
  return {
    ...callerSide(way, standpoint),
    identity: askerOf(identity),
    context: callerKeys(way, standpoint),
  };
}

/** OURS: more grants than this on one key are not looked at by questions that no call asks. */
const mostGrants = 1000;

/** The grants of a key, whoever they are for: those that count by now, and those that only a token makes count. */
export function grantsOf(
  view: View,
  key: KeyRec['arn'],
  env: Env,
): { readonly visible: readonly GrantRec[]; readonly pending: readonly GrantRec[] } {
  const all = view
    .range('ref', { prefix: under.grants(key), n: mostGrants })
    .map(({ rec }) => rec as GrantRec);
  return {
    visible: all.filter(({ visible }) => visible <= env.at),
    pending: all.filter(({ visible }) => visible > env.at),
  };
}

function keyPolicyFor(key: KeyArn, { identity }: MatrixPrincipal, view: View): string {
  const policy = view.get(ref.keyPolicy(key));
  if (!policy) return '';
  return identity.kind === 'service' ? policy.document : textFor(policy, identity);
}

/** What somebody would ask of a key, before it is said for what action. `context`: what his calls would carry besides. */
export function requestOnKey(
  view: View,
  key: KeyRec,
  principal: MatrixPrincipal,
  env: Env,
  { keyPolicy, context = {} }: { readonly keyPolicy?: string | undefined; readonly context?: ConditionKeys },
): AccessRequest {
  const owner = ownerSide(key.account, view);
  const keys: Record<string, string | readonly string[]> = { ...principal.context };
  addKeyKeys(keys, { rec: key, alias: undefined }, { view: new Overlay(view) });
  return {
    ...principal,
    managementAccount: principal.managementAccount ?? owner.standing?.organization.managementAccount,
    action: 'kms:DescribeKey',
    worksAcrossAccounts: true,
    judgedOn: 'key',
    resource: key.arn,
    resourceAccount: key.account,
    keyPolicy: keyPolicy ?? keyPolicyFor(key.arn, principal, view),
    resourceControlPolicies: owner.resourceControlPolicies,
    awsManagedKey: key.KeyManager === 'AWS',
    grants: grantsOf(view, key.arn, env).visible,
    context: { ...keys, ...owner.keys, ...context },
  };
}

/** Where a policy of a caller is kept. AWS's own cannot be changed. */
export type PolicySource =
  | { readonly kind: 'inline'; readonly of: string; readonly name: string }
  | { readonly kind: 'managed'; readonly arn: string };

/** Where each of the identity policies of a user or role comes from, in the order in which a decision lists them. */
export function identityPolicySources(principal: PrincipalArn, view: View): readonly PolicySource[] {
  const inline = (of: string): readonly PolicySource[] =>
    view
      .range('ref', { prefix: under.identityPolicies(of), n: 1000 })
      .map(({ rec }) => ({ kind: 'inline', of, name: (rec as IdentityPolicyRec).name }));
  const managed = (arns: readonly string[]): readonly PolicySource[] =>
    arns.filter((arn) => managedPolicyText(arn, view) !== undefined).map((arn) => ({ kind: 'managed', arn }));
  const { attached = [], groups = [] } = view.get(ref.principal(principal)) ?? {};
  return [
    ...inline(principal),
    ...managed(attached),
    ...groups.flatMap((arn) => {
      const group = view.get(ref.group(arn));
      return group ? [...inline(arn), ...managed(group.attached)] : [];
    }),
  ];
}
