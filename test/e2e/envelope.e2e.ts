import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type LabInBrowser } from './harness.ts';
import {
  beats,
  button,
  createKey,
  decryptBeats,
  encryptBeats,
  goToStage,
  leaveForm,
  nextBeat,
  sceneSays,
  spellings,
  findStored,
} from './steps.ts';

/* A file of 50 MiB, sealed by the envelope flow, opened again by a page that knows nothing of it any more. */

const MiB = 1024 * 1024;
const size = 50 * MiB;
let folder: string;
let file: string;
let lab: LabInBrowser;

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kms-lab-file-'));
  file = join(folder, 'archive.bin');
  const handle = await open(file, 'w');
  for (let at = 0; at < size; at += MiB) await handle.write(randomBytes(MiB));
  await handle.close();
  lab = await openLab();
  await lab.context.addInitScript(instrument);
  await lab.page.reload();
});
afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

type Counts = Record<string, number>;
interface Seen {
  readonly counts: Counts;
  readonly percents: number[];
}

/** Counts what is asked of WebCrypto in this thread; in a page, also notes every percentage that can be read there. */
function instrument(): void {
  const seen: Seen = { counts: {}, percents: [] };
  Object.assign(globalThis, { seen });
  const prototype = SubtleCrypto.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const real = prototype[name];
    if (name === 'constructor' || typeof real !== 'function') continue;
    prototype[name] = function (this: unknown, ...args: unknown[]) {
      seen.counts[name] = (seen.counts[name] ?? 0) + 1;
      return real.apply(this, args);
    };
  }
  if (!('document' in globalThis)) return;
  const note = (): void => {
    for (const [, percent] of (document.body?.innerText ?? '').matchAll(/\b(\d+(?:\.\d+)?) ?%/g))
      seen.percents.push(Number(percent));
    for (const text of document.querySelectorAll('svg text'))
      for (const [, percent] of (text.textContent ?? '').matchAll(/\b(\d+(?:\.\d+)?) ?%/g))
        seen.percents.push(Number(percent));
  };
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
}

const seenInPage = (page: Page): Promise<Seen> => page.evaluate('globalThis.seen');

/** The worker of the page as it is now, with its WebCrypto counted from here on. */
async function watchedWorker(page: Page): Promise<() => Promise<Counts>> {
  await expect.poll(() => page.workers().length).toBe(1);
  const [worker] = page.workers();
  if (worker === undefined) throw new Error('the page has no worker');
  await worker.evaluate(instrument);
  return () => worker.evaluate('globalThis.seen.counts');
}

test('50 MiB go through the envelope with progress, in the worker alone, and come back byte-equal after a reload', async () => {
  const { page } = lab;
  await page.getByRole('region', { name: 'Keys' }).waitFor();
  const inWorker = await watchedWorker(page);
  await createKey(page, 'archive');
  await goToStage(page);
  await page.getByRole('radio', { name: 'A file' }).check();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByText('Choose a file…').click(),
  ]);
  await chooser.setFiles(file);
  await expect.poll(() => page.getByRole('group', { name: 'A file' }).innerText()).toMatch(/50 MiB/);
  await leaveForm(page);

  await beats(page, encryptBeats.slice(0, 4));
  // The data key may be looked at as long as it lives.
  await button(page, 'Data key: show what is in it').click();
  const hex = await page.getByRole('group', { name: 'Data key', exact: true }).innerText();
  const dataKey = Buffer.from(hex.replace(/[^0-9a-f]/g, ''), 'hex');
  expect(dataKey).toHaveLength(32);
  await leaveForm(page);
  await beats(page, encryptBeats.slice(4));
  await sceneSays(page, /Read back/);

  const encrypting = await seenInPage(page);
  expect(encrypting.percents.filter((percent) => percent > 0 && percent < 100)).not.toEqual([]);
  // The page hashes at most: everything that takes a key happens in the worker, 50 frames at least.
  expect(Object.keys(encrypting.counts).filter((name) => name !== 'digest')).toEqual([]);
  expect((await inWorker())['encrypt']).toBeGreaterThanOrEqual(50);

  // Erased: nowhere in the document, in the console, in what is kept.
  const spelled = spellings(dataKey);
  const places = {
    document: (await page.content()) + (await page.locator('body').innerText()).replace(/\s/g, ''),
    console: lab.said.join('\n'),
    localStorage: await page.evaluate(() => JSON.stringify({ ...localStorage })),
  };
  for (const [place, text] of Object.entries(places))
    expect
      .soft(
        spelled.filter((spelling) => text.includes(spelling)),
        place,
      )
      .toEqual([]);
  const stored = await findStored(page, spelled);
  expect(stored.length).toBeGreaterThan(size);
  expect(stored.found).toEqual([]);

  await page.reload();
  const inNewWorker = await watchedWorker(page);
  await page.getByRole('tab', { name: /Sealed files/ }).click();
  await button(page, /^Decrypt archive\.bin/).click();
  await page.getByRole('heading', { name: 'Envelope decryption' }).waitFor();
  // It plays by itself; the keyboard is quicker.
  await button(page, 'Pause').click();
  const shown = await page.locator('li[aria-current="step"]').innerText();
  const from = decryptBeats.findIndex((title) => shown.includes(title));
  expect(from).toBeGreaterThanOrEqual(0);
  await leaveForm(page);
  for (const title of decryptBeats.slice(from + 1)) await nextBeat(page, title);
  await sceneSays(page, /are back/);

  const decrypting = await seenInPage(page);
  expect(Object.keys(decrypting.counts).filter((name) => name !== 'digest')).toEqual([]);
  expect((await inNewWorker())['decrypt']).toBeGreaterThanOrEqual(50);

  await button(page, 'archive.bin: show what is in it').last().click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download plaintext').click(),
  ]);
  const got = join(folder, 'back.bin');
  await download.saveAs(got);
  expect(await sha256(got)).toBe(await sha256(file));
  expect(lab.errors).toEqual([]);
  expect(lab.strangers()).toEqual([]);
});
