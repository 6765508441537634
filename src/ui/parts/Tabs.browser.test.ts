import { cleanup, render } from '@testing-library/svelte';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import Tabs from './Tabs.svelte';

afterEach(() => {
  cleanup();
  document.documentElement.dir = '';
});

async function open(): Promise<() => string> {
  const words = { one: 'One', two: 'Two', three: 'Three' } as const;
  const names = ['one', 'two', 'three'] as const;
  const props = { id: 't', panel: 't-panel', names, label: 'Parts', words };
  let chosen: keyof typeof words = 'one';
  const { rerender } = await render(Tabs, {
    ...props,
    chosen,
    onchoose: (name: string) => {
      chosen = name as keyof typeof words;
      void rerender({ chosen });
    },
  });
  return () => chosen;
}

test('by the arrows and their ends, round and round; one tab alone is on the way of the Tab key', async () => {
  const chosen = await open();
  await page.getByRole('tab', { name: 'One' }).click();
  for (const [key, name] of [
    ['ArrowRight', 'Two'],
    ['ArrowRight', 'Three'],
    ['ArrowRight', 'One'],
    ['ArrowLeft', 'Three'],
    ['Home', 'One'],
    ['End', 'Three'],
  ] as const) {
    await userEvent.keyboard(`{${key}}`);
    expect(chosen()).toBe(name.toLowerCase());
    await expect.element(page.getByRole('tab', { name })).toHaveFocus();
    await expect.element(page.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
  }
  expect(document.querySelectorAll('[role=tab][tabindex="0"]')).toHaveLength(1);
});

test('where text runs from right to left, the left arrow goes on', async () => {
  document.documentElement.dir = 'rtl';
  const chosen = await open();
  await page.getByRole('tab', { name: 'One' }).click();
  await userEvent.keyboard('{ArrowLeft}');
  expect(chosen()).toBe('two');
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(chosen()).toBe('three');
});
