import type { LabApi } from '../client/index.ts';
import { flips, keyArnsOf } from './flips.ts';
import { isFacts, readItems, wordsPath, type Item, type SourceFile } from './items.ts';
import { came, keyOf, rightOf, type Answer } from './judge.ts';
import { checkLab } from './labCheck.ts';
import { findStaticProblems, wordsBefore } from './lint.ts';
import { checkMyths, type MythReport } from './myths.ts';
import { isObject, type Problem, type ProblemCode } from './parse.ts';
import { orderId, runScenario, startWorld } from './runner.ts';
import type { OptionRun, OptionVerdict, RunOptions, ScenarioRun } from './runs.ts';
import {
  isChoice,
  type ChoiceScenario,
  type ExecutedScenario,
  type Expectation,
  type LabScenario,
  type Option,
  type OrderingScenario,
  type Words,
} from './scenario.ts';
import { exchanged, vary } from './vary.ts';

export interface Mutations {
  /** Flips of the world, variations of the names, solutions with one step removed. */
  readonly tried: number;
  /** Kept the key where it has to stay, or changed it where the question speaks of it, or unsolved the lab. */
  readonly caught: number;
}

export interface CheckReport {
  readonly items: number;
  readonly executed: number;
  /** Marked as not executable, with source and date. */
  readonly stated: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** How many items are about each of the beliefs in `exam_experience.md` §3. */
  readonly byTrap: Readonly<Record<number, number>>;
  /** Items that call other services than KMS. */
  readonly withServices: number;
  readonly optionsRun: number;
  readonly mutations: Mutations;
  readonly problems: readonly Problem[];
  /** Claims of study guides, how many of them an item shows, and why the others cannot be shown. */
  readonly myths: Omit<MythReport, 'problems'>;
  /** What the engine said of every option. */
  readonly verdicts: readonly { readonly file: string; readonly option: string; readonly said: string }[];
  /** Items that were not executed, and mutations that were not tried, and why. */
  readonly skips: readonly { readonly file: string; readonly reason: string }[];
}

export interface CheckOptions {
  /** Flips and variations too: slower by an order. */
  readonly mutate?: boolean | undefined;
  /** Runs only these; the others are read, and listed as skipped. For whoever writes one. */
  readonly only?: ((file: string) => boolean) | undefined;
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
  if (expect.is === 'violates')
    return (
      verdict.is === 'violates' &&
      [...verdict.constraints].sort().join() === [...expect.constraints].sort().join()
    );
  if (expect.is === 'fails')
    return (
      verdict.is === 'fails' &&
      verdict.exception === expect.exception &&
      verdict.stage === expect.stage &&
      (expect.message === undefined || verdict.message === filled(expect.message, names))
    );
  if (expect.is === 'failsLocally')
    return verdict.is === 'failsLocally' && verdict.because === expect.because;
  return verdict.is === expect.is;
}

type Report = (place: string, code: ProblemCode, message: string) => void;

/** One problem for each option whose run is not what the author wrote; the key and a working distractor come first. */
function judgeOption(scenario: ChoiceScenario, option: Option, run: OptionRun, report: Report): void {
  const place = `options (${option.id})`;
  const said = describeVerdict(run.verdict);
  const key = keyOf(scenario);
  const isKey = key.is === 'choice' && key.ids.includes(option.id);
  if (run.verdict.is === 'couldNotCheck') report(place, 'couldNotCheck', run.verdict.message);
  else if (isKey && run.verdict.is !== 'works') report(place, 'keyFails', `the key ${said}`);
  else if (!isKey && run.verdict.is === 'works')
    report(place, 'distractorWorks', 'works and breaks no stated constraint, but is not the answer');
  else if (!agrees(option, run))
    report(place, 'verdictDiffers', `written: ${describeExpectation(option.expect)}; run: ${said}`);
}

export function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length <= 1) return [list];
  return list.flatMap((first, i) =>
    permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}

/** Every order is tried: those that work must be the key and what stands beside it. */
function judgeOrders(scenario: OrderingScenario, run: ScenarioRun, report: Report): void {
  const right = new Set([scenario.answer, ...(scenario.alsoRight ?? [])].map(orderId));
  for (const { id, verdict } of run.options) {
    if (verdict.is === 'couldNotCheck') return report('pieces', 'couldNotCheck', verdict.message);
    if (right.has(id) && verdict.is !== 'works')
      report('answer', 'keyFails', `${id} ${describeVerdict(verdict)}`);
    else if (!right.has(id) && verdict.is === 'works')
      report('answer', 'orderWorks', `${id} works and is not among the right orders`);
  }
}

/** Exactly one outcome comes of each call, and it is the written one. */
function judgeOutcomes(
  scenario: Extract<ExecutedScenario, { kind: 'matching' | 'predict' }>,
  run: ScenarioRun,
  report: Report,
): void {
  for (const each of run.options) {
    const place = scenario.kind === 'predict' ? 'steps' : `calls (${each.id})`;
    const said = describeVerdict(each.verdict);
    if (each.verdict.is === 'couldNotCheck') {
      report(place, 'couldNotCheck', each.verdict.message);
      continue;
    }
    const found = scenario.outcomes.filter((outcome) => came(outcome, each)).map(({ id }) => id);
    const written = scenario.kind === 'predict' ? scenario.answer : scenario.answer[each.id];
    if (found.length > 1)
      report(place, 'outcomeAmbiguous', `${found.join(' and ')} both come of it: ${said}`);
    else if (found[0] !== written)
      report(
        place,
        'keyFails',
        `written: ${written ?? '?'}; run: ${found[0] ?? 'none of the outcomes'}, ${said}`,
      );
  }
}

const runOptionsOf = (scenario: ExecutedScenario): RunOptions =>
  scenario.kind === 'ordering' ? { orders: permutations(scenario.pieces.map(({ id }) => id)) } : {};

/** A fault that is none, or whose evidence is of a world in which all is well, teaches nothing. */
async function isBroken(lab: LabApi, scenario: ChoiceScenario, report: Report): Promise<void> {
  if (scenario.kind !== 'findFault') return;
  const { goal } = scenario;
  const untouched: ChoiceScenario = {
    ...scenario,
    kind: 'single',
    constraints: [],
    options: [
      {
        id: 'nothing',
        steps: goal.is === 'probe' ? goal.steps : [],
        goal: undefined,
        expect: { is: 'works' },
      },
    ],
    goal: { is: 'stepsSucceed' },
    answer: 'nothing',
  };
  const [run] = (await runScenario(lab, untouched)).options;
  if (goal.is !== 'probe') report('goal', 'notBroken', 'a fault is shown by a probe that fails');
  else if (run?.verdict.is === 'works')
    report('goal', 'notBroken', 'the probe succeeds before anything is mended');
}

/** The state that the stem names is that of the keys after the setup. */
async function stateHolds(lab: LabApi, scenario: ExecutedScenario, report: Report): Promise<void> {
  let started;
  try {
    started = await startWorld(lab, scenario);
  } catch {
    return; // the run itself says why
  }
  const { world, variables } = started;
  const states = new Set<string>();
  for (const arn of keyArnsOf(variables)) states.add((await world.key(arn))?.rec.KeyState ?? 'none');
  await world.close();
  const found = states.size === 0 ? 'none' : states.size > 1 ? 'several' : [...states].join('');
  if (found !== scenario.stem.keyState)
    report('stem.keyState', 'stemUntrue', `says ${scenario.stem.keyState}; after the setup it is ${found}`);
}

const keyText = (answer: Answer): string =>
  JSON.stringify(
    answer.is === 'choice' ? [...answer.ids].sort() : answer.is === 'pairs' ? answer.pairs : answer.ids,
  );

/** The answer that the engine gives, as one text; for an order, whether the key still works. */
function engineSays(scenario: ExecutedScenario, run: ScenarioRun): string {
  if (scenario.kind === 'lab') return '';
  if (scenario.kind === 'ordering')
    return run.options.every(({ verdict }) => verdict.is === 'works') ? 'works' : 'fails';
  return keyText(rightOf(scenario, run));
}

/** What became of each option, but for names: an explanation stays true as long as this stays. */
const profileOf = ({ options }: ScenarioRun): string =>
  options
    .map(({ id, verdict: v }) => `${id} ${v.is}${v.is === 'fails' ? ` ${v.exception} ${v.stage}` : ''}`)
    .join(', ');

/** Two dresses with other names, and each listed key type by itself. */
const variationsOf = (
  scenario: ExecutedScenario,
  words: Words,
): readonly (readonly [string, ExecutedScenario])[] => [
  ...[7, 41].flatMap((seed) => {
    const varied = vary(scenario, words, seed).scenario;
    return varied.kind === 'stated' ? [] : [[`variation ${seed}`, varied] as const];
  }),
  ...Object.entries(scenario.keyTypes ?? {}).flatMap(([from, others]) =>
    others.map((to) => [`${to} for ${from}`, exchanged(scenario, words, { [from]: to }).scenario] as const),
  ),
];

const large = 1 << 20;

/** Flips what the stem leaves unsaid, and tries the item under other names. */
async function mutate(
  lab: LabApi,
  item: Item,
  scenario: ExecutedScenario,
  report: Report,
  skip: (reason: string) => void,
): Promise<Mutations> {
  if (scenario.kind === 'lab') return { tried: 0, caught: 0 };
  if (Object.values(scenario.files ?? {}).some(({ byteLength }) => byteLength > large)) {
    skip('mutations: each run of its large file takes seconds');
    return { tried: 0, caught: 0 };
  }
  const run = await runScenario(lab, scenario);
  const key = engineSays(scenario, run);
  const read = wordsBefore(item);
  let tried = 0;
  let caught = 0;
  for (const flip of flips) {
    const changed = flip.scenario?.(scenario) ?? scenario;
    const before = flip.world;
    const flipped = await runScenario(lab, changed, before ? { before: (s) => before(s, changed) } : {});
    // A world that cannot be made with the flip has no such question.
    if (flipped.options.some(({ verdict }) => verdict.is === 'couldNotCheck')) continue;
    tried += 1;
    if (engineSays(scenario, flipped) === key || flip.said.test(read) || flip.inStem === true) caught += 1;
    else report('stem', 'unstated', `"${flip.id}" changes the answer, and the question does not speak of it`);
  }
  const found = profileOf(run);
  for (const [name, varied] of variationsOf(scenario, item.words)) {
    tried += 1;
    const again = await runScenario(lab, varied);
    const says = engineSays(varied, again);
    if (says === key && profileOf(again) === found) caught += 1;
    else
      report(
        '',
        'variationDiffers',
        says === key
          ? `${name}: the answer stays, but not why: ${profileOf(again)} instead of ${found}`
          : `${name} changes the answer: ${says} instead of ${key}`,
      );
  }
  return { tried, caught };
}

/**
 * Checks every item: its files, its names, its words, and, if all of these stand, everything that can be tried by running
 * it. The lab is opened once and closed by whoever opened it.
 */
export async function checkScenarios(
  files: readonly SourceFile[],
  lab: LabApi,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const { items, problems: readProblems, found } = readItems(files);
  const { problems: mythProblems, ...myths } = checkMyths(files);
  const problems: Problem[] = [
    ...readProblems,
    ...findStaticProblems(items, items.length === found),
    ...mythProblems,
  ];
  const skips = unreadSkips(files, items);
  const verdicts: { file: string; option: string; said: string }[] = [];
  const byKind: Record<string, number> = {};
  const byTrap: Record<number, number> = {};
  let withServices = 0;
  let executed = 0;
  let stated = 0;
  let optionsRun = 0;
  let tried = 0;
  let caught = 0;
  for (const item of items) {
    const { file, scenario } = item;
    byKind[scenario.kind] = (byKind[scenario.kind] ?? 0) + 1;
    for (const trap of scenario.traps) byTrap[trap] = (byTrap[trap] ?? 0) + 1;
    if (callsServices(scenario)) withServices += 1;
    const report: Report = (place, code, message) => problems.push({ file, place, code, message });
    if (problems.some((p) => p.file === file || p.file === wordsPath(file))) {
      skips.push({ file, reason: 'has problems that need no run' });
      continue;
    }
    if (scenario.kind === 'stated') {
      stated += 1;
      continue;
    }
    if (options.only?.(file) === false) {
      skips.push({ file, reason: 'left out on demand' });
      continue;
    }
    executed += 1;
    await stateHolds(lab, scenario, report);
    if (scenario.kind === 'lab') {
      const done = await checkLab(lab, scenario satisfies LabScenario, report);
      optionsRun += done.ways;
      tried += done.tried;
      caught += done.caught;
      continue;
    }
    const run = await runScenario(lab, scenario, runOptionsOf(scenario));
    optionsRun += run.options.length;
    for (const { id, verdict, measures } of run.options)
      verdicts.push({
        file,
        option: id,
        said: `${describeVerdict(verdict)} (${measures.kmsCalls} calls, ${measures.bytesToKms} bytes)`,
      });
    const before = problems.length;
    if (isChoice(scenario)) {
      for (const option of scenario.options) {
        const tryOf = run.options.find(({ id }) => id === option.id);
        if (tryOf) judgeOption(scenario, option, tryOf, report);
        else report(`options (${option.id})`, 'couldNotCheck', 'was not run');
      }
      await isBroken(lab, scenario, report);
    } else if (scenario.kind === 'ordering') judgeOrders(scenario, run, report);
    else judgeOutcomes(scenario, run, report);
    if (problems.length > before || options.mutate !== true) continue;
    const mutations = await mutate(lab, item, scenario, report, (reason) => skips.push({ file, reason }));
    tried += mutations.tried;
    caught += mutations.caught;
  }
  return {
    items: found,
    executed,
    stated,
    byKind,
    byTrap,
    withServices,
    optionsRun,
    mutations: { tried, caught },
    myths,
    problems,
    verdicts,
    skips,
  };
}

/** Looks at every step, however deep it stands. */
const callsServices = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(callsServices)
    : isObject(value) &&
      ((typeof value['service'] === 'string' && value['service'] !== 'kms') ||
        Object.values(value).some(callsServices));

const unreadSkips = (
  files: readonly SourceFile[],
  items: readonly { readonly file: string }[],
): { file: string; reason: string }[] =>
  files
    .filter(({ path }) => isFacts(path) && !items.some(({ file }) => file === path))
    .map(({ path }) => ({ file: path, reason: 'facts or words could not be read' }));
