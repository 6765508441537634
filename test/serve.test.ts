import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, serveOnFreePort } from '../scripts/serve.mjs';

let parent = '';
let site: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kms-lab-serve-'));
  await mkdir(join(parent, 'dist', 'assets'), { recursive: true });
  await mkdir(join(parent, 'dist-other'));
  await writeFile(join(parent, 'secret.txt'), 'secret');
  await writeFile(join(parent, 'dist-other', 'secret.txt'), 'secret');
  await writeFile(join(parent, 'dist', 'index.html'), '<title>page</title>');
  await writeFile(join(parent, 'dist', 'assets', 'worker-1.js'), 'export {};');
  site = await serve(join(parent, 'dist'));
});
afterAll(async () => {
  await site.close();
  await rm(parent, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}
/** The path goes out as written: `fetch` would take the dots away. */
function ask(path: string, method = 'GET'): Promise<Answer> {
  return new Promise((done, fail) => {
    const call = request({ host: '127.0.0.1', port: site.port, path, method }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
    });
    call.on('error', fail);
    call.end();
  });
}

test.each(['/', '/index.html', '/assets/worker-1.js'])('%s comes with the policy', async (path) => {
  const { status, headers } = await ask(path);
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toContain("connect-src 'none'");
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/../../secret.txt',
  '/../dist-other/secret.txt',
  '/%00',
  '/%',
  '/assets',
  '/none',
])('%s is not found', async (path) => {
  const { status, text } = await ask(path);
  expect(status).toBe(404);
  expect(text).not.toContain('secret');
});

test('only GET and HEAD are answered, HEAD without a body', async () => {
  expect((await ask('/', 'POST')).status).toBe(405);
  expect(await ask('/', 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test('a taken port is passed over', async () => {
  const next = await serveOnFreePort(join(parent, 'dist'), site.port);
  expect(next.port).toBeGreaterThan(site.port);
  await next.close();
});
