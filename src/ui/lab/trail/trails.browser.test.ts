import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** Trails from the first to the last: made with what they need, their files, what stops them, what they leave out. */
let api: LabApi;
let unmount: () => Promise<void>;
const principal = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const region = 'us-east-1' as Region;

beforeEach(async () => {
  localStorage.clear();
  await page.viewport(1440, 900);
  location.hash = '#/lab/trail/trails';
  api = await openLab({ store: 'memory', genesis: { seed: 'trails', now: '2026-11-18T09:00:00Z' } });
  const { result } = await call('kms', 'CreateKey', {});
  if (!result.ok) throw new Error(result.refusal.message);
  const { KeyId } = result.output['KeyMetadata'] as { readonly KeyId: string };
  await call('kms', 'CreateAlias', { AliasName: 'alias/trail-files', TargetKeyId: KeyId });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  delete document.documentElement.dataset['theme'];
  await unmount();
  await api.close();
  location.hash = '';
});
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
const call = (service: 'kms' | 's3' | 'cloudtrail', operation: string, input: object) =>
  api.main.call({ service, operation, input: { ...input }, principal, region });
const button = (name: string | RegExp) => page.getByRole('button', { name });

/** The form, by keyboard where it matters, until the trail is there. */
async function create(): Promise<void> {
  await button('Create trail').click();
  const form = page.getByRole('dialog', { name: 'Create trail' });
  await expect.element(form).toBeVisible();
  await form.getByRole('combobox', { name: 'Key of the files' }).selectOptions('alias/trail-files');
  await expect.element(form.getByText('not allowed').first()).toBeVisible();
  expect(await finds()).toEqual([]);
  // Without the statements CloudTrail says no, where one can read it.
  await form.getByRole('button', { name: 'Create trail' }).click();
  await expect.element(form.getByText('InsufficientEncryptionPolicyException')).toBeVisible();
  const add = form.getByRole('button', { name: 'Add to the key policy' });
  (add.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(form.getByText('not allowed')).not.toBeInTheDocument();
  await form.getByRole('button', { name: 'Create trail' }).click();
  await expect.element(page.getByRole('heading', { name: /management-events Logging/ })).toBeVisible();
}

test('is made with the key that it is given, writes a file, and whoever may decrypt reads it', async () => {
  await expect.element(page.getByText('No trail in this world.')).toBeVisible();
  expect(await finds()).toEqual([]);
  await create();
  await expect.element(page.getByText(/waits? to be written at/)).toBeVisible();
  await button('Move the clock there').click();
  const open = button(/^Log file of \d\d:\d\d:\d\d us-east-1/);
  await expect.element(open).toBeVisible();
  (open.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await button('Read as user/Admin').click();
  const records = page.getByRole('list', { name: /^1 record$/ });
  await expect.element(records.getByText('StartLogging', { exact: true })).toBeVisible();
  expect(await finds()).toEqual([]);
  document.documentElement.dataset['theme'] = 'dark';
  expect(await finds()).toEqual([]);
});

test('stops when the key is disabled, says why, and catches up when it is enabled again', async () => {
  await create();
  await button('Move the clock there').click();
  await expect.element(button(/^Log file of/)).toBeVisible();
  const key = (await api.main.keys({ account: '111122223333' as never, region, n: 1 })).items[0]?.rec.arn;
  await call('kms', 'DisableKey', { KeyId: key });
  await button('Move the clock there').click();
  await expect.element(page.getByText('KMS.DisabledException', { exact: true })).toBeVisible();
  await expect.element(page.getByText('The key of the files is disabled.')).toBeVisible();
  await expect.element(page.getByRole('link', { name: /Trails 1 a delivery was refused/ })).toBeVisible();
  expect(await finds()).toEqual([]);
  document.documentElement.dataset['theme'] = 'dark';
  expect(await finds()).toEqual([]);
  await button('EnableKey').click();
  await button('Move the clock there').click();
  await expect.element(page.getByText('KMS.DisabledException', { exact: true })).not.toBeInTheDocument();
  await expect.element(button(/^Log file of/).nth(1)).toBeVisible();
});

test('leaves KMS out: the event list tells which rows, the record says so, on a phone too', async () => {
  await create();
  await button('Leave KMS events out').click();
  await expect.element(button('Take KMS events again')).toBeVisible();
  await api.main.advance({ seconds: 2 });
  await call('kms', 'ListKeys', {});
  await page.getByRole('link', { name: 'Show what it leaves out' }).click();
  await expect.element(button(/ListKeys , left out by management-events/)).toBeVisible();
  expect(button(/PutEventSelectors/).query()).toBeNull();
  await button(/ListKeys/).click();
  await expect.element(page.getByText('management-events: left out')).toBeVisible();
  await page.getByRole('combobox', { name: 'Seen by' }).selectOptions('Trail management-events');
  await expect.element(button(/PutEventSelectors/)).toBeVisible();
  expect(button(/ListKeys/).query()).toBeNull();
  await page.viewport(360, 740);
  location.hash = '#/lab/trail/trails';
  await page.getByRole('link', { name: /^management-events/ }).click();
  await expect.element(page.getByRole('heading', { name: /management-events/ })).toBeVisible();
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  expect(await finds()).toEqual([]);
  await page.getByRole('link', { name: 'Back to the trails' }).click();
  await expect.element(button('Create trail')).toBeVisible();
});

test.each(['light', 'dark'])(
  'at 320 px, %s: list, form and a trail scroll no way but down, axe finds nothing',
  async (theme) => {
    document.documentElement.dataset['theme'] = theme;
    await page.viewport(320, 640);
    const narrow = async (): Promise<void> => {
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
      expect(await finds()).toEqual([]);
    };
    await expect.element(page.getByText('No trail in this world.')).toBeVisible();
    await narrow();
    await button('Create trail').click();
    const form = page.getByRole('dialog', { name: 'Create trail' });
    await form.getByRole('combobox', { name: 'Key of the files' }).selectOptions('alias/trail-files');
    await form.getByText('Statements that allow it').click();
    await narrow();
    await form.getByRole('button', { name: 'Add to the key policy' }).click();
    await expect.element(form.getByText('not allowed')).not.toBeInTheDocument();
    await form.getByRole('button', { name: 'Create trail' }).click();
    await button('Move the clock there').click();
    await button(/^Log file of/).click();
    await button('Read as user/Admin').click();
    await expect.element(page.getByText('1 record', { exact: true })).toBeVisible();
    await narrow();
  },
);
