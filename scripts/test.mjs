// @ts-check
// npm test: every check of the project, in this order. --only a,b runs some; --long runs the random campaigns whole.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { commandFile, ensureInstalled, root } from './install.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped?: string }} Count
 * @typedef {{ name: string, title: string, run: () => Promise<Count> }} Part
 */

const cache = join(root, '.cache');
/** In a log, colours are noise. */
const plain = { NO_COLOR: '1', FORCE_COLOR: '0' };
const long = process.argv.includes('--long');

/**
 * Runs a command, shows its output and keeps it.
 * @param {string} file
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function run(file, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(process.stdout.isTTY ? {} : plain),
        ...(long ? { KMS_LONG: '1' } : {}),
        ...env,
      },
    });
    let output = '';
    for (const [from, to] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      from.on('data', (chunk) => {
        output += chunk;
        to.write(chunk);
      });
    }
    child.on('error', (error) => done({ ok: false, output: String(error) }));
    child.on('close', (code) => done({ ok: code === 0, output }));
  });
}

/** Checks that count as one test each. @param {string[][]} commands */
async function checks(commands) {
  const count = { passed: 0, failed: 0 };
  for (const [command = '', ...args] of commands) {
    const { ok } = await run(command.endsWith('.mjs') ? join(root, command) : commandFile(command), args);
    count[ok ? 'passed' : 'failed']++;
  }
  return count;
}

/** A script of ours that says `N passed, N failed` in its last such line. @param {string} file @param {string[]} [args] */
async function counted(file, args = []) {
  const { ok, output } = await run(join(root, file), args);
  const last = [...output.matchAll(/(\d+) passed, (\d+) failed/g)].at(-1);
  if (!last) return ok ? { passed: 0, failed: 1, skipped: 'it counted nothing' } : { passed: 0, failed: 1 };
  const count = { passed: Number(last[1]), failed: Number(last[2]) };
  return ok || count.failed > 0 ? count : { ...count, failed: 1 };
}

/** @param {string} config @param {Record<string, string>} [env] */
async function vitest(config, env) {
  const report = join(cache, `${config}.json`);
  rmSync(report, { force: true });
  const { ok } = await run(
    commandFile('vitest'),
    ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    env,
  );
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot be loaded fails the run without counting a test.
  return { passed, failed: ok ? failed : Math.max(failed, 1) };
}

const shared = existsSync(join(root, '..', 'shared'));
const none = { passed: 0, failed: 0, skipped: 'there are none' };
const absent = { passed: 0, failed: 0, skipped: '../shared is absent' };

const hasComponentTests = () =>
  ['src', 'test'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((file) =>
      file.endsWith('.browser.test.ts'),
    ),
  );

/** @type {string | undefined} */
let browser;
const browserEnv = () => (browser ? { CHROME_PATH: browser } : {});

/** @type {Part[]} */
const parts = [
  {
    name: 'types',
    title: 'Types: engine without the DOM, everything, Svelte',
    run: () =>
      checks([
        ['tsc', '-p', 'src/engine'],
        // Also all plain TypeScript of tsconfig.json; tsc alone knows no types of Svelte files.
        ['svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
      ]),
  },
  { name: 'lint', title: 'Lint', run: () => checks([['oxlint', '--deny-warnings']]) },
  {
    name: 'format',
    title: 'Format',
    run: () => checks([['prettier', '--check', '--log-level', 'warn', '.']]),
  },
  { name: 'unused', title: 'Unused code', run: () => checks([['knip', '--no-progress']]) },
  { name: 'licences', title: 'Licences', run: () => checks([['scripts/licences.mjs']]) },
  { name: 'unit', title: 'Unit tests', run: () => vitest('vitest.config.ts') },
  {
    name: 'conformance',
    title: 'Conformance with AWS KMS',
    run: async () => (shared ? counted('test/conformance/run.mjs', ['--gate']) : absent),
  },
  { name: 'scenarios', title: 'Scenarios', run: () => counted('scripts/scenarios.mjs') },
  {
    name: 'build',
    title: 'Build and bundle size',
    run: () => checks([['vite', 'build', '--logLevel', 'warn'], ['scripts/size.mjs']]),
  },
  {
    name: 'page',
    // The page that has just been built; all cases are a matter of minutes.
    title: long ? 'Conformance in the page' : 'Conformance in the page, one case of eight',
    run: async () =>
      shared
        ? counted('test/conformance/run.mjs', [
            ...['--gate', '--page', '--built'],
            ...(long ? [] : ['--every', '8']),
          ])
        : absent,
  },
  {
    name: 'browser',
    title: 'Component tests in a browser',
    run: async () => (hasComponentTests() ? vitest('vitest.browser.config.ts', browserEnv()) : none),
  },
  {
    name: 'e2e',
    title: 'The built page in a browser',
    run: () => vitest('vitest.e2e.config.ts', browserEnv()),
  },
];

function chosen() {
  const flag = process.argv.indexOf('--only');
  if (flag < 0) return parts;
  const names = (process.argv[flag + 1] ?? '').split(',');
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length === 0) return parts.filter(({ name }) => names.includes(name));
  console.error(`--only knows ${parts.map(({ name }) => name).join(', ')}; not ${unknown.join(', ')}.`);
  process.exit(1);
}

ensureInstalled();
mkdirSync(cache, { recursive: true });
const wanted = chosen();
if (wanted.some(({ name }) => name === 'browser' || name === 'e2e' || name === 'page')) {
  browser = await ensureBrowser();
  if (!browser) {
    console.error(
      'The tests need Chromium, Chrome or Edge, and none could be found or installed.\n' +
        'Install one, or set CHROME_PATH to its executable.',
    );
    process.exit(1);
  }
  console.log(`Browser: ${browser}`);
}

/** @type {string[]} */
const summary = [];
const total = { passed: 0, failed: 0 };
for (const part of wanted) {
  console.log(`\n── ${part.title}`);
  const started = Date.now();
  const count = await part.run();
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  const outcome = count.skipped
    ? `skipped: ${count.skipped}`
    : `${count.passed} passed, ${count.failed} failed`;
  summary.push(`${count.failed ? '✗' : '✓'} ${part.title.padEnd(52)} ${seconds} s   ${outcome}`);
  console.log(summary.at(-1));
}
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
