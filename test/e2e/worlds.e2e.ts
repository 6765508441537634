import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Screen } from '../../src/ui/shell/shell.svelte.ts';
import { openLab, type LabInBrowser, type Look } from './harness.ts';

/* Worlds, history, files and first steps on the built page, by role and by keyboard. */

let lab: LabInBrowser;
let page: Page;
let folder: string;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kms-lab-files-'));
  await lab.startOver();
  page = lab.page;
  await page.getByRole('region', { name: 'Keys' }).waitFor();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });

async function fromMenu(menu: string | RegExp, item: string | RegExp): Promise<void> {
  await button(menu).click();
  await page.getByRole('menuitem', { name: item }).click();
}
const focused = (): Promise<string> =>
  page.evaluate(
    `(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()`,
  );
/** Tab until the focus is on something of that name. */
async function tabTo(name: string | RegExp, most = 60): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await focused();
    if (typeof name === 'string' ? at === name : name.test(at)) return;
  }
  throw new Error(`${String(name)} is not reached in ${most} steps; the focus is on ${await focused()}`);
}

test('by keyboard alone: first steps, undo, redo, export and import', async () => {
  await tabTo('Make one for me');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
  await tabTo('Encrypt “Hello, KMS”');
  await page.keyboard.press('Enter');
  await page.getByText('user/Admin may do this: allowed by the identity policy.').waitFor();
  await tabTo('Show what happened');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Watch envelope encryption' }).waitFor();
  await tabTo('Done');
  await page.keyboard.press('Enter');
  expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0);

  // Undo by its shortcut: the read-only Encrypt goes with the key that was made before.
  await page.getByRole('button', { name: /^Undo CreateKey/ }).waitFor();
  await page.keyboard.press('Control+z');
  await page.getByText('Undone: CreateKey', { exact: false }).waitFor({ state: 'attached' });
  await expect.poll(() => page.getByText('alias/first-key').count()).toBe(0);
  await page.keyboard.press('Control+Shift+Z');
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('export this');
  await page.keyboard.press('Enter');
  await dialog(/^Export/).waitFor();
  await tabTo(/^Passphrase|^$/).catch(() => undefined);
  await page.getByLabel('Passphrase', { exact: true }).focus();
  await page.keyboard.type('correct horse');
  await page.keyboard.press('Tab');
  await page.keyboard.type('correct horse');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  const file = join(folder, download.suggestedFilename());
  await download.saveAs(file);
  const text = await readFile(file, 'utf8');
  expect(text).not.toContain('correct horse');

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('import');
  await page.keyboard.press('Enter');
  await dialog('Import a file').waitFor();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('This file is sealed.').waitFor();
  await page.getByLabel('Passphrase').focus();
  await page.keyboard.type('wrong horse');
  await page.keyboard.press('Enter');
  await page.getByText('That is not its passphrase.').waitFor();
  await page.getByLabel('Passphrase').fill('correct horse');
  await page.keyboard.press('Enter');
  await page.getByText('It holds one world').waitFor();
  await page.getByLabel('Name here').fill('Brought in');
  await page.keyboard.press('Enter');
  await page.getByText('Imported: Brought in.').first().waitFor();
  await tabTo('Open it');
  await page.keyboard.press('Enter');
  await button('World: Brought in').waitFor();
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
  expect(lab.errors).toEqual([]);
});

test('a world is made from a template, forked from its history, compared, deleted and brought back', async () => {
  await fromMenu(/^World:/, 'New world…');
  await page.getByRole('radio', { name: /^One account/ }).check();
  await page.getByLabel('Name').fill('Tries');
  await button('Make and open it').click();
  await button('World: Tries').waitFor();
  await button('Create').click();
  await page.getByRole('textbox', { name: 'Alias name' }).fill('kept');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'alias/kept' }).waitFor();
  await button('DisableKey').click();
  await page.getByRole('img', { name: /Now Disabled/ }).waitFor();

  await button('History').click();
  await dialog('History')
    .getByRole('button', { name: /^CreateKey/ })
    .click();
  await dialog('History').getByText('KMS key', { exact: false }).first().waitFor();
  await dialog('History').getByRole('button', { name: 'Fork from here…' }).click();
  await page.getByLabel('Name of the new world').fill('Another way');
  await button('Make and open it').click();
  await button('World: Another way').waitFor();
  await page.getByRole('img', { name: /Now Enabled/ }).waitFor();

  await fromMenu(/^World:/, 'Compare two worlds…');
  await page.getByLabel('To', { exact: true }).selectOption({ label: 'Tries' });
  await button('Compare').click();
  const result = page.getByRole('region', { name: 'Compare two worlds' });
  await result.getByText('KeyState').waitFor();
  expect(await result.innerText()).toMatch(/Enabled\s*→\s*Disabled/);
  await page.keyboard.press('Escape');

  await fromMenu(/^World:/, 'All worlds…');
  await button('Delete Another way').click();
  await page.getByText('It can be brought back until KMS Lab starts the next time.').first().waitFor();
  await button('Delete it').click();
  await page.getByText('“Another way” was deleted.').waitFor();
  expect(await button('World: Another way').count()).toBe(0);
  await button('Bring it back').click();
  await fromMenu(/^World:/, 'All worlds…');
  await button('Open Another way').click();
  await button('World: Another way').waitFor();
  expect(lab.errors).toEqual([]);
});

test('what is broken is refused with its place, and a link shows what it holds before it does anything', async () => {
  await button('Make one for me').click();
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
  await fromMenu('Export and share', 'Export this world…');
  await page.getByRole('radio', { name: /^Leave it open/ }).check();
  const [download] = await Promise.all([page.waitForEvent('download'), button('Save the file').click()]);
  const file = join(folder, 'whole.json');
  await download.saveAs(file);
  const whole = await readFile(file, 'utf8');

  await fromMenu('Export and share', 'Import a file…');
  await page.locator('input[type=file]').setInputFiles({
    name: 'cut.json',
    mimeType: 'application/json',
    buffer: Buffer.from(whole.slice(0, -99)),
  });
  const refused = page.getByRole('alert');
  await refused.getByText('This file cannot be imported. Nothing was changed.').waitFor();
  expect(await refused.innerText()).toMatch(/Place\s*\$/);
  await page.keyboard.press('Escape');

  // A link needs a seed.
  await fromMenu(/^World:/, 'New world…');
  await page.getByRole('checkbox', { name: /^Repeatable/ }).check();
  await page.getByLabel('Name').fill('Shared');
  await button('Make and open it').click();
  await button('World: Shared').waitFor();
  await fromMenu('Export and share', 'Share as a link…');
  const contents = page.getByRole('region', { name: 'What the link contains' });
  await contents.waitFor();
  const link = await page.getByRole('textbox', { name: /^The link/ }).inputValue();
  expect(link).toMatch(/#world=1\./);
  await page.keyboard.press('Escape');
  await page.goto('about:blank');
  await page.goto(link);
  await dialog('Open a shared link').waitFor();
  await page.getByText('It contains no plaintext.').waitFor();
  await page.getByLabel('Name of the new world').fill('From the link');
  await button('Make the world and open it').click();
  await button('World: From the link').waitFor();
  expect(new URL(page.url()).hash).toBe('#/lab');
  await page.evaluate(`location.hash = 'world=1.AAAA'`);
  await page.getByText('This link cannot be opened. Nothing was changed.').waitFor();
  await page.keyboard.press('Escape');
  expect(lab.errors).toEqual([]);
});

test('a pasted access key is left out, calmly, wherever it is pasted; one of AWS’s examples is not', async () => {
  await button('Make one for me').click();
  await button('Write your own').click();
  const field = page.getByRole('textbox', { name: /Plaintext/ }).first();
  const paste = (text: string): Promise<unknown> =>
    field.evaluate((element, given) => {
      (element as HTMLElement).focus();
      const data = new DataTransfer();
      data.setData('text/plain', given);
      const event = new ClipboardEvent('paste', {
        clipboardData: data,
        bubbles: true,
        cancelable: true,
        composed: true,
      });
      return element.dispatchEvent(event);
    }, text);
  await field.fill('');
  expect(await paste('mine is AKIAQWERTYUIOPASDFGH')).toBe(false);
  await page
    .getByRole('region', { name: 'Left out' })
    .getByText('looks like a real AWS access key')
    .waitFor();
  expect(await field.inputValue()).toBe('');
  await button('All right').click();
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  // Typed, too.
  await field.pressSequentially('AKIAQWERTYUIOPASDFGH');
  await page.getByRole('region', { name: 'Left out' }).waitFor();
  expect(await field.inputValue()).toBe('');
  await button('All right').click();
  expect(await paste('AKIAIOSFODNN7EXAMPLE')).toBe(true);
});

test('without storage the page works, says so at once, and offers to export', async () => {
  await page.addInitScript(() => {
    // The worker is where it is opened: it is started from a blob, to which this is put in front.
    const RealBlob = globalThis.Blob;
    globalThis.Blob = class extends RealBlob {
      constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
        const [first] = parts;
        const starts = typeof first === 'string' && first.startsWith('import ');
        super(
          starts
            ? [
                `IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError') };`,
                `await ${first.replace(/^import (.*);$/, 'import($1)')};`,
              ]
            : parts,
          options,
        );
      }
    };
  });
  await page.reload();
  await page.getByText('This world is not kept: it is gone when the page closes.').waitFor();
  await button('Make one for me').click();
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
  await button('Export now…').click();
  await dialog(/^Export/).waitFor();
});

test('an operation that the palette finds opens its own form', async () => {
  await button('Make one for me').click();
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
  for (const [operation, field] of [
    ['GenerateDataKeyWithoutPlaintext', /KeySpec/],
    ['TagResource', /Tags/],
  ] as const) {
    await find(operation);
    await page
      .getByRole('option', { name: new RegExp(`^${operation}`) })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: 'Key', exact: true })
      .getByRole('button', { name: operation, exact: true })
      .waitFor();
    await page.getByText(field).first().waitFor();
  }
  expect(lab.errors).toEqual([]);
});

test('on paper the boxes of the state chart are drawn, nothing has the focus, and the dark theme is light', async () => {
  await button('Make one for me').click();
  await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
  await page.getByRole('img', { name: /Now Enabled/ }).waitFor();
  await tabTo(/^Create/);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const paper = await page.evaluate(() => {
    const at = document.activeElement;
    return {
      heights: [...document.querySelectorAll('.chartbox svg rect.plate')].map(
        (rect) => rect.getBoundingClientRect().height,
      ),
      outline: at ? getComputedStyle(at).outlineStyle : '',
      shadow: at ? getComputedStyle(at).boxShadow : '',
      canvas: getComputedStyle(document.documentElement).getPropertyValue('--canvas').trim(),
    };
  });
  expect(paper.heights.length).toBeGreaterThan(2);
  expect(Math.min(...paper.heights)).toBeGreaterThan(20);
  expect(paper).toMatchObject({ outline: 'none', shadow: 'none', canvas: '#fff' });
});

const looks: readonly Look[] = [
  { width: 1440, height: 900, theme: 'light' },
  { width: 1440, height: 900, theme: 'dark' },
  { width: 360, height: 740, theme: 'light' },
  { width: 320, height: 640, theme: 'dark' },
  // 1440 × 900 at 200 %.
  { width: 720, height: 450, theme: 'light' },
];

const find = async (query: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do' }).fill(query);
};
const byPalette = (query: string) => async (): Promise<void> => {
  await find(query);
  await page.waitForTimeout(100);
  await page.keyboard.press('Enter');
};
/** Every dialog of the shell, with how it opens and what it is called: one that is missing here is an error of types. */
const dialogs: Readonly<Record<Screen['name'], readonly [open: () => Promise<void>, title: string]>> = {
  palette: [() => find('key'), 'Find or do'],
  worlds: [byPalette('all worlds'), 'Worlds'],
  newWorld: [byPalette('new world'), 'New world'],
  duplicate: [byPalette('duplicate this'), 'Duplicate a world'],
  rename: [byPalette('rename this'), 'Rename a world'],
  reset: [byPalette('reset this'), 'Reset “'],
  delete: [
    async () => {
      await byPalette('all worlds')();
      await button('Delete My world').click();
    },
    'Delete “',
  ],
  compare: [byPalette('compare two'), 'Compare two worlds'],
  share: [byPalette('share as'), 'Share as a link'],
  export: [byPalette('export this'), 'Export “'],
  import: [byPalette('import a file'), 'Import a file'],
  storage: [byPalette('what is kept'), 'What is kept where'],
  shortcuts: [byPalette('keyboard shortcuts'), 'Keyboard shortcuts'],
  openLink: [() => page.evaluate(`location.hash = 'world=1.AAAA'`), 'Open a shared link'],
  fault: [
    async () => {
      await page.evaluate(() => {
        setTimeout(() => {
          throw new Error('made by the test');
        });
      });
      await button('Details').click();
    },
    'Something went wrong in KMS Lab',
  ],
};

/** What in an open dialog can be pushed sideways, but for text that must not be broken. Runs in the page. */
function sideways(): readonly string[] {
  return [...document.querySelectorAll('dialog[open], dialog[open] *')]
    .filter(
      (element) =>
        element.scrollWidth > element.clientWidth &&
        /auto|scroll/.test(getComputedStyle(element).overflowX) &&
        !element.matches('pre, textarea, input'),
    )
    .map((element) => `${element.tagName}.${element.getAttribute('class') ?? ''}`);
}

describe('every dialog and panel: nothing for axe, nothing cut off at the side', () => {
  test.each(looks)('$width × $height, $theme', { timeout: 400_000 }, async (look) => {
    await lab.look(look);
    const check = async (name: string): Promise<void> => {
      await page.waitForTimeout(200);
      await lab.screenshot(`shell-${name}`, look);
      expect.soft(await lab.axe(), name).toEqual([]);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      expect.soft(width, name).toBeLessThanOrEqual(look.width ?? 1440);
      expect.soft(await page.evaluate(sideways), name).toEqual([]);
    };
    await check('first-steps');
    await button('Make one for me').click();
    await page.getByRole('heading', { name: 'alias/first-key' }).waitFor();
    await page.getByRole('button', { name: 'Put the first steps away' }).click();
    for (const [name, [open, title]] of Object.entries(dialogs)) {
      await open();
      await dialog(new RegExp(`^${title}`)).waitFor();
      await check(name);
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog(new RegExp(`^${title}`)).count()).toBe(0);
      // The focus is somewhere, not on the page's body.
      expect.soft(await page.evaluate('document.activeElement !== document.body'), name).toBe(true);
    }
    await button('Dismiss').click();
    await byPalette('history of this')();
    await dialog('History').waitFor();
    await check('history');
    await page.keyboard.press('Escape');
    await button(/^Clock: /).click();
    await check('clock');
    expect(lab.errors.filter((error) => !error.includes('made by the test'))).toEqual([]);
  });
});
