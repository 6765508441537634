import type { DocumentKind } from '../../editor/index.ts';
import type { OrgPolicyType, ServiceName } from '../../../engine/index.ts';
import type { CallInput } from '../../state/lab.svelte.ts';

/** One member of a request that a person fills in. */
export interface Field {
  /** AWS's name of the member. */
  readonly name: string;
  readonly kind: 'text' | 'number' | 'document' | 'tags' | 'choice';
  readonly required?: boolean;
  readonly hint?: string;
  readonly start?: string;
  /** What kind of policy a document is; an identity policy when absent. */
  readonly document?: DocumentKind;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/** A call of IAM, STS, Organizations or EC2 as a form: what is fixed, and what is asked for. */
export interface Action {
  readonly service: ServiceName;
  readonly operation: string;
  readonly title: string;
  readonly lead?: string;
  readonly fixed?: CallInput;
  readonly fields: readonly Field[];
}

/** `lead`: said above the fields. */
const of =
  (service: ServiceName) =>
  (
    operation: string,
    title: string,
    fields: readonly Field[],
    fixed: CallInput = {},
    lead?: string,
  ): Action => ({ service, operation, title, fields, fixed, ...(lead === undefined ? {} : { lead }) });
const iam = of('iam');
const org = of('organizations');
const ec2 = of('ec2');

const text = (name: string, more: Partial<Field> = {}): Field => ({ name, kind: 'text', ...more });
const needed = (name: string, more: Partial<Field> = {}): Field => text(name, { required: true, ...more });
const document = (name: string, start: string, hint?: string, policy: DocumentKind = 'identity'): Field => ({
  name,
  kind: 'document',
  required: true,
  start,
  document: policy,
  ...(hint === undefined ? {} : { hint }),
});
const choice = (name: string, values: readonly string[], more: Partial<Field> = {}): Field => ({
  name,
  kind: 'choice',
  options: values.map((value) => ({ value, label: value })),
  ...more,
});
const tags: Field = { name: 'Tags', kind: 'tags' };

/** What hangs on users, roles and groups alike: the operations differ by the kind in their names. */
export type Kind = 'User' | 'Role' | 'Group';
const named = (kind: Kind, name: string): CallInput => ({ [`${kind}Name`]: name });

const orgKinds: Readonly<Record<OrgPolicyType, DocumentKind>> = {
  SERVICE_CONTROL_POLICY: 'serviceControl',
  RESOURCE_CONTROL_POLICY: 'resourceControl',
};

export const actions = {
  createUser: (policies: readonly string[]): Action =>
    iam('CreateUser', 'Create a user', [
      needed('UserName', { hint: 'Letters, digits and + = , . @ _ -' }),
      text('Path', { hint: 'Such as /team/; part of the ARN, no more' }),
      choice('PermissionsBoundary', policies),
      tags,
    ]),
  createRole: (trust: string, policies: readonly string[]): Action =>
    iam('CreateRole', 'Create a role', [
      needed('RoleName'),
      document('AssumeRolePolicyDocument', trust, 'The trust policy: who may assume it', 'trust'),
      text('Description'),
      { name: 'MaxSessionDuration', kind: 'number', hint: '3,600 to 43,200 seconds; an hour when left out' },
      choice('PermissionsBoundary', policies),
      tags,
    ]),
  createGroup: (): Action => iam('CreateGroup', 'Create a group', [needed('GroupName'), text('Path')]),
  createPolicy: (start: string): Action =>
    iam('CreatePolicy', 'Create a managed policy', [
      needed('PolicyName'),
      document('PolicyDocument', start),
      text('Description'),
    ]),
  createServiceLinkedRole: (): Action =>
    iam('CreateServiceLinkedRole', 'Create a service-linked role', [
      needed('AWSServiceName', { start: 'autoscaling.amazonaws.com' }),
      text('CustomSuffix'),
      text('Description'),
    ]),

  putInline: (kind: Kind, name: string, start: string): Action =>
    iam(
      `Put${kind}Policy`,
      'Write an inline policy',
      [needed('PolicyName'), document('PolicyDocument', start)],
      named(kind, name),
    ),
  editInline: (kind: Kind, name: string, policy: string, start: string): Action =>
    iam(`Put${kind}Policy`, `Edit ${policy}`, [document('PolicyDocument', start)], {
      ...named(kind, name),
      PolicyName: policy,
    }),
  deleteInline: (kind: Kind, name: string, policy: string): Action =>
    iam(`Delete${kind}Policy`, '', [], { ...named(kind, name), PolicyName: policy }),
  attach: (kind: Kind, name: string, policies: readonly string[]): Action =>
    iam(
      `Attach${kind}Policy`,
      'Attach a managed policy',
      [choice('PolicyArn', policies, { required: true })],
      named(kind, name),
    ),
  detach: (kind: Kind, name: string, policy: string): Action =>
    iam(`Detach${kind}Policy`, '', [], { ...named(kind, name), PolicyArn: policy }),
  putBoundary: (kind: 'User' | 'Role', name: string, policies: readonly string[]): Action =>
    iam(
      `Put${kind}PermissionsBoundary`,
      'Set the permissions boundary',
      [choice('PermissionsBoundary', policies, { required: true })],
      named(kind, name),
    ),
  deleteBoundary: (kind: 'User' | 'Role', name: string): Action =>
    iam(`Delete${kind}PermissionsBoundary`, '', [], named(kind, name)),
  tag: (kind: 'User' | 'Role', name: string): Action =>
    iam(`Tag${kind}`, 'Add tags', [{ ...tags, required: true }], named(kind, name)),
  untag: (kind: 'User' | 'Role', name: string, key: string): Action =>
    iam(`Untag${kind}`, '', [], { ...named(kind, name), TagKeys: [key] }),
  remove: (kind: Kind, name: string): Action => iam(`Delete${kind}`, '', [], named(kind, name)),

  addToGroup: (user: string, groups: readonly string[]): Action =>
    iam('AddUserToGroup', 'Add to a group', [choice('GroupName', groups, { required: true })], {
      UserName: user,
    }),
  addMember: (group: string, users: readonly string[]): Action =>
    iam('AddUserToGroup', 'Add a member', [choice('UserName', users, { required: true })], {
      GroupName: group,
    }),
  leaveGroup: (user: string, group: string): Action =>
    iam('RemoveUserFromGroup', '', [], { UserName: user, GroupName: group }),
  createAccessKey: (user: string): Action => iam('CreateAccessKey', '', [], { UserName: user }),
  deleteAccessKey: (user: string, id: string): Action =>
    iam('DeleteAccessKey', '', [], { UserName: user, AccessKeyId: id }),

  editTrust: (role: string, start: string): Action =>
    iam(
      'UpdateAssumeRolePolicy',
      'Edit the trust policy',
      [document('PolicyDocument', start, undefined, 'trust')],
      {
        RoleName: role,
      },
    ),
  updateRole: (role: string, description: string, seconds: number): Action =>
    iam(
      'UpdateRole',
      'Change the role',
      [
        text('Description', { start: description }),
        { name: 'MaxSessionDuration', kind: 'number', start: String(seconds), hint: '3,600 to 43,200' },
      ],
      { RoleName: role },
    ),
  createVersion: (arn: string, start: string): Action =>
    iam(
      'CreatePolicyVersion',
      'Write a new version',
      [document('PolicyDocument', start)],
      { PolicyArn: arn, SetAsDefault: true },
      'The new version is put in force at once; the old ones stay, five at most.',
    ),
  useVersion: (arn: string, version: string): Action =>
    iam('SetDefaultPolicyVersion', '', [], { PolicyArn: arn, VersionId: version }),
  deleteVersion: (arn: string, version: string): Action =>
    iam('DeletePolicyVersion', '', [], { PolicyArn: arn, VersionId: version }),
  deletePolicy: (arn: string): Action => iam('DeletePolicy', '', [], { PolicyArn: arn }),

  createEndpoint: (region: string): Action =>
    ec2(
      'CreateVpcEndpoint',
      'Create a VPC endpoint of KMS',
      [
        needed('VpcId', { start: 'vpc-0a1b2c3d4e5f67890', hint: 'Any ID will do: VPCs are not simulated.' }),
        choice('ServiceName', [`com.amazonaws.${region}.kms`, `com.amazonaws.${region}.kms-fips`], {
          required: true,
          start: `com.amazonaws.${region}.kms`,
        }),
      ],
      { VpcEndpointType: 'Interface' },
      'Until it has a policy of its own, everything passes through it.',
    ),
  editEndpointPolicy: (id: string, start: string): Action =>
    ec2(
      'ModifyVpcEndpoint',
      'Edit the endpoint policy',
      [document('PolicyDocument', start, undefined, 'endpoint')],
      {
        VpcEndpointId: id,
      },
    ),
  resetEndpointPolicy: (id: string): Action =>
    ec2('ModifyVpcEndpoint', '', [], { VpcEndpointId: id, ResetPolicy: true }),
  deleteEndpoint: (id: string): Action => ec2('DeleteVpcEndpoints', '', [], { VpcEndpointIds: [id] }),

  createOrganization: (): Action =>
    org(
      'CreateOrganization',
      'Create an organization',
      [],
      { FeatureSet: 'ALL' },
      'The caller’s account becomes its management account.',
    ),
  invite: (account: string): Action =>
    org('InviteAccountToOrganization', '', [], { Target: { Id: account, Type: 'ACCOUNT' } }),
  removeAccount: (account: string): Action =>
    org('RemoveAccountFromOrganization', '', [], { AccountId: account }),
  createAccount: (): Action =>
    org(
      'CreateAccount',
      'Create an account',
      [
        needed('AccountName', { start: 'Workload' }),
        needed('Email', {
          start: 'workload@example.com',
          hint: 'One address is one account. No mail is sent.',
        }),
        text('RoleName', { hint: 'OrganizationAccountAccessRole when left out' }),
      ],
      {},
      'It begins at the root of the organization, with a role in it that the management account may assume.',
    ),
  accountStatus: (request: string): Action =>
    org('DescribeCreateAccountStatus', '', [], { CreateAccountRequestId: request }),
  deleteUnit: (unit: string): Action =>
    org('DeleteOrganizationalUnit', '', [], { OrganizationalUnitId: unit }),
  createUnit: (parent: string): Action =>
    org('CreateOrganizationalUnit', 'Create an organizational unit', [needed('Name')], { ParentId: parent }),
  move: (
    account: string,
    from: string,
    places: readonly { readonly value: string; readonly label: string }[],
  ): Action =>
    org(
      'MoveAccount',
      'Move the account',
      [{ name: 'DestinationParentId', kind: 'choice', required: true, options: places }],
      { AccountId: account, SourceParentId: from },
    ),
  createOrgPolicy: (type: OrgPolicyType, start: string): Action =>
    org(
      'CreatePolicy',
      type === 'SERVICE_CONTROL_POLICY' ? 'Create an SCP' : 'Create an RCP',
      [
        needed('Name'),
        text('Description', { start: '' }),
        document('Content', start, undefined, orgKinds[type]),
      ],
      { Type: type },
    ),
  updateOrgPolicy: (id: string, type: OrgPolicyType, name: string, start: string): Action =>
    org(
      'UpdatePolicy',
      `Edit ${name}`,
      [text('Name', { start: name }), document('Content', start, undefined, orgKinds[type])],
      { PolicyId: id },
    ),
  deleteOrgPolicy: (id: string): Action => org('DeletePolicy', '', [], { PolicyId: id }),
  attachOrg: (
    target: string,
    title: string,
    options: readonly { readonly value: string; readonly label: string }[],
  ): Action =>
    org('AttachPolicy', title, [{ name: 'PolicyId', kind: 'choice', required: true, options }], {
      TargetId: target,
    }),
  attachTo: (
    policy: string,
    options: readonly { readonly value: string; readonly label: string }[],
  ): Action =>
    org('AttachPolicy', 'Attach it', [{ name: 'TargetId', kind: 'choice', required: true, options }], {
      PolicyId: policy,
    }),
  detachOrg: (target: string, policy: string): Action =>
    org('DetachPolicy', '', [], { TargetId: target, PolicyId: policy }),
} as const;
