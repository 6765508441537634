import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { root } from '../../scripts/install.mjs';
import { openLab, type LabInBrowser } from './harness.ts';
import { beats, createKey, encryptBeats, goToStage, leaveForm } from './steps.ts';

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

test('a new version waits while a scene or a sitting runs: it is announced, and nothing offers to swap it', async () => {
  const at = await visit();
  const { page } = at;
  const announced = page.getByText('A new version of KMS Lab is ready.');
  const waits = page.getByText('It waits until you are done here.');
  const use = page.getByRole('button', { name: 'Use the new version' });
  await createKey(page, 'for-the-scene');
  await publish('third');
  await page.evaluate('navigator.serviceWorker.ready.then((r) => r.update()).then(() => true)');
  await announced.waitFor();
  await use.waitFor();

  // A flow that has begun.
  await goToStage(page);
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill('a file');
  await leaveForm(page);
  await use.waitFor();
  await beats(page, encryptBeats.slice(0, 1));
  await waits.waitFor();
  expect(await use.count()).toBe(0);
  const loaded = await page.evaluate('performance.timeOrigin');
  await beats(page, encryptBeats.slice(1, 3));
  await at.goto('tools/lab/#/lab');
  await use.waitFor();

  // A sitting.
  await at.goto('tools/lab/#/study/exam');
  await page
    .getByRole('button', { name: /^Begin/ })
    .first()
    .click();
  await waits.waitFor();
  expect(await use.count()).toBe(0);
  // It also survives that the worker of the new version is told to go ahead by another tab.
  const other = await at.newTab('tools/lab/');
  await other.getByRole('button', { name: 'Use the new version' }).click();
  await page.getByText('Another tab has changed to a new version.').waitFor();
  expect(await page.evaluate('performance.timeOrigin')).toBe(loaded);
  expect(await page.getByRole('button', { name: 'Load again' }).count()).toBe(0);
});

test('it can be installed: a manifest of its own path with icons that are there', async () => {
  const at = await visit();
  const session = await at.context.newCDPSession(at.page);
  const { url, errors, data } = await session.send('Page.getAppManifest');
  expect(url).toBe(`${at.origin}/tools/lab/manifest.webmanifest`);
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? '{}') as {
    readonly start_url: string;
    readonly display: string;
    readonly icons: readonly { readonly src: string; readonly sizes: string }[];
  };
  expect(manifest).toMatchObject({ start_url: './', scope: './', display: 'standalone' });
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A browser without windows cannot install anything, and says nothing else.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual([]);
  for (const { src } of manifest.icons) {
    const response = await at.context.request.get(new URL(src, url).href);
    expect(response.status(), src).toBe(200);
  }
});

test('a page beside it on the same host is none of its business', async () => {
  const at = await visit();
  await writeFile(join(folder, 'tools', 'other.html'), '<title>Other</title>fresh');
  await at.page.goto(`${at.origin}/tools/other.html`);
  expect(await at.page.textContent('body')).toBe('fresh');
  expect(await at.page.evaluate('navigator.serviceWorker.controller')).toBeNull();
});
