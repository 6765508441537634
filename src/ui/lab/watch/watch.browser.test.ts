import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { loadAround, openLab, type LabApi } from '../../../client/index.ts';
import type { AccountId, PrincipalArn, Region } from '../../../engine/index.ts';
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

test('a drill: started, its cause pointed at, mended by a rule that reacts and by IAM, over', async () => {
  await page.getByRole('button', { name: 'Start: The app cannot decrypt' }).click();
  await expect
    .element(page.getByRole('heading', { name: /This world is a drill/ }), { timeout: 20_000 })
    .toBeVisible();
  await expect.element(page.getByText('A key was disabled')).toBeVisible();
  await expect.element(page.getByText('A disabled key was used').first()).toBeVisible();
  // Not the cause: those who suffer from it.
  await page.getByRole('combobox', { name: 'Event' }).selectOptions('Decrypt');
  await page.getByRole('combobox', { name: 'By' }).selectOptions('arn:aws:iam::111122223333:role/OrdersApp');
  await page.getByRole('button', { name: 'This is the cause' }).click();
  await expect.element(page.getByText(/^No, that is not what began it/).last()).toBeVisible();
  await page.getByRole('combobox', { name: 'Event' }).selectOptions('DisableKey');
  await page.getByRole('combobox', { name: 'By' }).selectOptions('arn:aws:iam::111122223333:user/Carol');
  await page.getByRole('button', { name: 'This is the cause' }).click();
  await expect.element(page.getByText('Yes. That event is the cause.').last()).toBeVisible();
  expect(await finds()).toEqual([]);
  await page.getByRole('button', { name: 'Make this call' }).click();
  await expect.element(page.getByText('No event asks for a reaction.')).toBeVisible();
  expect(page.getByText('The drill is over').query()).toBeNull();
  await api.main.call({
    service: 'iam',
    operation: 'DeleteUserPolicy',
    input: { UserName: 'Carol', PolicyName: 'work' },
    principal,
    region,
  });
  await expect.element(page.getByText('The drill is over: every goal holds.')).toBeVisible();
}, 60_000);

const iam = (operation: string, input: Readonly<Record<string, unknown>>) =>
  api.main.call({ service: 'iam', operation, input, principal, region });
const keyNow = async (): Promise<string> => {
  const { items } = await api.main.keys({ account: '111122223333' as AccountId, region });
  return items[0]?.rec.arn ?? '';
};
const rootPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
  ],
});
const others: readonly (readonly [string, event: string, by: string, mend: () => Promise<unknown>])[] = [
  [
    'Forty decryptions in two minutes',
    'Decrypt',
    'arn:aws:iam::111122223333:role/ReportsApp',
    () => iam('DeleteRolePolicy', { RoleName: 'ReportsApp', PolicyName: 'work' }),
  ],
  [
    'Backups cannot be read',
    'ScheduleKeyDeletion',
    'arn:aws:iam::111122223333:user/Cleaner',
    async () => {
      const KeyId = await keyNow();
      await call('CancelKeyDeletion', { KeyId });
      await call('EnableKey', { KeyId });
      await iam('DeleteUserPolicy', { UserName: 'Cleaner', PolicyName: 'work' });
    },
  ],
  [
    'A colleague reads the payroll',
    'CreateGrant',
    'arn:aws:iam::111122223333:user/Mallory',
    async () => {
      const KeyId = await keyNow();
      const { result } = await call('ListGrants', { KeyId });
      const grants = result.ok ? (result.output['Grants'] as readonly { readonly GrantId: string }[]) : [];
      await call('RevokeGrant', { KeyId, GrantId: grants[0]?.GrantId });
      await iam('DeleteUserPolicy', { UserName: 'Mallory', PolicyName: 'work' });
    },
  ],
  [
    'Another account reads our media',
    'PutKeyPolicy',
    'arn:aws:iam::111122223333:user/Dave',
    async () => call('PutKeyPolicy', { KeyId: await keyNow(), PolicyName: 'default', Policy: rootPolicy }),
  ],
  [
    'Records went dark overnight',
    'DeleteExpiredKeyMaterial',
    'AWS Internal',
    async () => {
      const { materialInto, ownersCopy } = await loadAround();
      await materialInto(api.main, {
        key: await keyNow(),
        material: ownersCopy,
        by: principal,
        group: 'mend',
      });
    },
  ],
];

test.each(others)(
  'drill “%s”: its cause is found and it is mended',
  async (name, event, by, mend) => {
    await page.getByRole('button', { name: `Start: ${name}` }).click();
    await expect
      .element(page.getByRole('heading', { name: `This world is a drill: ${name}` }), { timeout: 20_000 })
      .toBeVisible();
    await expect
      .element(page.getByRole('option', { name: event, exact: true }), { timeout: 20_000 })
      .toBeInTheDocument();
    await page.getByRole('combobox', { name: 'Event' }).selectOptions(event);
    await page.getByRole('combobox', { name: 'By' }).selectOptions(by);
    await page.getByRole('button', { name: 'This is the cause' }).click();
    await expect.element(page.getByText('Yes. That event is the cause.').last()).toBeVisible();
    expect(page.getByText('The drill is over').query()).toBeNull();
    await mend();
    await expect.element(page.getByText('The drill is over: every goal holds.')).toBeVisible();
  },
  60_000,
);

test('the trail: filtered, an event opened, what has not been delivered yet', async () => {
  const { result } = await call('CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.message);
  const { KeyId } = result.output['KeyMetadata'] as { KeyId: string };
  await call('DisableKey', { KeyId });
  await call('Encrypt', { KeyId, Plaintext: new Uint8Array([1]) });
  location.hash = '#/lab/trail';
  const rows = page.getByRole('region', { name: 'Trail' }).getByRole('listitem');
  await expect.poll(() => rows.elements().length).toBe(3);
  await page.getByRole('combobox', { name: 'Result' }).selectOptions('Refused');
  await expect.poll(() => rows.elements().length).toBe(1);
  await rows.getByRole('button').click();
  const record = page.getByRole('region', { name: 'Record' });
  await expect.element(record).toHaveTextContent('DisabledException');
  expect(await finds()).toEqual([]);
  await page.getByRole('checkbox', { name: 'Delivered only' }).click();
  await expect.element(page.getByText('No event answers to this.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await api.main.advance({ seconds: 300 });
  await call('EnableKey', { KeyId });
  await expect.poll(() => rows.elements().length).toBe(3);
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
  await page.getByRole('button', { name: 'Replay my calls' }).click();
  await expect.element(page.getByRole('row', { name: /^PutObject/ })).toHaveTextContent(/551$/);
  await expect.element(page.getByRole('row', { name: /^GenerateDataKey/ })).toHaveTextContent(/551$/);
  expect((await api.main.trail({ n: Infinity })).length).toBe(before);
}, 40_000);

test('custody: a table of calls that were made', async () => {
  location.hash = '#/lab/custody';
  const cell = page.getByRole('row', { name: /Have it rotate by itself/ });
  await expect.element(cell, { timeout: 20_000 }).toHaveTextContent('UnsupportedOperationException');
  expect(await finds()).toEqual([]);
}, 40_000);
