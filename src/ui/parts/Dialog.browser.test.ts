import { cleanup, render } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Dialog from './Dialog.svelte';

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

function open(): { readonly onclose: ReturnType<typeof vi.fn<() => void>> } {
  const opener = document.body.appendChild(document.createElement('button'));
  opener.textContent = 'Opener';
  opener.focus();
  const onclose = vi.fn<() => void>();
  const children = createRawSnippet(() => ({ render: () => '<p>Inside</p>' }));
  render(Dialog, { title: 'Create a key', onclose, children });
  return { onclose };
}

test('carries its title as its name, and holds the focus inside', async () => {
  open();
  await expect.element(page.getByRole('dialog', { name: 'Create a key' })).toBeVisible();
  await userEvent.tab();
  expect(document.activeElement?.textContent).not.toBe('Opener');
});

test('Escape closes it, and the focus goes back to where it was', async () => {
  const { onclose } = open();
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => onclose.mock.calls.length).toBe(1);
  cleanup();
  await expect.element(page.getByRole('button', { name: 'Opener' })).toHaveFocus();
});

test('its own button closes it once', async () => {
  const { onclose } = open();
  await page.getByRole('dialog').getByRole('button').click();
  expect(onclose).toHaveBeenCalledTimes(1);
});
