// @ts-check
// npm run bench [-- --json FILE] [--only NAME]: see bench/suite.ts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, runnerImport } from 'vite';
import { browserFlags, ensureBrowser } from './browser.mjs';
import { commandFile, root } from './install.mjs';
import { serve } from './serve.mjs';

/** @typedef {import('../bench/suite.ts').Figure & { suite: string, where: string }} Row */

/** @param {string} name */
const flag = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const folder = join(root, 'bench');
const out = join(root, '.cache', 'bench');
const only = flag('only');
const json = flag('json');
/** @param {string} ending */
const suites = (ending) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .filter((name) => only === undefined || name === only);

/**
 * One module, built as the page is built. For Node the SDK stays outside: there it has another build than in a browser
 * (its own hashes, its own base64), and that one is what it is used with.
 * @param {string} name
 * @param {'node' | 'chromium'} where
 */
async function bundle(name, where) {
  const entry = join(out, `${name}.entry.ts`);
  const file = `${name}.${where}.js`;
  writeFileSync(
    entry,
    `import suite from ${JSON.stringify(join(folder, `${name}.bench.ts`))};
import { measure } from ${JSON.stringify(join(folder, 'suite.ts'))};
export const run = () => measure(suite);\n`,
  );
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    root,
    build: {
      target: 'es2023',
      outDir: out,
      emptyOutDir: false,
      lib: { entry, formats: ['es'], fileName: () => file },
      rollupOptions: { external: where === 'node' ? [/^@aws-sdk\//, /^@smithy\//] : [] },
    },
  });
  return join(out, file);
}

/** @type {Row[]} */
const rows = [];
/**
 * @param {string} suite
 * @param {string} where
 * @param {readonly import('../bench/suite.ts').Figure[]} figures
 */
function note(suite, where, figures) {
  for (const figure of figures) {
    rows.push({ suite, where, ...figure });
    const p95 = figure.p95 === undefined ? '' : `   p95 ${figure.p95.toPrecision(3)}`;
    const value = `${figure.value.toPrecision(3).padStart(9)} ${figure.unit}`;
    console.log(`${where.padEnd(9)} ${suite.padEnd(12)} ${figure.name.padEnd(60)} ${value}${p95}`);
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const executablePath = await ensureBrowser();
if (executablePath === undefined) console.log('No Chromium: figures of Node only. CHROME_PATH may name one.');
const { chromium } = await import('playwright');

for (const name of suites('.bench.ts')) {
  const file = await bundle(name, 'node');
  note(name, 'node', await (await import(pathToFileURL(file).href)).run());
  if (executablePath === undefined) continue;
  const inBrowser = basename(await bundle(name, 'chromium'));
  writeFileSync(join(out, 'index.html'), '<!doctype html><title>bench</title>');
  // Isolated from other origins: else the clock is too coarse for a single call.
  const site = await serve(out, {
    headers: {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    },
  });
  const browser = await chromium.launch({ executablePath, args: browserFlags });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    note(name, 'chromium', await page.evaluate(`import('./${inBrowser}').then((module) => module.run())`));
  } finally {
    await browser.close();
    await site.close();
  }
}

const pages = executablePath === undefined ? [] : suites('.page.ts');
if (pages.length > 0) {
  process.env['CHROME_PATH'] ??= executablePath;
  const built = spawnSync(process.execPath, [commandFile('vite'), 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) process.exit(1);
  const options = { configFile: /** @type {const} */ (false), root, logLevel: /** @type {const} */ ('warn') };
  const { module: harness } = await runnerImport(join(root, 'test', 'e2e', 'harness.ts'), options);
  const { module: ours } = await runnerImport(join(folder, 'suite.ts'), options);
  for (const name of pages) {
    const { module } = await runnerImport(join(folder, `${name}.page.ts`), options);
    /** @param {import('../bench/suite.ts').Bench} bench */
    const suite = (bench) => module.default(bench, () => harness.openLab());
    note(name, 'page', await ours.measure(suite));
  }
}

if (rows.length === 0) {
  console.error(
    only === undefined ? 'There is nothing to measure in bench/.' : `There is no bench named ${only}.`,
  );
  process.exit(1);
}
if (json !== undefined) {
  const report = {
    at: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    figures: rows,
  };
  writeFileSync(resolve(json), `${JSON.stringify(report, null, 2)}\n`);
}
