import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import { mountApp } from '../../index.ts';
import { example, paste } from './paste.svelte.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** A denial pasted, explained, mended, masked, and opened as a world. */
let api: LabApi;
let unmount: () => Promise<void>;

beforeEach(async () => {
  localStorage.clear();
  paste.clear();
  paste.mask = false;
  location.hash = '#/lab/denied';
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'denied', now: '2026-11-18T09:00:00Z' } });
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('textbox', { name: /^The denial/ })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.close();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const field = (name: RegExp) => page.getByRole('textbox', { name });
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('a denial is pasted, reproduced gate by gate, and mended', async () => {
  await userEvent.fill(field(/^The denial/), example.denial);
  await userEvent.fill(field(/^Key policy/), example.keyPolicy);
  await userEvent.fill(field(/^Identity policies/), example.identityPolicies);
  await expect.element(page.getByText('The denial is reproduced.').first()).toBeVisible();
  await expect.element(page.getByText('denied: the identity policy does not allow it')).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('Put it in and decide again').first());
  await expect
    .element(page.getByText('Not reproduced: these policies allow the call.').first())
    .toBeVisible();
  await expect.element(field(/^Identity policies/)).toHaveValue(expect.stringContaining('kms:Decrypt'));
});

test('a broken paste is told with its place, and the place can be gone to', async () => {
  await userEvent.fill(field(/^The denial/), example.denial);
  await userEvent.fill(field(/^Key policy/), '{\n  "Version": "2012-10-17",\n  oops\n}');
  await expect.element(page.getByText('This cannot be read yet')).toBeVisible();
  await userEvent.click(button('Line 3, column 3'));
  const box = field(/^Key policy/).element() as HTMLTextAreaElement;
  expect(document.activeElement).toBe(box);
  expect(box.value.slice(box.selectionStart)).toMatch(/^oops/);
});

test('what AWS names and was not pasted is asked for', async () => {
  await userEvent.fill(
    field(/^The denial/),
    example.denial.replace(/because.*/, 'with an explicit deny in a service control policy'),
  );
  await expect.element(page.getByText('This cannot be reproduced yet.').first()).toBeVisible();
  await expect.element(page.getByText(/aws organizations list-policies-for-target/).first()).toBeVisible();
  await expect.element(field(/^SCPs/)).toBeVisible();
});

test('masked numbers are the same everywhere, and no real one is left', async () => {
  await userEvent.click(button('Fill in an example'));
  await userEvent.click(page.getByRole('checkbox', { name: /^Mask account numbers/ }));
  const found = page.getByRole('region', { name: 'What it means' });
  await expect
    .element(found.getByText('arn:aws:sts::111122223333:assumed-role/ReportsApp/i-0a1b2c3d').first())
    .toBeVisible();
  await expect.element(found.getByText('The denial is reproduced.').first()).toBeVisible();
  expect(found.element().textContent).not.toContain('210987654321');
});

test('a secret is refused; the access key ID of a record is taken out', async () => {
  const made = 'Zk3'.repeat(13);
  await userEvent.fill(field(/^The denial/), `secret_access_key ${made}q`);
  await expect.element(page.getByText(/looks like a real AWS secret/).first()).toBeVisible();
  const record = {
    eventName: 'Decrypt',
    errorCode: 'AccessDenied',
    userIdentity: { accessKeyId: 'ASIAQWERTYUIOPASDFGH' },
  };
  await userEvent.fill(field(/^The denial/), JSON.stringify(record));
  await expect.element(field(/^The denial/)).toHaveValue(expect.stringContaining('REMOVED'));
  await expect.element(page.getByText('The access key ID of the record was taken out.')).toBeVisible();
});

test('the denial opens as a world, where one goes on as who was denied', async () => {
  await userEvent.click(button('Fill in an example'));
  await userEvent.click(button('Open this as a world'));
  await expect.element(page.getByRole('region', { name: 'Keys' })).toBeVisible();
  await expect.element(page.getByText('role/ReportsApp').first()).toBeVisible();
  await expect.element(page.getByText('eu-central-1').first()).toBeVisible();
});

test.each(['light', 'dark'] as const)('a phone, %s', async (theme) => {
  await page.viewport(360, 740);
  document.documentElement.dataset['theme'] = theme;
  await userEvent.click(button('Fill in an example'));
  await expect.element(page.getByText('The denial is reproduced.').first()).toBeInTheDocument();
  await new Promise((done) => setTimeout(done, 300)); // colours change over a moment
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  expect(await finds()).toEqual([]);
  delete document.documentElement.dataset['theme'];
});
