// @ts-check
// node test/conformance/run.mjs [DIR] [--gate] [--page [--built]] [--every N] [RUNNER OPTION…]: the shared cases and our own
// (cases/own.json), through the real SDK client, against the built library. Fails on failures, on skips and when nothing ran.
//   DIR       holds runner.mjs and cases/; ../shared/conformance if not given
//   --gate    the cases of test/conformance/ledger.json only, and a check of the ledger itself (part of `npm test`)
//   --page    against the built page in a Chromium, its worker and its IndexedDB, instead of the library (page.ts). Builds
//             the page, unless KMS_DIST names one
//   --built   with --page: dist/ is the page as it is
//   --every N with --gate: one case of N, from the first on
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandFile, root } from '../../scripts/install.mjs';
import {
  committedCases,
  dropped,
  ledgerFile,
  makeLedger,
  parseLedger,
  sharedCases,
} from '../../scripts/ledger.mjs';
import { buildLibrary } from '../../scripts/library.mjs';

const args = process.argv.slice(2);
/** @param {string} name */
const flag = (name) => {
  const at = args.indexOf(name);
  return at >= 0 && args.splice(at, 1).length > 0;
};
/** @param {string} name */
const number = (name) => {
  const at = args.indexOf(name);
  return at < 0 ? 1 : Number(args.splice(at, 2)[1]);
};
const gate = flag('--gate');
const page = flag('--page');
const built = flag('--built') || process.env['KMS_DIST'] !== undefined;
const every = number('--every');
const rest = args;
const given = rest[0] && !rest[0].startsWith('--') ? rest.shift() : undefined;
const dir = resolve(given ?? sharedCases);

if (!existsSync(join(dir, 'runner.mjs'))) {
  console.error(`conformance: there are no shared cases at ${dir}`);
  process.exit(1);
}

buildLibrary();
if (page && !built) {
  const { status } = spawnSync(process.execPath, [commandFile('vite'), 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) fail('the page could not be built');
}
/** What the shared cases do not ask: rules that the model's texts state. In the same form. */
const ownFolder = join(root, 'test', 'conformance', 'cases');
/** @type {{ id: string }[]} */
const own = JSON.parse(readFileSync(join(ownFolder, 'own.json'), 'utf8'));
const wanted = gate
  ? [...(await checkedLedger()), ...own.map(({ id }) => id)].filter((_, i) => i % every === 0)
  : undefined;
const out = mkdtempSync(join(tmpdir(), 'kms-lab-conformance-'));
const report = join(out, 'report.json');
/** @param {string} id */
const escaped = (id) => id.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const { status } = spawnSync(
  process.execPath,
  [
    '--no-warnings',
    join(dir, 'runner.mjs'),
    ...[
      '--corpus',
      join(dir, 'cases'),
      '--corpus',
      ownFolder,
      '--handler',
      join(root, 'test', 'conformance', page ? 'pageHandler.mjs' : 'handler.mjs'),
    ],
    ...['--sdk', root, '--json', report],
    ...(wanted ? ['--only', `^(?:${wanted.map(escaped).join('|')})$`] : []),
    ...rest,
  ],
  { cwd: root, stdio: 'inherit' },
);
if (!existsSync(report)) fail(`the runner ended with ${status} and left no report`);
const { total } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(out, { recursive: true });
const ran = total.pass + total.fail + total.skip;
if (ran === 0) fail('no case ran');
if (wanted && ran !== wanted.length) fail(`${ran} cases ran, ${wanted.length} were wanted`);
if (total.fail > 0 || total.skip > 0) fail(`${total.fail} failed, ${total.skip} skipped of ${ran}`);

/** The ledger is what its rule makes of the cases, and has lost nothing since it was committed. */
async function checkedLedger() {
  const { cases } = parseLedger(readFileSync(ledgerFile, 'utf8'));
  const made = await makeLedger(dir);
  const lost = dropped([...new Set([...committedCases(), ...made.cases])], cases);
  if (lost.length > 0)
    fail(`the ledger only grows, and lacks:\n  ${lost.join('\n  ')}\nRun: node scripts/ledger.mjs`);
  const unknown = dropped(cases, made.cases);
  if (unknown.length > 0)
    fail(`no longer within reach, by the rule of scripts/ledger.mjs:\n  ${unknown.join('\n  ')}`);
  return cases;
}

/** @param {string} why @returns {never} */
function fail(why) {
  console.error(`conformance: ${why}`);
  process.exit(1);
}
