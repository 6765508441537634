import {
  fullAccess,
  indexKey,
  isRefusal,
  readModel,
  ref,
  refuse,
  standingOf,
  type Operation,
  type OrganizationRec,
  type OrgNodeRec,
  type RawModel,
  type Refusal,
  type Step,
} from '../../engine/index.ts';
import { declareIn, type Declared } from '../declare.ts';
import shapes from '../shapes/organizations.json';

/*
 * What all operations of Organizations share. OURS: the reference has none of the texts.
 */

const model = readModel(shapes as unknown as RawModel); // one literal per member, as in service.ts
const declare = declareIn('organizations');

export const organizations = <I, O = undefined>(declared: Omit<Declared<I, O>, 'members'>): Operation =>
  declare<I, O>({ ...declared, members: Object.keys(model.operations.get(declared.name)?.in ?? {}) });

const because = 'botocore organizations 2016-11-28, errors';
export const fault = (name: string, message: string): Refusal => refuse(name, message, because);

/** Every operation but CreateOrganization may meet these. */
export const common = ['AWSOrganizationsNotInUseException', 'AccessDeniedException'] as const;

/** The caller's organization. */
export function organizationOf({ identity, view }: Step): OrganizationRec | Refusal {
  return (
    standingOf(identity.account, view)?.organization ??
    fault('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.')
  );
}

/** The same, for what the management account alone may do. */
export function managed(step: Step): OrganizationRec | Refusal {
  const organization = organizationOf(step);
  if (isRefusal(organization) || organization.managementAccount === step.identity.account)
    return organization;
  return fault('AccessDeniedException', "You don't have permissions to access this resource.");
}

export function nodeIn(organization: OrganizationRec, id: string, { view }: Step): OrgNodeRec | undefined {
  const node = view.get(ref.orgNode(id));
  return node?.organization === organization.id ? node : undefined;
}

/** FullAWSAccess and RCPFullAWSAccess hang on every new place. */
export const newNode = (
  organization: OrganizationRec,
  given: Pick<OrgNodeRec, 'id' | 'kind' | 'name' | 'parent'>,
): OrgNodeRec => ({
  ...given,
  organization: organization.id,
  serviceControlPolicies: [fullAccess.scp],
  resourceControlPolicies: [fullAccess.rcp],
});

/** The counter of the places that a policy hangs on. */
export const attachments = (policy: string): string => `attached/${policy}`;

/** Takes a place out of the tree, and its policies off it. */
export function takeOut(
  { id, serviceControlPolicies, resourceControlPolicies }: OrgNodeRec,
  { view }: Step,
): void {
  for (const policy of [...serviceControlPolicies, ...resourceControlPolicies])
    if (policy !== fullAccess.scp && policy !== fullAccess.rcp) view.count(attachments(policy), -1);
  view.put(ref.orgNode(id), undefined);
}

/** What stands right under a place. */
export const childrenOf = (id: string, { view }: Step): readonly OrgNodeRec[] =>
  view
    .range('orgNodeByParent', { prefix: indexKey.orgNodeByParent(id), n: 10_000 })
    .map(({ rec }) => rec as OrgNodeRec);

/** `arn:aws:organizations::MANAGEMENT:KIND/o-…/ID`. */
export const nodeArn = (
  { id, managementAccount }: OrganizationRec,
  kind: OrgNodeRec['kind'],
  node: string,
): string => {
  const word = { root: 'root', organizationalUnit: 'ou', account: 'account' }[kind];
  return `arn:aws:organizations::${managementAccount}:${word}/${id}/${node}`;
};

/** The ARN that a permission is asked for. OURS: `*` where there is no organization, or no such place in it. */
export function arnOfNode(id: string, step: Step): string {
  const organization = organizationOf(step);
  const node = isRefusal(organization) ? undefined : nodeIn(organization, id, step);
  return node && !isRefusal(organization) ? nodeArn(organization, node.kind, node.id) : '*';
}
