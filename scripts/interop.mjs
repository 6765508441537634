// @ts-check
// npm run interop: every algorithm of every key spec with Node's crypto, OpenSSL and Chromium's WebCrypto, both ways, as a
// table; fails when a cell is wrong. Empty cells name what the other side lacks. See test/interop/table.ts.
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root } from './install.mjs';

/** @template Module @param {string} file @returns {Promise<Module>} */
const load = async (file) =>
  (await runnerImport(join(root, 'test', 'interop', file), { configFile: false, root, logLevel: 'warn' }))
    .module;

/** @type {typeof import('../test/interop/command.ts')} */
const { run } = await load('command.ts');
const { text, wrong } = await run();
console.log(text);
process.exit(wrong > 0 ? 1 : 0);
