import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** The screen of cached data keys: by role and keyboard, in both themes, on a phone. */
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  await page.viewport(1440, 900);
  location.hash = '#/lab/caching';
  api = await openLab({ store: 'memory', genesis: { seed: 'caching', now: '2026-11-18T09:00:00Z' } });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
});
afterEach(async () => {
  await unmount();
  await api.close();
  delete document.documentElement.dataset['theme'];
  location.hash = '';
});
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
const field = (name: string) => page.getByRole('spinbutton', { name, exact: true });
const row = (name: RegExp) => page.getByRole('row', { name }).first();

test('run by keyboard: calls counted, the data keys as a table, KMS’s events, nothing left in the world', async () => {
  const before = await api.main.hash();
  await field('Messages').fill('24');
  await field('Max messages').fill('4');
  await userEvent.keyboard('{Enter}');
  await expect.element(row(/^GenerateDataKey/), { timeout: 30_000 }).toHaveTextContent(/24\s*6$/);
  await expect.element(row(/^Decrypt/)).toHaveTextContent(/24\s*6$/);
  await expect.element(row(/^Opened again/)).toHaveTextContent(/24 of 24\s*24 of 24$/);
  await expect
    .element(page.getByRole('img', { name: /^With the cache\. 24 messages under 6 data keys/ }))
    .toBeVisible();
  await page.getByText('Data keys of the run with the cache (6)').click();
  await expect
    .element(
      page.getByRole('region', { name: 'Data keys of the run with the cache' }).getByRole('row').nth(6),
    )
    .toHaveTextContent(/^6b4/);
  await page.getByText('What KMS recorded with the cache (12 events)').click();
  await expect.element(page.getByText('tenant=a', { exact: false }).first()).toBeVisible();
  expect(await finds()).toEqual([]);
  document.documentElement.dataset['theme'] = 'dark';
  expect(await finds()).toEqual([]);
  expect(await api.main.hash()).toBe(before);
}, 60_000);

test('a key that is disabled half-way: what was still encrypted is said, and where KMS refused is drawn', async () => {
  await field('Messages').fill('20');
  await field('Tenants').fill('1');
  await field('Max messages').fill('15');
  await page.getByRole('checkbox', { name: /^Disable the key half-way/ }).click();
  await page.getByRole('button', { name: 'Run both' }).click();
  await expect.element(row(/^Encrypted after DisableKey/), { timeout: 30_000 }).toHaveTextContent(/0\s*5$/);
  await expect
    .element(page.getByText('5 messages were still encrypted after DisableKey', { exact: false }))
    .toBeVisible();
  await expect
    .element(
      page.getByRole('img', { name: /^With the cache\. 15 messages under 1 data key, 5 more refused/ }),
    )
    .toBeVisible();
}, 60_000);

test('a key of the world; somebody who may not use it is refused, and told so', async () => {
  const account = '111122223333';
  const { result } = await api.main.call({
    operation: 'CreateKey',
    input: {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account}:root` },
            Action: ['kms:DescribeKey', 'kms:PutKeyPolicy'],
            Resource: '*',
          },
        ],
      }),
    },
    principal: `arn:aws:iam::${account}:user/Admin` as PrincipalArn,
    region: 'us-east-1' as Region,
  });
  if (!result.ok) throw new Error(result.refusal.message);
  const { Arn } = result.output['KeyMetadata'] as { Arn: string };
  await field('Messages').fill('3');
  await page.getByRole('combobox', { name: 'KMS key' }).selectOptions(Arn);
  await page.getByRole('button', { name: 'Run both' }).click();
  await expect
    .element(
      page.getByRole('img', { name: /^With the cache\. 0 messages under 0 data keys, 3 more refused/ }),
      {
        timeout: 30_000,
      },
    )
    .toBeVisible();
  await page.getByText(/^What KMS recorded with the cache/).click();
  await expect.element(page.getByRole('cell', { name: 'AccessDenied' }).first()).toBeVisible();
}, 60_000);

test('a number that cannot be run is said at its field; 320 px are enough', async () => {
  await page.viewport(320, 740);
  await field('Messages').fill('0');
  await expect.element(field('Messages')).toHaveAccessibleDescription('A whole number from 1 to 300.');
  await expect.element(page.getByRole('button', { name: 'Run both' })).toBeDisabled();
  await field('Messages').fill('300');
  await page.getByRole('button', { name: 'Run both' }).click();
  await expect.element(row(/^GenerateDataKey/), { timeout: 60_000 }).toHaveTextContent(/300\s*16$/);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  expect(await finds()).toEqual([]);
}, 90_000);
