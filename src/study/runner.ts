import type { Genesis, LabApi, Progress, WorldApi } from '../client/index.ts';
import { Actor, CannotCheck, type Ended } from './actor.ts';
import {
  noMeasures,
  type Measures,
  type OptionRun,
  type OptionVerdict,
  type RunOptions,
  type ScenarioRun,
  type StartedWorld,
  type StepRun,
} from './runs.ts';
import {
  constraintsOf,
  isChoice,
  type Constraint,
  type ExecutedScenario,
  type Goal,
  type LabScenario,
  type Scenario,
  type Step,
} from './scenario.ts';
import { generatedFile } from './values.ts';
import { costOf } from './watching.ts';

type Started = StartedWorld;

/** Something to try in a copy of the scenario's world: an option, an order, a call, a way through a lab. */
export interface Play {
  readonly id: string;
  readonly steps: readonly Step[];
  readonly goal: Goal;
}

/** What is tried of a scenario. A lab is tried by its own functions, what is stated not at all. */
export function playsOf(scenario: Scenario, options: RunOptions = {}): readonly Play[] {
  if (isChoice(scenario))
    return scenario.options.map(({ id, steps, goal }) => ({ id, steps, goal: goal ?? scenario.goal }));
  switch (scenario.kind) {
    case 'ordering':
      return (options.orders ?? [scenario.answer]).map((order) => playOfOrder(scenario, order));
    case 'matching':
      return scenario.calls.map(({ id, steps }) => ({ id, steps, goal: { is: 'stepsSucceed' } }));
    case 'predict':
      return [{ id: 'run', steps: scenario.steps, goal: { is: 'stepsSucceed' } }];
    case 'lab':
    case 'stated':
      return [];
    default:
      return scenario satisfies never;
  }
}

export const orderMark = ' > ';
export const orderId = (order: readonly string[]): string => order.join(orderMark);
const playOfOrder = (
  { pieces, goal }: Extract<Scenario, { kind: 'ordering' }>,
  order: readonly string[],
): Play => ({
  id: orderId(order),
  steps: order.flatMap((id) => pieces.find((piece) => piece.id === id)?.steps ?? []),
  goal,
});

async function startOnce(
  lab: LabApi,
  scenario: ExecutedScenario,
  genesis: Genesis,
  files: (name: string) => Blob,
  options: RunOptions,
): Promise<Started> {
  const world = await lab.sandbox(genesis);
  try {
    const actor = new Actor(world, scenario, files, new Map(), { signal: options.signal });
    const ended = await actor.run(scenario.setup, []);
    if (ended.refusal)
      throw new CannotCheck(
        `the setup was refused: ${ended.refusal.refusal.refused} ${ended.refusal.refusal.message}`,
      );
    if (ended.local) throw new CannotCheck(`the setup stopped: ${ended.local}`);
    await options.before?.({ world, variables: actor.variables });
    return { world, variables: actor.variables };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** Only what is given: the world's own defaults stand for the rest. */
export const genesisOf = ({ world }: Pick<ExecutedScenario, 'world'>): Genesis => ({
  ...world,
  switches: Object.fromEntries(
    Object.entries(world.switches ?? {}).filter(([, value]) => value !== undefined),
  ),
});

async function reach(
  goal: Goal,
  actor: Actor,
  ended: Ended,
  into: StepRun[],
): Promise<OptionVerdict | undefined> {
  if (goal.is === 'lastRefused')
    return ended.refusal?.refusal.refused === goal.exception
      ? undefined
      : (failure(ended, 'steps') ?? { is: 'goalMissed' });
  const stepsFailed = failure(ended, 'steps');
  if (stepsFailed || goal.is === 'stepsSucceed') return stepsFailed;
  const probeFailed = failure(await actor.run(goal.steps, into), 'goal');
  if (probeFailed) return probeFailed;
  for (const pair of goal.same ?? [])
    if (!(await actor.same(pair, into))) return { is: 'failsLocally', where: 'goal', because: 'notSame' };
  return undefined;
}

function failure({ refusal, local }: Ended, where: 'steps' | 'goal'): OptionVerdict | undefined {
  if (local) return { is: 'failsLocally', where, because: local };
  if (!refusal) return undefined;
  const { refused: exception, message, status } = refusal.refusal;
  return { is: 'fails', where, exception, message, status, stage: refusal.stage };
}

const of = (measures: Measures, asked: Extract<Constraint, { is: 'measure' }>): number =>
  measures[asked.of] ?? 0;

/** Is a constraint kept by an option that works? `fewest` needs the other options and comes later. */
async function keeps(
  constraint: Constraint,
  actor: Actor,
  measures: Measures,
  into: StepRun[],
): Promise<boolean> {
  if (constraint.is === 'measure')
    return constraint.atMost === undefined || of(measures, constraint) <= constraint.atMost;
  for (const { exception, ...call } of constraint.calls) {
    const ended = await actor.call(call, into);
    if (ended.refusal?.refusal.refused !== exception) return false;
  }
  return true;
}

async function runPlay(
  scenario: ExecutedScenario,
  option: Play,
  base: Started,
  files: (name: string) => Blob,
  options: RunOptions,
  bytes: (p: Progress) => void,
): Promise<OptionRun> {
  const steps: StepRun[] = [];
  const goalSteps: StepRun[] = [];
  const constraints: { id: string; kept: boolean; steps: StepRun[] }[] = [];
  let measures: Measures = noMeasures;
  let variables: ReadonlyMap<string, unknown> = base.variables;
  const report = (verdict: OptionVerdict): OptionRun => ({
    id: option.id,
    verdict,
    measures,
    steps,
    goal: goalSteps,
    constraints,
    names: textsOf(variables),
  });
  let world: WorldApi | undefined;
  try {
    world = await base.world.fork();
    const actor = new Actor(world, scenario, files, base.variables, {
      signal: options.signal,
      bytes,
      advise: options.advise,
    });
    variables = actor.variables;
    const { at } = await world.now();
    const ended = await actor.run(option.steps, steps);
    const priced = constraintsOf(scenario).some((each) => each.is === 'measure' && each.of === 'cents');
    measures = { ...actor.measures, cents: priced ? await centsSince(world, actor, at) : undefined };
    const missed = await reach(option.goal, actor, ended, goalSteps);
    if (missed) return report(missed);
    for (const constraint of constraintsOf(scenario)) {
      const into: StepRun[] = [];
      constraints.push({
        id: constraint.id,
        kept: await keeps(constraint, actor, measures, into),
        steps: into,
      });
    }
    return report({ is: 'works' });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return report({ is: 'couldNotCheck', message: error instanceof Error ? error.message : String(error) });
  } finally {
    wipe(variables, base.variables);
    await world?.close();
  }
}

const centsSince = async (world: WorldApi, actor: Actor, from: number): Promise<number> =>
  Math.round((await costOf(world, { account: actor.account, from, more: actor.multiplied })) * 100);

const textsOf = (variables: ReadonlyMap<string, unknown>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...variables]
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  );

/** Data keys that an option was given do not outlive it. */
function wipe(variables: ReadonlyMap<string, unknown>, keep: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of variables)
    if (value instanceof Uint8Array && keep.get(name) !== value) value.fill(0);
}

/** Judges "with the fewest" among the options that work, then turns broken constraints into the verdict. */
function compare(scenario: Scenario, runs: readonly OptionRun[]): readonly OptionRun[] {
  const constraints = constraintsOf(scenario);
  const working = runs.filter((run) => run.verdict.is === 'works');
  const unchecked = runs.find((run) => run.verdict.is === 'couldNotCheck');
  const compares = constraints.some((c) => c.is === 'measure' && c.fewest === true);
  return runs.map((run) => {
    if (run.verdict.is !== 'works') return run;
    if (compares && unchecked)
      return {
        ...run,
        verdict: { is: 'couldNotCheck', message: `nothing to compare with: ${unchecked.id}` },
      };
    const kept = run.constraints.map((each) => {
      const declared = constraints.find((c) => c.id === each.id);
      if (declared?.is !== 'measure' || declared.fewest !== true) return each;
      const fewest = Math.min(...working.map((other) => of(other.measures, declared)));
      return { ...each, kept: each.kept && of(run.measures, declared) <= fewest };
    });
    const broken = kept.filter((each) => !each.kept).map((each) => each.id);
    return {
      ...run,
      constraints: kept,
      verdict: broken.length === 0 ? run.verdict : { is: 'violates', constraints: broken },
    };
  });
}

function fileMaker({ files = {} }: Pick<ExecutedScenario, 'files'>): (name: string) => Blob {
  const made = new Map<string, Blob>();
  return (name) => {
    const known = made.get(name) ?? generatedFile(files[name]?.byteLength ?? 0);
    made.set(name, known);
    return known;
  };
}

const uncheckable = (id: string, error: unknown): OptionRun => ({
  id,
  verdict: { is: 'couldNotCheck', message: error instanceof Error ? error.message : String(error) },
  measures: noMeasures,
  steps: [],
  goal: [],
  constraints: [],
  names: {},
});

/**
 * Builds the scenario's world, runs its setup, then everything that is to be tried, each in a throw-away copy of that
 * world. The engine decides what comes of it; nothing here knows the author's key.
 */
export async function runScenario(
  lab: LabApi,
  scenario: ExecutedScenario,
  options: RunOptions = {},
): Promise<ScenarioRun> {
  const files = fileMaker(scenario);
  const chosen = playsOf(scenario, options).filter(({ id }) => options.only?.includes(id) ?? true);
  const done = (runs: readonly OptionRun[]): ScenarioRun => ({
    scenario: scenario.id,
    version: scenario.version,
    options: compare(scenario, runs),
  });
  let base: Started;
  try {
    base = await startOnce(lab, scenario, genesisOf(scenario), files, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return done(chosen.map(({ id }) => uncheckable(id, error)));
  }
  try {
    const runs: OptionRun[] = [];
    for (const option of chosen) {
      const progress = { option: option.id, done: runs.length, total: chosen.length };
      options.progress?.(progress);
      runs.push(
        await runPlay(scenario, option, base, files, options, (bytes) =>
          options.progress?.({ ...progress, bytes }),
        ),
      );
    }
    return done(runs);
  } finally {
    await base.world.close();
  }
}

/** The world of a scenario after its setup, for whoever acts in it or reads it. Close it. */
export const startWorld = (
  lab: LabApi,
  scenario: ExecutedScenario,
  options: RunOptions = {},
): Promise<StartedWorld> => startOnce(lab, scenario, genesisOf(scenario), fileMaker(scenario), options);

/** How one goal of a lab stands. */
export type GoalState = 'met' | 'notMet' | 'couldNotCheck';
export interface GoalRun {
  readonly id: string;
  readonly state: GoalState;
  readonly steps: readonly StepRun[];
  /** Of `couldNotCheck`: ours to apologise for. */
  readonly message?: string | undefined;
}

/** Tries every goal on a copy of its own: a probe leaves no event, uses no quota and disturbs no other. */
export async function tryGoals(
  scenario: LabScenario,
  { world, variables }: StartedWorld,
  options: RunOptions = {},
): Promise<readonly GoalRun[]> {
  const runs: GoalRun[] = [];
  for (const { id, steps, same } of scenario.goals) {
    const into: StepRun[] = [];
    let copy: WorldApi | undefined;
    try {
      copy = await world.fork();
      const actor = new Actor(copy, scenario, fileMaker(scenario), variables, options);
      const goal: Goal = { is: 'probe', steps, same };
      const missed = await reach(goal, actor, {}, into);
      runs.push({ id, state: missed ? 'notMet' : 'met', steps: into });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      runs.push({ id, state: 'couldNotCheck', steps: into, message });
    } finally {
      await copy?.close();
    }
  }
  return runs;
}

/** Runs steps in a lab's world, as its learner would: a refused one changes nothing and the next is tried all the same. */
export async function walk(
  scenario: ExecutedScenario,
  { world, variables }: StartedWorld,
  steps: readonly Step[],
  options: RunOptions = {},
): Promise<{ readonly variables: ReadonlyMap<string, unknown>; readonly steps: readonly StepRun[] }> {
  const actor = new Actor(world, scenario, fileMaker(scenario), variables, options);
  const into: StepRun[] = [];
  for (const step of steps) await actor.run([step], into);
  return { variables: actor.variables, steps: into };
}
