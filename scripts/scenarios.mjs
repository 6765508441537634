// @ts-check
// npm run scenarios: reads scenarios/, runs every option of every item, and proves on the kept wrong scenarios that the
// checker can fail. --verbose says what the engine said of each option,
// --quick leaves the mutations out, --only=TEXT runs the items whose path holds it and no wrong scenario, --schema writes the JSON Schemas for editors.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { root } from './install.mjs';

const outDir = join(root, '.cache', 'scenarios');
mkdirSync(outDir, { recursive: true });
// Node 20 runs no TypeScript: the study room and the client are bundled for it first.
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir,
    target: 'node20',
    emptyOutDir: true,
    rollupOptions: {
      input: { study: 'src/study/index.ts', client: 'src/client/index.ts' },
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
    },
  },
});
/** @type {typeof import('../src/study/index.ts')} */
const study = await import(pathToFileURL(join(outDir, 'study.mjs')).href);
/** @type {typeof import('../src/client/index.ts')} */
const client = await import(pathToFileURL(join(outDir, 'client.mjs')).href);

/**
 * All JSON files below a folder, by their path in it.
 * @param {string} dir
 * @returns {{ path: string, text: string }[]}
 */
const sources = (dir) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(dir, path), 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

const folder = join(root, 'scenarios');
if (process.argv.includes('--schema')) {
  for (const [name, schema] of /** @type {const} */ ([
    ['scenario', study.scenarioSchema],
    ['words', study.wordsSchema],
  ]))
    writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(schema, undefined, 2)}\n`);
}

const started = Date.now();
const lab = await client.openLab({ store: 'memory' });
/** @param {import('../src/study/index.ts').Problem} p */
const line = ({ file, place, code, message }) =>
  `  ${code.padEnd(17)} ${file}${place ? ` · ${place}` : ''}\n                    ${message}`;

const started1 = Date.now();
const only = process.argv.find((each) => each.startsWith('--only='))?.slice('--only='.length);
const report = await study.checkScenarios(sources(folder), lab, {
  mutate: !process.argv.includes('--quick'),
  ...(only === undefined ? {} : { only: (/** @type {string} */ file) => file.includes(only) }),
});
const seconds = ((Date.now() - started1) / 1000).toFixed(1);
if (process.argv.includes('--verbose'))
  for (const { file, option, said } of report.verdicts) console.log(`  ${file} · ${option}\n    ${said}`);
for (const problem of report.problems) console.log(line(problem));

// The checker can fail: every kept wrong scenario is caught, as what it is and as nothing else.
const wrongFolder = join(root, 'test', 'fixtures', 'scenarios-wrong');
const right = sources(join(wrongFolder, 'right'));
const base = await study.checkScenarios(right, lab);
/** @type {string[]} */
const missed = base.problems.map((problem) => `the right scenario that they start from: ${line(problem)}`);
const wrong = sources(wrongFolder).filter(({ path }) => only === undefined && !path.includes('/'));
let caught = 0;
for (const { path, text } of wrong) {
  /** @type {import('../src/study/index.ts').WrongCase} */
  const wrongCase = JSON.parse(text);
  const { problems } = await study.checkScenarios(study.wrongFiles(right, wrongCase), lab, {
    mutate: wrongCase.caughtAs.some((code) => code === 'unstated' || code === 'variationDiffers'),
  });
  const codes = [...new Set(problems.map(({ code }) => code))].sort().join();
  if (codes === [...wrongCase.caughtAs].sort().join()) caught += 1;
  else missed.push(`${path}: expected ${wrongCase.caughtAs.join()}, got ${codes || 'nothing'}`);
}
for (const each of missed) console.log(`  not caught        ${each}`);
await lab.main.close();

const wrongItems = new Set(report.problems.map(({ file }) => file.replace(/\.[a-z]{2}\.json$/, '.json')))
  .size;
const failed = wrongItems + missed.length;
console.log(
  `Scenarios: ${report.items} items, ${report.executed} executed, ${report.stated} not executable (source and date instead), ` +
    `${report.optionsRun} options and ways run in ${seconds} s`,
);
console.log(
  `By kind: ${Object.entries(report.byKind)
    .map(([kind, n]) => `${kind} ${n}`)
    .join(', ')}`,
);
const traps = Array.from({ length: 44 }, (_, i) => i + 1);
console.log(
  `By belief (number: items): ${traps.map((trap) => `${trap}: ${report.byTrap[trap] ?? 0}`).join(', ')}; ` +
    `${report.withServices} items call other services than KMS`,
);
console.log(`Mutations: ${report.mutations.tried} tried, ${report.mutations.caught} caught`);
const { claims, shown, notShown } = report.myths;
console.log(
  `Claims of study guides: ${claims}, ${shown} with a run that shows it, ${notShown.length} without`,
);
for (const { n, reason } of notShown) console.log(`  ${n}: ${reason}`);
console.log(`Kept wrong scenarios: ${caught} of ${wrong.length} caught`);
console.log(`Skipped: ${report.skips.length === 0 ? 'none' : ''}`);
for (const { file, reason } of only === undefined ? report.skips : []) console.log(`  ${file}: ${reason}`);
console.log(`${((Date.now() - started) / 1000).toFixed(1)} s`);
console.log(`${report.items - Math.min(wrongItems, report.items) + caught} passed, ${failed} failed`);
process.exit(failed > 0 || report.items === 0 || (only === undefined && wrong.length === 0) ? 1 : 0);
