import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { root } from '../../scripts/install.mjs';
import { openLab, type LabInBrowser } from './harness.ts';

/** The promise "complete without network after one visit, from any static host and sub-path". */
let lab: LabInBrowser | undefined;
let folder = '';
afterEach(async () => {
  await lab?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A host that sends no header of ours, with the page in a folder of it. */
async function visit(): Promise<LabInBrowser> {
  folder = await mkdtemp(join(tmpdir(), 'kms-lab-host-'));
  await cp(process.env['KMS_DIST'] ?? join(root, 'dist'), join(folder, 'tools', 'lab'), { recursive: true });
  lab = await openLab({ folder, headers: {}, at: 'tools/lab/' });
  await lab.page.getByRole('region', { name: 'Keys' }).waitFor();
  await lab.page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  await lab.until('navigator.serviceWorker.controller');
  return lab;
}
/** Another build of the page: its files differ, and so does the list. */
async function publish(version: string): Promise<void> {
  const at = join(folder, 'tools', 'lab');
  const page = await readFile(join(at, 'index.html'), 'utf8');
  await writeFile(
    join(at, 'index.html'),
    page.replace('</head>', `<meta name="build" content="${version}"></head>`),
  );
  const worker = await readFile(join(at, 'sw.js'), 'utf8');
  await writeFile(
    join(at, 'sw.js'),
    worker.replace(/const version = "[^"]*"/, `const version = "${version}"`),
  );
}

test('with the host gone, the page opens again, every room too, and its policy is there as a header', async () => {
  const at = await visit();
  const { page } = at;
  await at.stopServing();
  const response = await page.reload();
  await page.getByRole('region', { name: 'Keys' }).waitFor();
  expect(response?.fromServiceWorker()).toBe(true);
  expect(response?.headers()['content-security-policy']).toContain("connect-src 'none'");
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('textbox', { name: 'Alias name' }).fill('offline');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'alias/offline' }).waitFor();
  for (const room of ['stage', 'quiz', 'lab']) {
    await at.goto(`tools/lab/#/${room}`);
    await expect.poll(() => page.getByRole('main').innerText()).not.toMatch(/^(|Opening.*)$/);
  }
  for (const [menu, item, title] of [
    ['Help', 'What is kept where…', 'What is kept where'],
    ['Export and share', 'Import a file…', 'Import a file'],
  ] as const) {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await page.getByRole('dialog', { name: title }).waitFor();
    await page.keyboard.press('Escape');
  }
  // What was made offline is kept, and a fresh tab has it.
  const tab = await at.newTab('tools/lab/');
  await tab.getByText('alias/offline').first().waitFor();
  expect(at.errors.filter((error) => !error.includes('sw.js'))).toEqual([]);
});

test('a new version is announced, comes in when it is asked for, and in no other tab', async () => {
  const at = await visit();
  const other = await at.newTab('tools/lab/');
  await other.getByRole('region', { name: 'Keys' }).waitFor();
  await publish('second');
  await at.page.evaluate('navigator.serviceWorker.ready.then((r) => r.update()).then(() => true)');
  await at.page.getByText('A new version of KMS Lab is ready.').waitFor();
  // Announced, not swapped: also a reload keeps the version that runs.
  const build = (page: typeof at.page): Promise<string | null> =>
    page.evaluate(`document.querySelector('meta[name=build]')?.content ?? null`);
  await at.page.reload();
  await at.page.getByText('A new version of KMS Lab is ready.').waitFor();
  expect(await build(at.page)).toBeNull();
  await at.page.getByRole('button', { name: 'Use the new version' }).click();
  await expect.poll(() => build(at.page).catch(() => null), { timeout: 20_000 }).toBe('second');
  await at.page.getByRole('region', { name: 'Keys' }).waitFor();
  expect(await build(other)).toBeNull();
  await other.getByText('Another tab has changed to a new version.').waitFor();
  // The old tab still finds its own parts.
  await other.goto(`${at.origin}/tools/lab/#/quiz`);
  await expect.poll(() => other.getByRole('main').innerText()).not.toMatch(/^(|Opening.*)$/);
});

test('a page beside it on the same host is none of its business', async () => {
  const at = await visit();
  await writeFile(join(folder, 'tools', 'other.html'), '<title>Other</title>fresh');
  await at.page.goto(`${at.origin}/tools/other.html`);
  expect(await at.page.textContent('body')).toBe('fresh');
  expect(await at.page.evaluate('navigator.serviceWorker.controller')).toBeNull();
});
