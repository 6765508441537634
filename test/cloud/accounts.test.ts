import { describe, expect, it } from 'vitest';
import type { Lab } from '../../src/client/lab.ts';
import { a, adminOf, assume, b, by, deny, done, encrypt, house, outcome, policy, refused } from './house.ts';

/*
 * An organization grows and shrinks: accounts are made in it, moved, and its units deleted. What is decided afterwards is
 * decided with the place where the account stands.
 */

const manager = adminOf(a);
interface Status {
  readonly Id: string;
  readonly State: string;
  readonly AccountId?: string;
  readonly FailureReason?: string;
}

const keyOf = async (lab: Lab, principal: string): Promise<string> => {
  const { KeyMetadata } = await done(lab, { operation: 'CreateKey', input: {}, principal });
  return (KeyMetadata as { readonly Arn: string }).Arn;
};

async function organized() {
  const lab = await house();
  const manage = by(lab, manager);
  await manage('organizations', 'CreateOrganization', {});
  const { Roots } = await manage('organizations', 'ListRoots');
  const [{ Id: root }] = Roots as readonly [{ readonly Id: string }];
  const unit = async (Name: string): Promise<string> => {
    const { OrganizationalUnit } = await manage('organizations', 'CreateOrganizationalUnit', {
      ParentId: root,
      Name,
    });
    return (OrganizationalUnit as { readonly Id: string }).Id;
  };
  const create = async (Email: string): Promise<Status> => {
    const { CreateAccountStatus } = await manage('organizations', 'CreateAccount', {
      Email,
      AccountName: 'Workload',
    });
    return CreateAccountStatus as Status;
  };
  const statusOf = async (CreateAccountRequestId: string): Promise<Status> => {
    const { CreateAccountStatus } = await manage('organizations', 'DescribeCreateAccountStatus', {
      CreateAccountRequestId,
    });
    return CreateAccountStatus as Status;
  };
  return { lab, manage, root, unit, create, statusOf };
}

describe('accounts of an organization', () => {
  it('one is created: its status tells the number, and the management account comes in by its role', async () => {
    const { lab, create, statusOf } = await organized();
    const asked = await create('workload@example.com');
    expect(asked).toMatchObject({ State: 'IN_PROGRESS' });
    const { AccountId = '', State } = await statusOf(asked.Id);
    expect({ State, digits: /^\d{12}$/.test(AccountId) }).toEqual({ State: 'SUCCEEDED', digits: true });
    const session = await assume(
      lab,
      manager,
      `arn:aws:iam::${AccountId}:role/OrganizationAccountAccessRole`,
    );
    const key = await keyOf(lab, session);
    expect(key).toContain(`:${AccountId}:key/`);
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow');
  });

  it('one address is one account; the same story makes the same number', async () => {
    const { create, statusOf } = await organized();
    const first = await create('one@example.com');
    expect(await create('One@example.com')).toMatchObject({
      State: 'FAILED',
      FailureReason: 'EMAIL_ALREADY_EXISTS',
    });
    const other = await organized();
    const there = await other.create('one@example.com');
    const { AccountId } = await statusOf(first.Id);
    expect((await other.statusOf(there.Id)).AccountId).toBe(AccountId);
  });

  it('moved under an SCP, an account meets it; a unit that is not empty stays', async () => {
    const { lab, manage, root, unit, create, statusOf } = await organized();
    const { AccountId = '' } = await statusOf((await create('workload@example.com')).Id);
    const session = await assume(
      lab,
      manager,
      `arn:aws:iam::${AccountId}:role/OrganizationAccountAccessRole`,
    );
    const key = await keyOf(lab, session);
    const keep = await unit('Keep');
    const { Policy } = await manage('organizations', 'CreatePolicy', {
      Name: 'KeepKeys',
      Description: '',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: policy(deny('kms:ScheduleKeyDeletion')),
    });
    const PolicyId = (Policy as { readonly PolicySummary: { readonly Id: string } }).PolicySummary.Id;
    await manage('organizations', 'AttachPolicy', { PolicyId, TargetId: keep });
    await manage('organizations', 'MoveAccount', {
      AccountId,
      SourceParentId: root,
      DestinationParentId: keep,
    });
    const deletion = {
      operation: 'ScheduleKeyDeletion',
      input: { KeyId: key, PendingWindowInDays: 7 },
      principal: session,
    };
    expect(await refused(lab, deletion)).toContain('with an explicit deny in a service control policy');
    const gone = { OrganizationalUnitId: keep };
    const call = { service: 'organizations', operation: 'DeleteOrganizationalUnit', input: gone } as const;
    const asked = { ...call, principal: manager };
    expect(await refused(lab, asked)).toContain('OrganizationalUnitNotEmptyException');
    await manage('organizations', 'MoveAccount', {
      AccountId,
      SourceParentId: keep,
      DestinationParentId: root,
    });
    expect(await outcome(lab, encrypt(key, session))).toBe('Allow');
    await manage('organizations', 'DeleteOrganizationalUnit', gone);
    expect(await refused(lab, asked)).toContain('OrganizationalUnitNotFoundException');
    // What hung on it hangs nowhere any more.
    await manage('organizations', 'DeletePolicy', { PolicyId });
  });

  it('an account that leaves takes its attachments along; members create nothing', async () => {
    const { lab, manage } = await organized();
    await manage('organizations', 'InviteAccountToOrganization', { Target: { Id: b, Type: 'ACCOUNT' } });
    const { Policy } = await manage('organizations', 'CreatePolicy', {
      Name: 'KeepKeys',
      Description: '',
      Type: 'SERVICE_CONTROL_POLICY',
      Content: policy(deny('kms:ScheduleKeyDeletion')),
    });
    const PolicyId = (Policy as { readonly PolicySummary: { readonly Id: string } }).PolicySummary.Id;
    await manage('organizations', 'AttachPolicy', { PolicyId, TargetId: b });
    const create = { Email: 'x@example.com', AccountName: 'X' };
    const member = { service: 'organizations', operation: 'CreateAccount', input: create } as const;
    const asked = { ...member, principal: adminOf(b) };
    expect(await refused(lab, asked)).toContain('AccessDeniedException');
    await manage('organizations', 'RemoveAccountFromOrganization', { AccountId: b });
    await manage('organizations', 'DeletePolicy', { PolicyId });
  });
});
