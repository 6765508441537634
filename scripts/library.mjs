// @ts-check
// Builds dist-lib/ when something that goes into it is newer.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandFile, ensureInstalled, root } from './install.mjs';

const rooms = ['engine', 'store', 'client'].map((room) => join(root, 'src', room));
const configs = ['package-lock.json', 'tsconfig.json', 'vite.lib.config.ts'].map((file) => join(root, file));

/** @param {string} dir @returns {string[]} */
const filesUnder = (dir) =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    // `parentPath` from Node 20.12 on; the types of this Node still call it `path`.
    .map((entry) => join(entry.parentPath, entry.name));

function isStale() {
  const built = join(root, 'dist-lib', 'index.js');
  if (!existsSync(built)) return true;
  const at = statSync(built).mtimeMs;
  return [...configs, ...rooms.flatMap(filesUnder)].some(
    (file) => existsSync(file) && statSync(file).mtimeMs > at,
  );
}

/** Leaves the process when the build fails; the build has said why. */
export function buildLibrary() {
  ensureInstalled();
  if (!isStale()) return;
  const args = [
    commandFile('vite'),
    'build',
    '--config',
    'vite.lib.config.ts',
    '--emptyOutDir',
    'false',
    '--logLevel',
    'warn',
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
