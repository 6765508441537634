import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../../client/index.ts';
import type { PrincipalArn, Region } from '../../../engine/index.ts';
import { mountApp } from '../../index.ts';
import { atRest } from '../../../../test/support/atRest.ts';

/** Finding things, and a list of keys that is longer than the page. */
let api: LabApi;
let unmount: () => Promise<void>;
const keys = 130;
const principal = 'arn:aws:iam::111122223333:user/Admin' as PrincipalArn;
const region = 'us-east-1' as Region;

beforeEach(async () => {
  localStorage.clear();
  location.hash = '#/lab';
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'find', now: '2026-11-18T09:00:00Z' } });
  for (let n = 0; n < keys; n++) {
    const { result } = await api.main.call({
      operation: 'CreateKey',
      input: { Description: `number ${n}` },
      principal,
      region,
    });
    if (!result.ok) throw new Error(result.refusal.message);
    if (n % 10 === 0) {
      const { KeyId } = result.output['KeyMetadata'] as { KeyId: string };
      await api.main.call({
        operation: 'CreateAlias',
        input: { AliasName: `alias/ten-${n}`, TargetKeyId: KeyId },
        principal,
        region,
      });
    }
  }
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api);
  await expect.element(page.getByRole('region', { name: 'Keys' })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.close();
});
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}
const focusedRow = (): string | undefined =>
  document.activeElement instanceof HTMLElement ? document.activeElement.dataset['n'] : undefined;

test('a long list draws the rows in sight, says how long it is, and keeps the focus', async () => {
  const list = page.getByRole('region', { name: 'Keys' });
  await expect.element(list.getByRole('heading')).toHaveTextContent(/^Keys\s+130/);
  const rows = () => list.element().querySelectorAll('button.row').length;
  expect(rows()).toBeLessThan(60);
  list.element().querySelector<HTMLElement>('button.row[tabindex="0"]')?.focus();
  await userEvent.keyboard('{End}');
  await expect.poll(focusedRow).toBe('129');
  await expect.poll(() => document.activeElement?.classList.contains('blank')).toBe(false);
  expect(document.activeElement?.closest('li')?.getAttribute('aria-posinset')).toBe('130');
  await expect.poll(() => document.activeElement?.closest('li')?.getAttribute('aria-setsize')).toBe('130');
  // Scrolled out of sight it is still there, and the arrows go on from it.
  const box = list.element().querySelector('.scroll');
  if (box) box.scrollTop = 0;
  await new Promise((done) => setTimeout(done, 100));
  expect(focusedRow()).toBe('129');
  await userEvent.keyboard('{ArrowUp}');
  await expect.poll(focusedRow).toBe('128');
  await userEvent.keyboard('{PageUp}{Enter}');
  await expect.poll(() => document.activeElement?.getAttribute('aria-current')).toBe('true');
  expect(rows()).toBeLessThan(60);
  expect(await finds()).toEqual([]);
});

test('a key that is made shows in the count, and one that is undone goes', async () => {
  const heading = page.getByRole('region', { name: 'Keys' }).getByRole('heading');
  await expect.element(heading).toHaveTextContent(/130/);
  await api.main.call({ operation: 'CreateKey', input: {}, principal, region });
  await expect.element(heading).toHaveTextContent(/131/);
  await api.main.history.undo();
  await expect.element(heading).toHaveTextContent(/130/);
});

test('everything is found by keyboard, in the place and in the palette', async () => {
  await userEvent.click(
    page
      .getByRole('navigation', { name: 'Places of the lab' })
      .getByRole('link', { name: 'Find', exact: true }),
  );
  const input = page.getByRole('combobox', { name: 'Find anything in this world' });
  await expect.element(input).toHaveFocus();
  await userEvent.keyboard('ten-120');
  await expect.element(page.getByRole('option', { name: /alias\/ten-120/ }).first()).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('heading', { name: 'alias/ten-120' })).toBeVisible();
  // Beyond the first page of the list: only the index knows it.
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(page.getByRole('dialog').getByRole('combobox')).toHaveFocus();
  await userEvent.keyboard('number 127');
  await expect.element(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('number 127')).toBeVisible();
});

test.each(['light', 'dark'] as const)('a phone, %s', async (theme) => {
  await page.viewport(360, 740);
  document.documentElement.dataset['theme'] = theme;
  location.hash = '#/lab/find/ten';
  await expect.element(page.getByRole('option').first()).toBeVisible();
  await new Promise((done) => setTimeout(done, 300)); // colours change over a moment
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  expect(await finds()).toEqual([]);
  delete document.documentElement.dataset['theme'];
});
