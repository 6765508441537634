import { expect } from 'vitest';
import { page } from 'vitest/browser';

/** What stands in an editor, in a browser test: it is no form field, so it has no value. */
export const editorNamed = (name: string) => page.getByRole('textbox', { name, exact: true });

export const textIn = (name: string): string =>
  [...editorNamed(name).element().querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n');

/** Is the focus inside this editor's shadow root? */
export const hasFocus = (name: string): boolean => {
  const element = editorNamed(name).query();
  const root = element?.getRootNode();
  return root instanceof ShadowRoot && root.activeElement === element && document.activeElement === root.host;
};

export const editorHas = (name: string, text: string) => expect.poll(() => textIn(name)).toBe(text);

/** The editor's files load when it is first opened. */
export const editorOpens = (name: string) =>
  expect.element(editorNamed(name), { timeout: 15_000 }).toBeVisible();
