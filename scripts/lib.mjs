// @ts-check
// npm run build:lib: dist-lib/index.js, and the types beside it.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandFile, root } from './install.mjs';
import { notices } from './licences.mjs';

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status } = spawnSync(process.execPath, [commandFile(command), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
rmSync(join(root, 'dist-lib'), { recursive: true, force: true });
run('vite', ['build', '--config', 'vite.lib.config.ts', '--logLevel', 'warn']);
run('tsc', ['-p', 'tsconfig.lib.json']);
// The types of index.js, where TypeScript looks for them.
writeFileSync(join(root, 'dist-lib', 'index.d.ts'), "export * from './types/client/lab.js';\n");
writeFileSync(join(root, 'dist-lib', 'licences.txt'), notices());
