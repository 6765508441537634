import type { LabApi } from '../client/index.ts';
import type { ProblemCode } from './parse.ts';
import { startWorld, tryGoals, walk, type GoalRun } from './runner.ts';
import type { LabScenario, Step } from './scenario.ts';

type Report = (place: string, code: ProblemCode, message: string) => void;

/** The goals after these steps, in a world of their own. */
async function after(
  lab: LabApi,
  scenario: LabScenario,
  steps: readonly Step[],
): Promise<{ readonly goals: readonly GoalRun[]; readonly refused: readonly string[] }> {
  const started = await startWorld(lab, scenario);
  try {
    const done = await walk(scenario, started, steps);
    const refused = done.steps.flatMap((step, i) =>
      step.kind === 'call' && step.refusal
        ? [`${i}: ${step.operation} ${step.refusal.refused}, ${step.refusal.message}`]
        : [],
    );
    // Goals know what the setup saved and nothing of how the learner went.
    return { goals: await tryGoals(scenario, started), refused };
  } finally {
    await started.world.close();
  }
}

const solved = (goals: readonly GoalRun[]): boolean => goals.every(({ state }) => state === 'met');
const open = (goals: readonly GoalRun[]): string =>
  goals
    .filter(({ state }) => state !== 'met')
    .map(({ id, state, steps }) => {
      const last = steps.at(-1);
      const why =
        last?.kind === 'call' && last.refusal
          ? ` (${last.operation} ${last.refusal.refused}: ${last.refusal.message})`
          : last?.kind === 'expect'
            ? ` (${last.name} is ${last.found})`
            : '';
      return `${id} ${state}${why}`;
    })
    .join('; ');

/** Not solved at the start, solved by the solution, not solved by the solution less any one step, nor by a wrong way. */
export async function checkLab(
  lab: LabApi,
  scenario: LabScenario,
  report: Report,
): Promise<{ readonly ways: number; readonly tried: number; readonly caught: number }> {
  let ways = 0;
  let caught = 0;
  const trial = async (steps: readonly Step[]) => {
    ways += 1;
    return after(lab, scenario, steps);
  };
  try {
    const start = await trial([]);
    const unchecked = start.goals.find(({ state }) => state === 'couldNotCheck');
    if (unchecked) report(`goals (${unchecked.id})`, 'couldNotCheck', unchecked.message ?? '');
    if (solved(start.goals)) report('goals', 'solvedAtStart', 'every goal is met before the first call');
    const end = await trial(scenario.solution);
    if (!solved(end.goals))
      report('solution', 'solutionFails', [open(end.goals), ...end.refused].join(' · '));
    else
      for (const [i, step] of scenario.solution.entries()) {
        const without = await trial(scenario.solution.filter((_, j) => j !== i));
        if (!solved(without.goals)) caught += 1;
        else report(`solution[${i}]`, 'stepNotNeeded', `all goals are met without this ${step.do}, too`);
      }
    for (const { id, steps } of scenario.wrongWays)
      if (solved((await trial(steps)).goals))
        report(`wrongWays (${id})`, 'wrongWayPasses', 'meets every goal');
  } catch (error) {
    report('setup', 'couldNotCheck', error instanceof Error ? error.message : String(error));
  }
  return { ways, tried: scenario.solution.length, caught };
}
