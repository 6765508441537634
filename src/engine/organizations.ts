import { organizationPolicy } from './managedPolicies.ts';
import { ref, type AccountId, type OrganizationRec, type OrgNodeRec, type View } from './model/index.ts';
import type { NamedPolicy, PolicyLevels } from './policy/index.ts';

/*
 * Where an account stands in an organization, and which policies reach it there. One look-up for an account outside of
 * any organization.
 */

export interface Standing {
  readonly organization: OrganizationRec;
  /** From the root to the account. */
  readonly nodes: readonly OrgNodeRec[];
  /** `o-…/r-…/ou-…/`, as aws:PrincipalOrgPaths has it. */
  readonly path: string;
}

export function standingOf(account: AccountId, view: View): Standing | undefined {
  let node = view.get(ref.orgNode(account));
  if (!node) return undefined;
  const organization = view.get(ref.organization(node.organization));
  if (!organization)
    throw new Error(`account ${account} is in ${node.organization}, which is not in the world`);
  const nodes: OrgNodeRec[] = [];
  for (;;) {
    nodes.unshift(node);
    if (node.parent === undefined) break;
    const parent: OrgNodeRec | undefined = view.get(ref.orgNode(node.parent));
    if (!parent) throw new Error(`${node.id} hangs on ${node.parent}, which is not in the world`);
    node = parent;
  }
  const places = nodes.filter(({ kind }) => kind !== 'account').map(({ id }) => id);
  return { organization, nodes, path: `${[organization.id, ...places].join('/')}/` };
}

const levelsOf = (
  { nodes }: Standing,
  attached: (node: OrgNodeRec) => readonly string[],
  view: View,
): PolicyLevels =>
  nodes.map((node) =>
    attached(node).flatMap((id): readonly NamedPolicy[] => {
      const policy = organizationPolicy(id, view);
      return policy ? [policy] : [];
    }),
  );

export const serviceControlPoliciesAt = (standing: Standing, view: View): PolicyLevels =>
  levelsOf(standing, (node) => node.serviceControlPolicies, view);

export const resourceControlPoliciesAt = (standing: Standing, view: View): PolicyLevels =>
  levelsOf(standing, (node) => node.resourceControlPolicies, view);
