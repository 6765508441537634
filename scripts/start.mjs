// @ts-check
// npm start [-- --port N]: installs and builds what is missing, then serves the page on this machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandFile, ensureInstalled, root } from './install.mjs';
import { serve, serveOnFreePort } from './serve.mjs';

const dist = join(root, 'dist');
const firstPort = 4173;

/** @param {string} path @returns {number} */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isBuilt() {
  const built = join(dist, 'index.html');
  if (!existsSync(built)) return false;
  const sources = [
    'src',
    'public',
    'scenarios',
    'index.html',
    'vite.config.ts',
    'scripts/csp.mjs',
    'package-lock.json',
  ];
  const at = statSync(built).mtimeMs;
  return sources.map((name) => join(root, name)).every((path) => !existsSync(path) || newest(path) <= at);
}

function wantedPort() {
  const flag = process.argv.findIndex((arg) => arg === '--port' || arg.startsWith('--port='));
  if (flag < 0) return undefined;
  const text = process.argv[flag]?.split('=')[1] ?? process.argv[flag + 1];
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  console.error(`--port needs a number between 1 and 65535, not "${text ?? ''}".`);
  process.exit(1);
}

const port = wantedPort();
ensureInstalled();
if (!isBuilt()) {
  console.log('Building the page …');
  const build = spawnSync(process.execPath, [commandFile('vite'), 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (build.status !== 0) process.exit(build.status ?? 1);
}
try {
  const server = port === undefined ? await serveOnFreePort(dist, firstPort) : await serve(dist, { port });
  console.log(`\nKMS Lab is at ${server.url}   (Ctrl+C ends it)`);
  if (server.port !== (port ?? firstPort)) {
    console.log(
      `Port ${firstPort} is taken. A browser keeps one world for each address: this one has its own.`,
    );
  }
} catch (error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  console.error(code === 'EADDRINUSE' ? `Port ${port} is taken; leave --port out for a free one.` : message);
  process.exit(1);
}
