import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type LocalLab } from '../src/client/index.ts';
import {
  checkScenarios,
  problemCodes,
  scenarioSchema,
  wordsSchema,
  wrongFiles,
  type SourceFile,
  type WrongCase,
} from '../src/study/index.ts';

const here = import.meta.dirname;
const wrongFolder = join(here, 'fixtures', 'scenarios-wrong');

const sources = (dir: string): readonly SourceFile[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(dir, path), 'utf8') }));

// OURS: the cases are our own files; a misspelt one is caught by the assertions that use it.
const cases = sources(wrongFolder)
  .filter(({ path }) => !path.includes('/'))
  .map(({ path, text }) => ({ path, wrong: JSON.parse(text) as WrongCase }));

let lab: LocalLab;
beforeAll(async () => {
  lab = await openLab({ store: 'memory' });
});
afterAll(() => lab.main.close());

describe('the scenarios of the product', () => {
  it('all options run, the keys hold, and every other option fails as it is written', async () => {
    const report = await checkScenarios(sources(join(here, '..', 'scenarios')), lab);
    expect(report.problems).toEqual([]);
    expect(report.skips).toEqual([]);
    // The first bank: sixty items of groups A to E and G that are answered, labs apart; none may quietly go missing.
    const { lab: labs = 0, ordering = 0, matching = 0, findFault = 0 } = report.byKind;
    expect(report.executed + report.stated - labs - report.withServices).toBeGreaterThanOrEqual(60);
    expect(labs).toBeGreaterThanOrEqual(12);
    expect(ordering).toBeGreaterThanOrEqual(6);
    expect(matching).toBeGreaterThanOrEqual(6);
    expect(findFault).toBeGreaterThanOrEqual(8);
    expect(report.withServices).toBeGreaterThanOrEqual(11);
    // Every belief has an item. exam_experience.md §3 counts 44.
    const without = Array.from({ length: 44 }, (_, i) => i + 1).filter((trap) => !report.byTrap[trap]);
    expect(without).toEqual([]);
    expect(report.stated).toBeLessThanOrEqual(report.items / 10);
    expect(report.executed + report.stated).toBe(report.items);
    expect(report.optionsRun).toBeGreaterThanOrEqual(4 * report.executed);
    // Of the 72 claims of myths.md nearly all have a run; of the others it is said why not.
    expect(report.myths.claims).toBe(72);
    expect(report.myths.shown).toBeGreaterThanOrEqual(66);
    expect(report.myths.shown + report.myths.notShown.length).toBe(report.myths.claims);
    // Without one of its steps no solution of a lab works.
    expect(report.mutations.caught).toBe(report.mutations.tried);
  }, 120_000);

  it.runIf(process.env['KMS_LONG'])(
    'no stem leaves unsaid what decides: every flip and variation',
    async () => {
      const report = await checkScenarios(sources(join(here, '..', 'scenarios')), lab, { mutate: true });
      expect(report.problems).toEqual([]);
      expect(report.mutations.caught).toBe(report.mutations.tried);
      expect(report.mutations.tried).toBeGreaterThan(1500);
    },
    600_000,
  );

  it.each([
    ['scenario', scenarioSchema],
    ['words', wordsSchema],
  ])('the %s schema for editors is what the parser accepts', (name, schema) => {
    const kept: unknown = JSON.parse(
      readFileSync(join(here, '..', 'scenarios', `${name}.schema.json`), 'utf8'),
    );
    expect(kept).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});

describe('the checker can fail', () => {
  const right = sources(join(wrongFolder, 'right'));

  it('finds nothing wrong with the scenario that the wrong ones start from', async () => {
    const report = await checkScenarios(right, lab);
    expect(report.problems).toEqual([]);
    expect(report.executed).toBe(8);
    expect(report.stated).toBe(1);
  });

  it.each(cases)('catches $path', async ({ wrong }) => {
    const files = wrongFiles(right, wrong);
    const { problems } = await checkScenarios(files, lab, {
      mutate: wrong.caughtAs.some((code) => code === 'unstated' || code === 'variationDiffers'),
    });
    expect([...new Set(problems.map(({ code }) => code))].sort()).toEqual([...wrong.caughtAs].sort());
    for (const { file, message } of problems) {
      expect([...right, ...files].map(({ path }) => path)).toContain(file);
      expect(message).not.toBe('');
    }
  });

  it('has a kept wrong scenario for every sort of problem that it knows', () => {
    expect([...new Set(cases.flatMap(({ wrong }) => wrong.caughtAs))].sort()).toEqual(
      [...problemCodes].sort(),
    );
  });

  it('refuses a wrong case that changes nothing that is there', () => {
    const changes = [{ file: 'small/one.json', at: 'options.9.expect.exception', to: 'X' }];
    expect(() => wrongFiles(right, { why: '', caughtAs: [], changes })).toThrow(/leads nowhere/);
  });
});
