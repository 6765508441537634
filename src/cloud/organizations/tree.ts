import {
  isRefusal,
  parseAccountId,
  ref,
  standingOf,
  type AccountId,
  type Operation,
  type OrganizationRec,
  type Step,
} from '../../engine/index.ts';
import { lowerLetters } from '../ids.ts';
import {
  arnOfNode,
  childrenOf,
  common,
  fault,
  managed,
  newNode,
  nodeArn,
  nodeIn,
  organizationOf,
  organizations,
  takeOut,
} from './declare.ts';

/*
 * The tree: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html and its like.
 * OURS: both policy types are enabled from the start.
 */

const organizationOutput = ({ id, managementAccount }: OrganizationRec) => ({
  Id: id,
  Arn: `arn:aws:organizations::${managementAccount}:organization/${id}`,
  FeatureSet: 'ALL',
  MasterAccountId: managementAccount,
  MasterAccountArn: `arn:aws:organizations::${managementAccount}:account/${id}/${managementAccount}`,
  AvailablePolicyTypes: [
    { Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' },
    { Type: 'RESOURCE_CONTROL_POLICY', Status: 'ENABLED' },
  ],
});

const accountName = (account: AccountId, { view }: Step): string =>
  view.get(ref.account(account))?.name ?? account;

type ParentNamed = { readonly ParentId: string };

export const treeOperations: readonly Operation[] = [
  organizations<object, object>({
    name: 'CreateOrganization',
    refusals: ['AlreadyInOrganizationException'],
    on: () => '*',
    run(_input, step) {
      const { identity, env, view } = step;
      if (standingOf(identity.account, view))
        return fault(
          'AlreadyInOrganizationException',
          'The AWS account is already a member of an organization.',
        );
      const organization: OrganizationRec = {
        id: `o-${lowerLetters(10, env)}`,
        managementAccount: identity.account,
        root: `r-${lowerLetters(4, env)}`,
      };
      const root = newNode(organization, {
        id: organization.root,
        kind: 'root',
        name: 'Root',
        parent: undefined,
      });
      const own = newNode(organization, {
        id: identity.account,
        kind: 'account',
        name: accountName(identity.account, step),
        parent: root.id,
      });
      view.put(ref.organization(organization.id), organization);
      view.put(ref.orgNode(root.id), root);
      view.put(ref.orgNode(own.id), own);
      return { Organization: organizationOutput(organization) };
    },
    shows: (output) => ({ ...output }),
  }),
  organizations<object, object>({
    name: 'DescribeOrganization',
    readOnly: true,
    refusals: common,
    on: () => '*',
    run(_input, step) {
      const organization = organizationOf(step);
      return isRefusal(organization) ? organization : { Organization: organizationOutput(organization) };
    },
  }),
  organizations<object, object>({
    name: 'ListRoots',
    readOnly: true,
    refusals: common,
    on: () => '*',
    run(_input, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const { root } = organization;
      return { Roots: [{ Id: root, Arn: nodeArn(organization, 'root', root), Name: 'Root' }] };
    },
  }),
  organizations<ParentNamed & { readonly Name: string }, object>({
    name: 'CreateOrganizationalUnit',
    refusals: [...common, 'ParentNotFoundException', 'DuplicateOrganizationalUnitException'],
    on: ({ ParentId }, step) => arnOfNode(ParentId, step),
    run({ ParentId, Name }, step) {
      const { env, view } = step;
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const parent = nodeIn(organization, ParentId, step);
      if (!parent || parent.kind === 'account')
        return fault('ParentNotFoundException', `You specified a parent that doesn't exist: ${ParentId}`);
      if (childrenOf(ParentId, step).some(({ name, kind }) => kind === 'organizationalUnit' && name === Name))
        return fault('DuplicateOrganizationalUnitException', `An OU with the name ${Name} exists already.`);
      const id = `ou-${organization.root.slice(2)}-${lowerLetters(8, env)}`;
      view.put(
        ref.orgNode(id),
        newNode(organization, { id, kind: 'organizationalUnit', name: Name, parent: ParentId }),
      );
      return { OrganizationalUnit: { Id: id, Arn: nodeArn(organization, 'organizationalUnit', id), Name } };
    },
    shows: (output) => ({ ...output }),
  }),
  organizations<{ readonly OrganizationalUnitId: string }>({
    name: 'DeleteOrganizationalUnit',
    refusals: [...common, 'OrganizationalUnitNotEmptyException', 'OrganizationalUnitNotFoundException'],
    on: ({ OrganizationalUnitId }, step) => arnOfNode(OrganizationalUnitId, step),
    run({ OrganizationalUnitId: id }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const node = nodeIn(organization, id, step);
      if (node?.kind !== 'organizationalUnit')
        return fault('OrganizationalUnitNotFoundException', `There is no OU ${id} in your organization.`);
      if (childrenOf(id, step).length > 0)
        return fault(
          'OrganizationalUnitNotEmptyException',
          `The OU ${id} still has accounts or other OUs in it.`,
        );
      takeOut(node, step); // OURS: whatever policies are still attached to it
      return undefined;
    },
  }),
  organizations<ParentNamed & { readonly ChildType: 'ACCOUNT' | 'ORGANIZATIONAL_UNIT' }, object>({
    name: 'ListChildren',
    readOnly: true,
    refusals: [...common, 'ParentNotFoundException'],
    on: ({ ParentId }, step) => arnOfNode(ParentId, step),
    run({ ParentId, ChildType }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      if (!nodeIn(organization, ParentId, step))
        return fault('ParentNotFoundException', `You specified a parent that doesn't exist: ${ParentId}`);
      const kind = ChildType === 'ACCOUNT' ? 'account' : 'organizationalUnit';
      const children = childrenOf(ParentId, step).filter((node) => node.kind === kind);
      return { Children: children.map(({ id }) => ({ Id: id, Type: ChildType })) };
    },
  }),
  organizations<{ readonly ChildId: string }, object>({
    name: 'ListParents',
    readOnly: true,
    refusals: [...common, 'ChildNotFoundException'],
    on: ({ ChildId }, step) => arnOfNode(ChildId, step),
    run({ ChildId }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const node = nodeIn(organization, ChildId, step);
      if (node?.parent === undefined)
        return fault('ChildNotFoundException', `You specified a child that doesn't exist: ${ChildId}`);
      const Type = node.parent === organization.root ? 'ROOT' : 'ORGANIZATIONAL_UNIT';
      return { Parents: [{ Id: node.parent, Type }] };
    },
  }),
  organizations<{ readonly Target: { readonly Id: string; readonly Type: string } }, object>({
    name: 'InviteAccountToOrganization',
    refusals: [...common, 'AccountNotFoundException', 'HandshakeConstraintViolationException'],
    on: () => '*',
    /** OURS: the invited account accepts at once. */
    run({ Target: { Id } }, step) {
      const { view } = step;
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const account = parseAccountId(Id);
      if (!account || !view.get(ref.account(account)))
        return fault('AccountNotFoundException', `There is no account ${Id}.`);
      if (view.get(ref.orgNode(account))) {
        return fault(
          'HandshakeConstraintViolationException',
          'The account is already a member of an organization.',
        );
      }
      const name = accountName(account, step);
      view.put(
        ref.orgNode(account),
        newNode(organization, { id: account, kind: 'account', name, parent: organization.root }),
      );
      return { Handshake: { Action: 'INVITE', State: 'ACCEPTED' } };
    },
    shows: (output) => ({ ...output }),
  }),
  organizations<{ readonly AccountId: string }>({
    name: 'RemoveAccountFromOrganization',
    refusals: [...common, 'AccountNotFoundException', 'MasterCannotLeaveOrganizationException'],
    on: ({ AccountId }, step) => arnOfNode(AccountId, step),
    run({ AccountId }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const node = nodeIn(organization, AccountId, step);
      if (node?.kind !== 'account')
        return fault('AccountNotFoundException', `There is no account ${AccountId} in your organization.`);
      if (AccountId === organization.managementAccount) {
        return fault(
          'MasterCannotLeaveOrganizationException',
          "You can't remove a management account from an organization.",
        );
      }
      takeOut(node, step);
      return undefined;
    },
  }),
  organizations<{
    readonly AccountId: string;
    readonly SourceParentId: string;
    readonly DestinationParentId: string;
  }>({
    name: 'MoveAccount',
    refusals: [
      ...common,
      'AccountNotFoundException',
      'SourceParentNotFoundException',
      'DestinationParentNotFoundException',
      'DuplicateAccountException',
    ],
    on: ({ AccountId }, step) => arnOfNode(AccountId, step),
    run({ AccountId, SourceParentId, DestinationParentId }, step) {
      const organization = managed(step);
      if (isRefusal(organization)) return organization;
      const node = nodeIn(organization, AccountId, step);
      if (node?.kind !== 'account')
        return fault('AccountNotFoundException', `There is no account ${AccountId} in your organization.`);
      if (node.parent !== SourceParentId)
        return fault('SourceParentNotFoundException', `The account is not in ${SourceParentId}.`);
      const to = nodeIn(organization, DestinationParentId, step);
      if (!to || to.kind === 'account')
        return fault('DestinationParentNotFoundException', `There is no place ${DestinationParentId}.`);
      if (to.id === SourceParentId)
        return fault('DuplicateAccountException', 'The account is in the destination already.');
      step.view.put(ref.orgNode(node.id), { ...node, parent: to.id });
      return undefined;
    },
  }),
];
