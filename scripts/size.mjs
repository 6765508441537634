// @ts-check
// What a visitor loads until the first call can be answered: page, entry, worker and all they import statically.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parseAst } from 'vite';
import { root } from './install.mjs';

const limit = 250 * 1024;
const dist = join(root, 'dist');

/** Files that a module imports statically. @param {string} file */
function staticImports(file) {
  return parseAst(readFileSync(file, 'utf8')).body.flatMap((node) =>
    'source' in node && node.source ? [join(dirname(file), String(node.source.value))] : [],
  );
}

/** @param {string[]} files */
function withImports(files) {
  const all = new Set(files);
  for (const file of all) {
    if (file.endsWith('.js')) for (const imported of staticImports(file)) all.add(imported);
  }
  return all;
}

const page = join(dist, 'index.html');
const named = [...readFileSync(page, 'utf8').matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map((m) =>
  join(dist, m[1] ?? ''),
);
const all = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => join(dist, name));
const workers = all.filter((file) => /[\\/]worker-[^\\/]*\.js$/.test(file));
const problems = [];
if (workers.length !== 1) problems.push(`expected one worker, found ${workers.length}`);

const first = withImports([page, ...named, ...workers]);
let gzip = 0;
let brotli = 0;
for (const file of first) {
  const bytes = readFileSync(file);
  const zipped = gzipSync(bytes, { level: 9 }).length;
  const packed = brotliCompressSync(bytes).length;
  gzip += zipped;
  brotli += packed;
  console.log(
    `${relative(dist, file).padEnd(40)} ${String(zipped).padStart(8)} gzip ${String(packed).padStart(8)} brotli`,
  );
}
console.log(`Until the first call is answered: ${gzip} bytes gzip, ${brotli} brotli; limit ${limit}.`);
if (gzip > limit) problems.push(`${gzip} bytes gzip are more than ${limit}`);

for (const file of all) {
  if (file.endsWith('.wasm')) problems.push(`${relative(dist, file)} is WebAssembly`);
  else if (/\.(js|html)$/.test(file) && readFileSync(file, 'utf8').includes('WebAssembly')) {
    problems.push(`${relative(dist, file)} speaks of WebAssembly`);
  }
}
if (problems.length > 0) {
  console.error(problems.map((problem) => `✗ ${problem}`).join('\n'));
  process.exit(1);
}
