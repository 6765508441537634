import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** Prices: dated, edited for one Region or all, given away and taken as a file. */
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  await page.viewport(1440, 900);
  location.hash = '#/lab/bill';
  api = await openLab({ store: 'memory', genesis: { seed: 'bill', now: '2026-11-01T00:00:00Z' } });
  for (const region of ['us-east-1', 'eu-west-1'] as Region[])
    await api.main.call({
      operation: 'CreateKey',
      input: {},
      principal: 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn,
      region,
    });
  await api.main.advance({ days: 15 });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  await unmount();
  await api.close();
  localStorage.clear();
  location.hash = '';
});

test('a price of one Region changes its lines alone, says its date, and goes with a file', async () => {
  const total = page.getByText(/^Total \$/);
  await expect.element(total, { timeout: 10_000 }).toHaveTextContent('$1.00');
  await page.getByText('Prices', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Region', exact: true }).selectOptions('eu-west-1');
  await page.getByRole('spinbutton', { name: 'Key, a month' }).fill('3');
  await userEvent.keyboard('{Tab}');
  await expect.element(total).toHaveTextContent('$2.00');
  await expect.element(page.getByText(/^Not the list: edited by hand, \d{4}-\d\d-\d\d\./)).toBeVisible();
  const { violations } = await atRest().then(() => axe.run(document.body));
  expect(violations.map(({ id }) => id)).toEqual([]);

  const kept = localStorage.getItem('kms-lab prices') ?? '';
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await expect.element(total).toHaveTextContent('$1.00');
  await page.getByLabelText('Load a file…').upload(new File([kept], 'ours.json'));
  await expect.element(total).toHaveTextContent('$2.00');
  await page.getByLabelText('Load a file…').upload(new File(['{}'], 'other.json'));
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('other.json holds no prices: $.kind cannot be read. Nothing was changed.');
  await expect.element(total).toHaveTextContent('$2.00');
}, 30_000);
