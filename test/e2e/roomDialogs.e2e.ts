import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/install.mjs';
import { openLab, type LabInBrowser, type Look } from './harness.ts';
import { button, createKey } from './steps.ts';

/*
 * The dialogs of the rooms, in both themes, narrow, wide and at 200 %: nothing for axe, nothing cut off at the side, and the
 * focus comes back. Those of the shell are in worlds.e2e.ts.
 */

const looks: readonly (Look & { readonly width: number })[] = [
  { width: 1440, height: 900, theme: 'light' },
  { width: 1440, height: 900, theme: 'dark' },
  { width: 1000, height: 700, theme: 'dark' },
  { width: 360, height: 740, theme: 'light' },
  { width: 320, height: 640, theme: 'dark' },
  // 1440 × 900 at 200 %.
  { width: 720, height: 450, theme: 'light' },
];

let lab: LabInBrowser;
let page: Page;
beforeAll(async () => {
  lab = await openLab();
  page = lab.page;
  await page.getByRole('region', { name: 'Keys' }).waitFor();
  await createKey(page, 'payroll');
});
afterAll(() => lab.close());

const byPalette = async (query: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill(query);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
};
/** Of a phone's tabs, that one. */
const openTab = async (name: string): Promise<void> => {
  const tab = page.getByRole('tab', { name, exact: true });
  if (narrow()) await tab.click();
};
const wide = (): number => page.viewportSize()?.width ?? 0;
const narrow = (): boolean => wide() < 768;
/** Where the list of keys is a drawer. */
const between = (): boolean => wide() >= 768 && wide() < 1024;
const openDrawer = (): Promise<void> => page.getByTitle('Choose a key').click();

interface Opening {
  readonly at: string;
  readonly title: RegExp;
  readonly open: () => Promise<void>;
  /** Where it is no part of the page, and its way in is shown. */
  readonly only?: () => boolean;
}

/** By the file that draws it; the last test holds this list against the sources. */
const dialogs: Readonly<Record<string, Opening>> = {
  'lab/CreateKeyDialog': {
    at: '#/lab',
    title: /^Create a KMS key/,
    open: () => byPalette('CreateKey'),
  },
  'lab/ScheduleDialog': {
    at: '#/lab',
    title: /^Schedule the deletion/,
    open: async () => {
      await openTab('Key');
      await button(page, /^ScheduleKeyDeletion/)
        .first()
        .click();
    },
  },
  'lab/Lab': {
    at: '#/lab',
    title: /^Keys$/,
    only: between,
    open: async () => {
      await page.getByRole('tab', { name: 'Key', exact: true }).click();
      await openDrawer();
    },
  },
  'lab/stores/StoresPage': {
    at: '#/lab',
    title: /^Key stores/,
    open: async () => {
      await openTab('Keys');
      if (between()) await openDrawer();
      await button(page, 'Key stores').click();
    },
  },
  'lab/principals/CallDialog': {
    at: '#/lab/principals/111122223333',
    title: /^Create a user/,
    open: () => button(page, 'CreateUser').click(),
  },
  'lab/trail/CreateTrail': {
    at: '#/lab/trail/trails',
    title: /^Create trail/,
    open: () => button(page, 'Create trail').first().click(),
  },
  'stage/Shell': {
    at: '#/stage',
    title: /^Keys of the stage/,
    only: () => !narrow(),
    open: async () => {
      await page.getByRole('tab', { name: 'Prepare' }).waitFor();
      await button(page, 'Keys of the stage').click();
    },
  },
  'stage/ShareDialog': {
    at: '#/stage',
    title: /^Share this moment/,
    open: async () => {
      await page.getByRole('tab', { name: 'Prepare' }).waitFor();
      await button(page, 'Share this moment').click();
    },
  },
};

test.each(looks)('$width × $height, $theme', { timeout: 240_000 }, async (look) => {
  await lab.look(look);
  for (const [name, { at, title, open, only }] of Object.entries(dialogs)) {
    if (only?.() === false) continue;
    await lab.goto(at);
    await open();
    const dialog = page.getByRole('dialog', { name: title });
    await dialog.waitFor();
    await page.waitForTimeout(200);
    await lab.screenshot(`dialog-${name.replaceAll('/', '-')}`, look);
    expect.soft(await lab.axe(), name).toEqual([]);
    expect
      .soft(await page.evaluate('document.documentElement.scrollWidth'), name)
      .toBeLessThanOrEqual(look.width);
    expect
      .soft(
        await dialog.evaluate((element) => element.scrollWidth - element.clientWidth),
        `${name}: sideways`,
      )
      .toBeLessThanOrEqual(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count(), { message: name }).toBe(0);
    expect.soft(await page.evaluate('document.activeElement !== document.body'), `${name}: focus`).toBe(true);
  }
  expect(lab.errors.splice(0)).toEqual([]);
});

test('the list names every file of the rooms that draws a dialog', async () => {
  const rooms = ['lab', 'stage', 'quiz', 'study'];
  const found: string[] = [];
  for (const room of rooms) {
    const folder = join(root, 'src', 'ui', room);
    for (const file of await readdir(folder, { recursive: true })) {
      if (!file.endsWith('.svelte')) continue;
      if (/<(Dialog|dialog)\b/.test(await readFile(join(folder, file), 'utf8')))
        found.push(`${room}/${file.replaceAll('\\', '/').slice(0, -'.svelte'.length)}`);
    }
  }
  expect(found.toSorted()).toEqual(Object.keys(dialogs).toSorted());
});
