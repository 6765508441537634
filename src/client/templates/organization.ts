import type { TemplateCall } from './template.ts';

/*
 * Calls that make an organization. Ceilings bind the members and never the management account (policy.md §1), so that a
 * company has an account for managing alone.
 */

type Call = (operation: string, input: TemplateCall['input'], more?: Partial<TemplateCall>) => TemplateCall;

export const organizationsBy =
  (by: string): Call =>
  (operation, input, more = {}) => ({ service: 'organizations', operation, by, input, ...more });

/** An organization, and the id of its root as `{root}`. */
export const organization = (call: Call): readonly TemplateCall[] => [
  call('CreateOrganization', {}, { as: 'organization', at: 'Organization.Id' }),
  call('ListRoots', {}, { as: 'root', at: 'Roots.0.Id' }),
];

export const unit = (call: Call, as: string, Name: string): TemplateCall =>
  call('CreateOrganizationalUnit', { ParentId: '{root}', Name }, { as, at: 'OrganizationalUnit.Id' });

/** A member, in an organizational unit. */
export const member = (call: Call, account: string, into: string): readonly TemplateCall[] => [
  call('InviteAccountToOrganization', { Target: { Id: account, Type: 'ACCOUNT' } }),
  call('MoveAccount', { AccountId: account, SourceParentId: '{root}', DestinationParentId: `{${into}}` }),
];

/** A policy of the organization, attached. */
export const ceiling = (
  call: Call,
  {
    as,
    type,
    name,
    description,
    to,
    statement,
  }: {
    readonly as: string;
    readonly type: 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';
    readonly name: string;
    readonly description: string;
    readonly to: string;
    readonly statement: object;
  },
): readonly TemplateCall[] => [
  call(
    'CreatePolicy',
    {
      Name: name,
      Description: description,
      Type: type,
      Content: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: name, Effect: 'Deny', ...statement }],
      }),
    },
    { as, at: 'Policy.PolicySummary.Id' },
  ),
  call('AttachPolicy', { PolicyId: `{${as}}`, TargetId: `{${to}}` }),
];

/** What nobody may do to the keys of a member, whatever its own policies say. */
export const keepKeys = {
  type: 'SERVICE_CONTROL_POLICY',
  name: 'KeepKeys',
  as: 'keepKeys',
  description: 'Nobody schedules the deletion of a key or deletes its material',
} as const;
