// @ts-check
// Node built-ins only: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} file */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether node_modules holds what package-lock.json says. npm writes its own copy of the lock there as its last act. */
export function isInstalled() {
  const kept = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(kept)) return false;
  try {
    const have = packagesOf(kept);
    return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
      ([path, wanted]) => path === '' || wanted.optional || have[path]?.version === wanted.version,
    );
  } catch {
    return false; // half-written
  }
}

/** Runs `npm ci` when node_modules is missing or stale. */
export function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`KMS Lab needs Node 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (isInstalled()) return;
  console.log('Installing dependencies (npm ci) …');
  // One string, because npm is a .cmd file on Windows, which only a shell starts.
  const { status } = spawnSync('npm ci --include=dev --no-audit --no-fund', {
    cwd: root,
    stdio: 'inherit',
    shell: true,
  });
  if (status !== 0) {
    console.error('npm ci failed; its message is above.');
    process.exit(1);
  }
}

/**
 * The script behind an installed command, to be started with this Node on every platform.
 * @param {string} command
 */
export function commandFile(command) {
  const name = command === 'tsc' ? 'typescript' : command;
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}
