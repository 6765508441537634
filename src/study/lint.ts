import type { Item } from './items.ts';
import type { Problem, ProblemCode } from './parse.ts';
import type { Goal, Scenario, Step } from './scenario.ts';
import { needsOf } from './values.ts';

/** `user/analyst`: how the words name whoever acts. */
const shortPrincipal = (arn: string): string => arn.split(':').slice(5).join(':');

/**
 * What can be known without running anything: names, words, order, and how the items hang together.
 * @param complete all items could be read; else an idea may be missing for that reason alone
 */
export function findStaticProblems(items: readonly Item[], complete: boolean): readonly Problem[] {
  return [...items.flatMap(ofOne), ...doubleIds(items), ...ideas(items, complete)];
}

type Report = (place: string, code: ProblemCode, message: string) => void;

function ofOne(item: Item): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (place, code, message) => problems.push({ file: item.file, place, code, message });
  const { scenario } = item;
  if (!item.file.endsWith(`/${scenario.id}.json`))
    report('id', 'doubleId', `the file is not named ${scenario.id}.json`);
  if (!scenario.options.some(({ id }) => id === scenario.answer))
    report('answer', 'answerUnknown', `no option "${scenario.answer}"`);
  lookForDoubles(scenario.options, 'options', report);
  lookForDoubles(scenario.constraints ?? [], 'constraints', report);
  scenario.options.forEach(({ expect }, i) => {
    for (const name of expect.is === 'violates' ? expect.constraints : [])
      if (!scenario.constraints?.some(({ id }) => id === name))
        report(`options[${i}].expect`, 'constraintUnknown', `no constraint "${name}"`);
  });
  variables(scenario, report);
  words(item, report);
  unstated(item, report);
  return problems;
}

function lookForDoubles(list: readonly { readonly id: string }[], place: string, report: Report): void {
  list.forEach(({ id }, i) => {
    if (list.findIndex((other) => other.id === id) !== i)
      report(`${place}[${i}].id`, 'doubleId', `"${id}" twice`);
  });
}

/** Follows the order of a run: what a step uses, an earlier one must have saved. */
function variables(scenario: Scenario, report: Report): void {
  const files = new Set(Object.keys(scenario.files ?? {}));
  const use = (value: unknown, known: ReadonlySet<string>, place: string): void => {
    const needs = needsOf(value);
    for (const fault of needs.faults) report(place, 'unreadable', fault);
    for (const name of needs.variables)
      if (!known.has(name)) report(place, 'variableUnknown', `no \${${name}} at this point`);
    for (const name of needs.files) if (!files.has(name)) report(place, 'fileUnknown', `no file "${name}"`);
  };
  const walk = (steps: readonly Step[], known: Set<string>, place: string): void => {
    let called = false;
    steps.forEach((step, i) => {
      const here = `${place}[${i}]`;
      use(step, known, here);
      if ((step.do === 'callPerPiece' || step.do === 'seal') && !files.has(step.file))
        report(here, 'fileUnknown', `no file "${step.file}"`);
      if (step.do === 'attachPolicy' && called)
        report(here, 'stepOrder', 'a policy is attached before the first call');
      if (step.do === 'call' || step.do === 'callPerPiece') {
        called = true;
        for (const name of [...Object.keys(step.save ?? {}), ...Object.keys(step.saveIfGiven ?? {})])
          known.add(name);
      } else if (step.do === 'seal' || step.do === 'open') known.add(step.save);
      else if (step.do === 'wipe') known.delete(step.value.slice(2, -1));
    });
  };
  const goal = (it: Goal, known: Set<string>, place: string): void => {
    if (it.is !== 'probe') return;
    walk(it.steps, known, `${place}.steps`);
    it.same?.forEach((pair, i) => use(pair, known, `${place}.same[${i}]`));
  };
  const base = new Set<string>();
  walk(scenario.setup, base, 'setup');
  scenario.options.forEach((option, i) => {
    const known = new Set(base);
    walk(option.steps, known, `options[${i}].steps`);
    use(option.expect, known, `options[${i}].expect`);
    goal(option.goal ?? scenario.goal, known, option.goal ? `options[${i}].goal` : 'goal');
  });
  scenario.constraints?.forEach((constraint, i) => {
    if (constraint.is === 'stillRefused') use(constraint.calls, base, `constraints[${i}].calls`);
  });
}

function words({ scenario, words: said }: Item, report: Report): void {
  const compare = (ids: readonly string[], texts: Readonly<Record<string, unknown>>, place: string): void => {
    for (const id of ids)
      if (!Object.hasOwn(texts, id)) report(place, 'wordsMissing', `no words for "${id}"`);
    for (const id of Object.keys(texts))
      if (!ids.includes(id)) report(place, 'wordsUnused', `words for "${id}", which is not there`);
  };
  compare(
    scenario.options.map(({ id }) => id),
    said.options,
    'options',
  );
  compare(
    (scenario.constraints ?? []).map(({ id }) => id),
    said.constraints,
    'constraints',
  );
}

/** Whoever acts, and wherever, must be named in the words that are read before the answer. */
function unstated({ scenario, words: said }: Item, report: Report): void {
  const read = [
    said.stem,
    ...said.given.map((g) => g.text),
    ...Object.values(said.options).map((o) => o.text),
    ...Object.values(said.constraints),
  ].join('\n');
  const { stem } = scenario;
  const steps = scenario.options.flatMap((option) => {
    const goal = option.goal ?? scenario.goal;
    return [...option.steps, ...(goal.is === 'probe' ? goal.steps : [])];
  });
  const calls = [
    ...steps.filter((step) => step.do === 'call' || step.do === 'callPerPiece'),
    ...(scenario.constraints ?? []).flatMap((c) => (c.is === 'stillRefused' ? c.calls : [])),
  ];
  const actors = [
    ...calls.map((call) => call.as),
    ...steps.flatMap((step) => (step.do === 'attachPolicy' ? [step.principal] : [])),
  ];
  for (const arn of new Set(actors))
    if (arn !== undefined && arn !== stem.principal && !read.includes(shortPrincipal(arn)))
      report('stem', 'nameUnstated', `${shortPrincipal(arn)} acts, but the question does not name it`);
  for (const region of new Set(calls.map((call) => call.region)))
    if (region !== undefined && region !== stem.region && !read.includes(region))
      report('stem', 'nameUnstated', `${region} is used, but the question does not name it`);
}

const doubleIds = (items: readonly Item[]): readonly Problem[] =>
  items
    .filter(({ scenario }, i) => items.findIndex((other) => other.scenario.id === scenario.id) !== i)
    .map(({ file, scenario }) => ({
      file,
      place: 'id',
      code: 'doubleId',
      message: `"${scenario.id}" is taken`,
    }));

/** Ideas must be brought in somewhere, and nothing may require itself. */
function ideas(items: readonly Item[], complete: boolean): readonly Problem[] {
  const requires = new Map<string, Set<string>>();
  for (const { scenario } of items) {
    const all = requires.get(scenario.idea) ?? new Set();
    scenario.requires.forEach((idea) => all.add(idea));
    requires.set(scenario.idea, all);
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(requires.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return items.flatMap(({ file, scenario }): Problem[] => [
    ...scenario.requires
      .filter((idea) => complete && !requires.has(idea))
      .map((idea): Problem => ({
        file,
        place: 'requires',
        code: 'requiresUnknown',
        message: `no scenario brings in "${idea}"`,
      })),
    ...(reaches(scenario.idea, scenario.idea)
      ? [
          {
            file,
            place: 'requires',
            code: 'requiresCycle',
            message: `"${scenario.idea}" requires itself`,
          } satisfies Problem,
        ]
      : []),
  ]);
}
