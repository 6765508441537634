import type { Genesis, LabApi, Progress, WorldApi } from '../client/index.ts';
import { Actor, CannotCheck, type Ended } from './actor.ts';
import type { Measures, OptionRun, OptionVerdict, RunOptions, ScenarioRun, StepRun } from './runs.ts';
import type { Constraint, Goal, Option, Scenario, Step } from './scenario.ts';
import { fillMembers, generatedFile, type Filling } from './values.ts';

type Attachment = Extract<Step, { do: 'attachPolicy' }>;
const attachments = (steps: readonly Step[]): readonly Attachment[] =>
  steps.filter((step) => step.do === 'attachPolicy');

const withPolicies = (
  genesis: Genesis,
  extra: readonly { principal: string; document: object }[],
): Genesis => ({
  ...genesis,
  accounts: (genesis.accounts ?? []).map((account) => ({
    ...account,
    principals: (account.principals ?? []).map((each) => ({
      ...each,
      policies: [
        ...(each.policies ?? []),
        ...extra.filter((e) => e.principal === each.arn).map((e) => e.document),
      ],
    })),
  })),
});

interface Started {
  readonly world: WorldApi;
  readonly variables: ReadonlyMap<string, unknown>;
}

async function startOnce(
  lab: LabApi,
  scenario: Scenario,
  genesis: Genesis,
  files: (name: string) => Blob,
  options: RunOptions,
): Promise<Started> {
  const world = await lab.sandbox(genesis);
  try {
    const actor = new Actor(world, scenario, files, new Map(), options);
    const ended = await actor.run(scenario.setup, []);
    if (ended.refusal)
      throw new CannotCheck(
        `the setup was refused: ${ended.refusal.refusal.refused} ${ended.refusal.refusal.message}`,
      );
    if (ended.local) throw new CannotCheck(`the setup stopped: ${ended.local}`);
    return { world, variables: actor.variables };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/**
 * A world of the scenario with more identity policies. OURS: a world takes identity policies at its birth (there are no
 * IAM calls yet), so it is born again with them: same seed, same calls, therefore the same keys, which is checked.
 */
async function worldWith(
  lab: LabApi,
  scenario: Scenario,
  base: Started,
  extra: readonly Attachment[],
  files: (name: string) => Blob,
  options: RunOptions,
): Promise<Started> {
  if (extra.length === 0) return { world: await base.world.fork(), variables: base.variables };
  const filling: Filling = { variables: base.variables, file: files };
  const filled = await Promise.all(
    extra.map(async (e) => ({ principal: e.principal, document: await fillMembers(e.document, filling) })),
  );
  const again = await startOnce(lab, scenario, withPolicies(genesisOf(scenario), filled), files, options);
  for (const [name, value] of base.variables)
    if (typeof value === 'string' && again.variables.get(name) !== value) {
      await again.world.close();
      throw new CannotCheck(
        `"${name}" differs in a world with one more identity policy; give the world a seed`,
      );
    }
  return again;
}

/** Only what is given: the world's own defaults stand for the rest. */
const genesisOf = ({ world }: Scenario): Genesis => ({
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

/** Is a constraint kept by an option that works? `fewest` needs the other options and comes later. */
async function keeps(
  constraint: Constraint,
  actor: Actor,
  measures: Measures,
  into: StepRun[],
): Promise<boolean> {
  if (constraint.is === 'measure')
    return constraint.atMost === undefined || measures[constraint.of] <= constraint.atMost;
  for (const { exception, ...call } of constraint.calls) {
    const ended = await actor.call(call, into);
    if (ended.refusal?.refusal.refused !== exception) return false;
  }
  return true;
}

async function runOption(
  lab: LabApi,
  scenario: Scenario,
  option: Option,
  base: Started,
  files: (name: string) => Blob,
  options: RunOptions,
  bytes: (p: Progress) => void,
): Promise<OptionRun> {
  const steps: StepRun[] = [];
  const goalSteps: StepRun[] = [];
  const constraints: { id: string; kept: boolean; steps: StepRun[] }[] = [];
  let measures: Measures = { kmsCalls: 0, bytesToKms: 0 };
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
    const started = await worldWith(
      lab,
      scenario,
      base,
      [...attachments(scenario.setup), ...attachments(option.steps)],
      files,
      options,
    );
    world = started.world;
    const actor = new Actor(world, scenario, files, started.variables, { signal: options.signal, bytes });
    variables = actor.variables;
    const ended = await actor.run(option.steps, steps);
    measures = { ...actor.measures };
    const missed = await reach(option.goal ?? scenario.goal, actor, ended, goalSteps);
    if (missed) return report(missed);
    for (const constraint of scenario.constraints ?? []) {
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

const textsOf = (variables: ReadonlyMap<string, unknown>): Readonly<Record<string, string>> =>
  Object.fromEntries([...variables].filter((pair): pair is [string, string] => typeof pair[1] === 'string'));

/** Data keys that an option was given do not outlive it. */
function wipe(variables: ReadonlyMap<string, unknown>, keep: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of variables)
    if (value instanceof Uint8Array && keep.get(name) !== value) value.fill(0);
}

/** Judges "with the fewest" among the options that work, then turns broken constraints into the verdict. */
function compare(scenario: Scenario, runs: readonly OptionRun[]): readonly OptionRun[] {
  const working = runs.filter((run) => run.verdict.is === 'works');
  const unchecked = runs.find((run) => run.verdict.is === 'couldNotCheck');
  const compares = scenario.constraints?.some((c) => c.is === 'measure' && c.fewest === true) === true;
  return runs.map((run) => {
    if (run.verdict.is !== 'works') return run;
    if (compares && unchecked)
      return {
        ...run,
        verdict: { is: 'couldNotCheck', message: `nothing to compare with: ${unchecked.id}` },
      };
    const constraints = run.constraints.map((each) => {
      const declared = scenario.constraints?.find((c) => c.id === each.id);
      if (declared?.is !== 'measure' || declared.fewest !== true) return each;
      const fewest = Math.min(...working.map((other) => other.measures[declared.of]));
      return { ...each, kept: each.kept && run.measures[declared.of] <= fewest };
    });
    const broken = constraints.filter((each) => !each.kept).map((each) => each.id);
    return {
      ...run,
      constraints,
      verdict: broken.length === 0 ? run.verdict : { is: 'violates', constraints: broken },
    };
  });
}

/**
 * Builds the scenario's world, runs its setup, then every option in a throw-away copy of that world. The engine decides
 * which option is right; nothing here knows the author's key.
 */
export async function runScenario(
  lab: LabApi,
  scenario: Scenario,
  options: RunOptions = {},
): Promise<ScenarioRun> {
  const made = new Map<string, Blob>();
  const files = (name: string): Blob => {
    const known = made.get(name) ?? generatedFile(scenario.files?.[name]?.byteLength ?? 0);
    made.set(name, known);
    return known;
  };
  const chosen = scenario.options.filter(({ id }) => options.only?.includes(id) ?? true);
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
    const message = error instanceof Error ? error.message : String(error);
    return done(
      chosen.map(({ id }) => ({
        id,
        verdict: { is: 'couldNotCheck', message },
        measures: { kmsCalls: 0, bytesToKms: 0 },
        steps: [],
        goal: [],
        constraints: [],
        names: {},
      })),
    );
  }
  try {
    const runs: OptionRun[] = [];
    for (const option of chosen) {
      const progress = { option: option.id, done: runs.length, total: chosen.length };
      options.progress?.(progress);
      runs.push(
        await runOption(lab, scenario, option, base, files, options, (bytes) =>
          options.progress?.({ ...progress, bytes }),
        ),
      );
    }
    return done(runs);
  } finally {
    await base.world.close();
  }
}
