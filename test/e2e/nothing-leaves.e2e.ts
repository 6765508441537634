import { appendFile, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/install.mjs';
import { openLab, type LabInBrowser } from './harness.ts';

/*
 * The promise "nothing leaves the machine", asked of the browser. What a page may do is tried from page code and from the
 * worker's own code, in a copy of the build, as scripts run by the debugger are not bound by the policy.
 */

const dist = join(root, 'dist');

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

test('opening the page asks nobody but its origin, for at most 250 KB compressed, and logs no error', async () => {
  const lab: LabInBrowser = await openLab();
  try {
    await lab.page.waitForLoadState('networkidle');
    expect(await lab.page.title()).toMatch(/KMS Lab/);
    expect(lab.strangers()).toEqual([]);
    expect(lab.errors).toEqual([]);
    const files = [...new Set(lab.requests.filter((url) => url.startsWith(lab.origin)))];
    const sizes = await Promise.all(
      files.map(async (url) => {
        const { pathname } = new URL(url);
        return gzipSync(await readFile(join(dist, pathname === '/' ? 'index.html' : pathname))).length;
      }),
    );
    expect(files.some((url) => /\/worker-[^/]*\.js$/.test(url))).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250 * 1024);
  } finally {
    await lab.close();
  }
});
