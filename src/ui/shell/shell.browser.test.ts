import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openLab, type LabApi } from '../../client/index.ts';
import { mountApp } from '../index.ts';
import type { Updates } from './updates.ts';
import { atRest } from '../../../test/support/atRest.ts';

/** The shell around the real engine in memory: what stands under the top bar, and what the keyboard does anywhere. */
let api: LabApi;
let unmount: () => Promise<void>;
const use = vi.fn<() => void>();
let tell: () => void = () => undefined;
let updates: { -readonly [K in keyof Updates]: Updates[K] };

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem('kms-lab.firstSteps', 'done');
  location.hash = '#/lab';
  use.mockClear();
  await page.viewport(1440, 900);
  api = await openLab({ store: 'memory', genesis: { seed: 'shell', now: '2026-11-18T09:00:00Z' } });
  updates = {
    state: 'none',
    offline: true,
    use,
    subscribe: (listener) => {
      tell = listener;
      return () => undefined;
    },
  };
  const target = document.createElement('div');
  document.body.replaceChildren(target);
  unmount = mountApp(target, api, updates);
  await expect.element(page.getByRole('region', { name: 'Keys' })).toBeVisible();
});
afterEach(async () => {
  await unmount();
  await api.close();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
async function finds(): Promise<readonly string[]> {
  await atRest();
  const { violations } = await axe.run(document.body);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('undo that is impossible says why, and can still be reached', async () => {
  const undo = button('Undo');
  await expect.element(undo).toHaveAttribute('aria-disabled', 'true');
  await expect.element(undo).toHaveAttribute('title', 'Nothing to undo: the world begins here.');
  await userEvent.click(undo, { force: true });
  await expect
    .element(page.getByRole('status').last())
    .toHaveTextContent('Nothing to undo: the world begins here.');
});

test('a new version is one line with one button, and waits for it', async () => {
  updates.state = 'ready';
  tell();
  await expect.element(page.getByText('A new version of KMS Lab is ready.')).toBeVisible();
  expect(use).not.toHaveBeenCalled();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('Use the new version'));
  expect(use).toHaveBeenCalledTimes(1);
});

test('? lists the shortcuts, / and Ctrl+K find, H shows the history; letters in a field are letters', async () => {
  await userEvent.keyboard('?');
  await expect.element(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await userEvent.keyboard('h');
  await expect.element(page.getByRole('dialog', { name: 'History' })).toBeVisible();
  await userEvent.keyboard('{Escape}');
  expect(page.getByRole('dialog', { name: 'History' }).elements()).toEqual([]);
  await userEvent.keyboard('{Control>}k{/Control}');
  const box = page.getByRole('combobox', { name: 'Find or do' });
  await expect.element(box).toHaveFocus();
  await userEvent.keyboard('h?/');
  await expect.element(box).toHaveValue('h?/');
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(box).not.toBeInTheDocument();
});

test('shortcuts of one letter can be turned off', async () => {
  await userEvent.keyboard('?');
  await userEvent.click(page.getByRole('checkbox', { name: /one letter/ }));
  await userEvent.keyboard('{Escape}');
  await userEvent.keyboard('h');
  expect(page.getByRole('dialog').elements()).toEqual([]);
});

test('the palette finds keys, principals, operations and actions, and does what Enter chooses', async () => {
  await api.main.call({
    operation: 'CreateKey',
    input: { Description: 'salaries' },
    principal: 'arn:aws:iam::111122223333:user/Admin' as never,
    region: 'us-east-1' as never,
  });
  await userEvent.keyboard('{Control>}k{/Control}');
  const option = (name: RegExp) => page.getByRole('option', { name });
  const box = page.getByRole('combobox');
  await userEvent.fill(box, 'salaries');
  await expect.element(option(/^key /)).toBeVisible();
  // What would undo it is called after it, and comes first.
  await expect.element(option(/^Undo CreateKey/)).toHaveAttribute('aria-selected', 'true');
  await userEvent.fill(box, 'alice');
  await expect.element(option(/user\/Alice/).first()).toBeVisible();
  await userEvent.fill(box, 'schedulekey');
  await expect.element(option(/ScheduleKeyDeletion/)).toBeVisible();
  await userEvent.fill(box, 'no such thing');
  await expect.element(page.getByText('Nothing is called “no such thing”.')).toBeVisible();
  await userEvent.fill(box, 'theme dark');
  expect(await finds()).toEqual([]);
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => document.documentElement.dataset['theme']).toBe('dark');
});

test('a menu is walked by arrows and letters, and gives the focus back', async () => {
  button(/^World:/)
    .element()
    .focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('menuitemradio', { name: 'My world' })).toHaveFocus();
  await userEvent.keyboard('{ArrowDown}');
  await expect.element(page.getByRole('menuitem', { name: /^New world/ })).toHaveFocus();
  await userEvent.keyboard('a');
  await expect.element(page.getByRole('menuitem', { name: /^All worlds/ })).toHaveFocus();
  expect(await finds()).toEqual([]);
  await userEvent.keyboard('{Escape}');
  await expect.element(button(/^World:/)).toHaveFocus();
});

test('the clock is frozen, advanced to a date, and never moved back', async () => {
  await userEvent.click(button(/^Clock: /));
  await userEvent.fill(page.getByLabelText('Date, UTC'), '2026-11-17');
  await expect.element(page.getByText('Time goes forward only.')).toBeVisible();
  await userEvent.fill(page.getByLabelText('Date, UTC'), '2026-12-24');
  await userEvent.fill(page.getByLabelText('Time, UTC'), '18:00');
  await userEvent.click(button('Advance'));
  await expect.poll(async () => (await api.main.now()).at).toBe(Date.parse('2026-12-24T18:00:00Z'));
  await userEvent.click(button(/^Clock: /));
  await userEvent.click(page.getByRole('radio', { name: /^running/ }));
  await expect.poll(async () => (await api.main.now()).clock.mode).toBe('running');
});

test('a fault that nobody expected is told in one line, and the page goes on', async () => {
  window.dispatchEvent(new ErrorEvent('error', { error: new Error('planned') }));
  await expect.element(page.getByText('Something went wrong; the page goes on.')).toBeVisible();
  await userEvent.click(button('Details'));
  const report = page.getByRole('dialog', { name: 'Something went wrong in KMS Lab' });
  await expect.element(report.getByText('Error: planned')).toBeVisible();
  await expect
    .element(report.getByLabelText('Report text', { exact: true }))
    .toHaveTextContent('KMS Lab unbuilt');
  await expect
    .element(report.getByLabelText('Report text', { exact: true }))
    .not.toHaveTextContent('planned');
  expect(await finds()).toEqual([]);
  await userEvent.keyboard('{Escape}');
  await userEvent.click(button('Dismiss'));
  await expect.element(button('Create')).toBeVisible();
});

test('help brings the first steps back; putting them away keeps them away', async () => {
  await userEvent.click(button('Help'));
  await userEvent.click(page.getByRole('menuitem', { name: 'Show the first steps' }));
  await expect.element(page.getByRole('heading', { name: 'First steps' })).toBeVisible();
  expect(await finds()).toEqual([]);
  await userEvent.click(button('Put the first steps away'));
  expect(page.getByRole('heading', { name: 'First steps' }).elements()).toEqual([]);
  expect(localStorage.getItem('kms-lab.firstSteps')).toBe('done');
});

test('the palette opens also in the moment in which another dialog closes', async () => {
  await userEvent.keyboard('?');
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect.element(shortcuts).toBeVisible();
  // As Escape does: closed at once, while `close` is told in a task of its own.
  const element = shortcuts.element() as HTMLDialogElement; // a dialog by its role
  element.close();
  window.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'k', code: 'KeyK', ctrlKey: true, bubbles: true }),
  );
  await expect.element(page.getByRole('combobox', { name: 'Find or do' })).toBeVisible();
  await new Promise((done) => setTimeout(done, 200)); // the late `close` ends nothing
  await expect.element(page.getByRole('combobox', { name: 'Find or do' })).toBeVisible();
});
