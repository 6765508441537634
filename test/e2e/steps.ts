import type { Page } from 'playwright';

/* What a person does on the page, by role, pointer and keyboard, for tests and benches. Nothing waits for time to pass. */

/** The beats of the two scenes, by their titles on the rail. */
export const encryptBeats = [
  'Ask for a data key',
  'Pass the gates',
  'Make and wrap',
  'Return both copies',
  'Encrypt the file',
  'Erase the data key',
  'Store side by side',
  'Check',
];
export const decryptBeats = [
  'Take the object',
  'Ask KMS to unwrap',
  'Pass the gates',
  'Open the wrapped key',
  'Return the data key',
  'Decrypt the file',
  'Erase the data key',
  'Compare',
];

export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

/** By pointer and keyboard, in the lab. */
export async function createKey(page: Page, alias: string): Promise<void> {
  await button(page, 'Create').click();
  await page.getByRole('textbox', { name: 'Alias name' }).fill(alias);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `alias/${alias}` }).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

export async function goToStage(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Stage', exact: true }).click();
  await page.getByRole('tab', { name: 'Prepare' }).waitFor();
}

/** By pointer, out of the form: from there the arrows belong to the player. */
export const leaveForm = (page: Page): Promise<void> => page.getByRole('heading', { name: 'So far' }).click();

export async function chooseScene(page: Page, name: string): Promise<void> {
  await page.getByLabel('Scene', { exact: true }).selectOption(name);
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

/** Fills the form of "Call this key" and sends it; the open key is the one that is called. */
export async function encryptInLab(page: Page, plaintext: string): Promise<void> {
  await button(page, 'Call this key').click();
  await page.getByRole('textbox', { name: 'Plaintext' }).fill(plaintext);
  await page
    .getByRole('region', { name: 'Key', exact: true })
    .getByRole('button', { name: 'Encrypt', exact: true })
    .click();
  await button(page, 'Decrypt this').waitFor();
}

/** The beat of this title is the one that is shown. */
export async function atBeat(page: Page, title: string): Promise<void> {
  await page.locator('li[aria-current="step"]', { hasText: title }).waitFor();
}

/** The next beat by keyboard, as soon as the player can go on. */
export async function nextBeat(page: Page, title: string): Promise<void> {
  await page.locator('button[aria-label="Next beat"][aria-disabled="false"]').waitFor({ timeout: 60_000 });
  await page.keyboard.press('ArrowRight');
  await atBeat(page, title);
}

export async function beats(page: Page, titles: readonly string[]): Promise<void> {
  for (const title of titles) await nextBeat(page, title);
}

/** The sentence of the scene; waits until it matches. */
export async function sceneSays(page: Page, words: RegExp): Promise<void> {
  await page
    .getByRole('region', { name: 'The scene' })
    .filter({ hasText: words })
    .waitFor({ timeout: 60_000 });
}

/** What the focused element is called. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const here = document.activeElement;
    const label =
      here?.getAttribute('aria-label') ??
      (here instanceof HTMLInputElement ||
      here instanceof HTMLSelectElement ||
      here instanceof HTMLTextAreaElement
        ? here.labels?.[0]?.textContent
        : undefined) ??
      here?.textContent ??
      '';
    return label.replace(/\s+/g, ' ').trim();
  });
}

/** Tab until something of this name has the focus: what the keyboard can reach, it reaches so. */
export async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const met: string[] = [];
  for (let i = 0; i < 90; i++) {
    await page.keyboard.press(key);
    const here = await focused(page);
    if (name.test(here)) return;
    met.push(here.slice(0, 30));
  }
  throw new Error(`the keyboard does not reach ${name}; it met ${[...new Set(met)].join(' | ')}`);
}

/** Chooses among the radio buttons of the focused group with the arrow keys. */
export async function arrowTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 8; i++) {
    if (name.test(await focused(page))) break;
    await page.keyboard.press('ArrowDown');
  }
  const here = await focused(page);
  if (!name.test(here)) throw new Error(`the arrows do not reach ${name}, but ${here}`);
  await page.keyboard.press(' ');
}

/**
 * Looks for texts in everything that the origin keeps in IndexedDB, bytes as one character each, Blobs too. Answers where
 * they are, and how much was looked through.
 */
export async function findStored(
  page: Page,
  texts: readonly string[],
): Promise<{ readonly found: readonly string[]; readonly length: number }> {
  return page.evaluate(async (wanted) => {
    const latin1 = (bytes: Uint8Array): string => {
      const parts: string[] = [];
      for (let i = 0; i < bytes.length; i += 8192)
        parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
      return parts.join('');
    };
    const textOf = async (value: unknown): Promise<string> => {
      if (value instanceof Blob) return latin1(new Uint8Array(await value.arrayBuffer()));
      if (value instanceof ArrayBuffer) return latin1(new Uint8Array(value));
      if (ArrayBuffer.isView(value))
        return latin1(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      if (typeof value !== 'object' || value === null) return String(value);
      const members = Object.entries(value).map(async ([name, member]) => `${name}: ${await textOf(member)}`);
      return (await Promise.all(members)).join('\n');
    };
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('no reason'));
      });
    const found: string[] = [];
    let length = 0;
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        for (const row of await done<unknown[]>(database.transaction(store).objectStore(store).getAll())) {
          const text = await textOf(row);
          length += text.length;
          for (const one of wanted) if (text.includes(one)) found.push(`${store}: ${text.slice(0, 200)}`);
        }
      }
      database.close();
    }
    return { found, length };
  }, texts);
}

/** What a world tells and gives away, by what it is called; bytes as one character each. Asked of the page's own worker. */
export async function findTold(
  page: Page,
  texts: readonly string[],
): Promise<{ readonly found: readonly string[]; readonly lengths: Readonly<Record<string, number>> }> {
  return page.evaluate(async (wanted) => {
    const { keptWorker: worker } = globalThis as unknown as { keptWorker: Worker };
    // Beyond the ids of the page's own client.
    let id = 3_000_000_000;
    const ask = (world: number, method: string, ...args: unknown[]): Promise<never> =>
      new Promise((resolve, reject) => {
        const mine = (id += 1);
        worker.addEventListener('message', function hear({ data }) {
          if (data.id !== mine || (data.kind !== 'answer' && data.kind !== 'fail')) return;
          worker.removeEventListener('message', hear);
          if (data.kind === 'answer') resolve(data.value as never);
          else reject(new Error(data.error.message));
        });
        worker.postMessage({ kind: 'ask', id: mine, world, method, args });
      });
    const latin1 = (bytes: Uint8Array): string => {
      const parts: string[] = [];
      for (let i = 0; i < bytes.length; i += 8192)
        parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
      return parts.join('');
    };
    const textOf = async (value: unknown): Promise<string> => {
      if (value instanceof Blob) return latin1(new Uint8Array(await value.arrayBuffer()));
      if (ArrayBuffer.isView(value))
        return latin1(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      if (typeof value !== 'object' || value === null) return String(value);
      const members = Object.entries(value).map(async ([name, one]) => `${name}: ${await textOf(one)}`);
      return (await Promise.all(members)).join('\n');
    };
    const lab = -1;
    const { main } = (await ask(lab, 'hello')) as { main: { world: number; name: string } };
    const traces: { id: string }[] = await ask(main.world, 'traces', 1000);
    const share: { fragment: string; contents: unknown } = await ask(main.world, 'share', {});
    const told: Record<string, unknown> = {
      'an export': await ask(lab, 'exportWorld', main.name, { objects: true }),
      'a sealed export': await ask(lab, 'exportWorld', main.name, {
        passphrase: 'correct horse',
        objects: true,
      }),
      'all worlds in one file': await ask(lab, 'exportAll', { objects: true }),
      'an export of the world itself': await ask(main.world, 'exportFile', { objects: true }),
      'the trail': await ask(main.world, 'trail', { n: 100_000 }),
      'the exported trail': await ask(main.world, 'exportTrail'),
      'the traces': traces,
      'an exported trace': await Promise.all(traces.map((trace) => ask(main.world, 'exportTrace', trace.id))),
      'the history': await ask(main.world, 'list', { n: 10_000 }),
      'a link': [share, await ask(lab, 'inspectLink', share.fragment)],
    };
    const found: string[] = [];
    const lengths: Record<string, number> = {};
    for (const [place, value] of Object.entries(told)) {
      const text = await textOf(value);
      lengths[place] = text.length;
      for (const one of wanted) if (text.includes(one)) found.push(place);
    }
    return { found: [...new Set(found)], lengths };
  }, texts);
}

/** Everything that the origin keeps in Cache Storage: addresses, headers, bodies. */
export async function findCached(
  page: Page,
  texts: readonly string[],
): Promise<{ readonly found: readonly string[]; readonly length: number }> {
  return page.evaluate(async (wanted) => {
    const found: string[] = [];
    let length = 0;
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        const bytes = new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0));
        const parts: string[] = [
          request.url,
          ...[...(response?.headers ?? [])].map((pair) => pair.join(': ')),
        ];
        for (let i = 0; i < bytes.length; i += 8192)
          parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
        const text = parts.join('');
        length += text.length;
        for (const one of wanted) if (text.includes(one)) found.push(`${name}: ${request.url}`);
      }
    }
    return { found: [...new Set(found)], length };
  }, texts);
}

/** Ways in which bytes could be written down, alone or, in base64, among others. */
export function spellings(bytes: Buffer): readonly string[] {
  const among = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Characters that hold bits of a neighbour, too.
    const from = Math.ceil((before * 8) / 6);
    return text.slice(from, (before + bytes.length) % 3 === 0 ? undefined : -1);
  });
  return [
    ...new Set([
      bytes.toString('latin1'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      ...among,
      ...among.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      [...bytes].join(','),
      [...bytes].join(', '),
      encodeURIComponent(bytes.toString('latin1')),
    ]),
  ];
}
