import { appendFile, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/install.mjs';
import { keepWorker } from './calls.ts';
import { openLab, type LabInBrowser } from './harness.ts';
import {
  beats,
  button,
  chooseScene,
  createKey,
  decryptBeats,
  encryptBeats,
  encryptInLab,
  findCached,
  findStored,
  findTold,
  goToStage,
  leaveForm,
  sceneSays,
  spellings,
} from './steps.ts';

/*
 * The promise "nothing leaves the machine", asked of the browser. What a page may do is tried from page code and from the
 * worker's own code, in a copy of the build, as scripts run by the debugger are not bound by the policy.
 */

const dist = process.env['KMS_DIST'] ?? join(root, 'dist');

/** What to run in the page or in the worker. */
async function probe(where: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, 'probe.js'), 'utf8');
  return `\n${text.replace("'WHERE'", `'${where}'`).replace("'STRANGER'", `'${stranger}'`)}`;
}

const asked: string[] = [];
let server: Server;
let stranger = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response
      .writeHead(200, { 'Content-Type': 'text/javascript', 'Access-Control-Allow-Origin': '*' })
      .end('');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  stranger = `http://127.0.0.1:${address.port}/`;
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
});

/** The build with the probe in its page and in its worker. */
async function probed(change: (html: string) => string = (html) => html): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kms-lab-probed-'));
  await cp(dist, folder, { recursive: true });
  await writeFile(join(folder, 'probe.js'), await probe('page'));
  const worker = (await readdir(join(folder, 'assets'))).find((name) => /^worker-.*\.js$/.test(name));
  if (worker === undefined) throw new Error('the build has no worker');
  await appendFile(join(folder, 'assets', worker), await probe('worker'));
  const page = join(folder, 'index.html');
  const html = await readFile(page, 'utf8');
  await writeFile(page, change(html.replace('</head>', '<script src="./probe.js"></script></head>')));
  return folder;
}

async function outcomes(
  options: { headers?: Record<string, string> },
  change?: (html: string) => string,
): Promise<Record<string, Record<string, string>>> {
  asked.length = 0;
  const folder = await probed(change);
  const lab = await openLab({ folder, ...options });
  try {
    await lab.until('globalThis.outcomes?.page && globalThis.outcomes.worker');
    return await lab.page.evaluate('globalThis.outcomes');
  } finally {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const refusedAll = {
  'fetch of a stranger': 'TypeError',
  'fetch of the own origin': 'TypeError',
  XMLHttpRequest: 'TypeError',
  EventSource: 'TypeError',
  import: 'TypeError',
  eval: 'EvalError',
  Function: 'EvalError',
};

test('on our server, page and worker can neither reach anything nor evaluate text', async () => {
  expect(await outcomes({})).toEqual({ page: refusedAll, worker: refusedAll });
  expect(asked).toEqual([]);
});

test('on a host that sends no headers, the same holds, in the worker too', async () => {
  expect(await outcomes({ headers: {} })).toEqual({ page: refusedAll, worker: refusedAll });
  expect(asked).toEqual([]);
});

test('the probe can fail: without the policy it reaches the stranger from page and worker', async () => {
  const open = await outcomes({ headers: {} }, (html) =>
    html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
  );
  const reached = {
    'fetch of a stranger': 'done',
    XMLHttpRequest: 'done',
    import: 'done',
    eval: 'done',
    Function: 'done',
  };
  expect(open['page']).toMatchObject(reached);
  expect(open['worker']).toMatchObject(reached);
  expect(asked.toSorted()).toEqual(['/', '/', '/', '/', '/events', '/events', '/module.js', '/module.js']);
});

test('opening the page asks nobody but its origin, for at most 250 KB compressed until a call can be answered, and logs no error', async () => {
  const lab: LabInBrowser = await openLab({
    before: () => {
      const RealWorker = globalThis.Worker;
      globalThis.Worker = class extends RealWorker {
        constructor(...given: ConstructorParameters<typeof Worker>) {
          super(...given);
          this.addEventListener('message', ({ data }) => {
            if (data.started === true) Object.assign(globalThis, { servesAt: Date.now() });
          });
        }
      };
    },
  });
  try {
    await lab.until('globalThis.servesAt');
    // Everything is copied: a request has its times when it has ended.
    await lab.page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await lab.page.waitForLoadState('networkidle');
    expect(await lab.page.title()).toMatch(/KMS Lab/);
    expect(lab.strangers()).toEqual([]);
    expect(lab.errors).toEqual([]);

    const servesAt = Number(await lab.page.evaluate('servesAt'));
    const byServiceWorker = lab.asks.filter((request) => request.serviceWorker() !== null);
    // What is copied for later must not delay what is wanted now.
    const early = byServiceWorker.filter((request) => request.timing().startTime < servesAt);
    expect(early.map((request) => request.url())).toEqual([]);
    const files = new Set(
      lab.asks
        .filter((request) => !byServiceWorker.includes(request))
        .map((request) => request.url())
        .filter((url) => url.startsWith(lab.origin)),
    );
    const sizes = await Promise.all(
      [...files].map(async (url) => {
        const { pathname } = new URL(url);
        return gzipSync(await readFile(join(dist, pathname === '/' ? 'index.html' : pathname))).length;
      }),
    );
    expect([...files].some((url) => /\/worker-[^/]*\.js$/.test(url))).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250 * 1024);
  } finally {
    await lab.close();
  }
});

/** What only this test knows. Nobody else has a reason to write these words down. */
const secrets = ['swordfish-7f3a91c4-of-the-lab', 'swordfish-b20d66e8-of-the-stage'] as const;

/** Notes every use of WebAssembly and every refusal by the policy, from before the first line of the page or worker. */
const watchdog = `
const watched = { wasm: [], refused: [] };
globalThis.watched = watched;
const { WebAssembly } = globalThis;
Object.defineProperty(globalThis, 'WebAssembly', {
  configurable: true,
  get() {
    watched.wasm.push(new Error().stack);
    return WebAssembly;
  },
});
addEventListener('securitypolicyviolation', (event) => {
  watched.refused.push(event.violatedDirective + ' ' + event.blockedURI);
});
`;

/** The build with the watchdog before the worker's code: its module is loaded after it, as the page's is. */
async function guarded(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kms-lab-guarded-'));
  await cp(dist, folder, { recursive: true });
  const assets = join(folder, 'assets');
  const worker = (await readdir(assets)).find((name) => /^worker-.*\.js$/.test(name));
  if (worker === undefined) throw new Error('the build has no worker');
  await cp(join(assets, worker), join(assets, `real-${worker}`));
  await writeFile(join(assets, 'watchdog.js'), watchdog);
  await writeFile(join(assets, worker), `import './watchdog.js';\nimport './real-${worker}';\n`);
  return folder;
}

test('a whole session: nobody is asked, no WebAssembly, no refusal by the policy, and no secret is written down', async () => {
  const folder = await guarded();
  const lab = await openLab({ folder });
  try {
    const { page } = lab;
    await lab.context.addInitScript(watchdog);
    await keepWorker(page);
    await page.reload();
    await page.getByRole('region', { name: 'Keys' }).waitFor();
    const addresses: string[] = [];
    page.on('framenavigated', (frame) => addresses.push(frame.url()));

    await createKey(page, 'payroll');
    await encryptInLab(page, secrets[0]);
    await button(page, 'Decrypt this').click();
    await page
      .getByRole('region', { name: 'Key', exact: true })
      .getByRole('button', { name: 'Decrypt', exact: true })
      .click();
    await page.getByText(secrets[0], { exact: true }).last().waitFor();
    await page.getByRole('radio', { name: 'GenerateDataKey', exact: true }).click();
    await page
      .getByRole('region', { name: 'Key', exact: true })
      .getByRole('button', { name: 'GenerateDataKey', exact: true })
      .click();
    await expect
      .poll(() => page.getByRole('status').first().innerText())
      .toMatch(/GenerateDataKey was served/);

    await goToStage(page);
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill(secrets[1]);
    await leaveForm(page);
    await beats(page, encryptBeats.slice(0, 4));
    await button(page, 'Data key: show what is in it').click();
    const hex = await page.getByRole('group', { name: 'Data key', exact: true }).innerText();
    const dataKey = Buffer.from(hex.replace(/[^0-9a-f]/g, ''), 'hex');
    expect(dataKey).toHaveLength(32);
    await leaveForm(page);
    await beats(page, encryptBeats.slice(4));
    await chooseScene(page, 'Envelope decryption');
    await leaveForm(page);
    await beats(page, decryptBeats);
    await sceneSays(page, /are back/);

    await page.getByRole('link', { name: 'Quiz' }).click();
    await page.getByRole('link', { name: /Allowed in IAM/ }).click();
    await page.getByRole('radio', { name: /second identity policy/ }).check();
    await page.getByRole('radio', { name: 'Sure', exact: true }).check();
    await button(page, 'Answer').click();
    await page.getByRole('heading', { name: /^Wrong, and you were sure/ }).waitFor();

    expect(lab.strangers()).toEqual([]);
    expect(lab.requests.filter((url) => /\.wasm\b/.test(url))).toEqual([]);
    expect(lab.errors).toEqual([]);
    const [worker] = page.workers();
    if (worker === undefined) throw new Error('the page has no worker');
    expect(await page.evaluate('watched')).toEqual({ wasm: [], refused: [] });
    expect(await worker.evaluate('watched')).toEqual({ wasm: [], refused: [] });
    // The watchdog sees what it is there for.
    expect(await worker.evaluate('typeof WebAssembly, watched.wasm.length')).toBe(1);

    const written = [dataKey, ...secrets.map((secret) => Buffer.from(secret))].flatMap(spellings);
    /** Where any of these texts is written down. */
    const whereIs = async (texts: readonly string[]): Promise<readonly string[]> => {
      const places = {
        console: lab.said.join('\n'),
        addresses: [...addresses, page.url(), ...lab.requests].join('\n'),
        titles: await page.title(),
        localStorage: await page.evaluate(() => JSON.stringify({ ...localStorage })),
        sessionStorage: await page.evaluate(() => JSON.stringify({ ...sessionStorage })),
        history: await page.evaluate(() => JSON.stringify(history.state)),
        cookies: await page.evaluate(() => document.cookie),
      };
      const there = Object.entries(places)
        .filter(([, text]) => texts.some((one) => text.includes(one)))
        .map(([place]) => place);
      if ((await findStored(page, texts)).found.length > 0) there.push('IndexedDB');
      if ((await findCached(page, texts)).found.length > 0) there.push('Cache Storage');
      return [...there, ...(await findTold(page, texts)).found];
    };
    expect(await whereIs(written)).toEqual([]);

    // It can find: the alias is written down, in plain view, in all that tells of the world.
    const alias = await whereIs(['alias/payroll']);
    expect(alias).toEqual(
      expect.arrayContaining([
        'IndexedDB',
        'an export',
        'a sealed export',
        'all worlds in one file',
        'an export of the world itself',
        'the trail',
        'the exported trail',
        'the history',
        'a link',
      ]),
    );
    const { lengths } = await findTold(page, []);
    for (const [place, length] of Object.entries(lengths)) expect.soft(length, place).toBeGreaterThan(200);
    expect((await findCached(page, [])).length).toBeGreaterThan(1_000_000);

    // And a leak of any kind: kept wrong on purpose, each secret in another spelling and another place.
    const [, , , someBase64 = ''] = spellings(dataKey);
    await page.evaluate(
      async ({ key, text, bytes }) => {
        localStorage.setItem('leak', `x${key}x`);
        sessionStorage.setItem('leak', JSON.stringify({ text }));
        console.log('leak', text);
        history.replaceState({ leak: text }, '');
        document.cookie = `leak=${text}`;
        await (await caches.open('leak')).put('/leak', new Response(`"${key}"`));
        const opening = indexedDB.open('leak');
        opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
        await new Promise((done) => (opening.onsuccess = done));
        const tx = opening.result.transaction('rows', 'readwrite');
        tx.objectStore('rows').put({ deep: [{ bytes: Uint8Array.from(bytes) }] }, 1);
        await new Promise((done) => (tx.oncomplete = done));
        opening.result.close();
      },
      { key: someBase64, text: secrets[0], bytes: [1, ...dataKey, 2] },
    );
    await expect
      .poll(() => whereIs(written))
      .toEqual([
        'console',
        'localStorage',
        'sessionStorage',
        'history',
        'cookies',
        'IndexedDB',
        'Cache Storage',
      ]);
  } finally {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
});
