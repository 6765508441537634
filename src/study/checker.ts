import type { LabApi } from '../client/index.ts';
import { isFacts, readItems, wordsPath, type SourceFile } from './items.ts';
import type { Problem, ProblemCode } from './parse.ts';
import { runScenario } from './runner.ts';
import type { OptionRun, OptionVerdict } from './runs.ts';
import type { Expectation, Option, Scenario } from './scenario.ts';
import { findStaticProblems } from './lint.ts';

export interface CheckReport {
  readonly items: number;
  readonly executed: number;
  readonly optionsRun: number;
  readonly problems: readonly Problem[];
  /** What the engine said of every option. */
  readonly verdicts: readonly { readonly file: string; readonly option: string; readonly said: string }[];
  /** Items that were not executed, and why. */
  readonly skips: readonly { readonly file: string; readonly reason: string }[];
}

/** Fills `${keyArn}` of a written message with what the run saved. */
const filled = (message: string, names: Readonly<Record<string, string>>): string =>
  message.replace(/\$\{([^}]*)\}/g, (all, name: string) => names[name] ?? all);

export const describeVerdict = (verdict: OptionVerdict): string => {
  switch (verdict.is) {
    case 'works':
    case 'goalMissed':
      return verdict.is;
    case 'violates':
      return `violates ${verdict.constraints.join(', ')}`;
    case 'fails':
      return `fails with ${verdict.exception} at ${verdict.stage}: ${verdict.message}`;
    case 'failsLocally':
      return `fails locally: ${verdict.because}`;
    case 'couldNotCheck':
      return `could not check: ${verdict.message}`;
    default:
      return verdict satisfies never;
  }
};

const describeExpectation = (expect: Expectation): string => {
  switch (expect.is) {
    case 'works':
      return 'works';
    case 'violates':
      return `violates ${expect.constraints.join(', ')}`;
    case 'fails':
      return `fails with ${expect.exception} at ${expect.stage}${expect.message === undefined ? '' : `: ${expect.message}`}`;
    case 'failsLocally':
      return `fails locally: ${expect.because}`;
    default:
      return expect satisfies never;
  }
};

function agrees({ expect }: Option, { verdict, names }: OptionRun): boolean {
  if (expect.is === 'fails')
    return (
      verdict.is === 'fails' &&
      verdict.exception === expect.exception &&
      verdict.stage === expect.stage &&
      (expect.message === undefined || filled(expect.message, names) === verdict.message)
    );
  if (expect.is === 'violates')
    return (
      verdict.is === 'violates' &&
      [...expect.constraints].sort().join() === [...verdict.constraints].sort().join()
    );
  if (expect.is === 'failsLocally')
    return verdict.is === 'failsLocally' && verdict.because === expect.because;
  return verdict.is === expect.is;
}

/** One problem for each option whose run is not what the author wrote; the key and a working distractor come first. */
function judge(
  scenario: Scenario,
  option: Option,
  index: number,
  run: OptionRun,
  file: string,
): Problem | undefined {
  const problem = (code: ProblemCode, message: string): Problem => ({
    file,
    place: `options[${index}] (${option.id})`,
    code,
    message,
  });
  const said = describeVerdict(run.verdict);
  if (run.verdict.is === 'couldNotCheck') return problem('couldNotCheck', run.verdict.message);
  if (option.id === scenario.answer && run.verdict.is !== 'works')
    return problem('keyFails', `the key ${said}`);
  if (option.id !== scenario.answer && run.verdict.is === 'works')
    return problem('distractorWorks', 'works and breaks no stated constraint, but is not the answer');
  return agrees(option, run)
    ? undefined
    : problem('verdictDiffers', `written: ${describeExpectation(option.expect)}; run: ${said}`);
}

/**
 * Checks every item: its files, its names, its words, and, if all of these stand, every option by running it. The lab is
 * opened once and closed by whoever opened it.
 */
export async function checkScenarios(files: readonly SourceFile[], lab: LabApi): Promise<CheckReport> {
  const { items, problems: readProblems, found } = readItems(files);
  const problems: Problem[] = [...readProblems, ...findStaticProblems(items, items.length === found)];
  const skips = unreadSkips(files, items);
  const verdicts: { file: string; option: string; said: string }[] = [];
  let executed = 0;
  let optionsRun = 0;
  for (const { file, scenario } of items) {
    if (problems.some((p) => p.file === file || p.file === wordsPath(file))) {
      skips.push({ file, reason: 'has problems that need no run' });
      continue;
    }
    const { options } = await runScenario(lab, scenario);
    executed += 1;
    optionsRun += options.length;
    for (const { id, verdict, measures } of options)
      verdicts.push({
        file,
        option: id,
        said: `${describeVerdict(verdict)} (${measures.kmsCalls} calls, ${measures.bytesToKms} bytes)`,
      });
    scenario.options.forEach((option, index) => {
      const run = options.find(({ id }) => id === option.id);
      const problem = run
        ? judge(scenario, option, index, run, file)
        : ({ file, place: `options[${index}]`, code: 'couldNotCheck', message: 'was not run' } as const);
      if (problem) problems.push(problem);
    });
  }
  return { items: found, executed, optionsRun, problems, verdicts, skips };
}

const unreadSkips = (
  files: readonly SourceFile[],
  items: readonly { readonly file: string }[],
): { file: string; reason: string }[] =>
  files
    .filter(({ path }) => isFacts(path) && !items.some(({ file }) => file === path))
    .map(({ path }) => ({ file: path, reason: 'facts or words could not be read' }));
