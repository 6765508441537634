// @ts-check
// npm run build:lib: dist-lib/index.js, and the types beside it.
import { spawnSync } from 'node:child_process';
import { commandFile, root } from './install.mjs';

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status } = spawnSync(process.execPath, [commandFile(command), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
run('vite', ['build', '--config', 'vite.lib.config.ts', '--logLevel', 'warn']);
run('tsc', ['-p', 'tsconfig.lib.json']);
