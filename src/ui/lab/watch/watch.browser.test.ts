import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadAround, openLab, type LabApi } from '../../../client/index.ts';
import type { AccountId, PrincipalArn, Region } from '../../../engine/index.ts';
import { editorOpens } from '../../editor/code.fixture.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** The places that read the trail; a drill from its start to its end, with what is on the screen. */
let api: LabApi;
let unmount: () => Promise<void>;
const principal = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const region = 'us-east-1' as Region;

beforeEach(async () => {
  localStorage.clear();
  await page.viewport(1440, 900);
  location.hash = '#/lab/watch';
  api = await openLab({ store: 'memory', genesis: { seed: 'watch', now: '2026-11-18T09:00:00Z' } });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  await unmount();
  await api.close();
  location.hash = '';
});
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
const call = (operation: string, input: Readonly<Record<string, unknown>>) =>
  api.main.call({ operation, input, principal, region });

/** Starts a drill, points at somebody who is not the cause, then at the cause. */
async function begin(
  name: string,
  cause: readonly [event: string, by: string],
  wrong: readonly [string, string],
) {
  await page.getByRole('button', { name: `Start: ${name}` }).click();
  await expect
    .element(page.getByRole('heading', { name: `This world is a drill: ${name}` }), { timeout: 20_000 })
    .toBeVisible();
  await expect
    .element(page.getByRole('option', { name: cause[0], exact: true }), { timeout: 20_000 })
    .toBeInTheDocument();
  for (const [[event, by], said] of [
    [wrong, /^No, that is not what began it/],
    [cause, 'Yes. That event is the cause.'],
  ] as const) {
    await page.getByRole('combobox', { name: 'Event' }).selectOptions(event);
    await page.getByRole('combobox', { name: 'By', exact: true }).selectOptions(by);
    await page.getByRole('button', { name: 'This is the cause' }).click();
    await expect.element(page.getByText(said).last()).toBeVisible();
  }
  expect(page.getByText('The drill is over').query()).toBeNull();
}
/** The debrief tells the cause, the damage, the alarm, the mending. */
async function over(mendedBy: string): Promise<void> {
  location.hash = '#/lab/watch';
  await expect.element(page.getByText('The drill is over: every goal holds.')).toBeVisible();
  await expect.element(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
  await expect.element(page.getByRole('definition').filter({ hasText: mendedBy }).last()).toBeVisible();
  await expect.element(page.getByText(/^Next time: /)).toBeVisible();
}
const key = () => page.getByRole('region', { name: 'Key', exact: true });
/** Opens the key that is in this state, on its page. */
async function openKey(state: string): Promise<void> {
  location.hash = '#/lab';
  await page
    .getByRole('region', { name: 'Keys' })
    .getByRole('button', { name: new RegExp(state) })
    .first()
    .click();
  await expect.element(page.getByRole('tablist', { name: 'Parts of the key page' })).toBeVisible();
}
const part = (name: RegExp) =>
  page.getByRole('tablist', { name: 'Parts of the key page' }).getByRole('tab', { name }).click();
/** Takes an inline policy away from somebody, on the screen of principals. */
async function disarm(name: string, kind: 'User' | 'Role'): Promise<void> {
  location.hash = '#/lab/principals';
  const people = page.getByRole('navigation', { name: 'Accounts and principals' });
  await people.getByRole('link', { name }).click();
  await page.getByText('work', { exact: true }).click();
  await page.getByRole('button', { name: `Delete${kind}Policy`, exact: true }).click();
  await expect
    .element(page.getByRole('button', { name: `Delete${kind}Policy`, exact: true }))
    .not.toBeInTheDocument();
}
const user = (name: string): string => `arn:aws:iam::111122223333:user/${name}`;
const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

test('drill “The app cannot decrypt”: found by its alarms, mended by EnableKey and IAM', async () => {
  await begin('The app cannot decrypt', ['DisableKey', user('Carol')], ['Decrypt', role('OrdersApp')]);
  await expect.element(page.getByText('A key was disabled')).toBeVisible();
  await expect.element(page.getByText('A disabled key was used')).toBeVisible();
  expect(await finds()).toEqual([]);
  await openKey('Disabled');
  await key()
    .getByRole('button', { name: /^EnableKey/ })
    .click();
  await disarm('Carol', 'User');
  await over('EnableKey');
  expect(await finds()).toEqual([]);
}, 90_000);

test('drill “Forty decryptions in two minutes”: the stolen role loses its policy, the shop goes on', async () => {
  await begin(
    'Forty decryptions in two minutes',
    ['Decrypt', role('ReportsApp')],
    ['Decrypt', role('ShopApp')],
  );
  await expect.element(page.getByText('Many more decryptions than usual')).toBeVisible();
  await disarm('ReportsApp', 'Role');
  await over('DeleteRolePolicy');
}, 90_000);

test('drill “Backups cannot be read”: the deletion is cancelled, the key enabled, the cleaner disarmed', async () => {
  await begin(
    'Backups cannot be read',
    ['ScheduleKeyDeletion', user('Cleaner')],
    ['Decrypt', role('BackupApp')],
  );
  await expect.element(page.getByText('A key that waits for deletion was used')).toBeVisible();
  await openKey('Pending');
  await key()
    .getByRole('button', { name: /^CancelKeyDeletion/ })
    .click();
  await key()
    .getByRole('button', { name: /^EnableKey/ })
    .click();
  await disarm('Cleaner', 'User');
  await over('CancelKeyDeletion');
}, 90_000);

test('drill “A colleague reads the payroll”: the grant is revoked, and with it the way to make another', async () => {
  await begin(
    'A colleague reads the payroll',
    ['CreateGrant', user('Mallory')],
    ['GenerateDataKey', role('PayrollApp')],
  );
  await expect.element(page.getByText('A grant made for oneself')).toBeVisible();
  await openKey('Enabled');
  await part(/^Grants/);
  await key()
    .getByRole('button', { name: /^RevokeGrant|Revoke/ })
    .click();
  await disarm('Mallory', 'User');
  await over('RevokeGrant');
}, 90_000);

test('drill “Another account reads our media”: the policy is put back from its template', async () => {
  await begin(
    'Another account reads our media',
    ['PutKeyPolicy', user('Dave')],
    ['GenerateDataKey', role('MediaApp')],
  );
  await expect.element(page.getByText('A key policy open to everybody')).toBeVisible();
  await expect.element(page.getByText('Another account uses a key for the first time')).toBeVisible();
  await openKey('Enabled');
  await key().getByRole('button', { name: 'Edit: Key policy' }).click();
  await editorOpens('Policy as JSON');
  await key().getByText('Begin from a template').click();
  await key().getByRole('button', { name: 'Default', exact: true }).click();
  await key().getByRole('button', { name: 'PutKeyPolicy', exact: true }).click();
  await over('PutKeyPolicy');
}, 90_000);

test('drill “Records went dark overnight”: the owner’s copy is imported again', async () => {
  await begin(
    'Records went dark overnight',
    ['DeleteExpiredKeyMaterial', 'AWS Internal'],
    ['Decrypt', role('RecordsApp')],
  );
  await expect.element(page.getByText('Imported key material is gone')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Save it as a file' })).toBeVisible();
  const { ownersCopy } = await loadAround();
  const copy = Uint8Array.from(ownersCopy.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  await openKey('PendingImport');
  await part(/^Import/);
  await key()
    .getByLabelText('From a file…')
    .upload(new File([copy], 'owners-copy.bin'));
  await key().getByRole('button', { name: 'GetParametersForImport' }).click();
  await key().getByRole('button', { name: 'Wrap', exact: true }).click();
  await key().getByRole('button', { name: 'ImportKeyMaterial' }).click();
  await over('ImportKeyMaterial');
}, 90_000);

async function madeKey(): Promise<string> {
  const { result } = await call('CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.message);
  return (result.output['KeyMetadata'] as { readonly KeyId: string }).KeyId;
}
const tab = (name: string) =>
  page.getByRole('tablist', { name: 'Alarms & findings' }).getByRole('tab', { name });
const dueIn = async (seconds: number) => {
  await api.main.advance({ seconds });
};

test('a rule is made from a template with all that it needs, reacts by itself, and is undone in one step', async () => {
  const KeyId = await madeKey();
  await call('DisableKey', { KeyId });
  await call('EnableKey', { KeyId });
  await dueIn(300);
  await tab('Rules that react').click();
  await page.getByRole('button', { name: 'New rule' }).click();
  await expect.element(page.getByText('Would match 1 of 3 events.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Event pattern' }).fill('{"source": "aws.kms"}');
  await expect.element(page.getByText(/^Event pattern is not valid/)).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page
    .getByRole('combobox', { name: 'Begin with' })
    .selectOptions('Cancel a deletion, and enable the key');
  await expect.element(page.getByText('Would match 0 of 3 events.')).toBeVisible();
  expect(await finds()).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.element(page.getByRole('button', { name: 'Edit cancelDeletion' })).toBeVisible();
  await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await expect.element(page.getByText('1 event is on its way to it.')).toBeVisible();
  await page.getByRole('button', { name: 'Advance 5 minutes' }).click();
  await expect.element(page.getByRole('link', { name: /^ScheduleKeyDeletion/ })).toBeVisible();
  const states = async () =>
    (await api.main.keys({ account: '111122223333' as AccountId, region })).items.map(
      ({ rec }) => rec.KeyState,
    );
  expect(await states()).toEqual(['Enabled']);
  expect(await finds()).toEqual([]);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(states).toEqual(['PendingDeletion']);
  await page.getByRole('button', { name: 'Turn off cancelDeletion' }).click();
  await expect.element(page.getByRole('button', { name: 'Turn on cancelDeletion' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete cancelDeletion' }).click();
  await expect.element(page.getByText('There is no rule yet.')).toBeVisible();
}, 60_000);

test('an alarm is made from what stands out, rings when the event has come, is edited and deleted', async () => {
  const KeyId = await madeKey();
  await call('DisableKey', { KeyId });
  await dueIn(300);
  await page.getByRole('button', { name: 'Make it an alarm: A key was disabled' }).click();
  await expect.element(page.getByText('Would match 1 of 2 events.')).toBeVisible();
  await expect.element(page.getByText(/in ALARM once\.$/)).toBeVisible();
  const pattern = page.getByRole('textbox', { name: 'Filter pattern' });
  await pattern.fill('{ $.eventName }');
  await expect.element(page.getByText(/^Invalid metric filter pattern.*at character 15$/)).toBeVisible();
  await pattern.fill('{ $.eventName = "EnableKey" }');
  await page.getByRole('textbox', { name: 'Name' }).fill('enabled');
  expect(await finds()).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.element(page.getByRole('button', { name: 'Edit enabled' })).toBeVisible();
  const states = page.getByRole('region', { name: 'Alarms of this world' }).getByRole('listitem');
  await expect.element(states).toHaveTextContent(/^OK/);
  await call('EnableKey', { KeyId });
  await page.getByRole('button', { name: 'Advance 5 minutes' }).click();
  await expect.element(states).toHaveTextContent(/^OK/); // its period is over, and the next is quiet
  await page.getByRole('button', { name: 'Edit enabled' }).click();
  await page.getByRole('combobox', { name: 'A period without data' }).selectOptions('ignore');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.element(states).toHaveTextContent(/^ALARM/);
  expect((await api.main.watchers()).alarms.map(({ missing }) => missing)).toEqual(['ignore']);
  await page.getByRole('button', { name: 'Delete enabled' }).click();
  await expect.element(page.getByText('There is no alarm yet.')).toBeVisible();
  expect(await api.main.watchers()).toMatchObject({ alarms: [], filters: [] });
}, 60_000);

test('metrics of KMS are charted with a table beside, and an alarm looks at one', async () => {
  const { materialInto, ownersCopy } = await loadAround();
  const { result } = await call('CreateKey', { Origin: 'EXTERNAL' });
  if (!result.ok) throw new Error(result.refusal.message);
  const { KeyId } = result.output['KeyMetadata'] as { readonly KeyId: string };
  await materialInto(api.main, {
    key: KeyId,
    material: ownersCopy,
    validForSeconds: 7200,
    by: principal,
    group: 'import',
  });
  await tab('Metrics').click();
  await expect.element(page.getByText('expires in 2 h')).toBeVisible();
  await page.getByText('As table').first().click();
  await expect.element(page.getByRole('cell', { name: '7,200' }).first()).toBeVisible();
  expect(await finds()).toEqual([]);
  await tab('Alarms').click();
  await page.getByRole('button', { name: 'New alarm' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('soon');
  await page.getByRole('combobox', { name: 'Watches' }).selectOptions('A metric of KMS');
  await page.getByRole('combobox', { name: 'KeyId' }).selectOptions(KeyId);
  await page
    .getByRole('combobox', { name: 'Metric', exact: true })
    .selectOptions('SecondsUntilKeyMaterialExpiration');
  await page.getByRole('combobox', { name: 'KeyId' }).selectOptions(KeyId);
  await page.getByRole('spinbutton', { name: 'Threshold' }).fill('3600');
  await page.getByRole('button', { name: 'Save' }).click();
  const states = page.getByRole('region', { name: 'Alarms of this world' }).getByRole('listitem');
  await expect.element(states).toHaveTextContent(/^OK/);
  await dueIn(3660);
  await expect.element(states).toHaveTextContent(/^ALARM/);
}, 60_000);

test('on a phone the parts are tabs that the arrow keys move between', async () => {
  await page.viewport(360, 740);
  await tab('What stands out').click();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(tab('Alarms')).toHaveAttribute('aria-selected', 'true');
  await expect.element(tab('Alarms')).toHaveFocus();
  await userEvent.keyboard('{ArrowRight}');
  await page.getByRole('button', { name: 'New rule' }).click();
  expect(document.documentElement.scrollWidth).toBe(360);
  expect(await finds()).toEqual([]);
}, 30_000);

test('the trail: filtered, an event opened, what has not been delivered yet', async () => {
  const { result } = await call('CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.message);
  const { KeyId } = result.output['KeyMetadata'] as { KeyId: string };
  await call('DisableKey', { KeyId });
  await call('Encrypt', { KeyId, Plaintext: new Uint8Array([1]) });
  location.hash = '#/lab/trail';
  const rows = page.getByRole('region', { name: 'Trail' }).getByRole('listitem');
  await expect.poll(() => rows.elements().length, { timeout: 10_000 }).toBe(3);
  await page.getByRole('combobox', { name: 'Result' }).selectOptions('Refused');
  await expect.poll(() => rows.elements().length, { timeout: 10_000 }).toBe(1);
  await rows.getByRole('button').click();
  const record = page.getByRole('region', { name: 'Record' });
  await expect.element(record).toHaveTextContent('DisabledException');
  expect(await finds()).toEqual([]);
  await page.getByRole('checkbox', { name: 'Delivered only' }).click();
  await expect.element(page.getByText('No event answers to this.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await api.main.advance({ seconds: 300 });
  await call('EnableKey', { KeyId });
  await expect.poll(() => rows.elements().length, { timeout: 10_000 }).toBe(3);
}, 30_000);

test('the bill counts what was called; what-if makes calls and counts them', async () => {
  await call('CreateKey', {});
  location.hash = '#/lab/bill';
  await expect.element(page.getByText('Requests: symmetric and all others')).toBeVisible();
  await page.getByRole('button', { name: 'Compute' }).click();
  await expect.element(page.getByText('$30.94')).toBeVisible();
  await expect.element(page.getByText('744 requests, 99.99 % fewer requests')).toBeVisible();
  await page.getByText('Prices', { exact: true }).click();
  await page.getByRole('spinbutton', { name: 'Symmetric, 10,000', exact: true }).fill('0.3');
  await page.getByRole('button', { name: 'Compute' }).click();
  await expect.element(page.getByText('$300.40')).toBeVisible();
  expect(await finds()).toEqual([]);
}, 30_000);

test('calls of this world are replayed in forks of it, and change nothing in it', async () => {
  const { result } = await call('CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.message);
  const { Arn } = result.output['KeyMetadata'] as { Arn: string };
  const s3 = (operation: string, input: Readonly<Record<string, unknown>>) =>
    api.main.call({ service: 's3', operation, input: { Bucket: 'photos', ...input }, principal, region });
  await s3('CreateBucket', {});
  const put = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: Arn, Body: new Uint8Array([1]) };
  for (let i = 0; i < 5; i += 1) {
    await s3('PutObject', { ...put, Key: `photo-${i}` });
    await call('GenerateDataKey', { KeyId: Arn, KeySpec: 'AES_256' });
    await api.main.advance({ seconds: 10 });
  }
  location.hash = '#/lab/bill';
  const before = (await api.main.trail({ n: Infinity })).length;
  await page.getByRole('button', { name: 'Replay' }).click();
  await expect
    .element(page.getByRole('row', { name: /^PutObject/ }), { timeout: 20_000 })
    .toHaveTextContent(/5\s*5\s*1$/);
  await expect.element(page.getByRole('row', { name: /^GenerateDataKey/ })).toHaveTextContent(/5\s*5\s*1$/);
  // CreateKey asks for one too.
  await expect.element(page.getByRole('row', { name: /^Requests to KMS/ })).toHaveTextContent(/11\s*3$/);
  await page.getByText('2 kinds of calls ask the same').click();
  await expect.element(page.getByRole('row', { name: /^CreateKey/ })).toHaveTextContent(/1\s*1\s*1$/);
  await page.getByRole('spinbutton', { name: 'KMS keys', exact: true }).last().fill('3');
  await page.getByRole('button', { name: 'Replay' }).click();
  await expect
    .element(page.getByRole('row', { name: /^A month of these/ }))
    .toHaveTextContent(/\$1\.00\s*\$3\.00$/);
  expect(await finds()).toEqual([]);
  expect((await api.main.trail({ n: Infinity })).length).toBe(before);
}, 40_000);

test('custody: a table of calls that were made', async () => {
  location.hash = '#/lab/custody';
  const cell = page.getByRole('row', { name: /Have it rotate by itself/ });
  await expect.element(cell, { timeout: 20_000 }).toHaveTextContent('UnsupportedOperationException');
  const gone = page.getByRole('row', { name: /Open old data after the waiting period/ });
  await expect.element(gone.getByRole('cell').nth(1)).toHaveTextContent('yes');
  await expect.element(gone.getByRole('cell').nth(2)).toHaveTextContent('no');
  await expect
    .element(page.getByRole('row', { name: /^Validation/ }))
    .toHaveTextContent(/FIPS 140-3 Security Level 3.*Source: /);
  expect(await finds()).toEqual([]);
  await page.viewport(360, 740);
  await page.getByRole('combobox', { name: 'with' }).selectOptions('External key store');
  await expect.element(page.getByRole('columnheader', { name: 'External key store' })).toBeVisible();
  expect(page.getByRole('columnheader').elements()).toHaveLength(3);
  expect(document.documentElement.scrollWidth).toBe(360);
  expect(await finds()).toEqual([]);
}, 40_000);
