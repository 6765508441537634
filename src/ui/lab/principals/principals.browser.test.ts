import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** Principals and their place, on the real engine, as a person uses it. */
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab/principals';
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'people', now: '2026-11-18T09:00:00Z' } });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('region', { name: 'Principals' })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.main.close();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const link = (name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Accounts and principals' }).getByRole('link', { name });
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
const events = async (): Promise<readonly string[]> =>
  (await api.main.trail({ n: 50 })).map(
    ({ event }) => `${event.eventName}${event.errorCode ? ' refused' : ''}`,
  );

test('a role is created, assumed with its decision explained, and acted as until its session ends', async () => {
  await userEvent.click(link(/^1111-2222-3333/));
  await userEvent.click(button('CreateRole'));
  const dialog = page.getByRole('dialog', { name: 'Create a role' });
  await userEvent.fill(dialog.getByRole('textbox', { name: /^RoleName/ }), 'Reader');
  await userEvent.click(dialog.getByRole('button', { name: 'CreateRole' }));
  await expect.element(link('Reader')).toBeVisible();
  await userEvent.click(link('Reader'));
  await expect.element(page.getByText('STS would serve this call.')).toBeVisible();
  await expect.element(page.getByText('Trust policy', { exact: true }).first()).toBeVisible();
  expect(await finds()).toEqual([]);

  await userEvent.fill(page.getByRole('textbox', { name: 'Session name' }), 'monday');
  await userEvent.click(button('AssumeRole'));
  await expect.element(page.getByText('A session was made.', { exact: false })).toBeVisible();
  await userEvent.click(button('Act as this session').first());
  await expect.element(page.getByRole('heading', { name: 'assumed-role/Reader/monday' })).toBeVisible();
  await expect.element(page.getByText('You act as this one')).toBeVisible();
  expect(await events()).toEqual(expect.arrayContaining(['CreateRole', 'AssumeRole']));

  await userEvent.click(button('+ 1 day'));
  await expect.element(page.getByText('This session has ended.', { exact: false })).toBeVisible();
  const { result } = await api.main.call({
    operation: 'ListKeys',
    input: {},
    principal: 'arn:aws:sts::111122223333:assumed-role/Reader/monday' as never,
    region: 'us-east-1' as never,
  });
  expect(result).toMatchObject({ ok: false, refusal: { refused: 'ExpiredTokenException' } });
});

test('an SCP is attached to an account, and its denial is seen with its gate', async () => {
  await userEvent.click(link(/^1111-2222-3333/));
  await userEvent.click(button('CreateOrganization'));
  const dialog = page.getByRole('dialog');
  await userEvent.click(dialog.getByRole('button', { name: 'CreateOrganization' }));
  await userEvent.click(link(/^Root/));
  await userEvent.click(button('InviteAccountToOrganization'));
  await userEvent.click(link(/^4444-5555-6666/));
  await userEvent.click(button('CreatePolicy SCP'));
  await userEvent.fill(dialog.getByRole('textbox', { name: /^Name/ }), 'KeepKeys');
  await userEvent.click(dialog.getByRole('button', { name: 'CreatePolicy' }));
  await expect.element(link(/KeepKeys/)).toBeVisible();
  await userEvent.click(link(/KeepKeys/));
  await userEvent.click(button('AttachPolicy'));
  await userEvent.selectOptions(dialog.getByRole('combobox'), '444455556666');
  await userEvent.click(dialog.getByRole('button', { name: 'AttachPolicy' }));
  await expect.element(page.getByRole('heading', { name: 'Attached to' })).toBeVisible();
  expect(await finds()).toEqual([]);

  // The member account makes a key and may not disable it.
  const admin = 'arn:aws:iam::444455556666:user/Admin' as never;
  const region = 'us-east-1' as never;
  const made = await api.main.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!made.result.ok) throw new Error(made.result.refusal.message);
  const { KeyId } = made.result.output['KeyMetadata'] as { KeyId: string };
  const denied = await api.main.call({ operation: 'DisableKey', input: { KeyId }, principal: admin, region });
  expect(denied.result).toMatchObject({
    ok: false,
    refusal: { message: expect.stringContaining('with an explicit deny in a service control policy') },
  });
  await userEvent.click(page.getByRole('link', { name: 'Find', exact: true }));
  await userEvent.keyboard('disablekey');
  await expect.element(page.getByRole('option', { name: /DisableKey/ })).toBeVisible();
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByText('explicitly denied by the SCP', { exact: false }).first())
    .toBeVisible();
});

test('whoever may not is refused, with the reason; another account needs another caller', async () => {
  await userEvent.click(link('Alice').first());
  await userEvent.click(button('Act as this one'));
  await userEvent.click(link(/^1111-2222-3333/));
  await userEvent.click(button('CreateUser'));
  const dialog = page.getByRole('dialog');
  await userEvent.fill(dialog.getByRole('textbox', { name: /^UserName/ }), 'Mallory');
  await userEvent.click(dialog.getByRole('button', { name: 'CreateUser' }));
  await expect.element(dialog.getByText('AccessDenied')).toBeVisible();
  await expect.element(dialog.getByText('iam:CreateUser').first()).toBeVisible();
  // What would allow it, carried out by somebody who may, and tried again.
  await userEvent.click(dialog.getByRole('button', { name: 'What would allow it?' }));
  // The button is gone, and the keyboard is where its answer stands.
  const allows = dialog.getByRole('group', { name: 'What would allow it?' });
  await expect.element(allows).toHaveFocus();
  await userEvent.click(allows.getByRole('button', { name: /^Do it: / }).first());
  await expect.element(allows.getByText('Done. Call again.')).toBeVisible();
  await expect.element(allows).toHaveFocus();
  await userEvent.click(dialog.getByRole('button', { name: 'CreateUser', exact: true }));
  await expect.element(link('Mallory')).toBeVisible();
  await userEvent.click(link(/^4444-5555-6666/));
  expect(button('CreateUser').element()).toBeDisabled();
  await userEvent.click(page.getByRole('note').getByRole('button', { name: 'user/Admin' }));
  await expect.element(button('CreateUser')).toBeEnabled();
});

test('groups, versions and boundaries, and what a principal can do', async () => {
  await api.main.call({
    operation: 'CreateKey',
    input: {},
    principal: 'arn:aws:iam::111122223333:user/Admin' as never,
    region: 'us-east-1' as never,
  });
  await userEvent.click(link(/^1111-2222-3333/));
  await userEvent.click(button('CreatePolicy'));
  const dialog = page.getByRole('dialog');
  await userEvent.fill(dialog.getByRole('textbox', { name: /^PolicyName/ }), 'UseKeys');
  await userEvent.click(dialog.getByRole('button', { name: 'CreatePolicy' }));
  await userEvent.click(link('UseKeys'));
  await userEvent.click(button('CreatePolicyVersion'));
  await userEvent.click(dialog.getByRole('button', { name: 'CreatePolicyVersion' }));
  await expect.element(page.getByText('v2', { exact: true })).toBeVisible();
  await userEvent.click(link('Alice').first());
  await userEvent.click(button('Ask for every key'));
  await expect.element(button(/Encrypt: denied/)).toBeVisible();
  await userEvent.click(button('AttachUserPolicy'));
  await userEvent.selectOptions(dialog.getByRole('combobox'), 'arn:aws:iam::111122223333:policy/UseKeys');
  await userEvent.click(dialog.getByRole('button', { name: 'AttachUserPolicy' }));
  await expect.element(page.getByText('UseKeys').first()).toBeVisible();
  await userEvent.click(button('Ask for every key'));
  await expect.element(button(/ Encrypt: allowed/)).toBeVisible();
  expect(await finds()).toEqual([]);
});

test('a VPC endpoint is made; a key is for calls through it alone, and calls are made through it', async () => {
  const admin = 'arn:aws:iam::111122223333:user/Admin' as never;
  const region = 'us-east-1' as never;
  const made = await api.main.call({ operation: 'CreateKey', input: {}, principal: admin, region });
  if (!made.result.ok) throw new Error(made.result.refusal.message);
  await userEvent.click(link(/^1111-2222-3333/));
  await userEvent.click(button('CreateVpcEndpoint'));
  const dialog = page.getByRole('dialog', { name: 'Create a VPC endpoint of KMS' });
  await userEvent.click(dialog.getByRole('button', { name: 'CreateVpcEndpoint' }));
  // What was made is opened.
  await expect.element(page.getByRole('heading', { name: 'Calls through it' })).toBeVisible();
  const [{ id } = { id: '' }] = (await api.main.directory()).endpoints;
  await expect.element(page.getByRole('heading', { name: id, exact: true })).toBeVisible();
  expect(await finds()).toEqual([]);

  await userEvent.click(page.getByRole('link', { name: 'To the keys' }));
  const key = page.getByRole('region', { name: 'Key', exact: true });
  await userEvent.click(key.getByRole('button', { name: 'Edit: Key policy' }));
  await userEvent.click(key.getByText('Begin from a template'));
  await userEvent.click(key.getByRole('button', { name: 'Guardrail: one VPC endpoint' }));
  await userEvent.click(key.getByRole('button', { name: 'PutKeyPolicy', exact: true }));
  await expect.element(key.getByText('KMS has taken this policy.')).toBeVisible();
  await userEvent.click(key.getByRole('button', { name: 'Call this key' }));
  await userEvent.click(key.getByRole('radio', { name: 'GenerateDataKey', exact: true }));
  const send = key.getByRole('button', { name: 'GenerateDataKey', exact: true });
  await userEvent.click(send);
  await expect.element(key.getByText(/with an explicit deny in a resource-based policy/)).toBeVisible();

  await userEvent.click(page.getByRole('button', { name: /^Act as/ }));
  await userEvent.click(page.getByText('By what way calls come'));
  await userEvent.selectOptions(page.getByLabelText('VPC endpoint', { exact: true }), id);
  expect(await finds()).toEqual([]);
  await userEvent.keyboard('{Escape}');
  await userEvent.click(send);
  await expect.element(page.getByRole('status').first()).toHaveTextContent('GenerateDataKey was served.');
  // Who may what is asked for calls that come the same way.
  await userEvent.click(key.getByRole('button', { name: 'Back to the key' }));
  await userEvent.click(key.getByRole('tab', { name: /^Access/ }));
  await expect.element(key.getByText(/^Asked for calls that come as yours do now/)).toHaveTextContent(id);
  const cell = key.getByRole('button', { name: '111122223333 user/Admin kms:GenerateDataKey: allowed' });
  await userEvent.click(cell);
  await expect.element(key.getByText('user/Admin may kms:GenerateDataKey')).toBeVisible();

  // An endpoint policy is asked too; back to its default, and gone.
  location.hash = `#/lab/principals/${id}`;
  await userEvent.click(button('ModifyVpcEndpoint Write one'));
  const edit = page.getByRole('dialog', { name: 'Edit the endpoint policy' });
  await userEvent.click(edit.getByRole('button', { name: 'ModifyVpcEndpoint' }));
  await expect.element(button('ModifyVpcEndpoint Back to the default')).toBeVisible();
  expect((await api.main.directory()).endpoints[0]?.policy).toContain('aws:PrincipalAccount');
  await userEvent.click(button('ModifyVpcEndpoint Back to the default'));
  await expect.element(page.getByText('No policy of its own', { exact: false })).toBeVisible();
  await userEvent.click(button('DeleteVpcEndpoints'));
  await expect.element(page.getByRole('heading', { name: 'Credential report' })).toBeVisible();
  // Nobody calls through what is not there.
  await expect.element(page.getByRole('button', { name: /^Act as/ })).not.toHaveTextContent(id);
});

test('an account is created in the organization, told by its status, moved into a unit and out; the empty unit is deleted', async () => {
  await userEvent.click(link(/^1111-2222-3333/));
  await userEvent.click(button('CreateOrganization'));
  const dialog = page.getByRole('dialog');
  await userEvent.click(dialog.getByRole('button', { name: 'CreateOrganization' }));
  await userEvent.click(link(/^Root/));
  await userEvent.click(button('CreateAccount'));
  await userEvent.click(dialog.getByRole('button', { name: 'CreateAccount' }));
  const status = page.getByRole('status').filter({ hasText: 'Account Workload' });
  await expect.element(status.getByText('IN_PROGRESS')).toBeVisible();
  await userEvent.click(status.getByRole('button', { name: 'DescribeCreateAccountStatus' }));
  await expect.element(status.getByText('SUCCEEDED')).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('CreateOrganizationalUnit'));
  await userEvent.fill(dialog.getByRole('textbox', { name: /^Name/ }), 'Keep');
  await userEvent.click(dialog.getByRole('button', { name: 'CreateOrganizationalUnit' }));
  await expect.element(page.getByRole('heading', { name: 'Keep', exact: true })).toBeVisible();

  await userEvent.click(link(/^Root/));
  await userEvent.click(button('MoveAccount Workload'));
  await userEvent.selectOptions(dialog.getByRole('combobox'), dialog.getByRole('option', { name: /^Keep/ }));
  await userEvent.click(dialog.getByRole('button', { name: 'MoveAccount' }));
  await userEvent.click(link(/^Keep/));
  // What is not empty stays, and says so.
  await userEvent.click(button('DeleteOrganizationalUnit'));
  await expect.element(page.getByText('OrganizationalUnitNotEmptyException').first()).toBeVisible();
  await userEvent.click(button('MoveAccount Workload'));
  await userEvent.selectOptions(dialog.getByRole('combobox'), dialog.getByRole('option', { name: /^Root/ }));
  await userEvent.click(dialog.getByRole('button', { name: 'MoveAccount' }));
  await expect.element(page.getByText(/^None\. MoveAccount on an account/)).toBeVisible();
  await userEvent.click(button('DeleteOrganizationalUnit'));
  await expect.element(link(/^Keep/)).not.toBeInTheDocument();
  // From the root's page the new account is opened, with the role by which the management account comes in.
  await userEvent.click(link('OrganizationAccountAccessRole'));
  await expect.element(page.getByText('STS would serve this call.')).toBeVisible();
});

test.each(['light', 'dark'] as const)(
  'a phone, %s: list, page and back, without sideways scrolling',
  async (theme) => {
    await page.viewport(360, 740);
    document.documentElement.dataset['theme'] = theme;
    await new Promise((done) => setTimeout(done, 300)); // colours change over a moment
    await expect.element(link('Alice').first()).toBeVisible();
    expect(await finds()).toEqual([]);
    await userEvent.click(link('Alice').first());
    await expect.element(page.getByRole('heading', { name: 'Alice' })).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
    expect(await finds()).toEqual([]);
    await userEvent.click(page.getByRole('link', { name: 'Back to the list' }));
    await expect.element(link('Alice').first()).toBeVisible();
    delete document.documentElement.dataset['theme'];
  },
);
