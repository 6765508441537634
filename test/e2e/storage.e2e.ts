import type { CDPSession, Page, Worker } from 'playwright';
import { afterEach, expect, test } from 'vitest';
import { readStored } from './calls.ts';
import { openLab, type LabInBrowser } from './harness.ts';
import { button, createKey } from './steps.ts';

/* A disk that is full, and a writer that sleeps, in a real browser. */

let lab: LabInBrowser;
let page: Page;
let session: CDPSession | undefined;
afterEach(() => lab.close());

async function begin(quotaSize?: number): Promise<void> {
  // A file of the origin that is not the page: the room is set before anybody asks for some.
  lab = await openLab({ at: 'licences.txt' });
  session = undefined;
  page = lab.page;
  if (quotaSize !== undefined) await setRoom({ quotaSize });
  await lab.goto('');
  await page.getByRole('region', { name: 'Keys' }).waitFor();
}

/** For as long as the session lives: it is never detached. */
async function setRoom(room: { readonly quotaSize?: number }): Promise<void> {
  session ??= await lab.context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: lab.origin, ...room });
}

/** Takes all room that is left, to the last kilobyte. Runs in the page. */
async function fillUp(): Promise<number> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('no reason'));
    });
  const opening = indexedDB.open('filler');
  opening.onupgradeneeded = () => opening.result.createObjectStore('bytes', { autoIncrement: true });
  const database = await done(opening);
  let written = 0;
  for (let size = 4_000_000; size >= 500; size = Math.floor(size / 2)) {
    for (;;) {
      const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
      const value = new Uint8Array(size);
      for (let at = 0; at < size; at += bytes.length) value.set(bytes.subarray(0, size - at), at);
      const tx = database.transaction('bytes', 'readwrite');
      tx.objectStore('bytes').put(value);
      const kept = await new Promise<boolean>((resolve) => {
        tx.oncomplete = () => resolve(true);
        tx.onabort = () => resolve(false);
      });
      if (!kept) break;
      written += size;
    }
  }
  database.close();
  return written;
}

const notKept = 'This world is not kept: it is gone when the page closes.';

test('a full disk is said at once; the step that did not fit is done in memory, where work goes on; with room again it is kept', async () => {
  await begin(40_000_000);
  await createKey(page, 'fits');
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  expect(await page.evaluate(fillUp)).toBeGreaterThan(1_000_000);
  const before = await page.evaluate(readStored);
  await createKey(page, 'does-not-fit');
  await page.getByText(notKept).waitFor();
  expect(await page.getByRole('log', { name: 'Notices' }).innerText()).toContain(
    'The room that the browser gives this page is used up.',
  );
  // Nothing of it reached the disk, not even a part.
  expect(await page.evaluate(readStored)).toEqual(before);
  await createKey(page, 'in-memory');
  await page.getByText('alias/does-not-fit').first().waitFor();
  expect(await page.evaluate(readStored)).toEqual(before);

  await button(page, 'Export now…').click();
  await page.getByRole('radio', { name: /^Leave it open/ }).check();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Save the file').click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString('utf8')).toContain('alias/in-memory');

  // Trying again without room changes nothing, and says why.
  await button(page, 'Try to keep it again').click();
  await page.getByRole('alert').first().waitFor();
  await page.getByText(notKept).waitFor();
  await page.evaluate(
    () => new Promise((done) => (indexedDB.deleteDatabase('filler').onsuccess = () => done(true))),
  );
  await setRoom({});
  await button(page, 'Try to keep it again').click();
  await page.getByText(notKept).waitFor({ state: 'detached' });
  const after = await page.evaluate(readStored);
  expect(after.differ).toEqual([]);
  await page.reload();
  for (const alias of ['fits', 'does-not-fit', 'in-memory'])
    await page.getByText(`alias/${alias}`).first().waitFor();
});

const workerOf = (of: Page): Worker => {
  const [worker] = of.workers();
  if (!worker) throw new Error('the page has no worker');
  return worker;
};

declare global {
  /** A file whose size is the one thing that a thread can learn without giving up its turn. */
  var alarm: { getSize(): number; truncate(size: number): void } | undefined;
}

/** Runs in a worker. */
async function holdAlarm(): Promise<void> {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle('alarm', { create: true });
  // Only workers have it, and the types are those of a page.
  const { createSyncAccessHandle } = file as unknown as {
    createSyncAccessHandle(how: { mode: string }): Promise<NonNullable<typeof globalThis.alarm>>;
  };
  globalThis.alarm = await createSyncAccessHandle.call(file, { mode: 'readwrite-unsafe' });
}

test(
  'a writer that sleeps is noticed; the other tab takes over, and the sleeper writes nothing when it wakes up',
  { timeout: 180_000 },
  async () => {
    await begin();
    await createKey(page, 'before');
    const other = await lab.newTab();
    await other.getByText('Another tab writes this world.').waitFor();
    // Its thread stands still, as that of a suspended tab does; what it is asked waits.
    await workerOf(page).evaluate(holdAlarm);
    const sleeping = workerOf(page).evaluate(() => {
      const until = Date.now() + 30_000;
      while (globalThis.alarm?.getSize() === 0 && Date.now() < until);
      return Date.now() < until;
    });
    await button(other, 'Create').click();
    await other.getByRole('textbox', { name: 'Alias name' }).fill('by-the-other');
    await other.keyboard.press('Enter');
    await other
      .getByText('The tab that writes this world does not answer', { exact: false })
      .first()
      .waitFor({ timeout: 25_000 });
    // The dialog waits for its answer, and lets go.
    await other.keyboard.press('Escape');
    await button(other, 'Write in this tab').click();
    await other.getByRole('heading', { name: 'alias/by-the-other' }).waitFor();
    expect(await other.getByText('Another tab writes this world.').count()).toBe(0);
    await workerOf(other).evaluate(holdAlarm);
    await workerOf(other).evaluate(() => globalThis.alarm?.truncate(1));
    expect(await sleeping, 'it slept until it was woken').toBe(true);
    await page.getByText('Another tab writes this world.').first().waitFor();
    await page.getByText('alias/by-the-other').first().waitFor();
    await createKey(page, 'by-the-sleeper');
    await other.getByText('alias/by-the-sleeper').first().waitFor();
    const stored = await other.evaluate(readStored);
    expect(stored.differ).toEqual([]);
    expect(stored.entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: stored.head }, (_, i) => i + 1),
    );
    for (const alias of ['before', 'by-the-other', 'by-the-sleeper'])
      expect(
        stored.entries.filter(
          ({ operation, input }) => operation === 'CreateAlias' && input.includes(`alias/${alias}"`),
        ),
      ).toHaveLength(1);
  },
);
