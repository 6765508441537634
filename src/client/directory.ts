import {
  awsManagedPolicies,
  fullAccess,
  indexKey,
  managedPolicyText,
  organizationPolicy,
  ref,
  shownText,
  under,
  type CredentialRec,
  type GroupRec,
  type IdentityPolicyRec,
  type ManagedPolicyRec,
  type OrganizationRec,
  type OrgNodeRec,
  type OrgPolicyRec,
  type PolicyVersionRec,
  type PrincipalRec,
  type SessionRec,
  type View,
  type VpcEndpointRec,
} from '../engine/index.ts';
import type { Directory, GroupCard, ManagedPolicyCard } from './api.ts';
import { each } from './reads.ts';

/*
 * Everything around the principals of a world, read from records: no event, no quota. What a screen of accounts, users,
 * roles and organizations shows.
 */

/** OURS: more of a kind than this is no place to look through by eye; `find` looks through all. */
const most = 10_000;

/** The cast holds because a prefix belongs to one table. */
const rows = <T>(view: View, prefix: string): readonly T[] =>
  view.range('ref', { prefix, n: most }).map(({ rec }) => rec as T);

const inlineOf = (view: View, arn: string): readonly IdentityPolicyRec[] =>
  rows<IdentityPolicyRec>(view, under.identityPolicies(arn));

export const readSessions = (view: View): readonly SessionRec[] => rows<SessionRec>(view, 'session/');

function trustOf(view: View, role: PrincipalRec['arn']): string | undefined {
  const trust = view.get(ref.trustPolicy(role));
  return trust && shownText(trust, view);
}

export function readDirectory(view: View): Directory {
  const principals = rows<PrincipalRec>(view, 'principal/');
  const organizations = rows<OrganizationRec>(view, 'organization/');
  const endpoints = rows<VpcEndpointRec>(view, under.vpcEndpoints);
  const sessions = readSessions(view);
  const groups = each(rows<GroupRec>(view, 'group/'), (rec): GroupCard => ({
    rec,
    policies: inlineOf(view, rec.arn),
  }));
  const policies = each(rows<ManagedPolicyRec>(view, 'managedPolicy/'), (rec): ManagedPolicyCard => ({
    rec,
    versions: rows<PolicyVersionRec>(view, under.policyVersions(rec.arn)),
  }));
  const trust = each(
    principals.filter(({ kind }) => kind === 'role'),
    ({ arn }) => [arn, trustOf(view, arn)] as const,
  );
  const accessKeys = each(
    principals.filter(({ kind }) => kind === 'user'),
    ({ arn }) =>
      [
        arn,
        view
          .range('credentialByPrincipal', { prefix: indexKey.credentialByPrincipal(arn), n: 100 })
          .map(({ rec }) => (rec as CredentialRec).accessKeyId),
      ] as const,
  );
  return {
    groups,
    policies,
    sessions,
    endpoints,
    trust: Object.fromEntries(trust.flatMap(([arn, text]) => (text === undefined ? [] : [[arn, text]]))),
    accessKeys: Object.fromEntries(accessKeys),
    organizations: each(organizations, (rec) => ({
      rec,
      nodes: rows<OrgNodeRec>(view, 'orgNode/').filter(({ organization }) => organization === rec.id),
      policies: view
        .range('orgPolicyByOrganization', {
          prefix: indexKey.orgPolicyByOrganization(rec.id),
          n: most,
        })
        .map(({ rec: policy }) => policy as OrgPolicyRec),
    })),
    aws: awsManagedPolicies.map((arn) => ({ arn, document: managedPolicyText(arn, view) ?? '' })),
    awsOrganization: [fullAccess.scp, fullAccess.rcp].map((id) => ({
      id,
      name: organizationPolicy(id, view)?.name ?? id,
      document: organizationPolicy(id, view)?.document ?? '',
    })),
  };
}
