import type { Page } from 'playwright';
import { createKey } from '../test/e2e/steps.ts';
import type { PageSuite } from './suite.ts';

/*
 * A world of 99,000 keys beside an empty one, in the page: until the first screen of the list is there, what a jump into
 * the middle of it costs, how smoothly it scrolls, and how long a search takes once its index is whole.
 */

const many = 99_000;
const reloads = 12;
const warm = 4;
const batch = 3000;

/** Notes when the list of keys first shows what it has: a row, or that there is none. */
function note(): void {
  const noted: { shown?: number; frames: number[] } = { frames: [] };
  Object.assign(globalThis, { listNoted: noted });
  const look = (now: number): void => {
    noted.frames.push(now);
    if (noted.frames.length > 4000) noted.frames.splice(0, 2000);
    const list = document.querySelector('section.keys');
    if (noted.shown === undefined && list?.querySelector('button.row:not(.blank), .empty')) noted.shown = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Multiplies the records of the one key of this world, in the store itself: 99,000 calls would take minutes. */
async function fill({ keys, batch: size }: { keys: number; batch: number }): Promise<number> {
  const asked = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  interface Row {
    readonly ref: string;
    readonly rec: unknown;
    readonly rows: readonly string[];
  }
  const renamed = (value: unknown, rename: (text: string) => string): unknown => {
    if (typeof value === 'string') return rename(value);
    if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, renamed(one, rename)]));
  };
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    if (!database.objectStoreNames.contains('records')) {
      database.close();
      continue;
    }
    const all = (await asked(
      database.transaction('records').objectStore('records').getAll(),
    )) as readonly Row[]; // the store's own rows
    const key = all.find(({ ref }) => ref.startsWith('key/'))?.ref.slice(-36);
    const material = (
      all.find(({ ref }) => ref.startsWith('material/'))?.rec as { materialId?: string } | undefined
    )?.materialId;
    if (key === undefined || material === undefined) {
      database.close();
      continue;
    }
    const own = all.filter(
      ({ ref, rec }) =>
        !ref.startsWith('counter/') && (ref.includes(key) || JSON.stringify(rec).includes(key)),
    );
    for (let from = 1; from < keys; from += size) {
      const transaction = database.transaction('records', 'readwrite');
      const store = transaction.objectStore('records');
      for (let n = from; n < Math.min(keys, from + size); n++) {
        const id = ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
        const rename = (text: string): string =>
          text
            .replaceAll(key, `${id}-0000-4000-8000-000000000000`)
            .replaceAll(material, material.slice(0, -8) + id)
            .replaceAll('alias/bench', `alias/bench-${n}`);
        for (const row of own) store.put(renamed(row, rename));
      }
      await new Promise<void>((done, fail) => {
        transaction.oncomplete = () => done();
        transaction.onerror = () => fail(transaction.error);
      });
    }
    const counter = all.find(({ ref }) => ref.startsWith('counter/keys/'));
    if (counter) {
      const store = database.transaction('records', 'readwrite').objectStore('records');
      await asked(store.put({ ...counter, rec: { ...(counter.rec as object), count: keys } }));
    }
    database.close();
    return own.length;
  }
  throw new Error('no database with a key');
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const listShown = async (page: Page): Promise<number> => {
  await page.reload();
  for (;;) {
    const shown = await page.evaluate('globalThis.listNoted?.shown ?? null');
    if (typeof shown === 'number') {
      // A page that is left while it reads keeps the next one waiting for the store: that is not what is asked here.
      await new Promise((done) => setTimeout(done, 1500));
      return shown;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
};

/** The first ones warm the caches, and the browser's database goes on sorting for a while what was written into it. */
const several = async (page: Page): Promise<number> => {
  const shown: number[] = [];
  for (let n = 0; n < reloads; n++) shown.push(await listShown(page));
  return median(shown.slice(warm));
};

const suite: PageSuite = async (bench, open) => {
  const lab = await open();
  try {
    const { page } = lab;
    await page.addInitScript(note);
    const empty = await several(page);
    await createKey(page, 'bench');
    await page.waitForLoadState('networkidle');
    await page.evaluate(fill, { keys: many, batch });
    const full = await several(page);
    bench.figure('first screen of the key list, empty world', empty, 'ms');
    bench.figure(`first screen of the key list, ${many.toLocaleString('en-US')} keys`, full, 'ms');
    bench.figure('first screen, 99,000 keys / empty', full / empty, '×');

    // A jump into the middle, by the keyboard: End, which is the farthest.
    const list = page.getByRole('region', { name: 'Keys' });
    await list.locator('button.row[tabindex="0"]').focus();
    const jumped = Date.now();
    await page.keyboard.press('End');
    await list.locator(`button.row:not(.blank)[data-n="${many - 1}"]`).waitFor({ timeout: 60_000 });
    bench.figure('a jump to the last row, the first time', Date.now() - jumped, 'ms');
    await page.keyboard.press('Home');
    const again = Date.now();
    await page.keyboard.press('End');
    await list.locator(`button.row:not(.blank)[data-n="${many - 1}"]`).waitFor();
    bench.figure('a jump to the last row, again', Date.now() - again, 'ms');
    bench.figure('rows in the page meanwhile', await list.locator('button.row').count(), 'rows');

    await page.keyboard.press('Home');
    const box = await list.locator('.scroll').boundingBox();
    if (box) await page.mouse.move(box.x + 40, box.y + 200);
    const from = Number(await page.evaluate('performance.now()'));
    for (let n = 0; n < 60; n++) {
      await page.mouse.wheel(0, 900);
      await new Promise((done) => setTimeout(done, 16));
    }
    const frames = (await page.evaluate('globalThis.listNoted.frames')) as readonly number[]; // as noted
    const gaps = frames.filter((at) => at >= from).map((at, i, all) => at - (all[i - 1] ?? at));
    bench.figure('longest time between frames while it scrolls', Math.max(0, ...gaps), 'ms');
    bench.figure('median time between frames while it scrolls', median(gaps.slice(1)), 'ms');

    await page.goto(`${lab.origin}/#/lab/find`);
    const input = page.getByRole('combobox', { name: 'Find anything in this world' });
    const built = Date.now();
    await input.fill('bench-777');
    const done = page.getByText(/names looked through in/);
    await done.waitFor({ timeout: 120_000 });
    bench.figure('until the index is whole, the first time', Date.now() - built, 'ms');
    const times: number[] = [];
    const queries = [
      'bench-4242',
      'deadbeef',
      'bench 98',
      'symmetric_default enabled 00',
      'user/admin',
      'createkey',
      'zzz-nothing',
    ];
    for (const query of queries) {
      await input.fill('');
      await input.fill(query);
      await done.waitFor();
      const text = (await done.textContent()) ?? '';
      times.push(Number(/in ([\d,]+) ms/.exec(text)?.[1]?.replaceAll(',', '')));
    }
    bench.figure('a search among 99,000 keys, median', median(times), 'ms');
    bench.figure('a search among 99,000 keys, slowest', Math.max(...times), 'ms');
  } finally {
    await lab.close();
  }
};
export default suite;
