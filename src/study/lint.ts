import type { Item } from './items.ts';
import { ofOneClass } from './keyTypes.ts';
import type { Problem, ProblemCode } from './parse.ts';
import { constraintsOf, isChoice, type Goal, type Scenario, type Step } from './scenario.ts';
import { needsOf } from './values.ts';

/** `user/analyst`: how the words name whoever acts. */
const shortPrincipal = (arn: string): string => arn.split(':').slice(5).join(':');

/**
 * What can be known without running anything: names, words, order, and how the items hang together.
 * @param complete all items could be read; else an idea may be missing for that reason alone
 */
export function findStaticProblems(items: readonly Item[], complete: boolean): readonly Problem[] {
  return [
    ...items.flatMap(ofOne),
    ...doubleIds(items),
    ...ideas(items, complete),
    ...(complete ? executedShare(items) : []),
  ];
}

/** OURS: one item in ten may stand on our word alone (the bound); a bank of fewer than ten may hold one. */
function executedShare(items: readonly Item[]): readonly Problem[] {
  const stated = items.filter(({ scenario }) => scenario.kind === 'stated');
  const last = stated.at(-1);
  if (!last || stated.length <= Math.max(1, Math.floor(items.length / 10))) return [];
  const message = `${stated.length} of ${items.length} items cannot be executed`;
  return [{ file: last.file, place: 'kind', code: 'tooFewExecuted', message }];
}

type Report = (place: string, code: ProblemCode, message: string) => void;

function ofOne(item: Item): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (place, code, message) => problems.push({ file: item.file, place, code, message });
  const { scenario } = item;
  if (!item.file.endsWith(`/${scenario.id}.json`))
    report('id', 'doubleId', `the file is not named ${scenario.id}.json`);
  names(scenario, report);
  if (scenario.kind !== 'stated') {
    variables(scenario, report);
    keyTypes(scenario, report);
  }
  words(item, report);
  if (scenario.kind !== 'stated') {
    unstated(item, report);
    stemHolds(scenario, report);
  }
  return problems;
}

/** Ids are unique in their list, and whatever names one names one that is there. */
function names(scenario: Scenario, report: Report): void {
  const known = (place: string, id: string, list: readonly { readonly id: string }[]): void => {
    if (!list.some((each) => each.id === id)) report(place, 'answerUnknown', `nothing is called "${id}"`);
  };
  switch (scenario.kind) {
    case 'single':
    case 'multiple':
    case 'findFault': {
      const keys = scenario.kind === 'multiple' ? scenario.answers : [scenario.answer];
      for (const key of keys)
        known(scenario.kind === 'multiple' ? 'answers' : 'answer', key, scenario.options);
      if (new Set(keys).size !== keys.length) report('answers', 'doubleId', 'an answer stands twice');
      lookForDoubles(scenario.options, 'options', report);
      lookForDoubles(scenario.constraints ?? [], 'constraints', report);
      scenario.options.forEach(({ expect }, i) => {
        for (const name of expect.is === 'violates' ? expect.constraints : [])
          if (!scenario.constraints?.some(({ id }) => id === name))
            report(`options[${i}].expect`, 'constraintUnknown', `no constraint "${name}"`);
      });
      return;
    }
    case 'ordering':
      lookForDoubles(scenario.pieces, 'pieces', report);
      for (const order of [scenario.answer, ...(scenario.alsoRight ?? [])]) {
        for (const id of order) known('answer', id, scenario.pieces);
        if (new Set(order).size !== scenario.pieces.length || order.length !== scenario.pieces.length)
          report('answer', 'answerUnknown', 'an order names every piece once');
      }
      return;
    case 'matching':
      lookForDoubles(scenario.calls, 'calls', report);
      lookForDoubles(scenario.outcomes, 'outcomes', report);
      for (const [call, outcome] of Object.entries(scenario.answer)) {
        known('answer', call, scenario.calls);
        known('answer', outcome, scenario.outcomes);
      }
      for (const { id } of scenario.calls)
        if (!Object.hasOwn(scenario.answer, id)) report('answer', 'answerUnknown', `no answer for "${id}"`);
      return;
    case 'predict':
      lookForDoubles(scenario.outcomes, 'outcomes', report);
      known('answer', scenario.answer, scenario.outcomes);
      return;
    case 'lab':
      lookForDoubles(scenario.goals, 'goals', report);
      lookForDoubles(scenario.wrongWays, 'wrongWays', report);
      return;
    case 'stated':
      lookForDoubles(scenario.options, 'options', report);
      known('answer', scenario.answer, scenario.options);
      return;
    default:
      scenario satisfies never;
  }
}

function lookForDoubles(list: readonly { readonly id: string }[], place: string, report: Report): void {
  list.forEach(({ id }, i) => {
    if (list.findIndex((other) => other.id === id) !== i)
      report(`${place}[${i}].id`, 'doubleId', `"${id}" twice`);
  });
}

type Executed = Exclude<Scenario, { kind: 'stated' }>;
type Path = { readonly place: string; readonly steps: readonly Step[]; readonly goal?: Goal | undefined };

/** Every way that a run can take, from the setup on. */
function pathsOf(scenario: Executed): readonly Path[] {
  switch (scenario.kind) {
    case 'single':
    case 'multiple':
    case 'findFault':
      return scenario.options.map(({ steps, goal }, i) => ({
        place: `options[${i}]`,
        steps,
        goal: goal ?? scenario.goal,
      }));
    case 'ordering':
      return [
        {
          place: 'answer',
          steps: scenario.answer.flatMap((id) => scenario.pieces.find((p) => p.id === id)?.steps ?? []),
          goal: scenario.goal,
        },
      ];
    case 'matching':
      return scenario.calls.map(({ steps }, i) => ({ place: `calls[${i}]`, steps }));
    case 'predict':
      return [{ place: '', steps: scenario.steps }];
    case 'lab':
      return [
        { place: 'solution', steps: scenario.solution },
        ...scenario.wrongWays.map(({ steps }, i) => ({ place: `wrongWays[${i}]`, steps })),
        // A goal is tried in any world that the learner may have made: it knows what the setup saved, and no more.
        ...scenario.goals.map(({ steps, same }, i) => ({
          place: `goals[${i}]`,
          steps: [],
          goal: { is: 'probe', steps, same } as const,
        })),
      ];
    default:
      return scenario satisfies never;
  }
}

/** What is exchanged is there, and what takes its place is of its class. */
function keyTypes({ keyTypes: listed = {}, ...rest }: Executed, report: Report): void {
  const text = JSON.stringify(rest);
  for (const [from, others] of Object.entries(listed)) {
    if (from !== 'SYMMETRIC_DEFAULT' && !text.includes(`"${from}"`))
      report('keyTypes', 'otherClass', `${from} is nowhere in the item`);
    for (const to of others)
      if (!ofOneClass(from, to))
        report(`keyTypes.${from}`, 'otherClass', `${to} is of another class than ${from}`);
  }
}

/** Follows the order of a run: what a step uses, an earlier one must have saved. */
function variables(scenario: Executed, report: Report): void {
  const files = new Set(Object.keys(scenario.files ?? {}));
  const use = (value: unknown, known: ReadonlySet<string>, place: string): void => {
    const needs = needsOf(value);
    for (const fault of needs.faults) report(place, 'unreadable', fault);
    for (const name of needs.variables)
      if (!known.has(name)) report(place, 'variableUnknown', `no \${${name}} at this point`);
    for (const name of needs.files) if (!files.has(name)) report(place, 'fileUnknown', `no file "${name}"`);
  };
  const walk = (steps: readonly Step[], known: Set<string>, place: string): void => {
    steps.forEach((step, i) => {
      const here = `${place}[${i}]`;
      use(step, known, here);
      if ((step.do === 'callPerPiece' || step.do === 'seal') && !files.has(step.file))
        report(here, 'fileUnknown', `no file "${step.file}"`);
      if (step.do === 'drill' && (place !== 'setup' || scenario.kind !== 'lab'))
        report(here, 'unreadable', 'a drill is played in the setup of a lab');
      if (step.do === 'call' || step.do === 'callPerPiece' || step.do === 'multiply') {
        for (const name of [...Object.keys(step.save ?? {}), ...Object.keys(step.saveIfGiven ?? {})])
          known.add(name);
      } else if (step.do === 'drill') Object.keys(step.save).forEach((name) => known.add(name));
      else if ('save' in step && step.save !== undefined) known.add(step.save);
      else if (step.do === 'wipe') known.delete(step.value.slice(2, -1));
    });
  };
  const base = new Set<string>();
  walk(scenario.setup, base, 'setup');
  for (const { place, steps, goal } of pathsOf(scenario)) {
    const known = new Set(base);
    const at = place === '' ? '' : `${place}.`;
    walk(steps, known, `${at}steps`);
    // What the last call saved may be what it is judged by.
    if (scenario.kind === 'matching' || scenario.kind === 'predict')
      scenario.outcomes.forEach((outcome, i) => {
        if (outcome.is === 'value' && scenario.kind === 'predict')
          use(outcome.of, known, `outcomes[${i}].of`);
      });
    if (goal?.is !== 'probe') continue;
    walk(goal.steps, known, `${at}goal.steps`);
    goal.same?.forEach((pair, i) => use(pair, known, `${at}goal.same[${i}]`));
  }
  if (isChoice(scenario))
    scenario.options.forEach(({ expect, steps }, i) => {
      const known = new Set(base);
      walk(steps, known, `options[${i}].steps`);
      use(expect, known, `options[${i}].expect`);
    });
  if (scenario.kind === 'findFault' || scenario.kind === 'lab')
    scenario.evidence?.forEach((each, i) => use(each, base, `evidence[${i}]`));
  constraintsOf(scenario).forEach((constraint, i) => {
    if (constraint.is === 'stillRefused') use(constraint.calls, base, `constraints[${i}].calls`);
  });
}

/** Ids that need a text of their own, by member of the words. */
function wordIds(scenario: Scenario): {
  readonly options: readonly string[];
  readonly outcomes: readonly string[];
  readonly hints: readonly string[];
} {
  const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id);
  switch (scenario.kind) {
    case 'single':
    case 'multiple':
    case 'findFault':
    case 'stated':
      return { options: ids(scenario.options), outcomes: [], hints: [] };
    case 'ordering':
      return { options: ids(scenario.pieces), outcomes: [], hints: [] };
    case 'matching':
      return { options: ids(scenario.calls), outcomes: ids(scenario.outcomes), hints: [] };
    case 'predict':
      return { options: ids(scenario.outcomes), outcomes: [], hints: [] };
    case 'lab':
      return { options: ids(scenario.goals), outcomes: [], hints: scenario.hints };
    default:
      return scenario satisfies never;
  }
}

function words({ scenario, words: said }: Item, report: Report): void {
  const compare = (ids: readonly string[], texts: Readonly<Record<string, unknown>>, place: string): void => {
    for (const id of ids)
      if (!Object.hasOwn(texts, id)) report(place, 'wordsMissing', `no words for "${id}"`);
    for (const id of Object.keys(texts))
      if (!ids.includes(id)) report(place, 'wordsUnused', `words for "${id}", which is not there`);
  };
  const needed = wordIds(scenario);
  compare(needed.options, said.options, 'options');
  compare(needed.outcomes, said.outcomes ?? {}, 'outcomes');
  compare(needed.hints, said.hints ?? {}, 'hints');
  compare(
    constraintsOf(scenario).map(({ id }) => id),
    said.constraints,
    'constraints',
  );
  // "Select two" is computed from the answers; a number in the words would age.
  if (/\b(select|choose|pick)\s+(one|two|three|four|\d)\b/i.test(said.stem))
    report('stem', 'unreadable', 'how many to select is computed, not written');
}

/** All that is read before the answer. */
export const wordsBefore = ({ words: said }: Item): string =>
  [
    said.stem,
    ...said.given.map((g) => `${g.label} ${g.text}`),
    ...Object.values(said.options).map((o) => o.text),
    ...Object.values(said.constraints),
    ...Object.values(said.outcomes ?? {}),
  ].join('\n');

/** Whoever acts, and wherever, must be named in the words that are read before the answer. */
function unstated(item: Item, report: Report): void {
  const { scenario } = item;
  if (scenario.kind === 'stated') return;
  const read = wordsBefore(item);
  const { stem } = scenario;
  const steps = pathsOf(scenario).flatMap(({ steps: all, goal }) => [
    ...all,
    ...(goal?.is === 'probe' ? goal.steps : []),
  ]);
  const calls = [
    ...steps.filter((step) => step.do === 'call' || step.do === 'callPerPiece' || step.do === 'multiply'),
    ...constraintsOf(scenario).flatMap((c) => (c.is === 'stillRefused' ? c.calls : [])),
  ];
  const actors = [
    ...calls.map((call) => call.as),
    ...steps.flatMap((step) =>
      step.do === 'attachPolicy' ? [step.principal] : step.do === 'react' ? [step.as] : [],
    ),
  ];
  for (const arn of new Set(actors))
    if (arn !== undefined && arn !== stem.principal && !read.includes(shortPrincipal(arn)))
      report('stem', 'nameUnstated', `${shortPrincipal(arn)} acts, but the question does not name it`);
  for (const region of new Set(calls.map((call) => call.region)))
    if (region !== undefined && region !== stem.region && !read.includes(region))
      report('stem', 'nameUnstated', `${region} is used, but the question does not name it`);
}

/** What the stem says must be so in the world: whom it names is there, and the keys of the setup are of its type. */
function stemHolds({ stem, world, setup }: Executed, report: Report): void {
  const known = world.accounts.flatMap((a) => [
    `arn:aws:iam::${a.id}:root`,
    ...a.principals.map(({ arn }) => arn),
  ]);
  if (!known.includes(stem.principal))
    report('stem.principal', 'stemUntrue', `${stem.principal} is not in the world`);
  if (stem.principal.split(':')[4] !== stem.account)
    report('stem.account', 'stemUntrue', `${stem.principal} is not of account ${stem.account}`);
  const specs = new Set(
    setup.flatMap((step) =>
      step.do === 'call' && step.operation === 'CreateKey'
        ? [String(step.input?.['KeySpec'] ?? 'SYMMETRIC_DEFAULT')]
        : [],
    ),
  );
  const found = specs.size === 0 ? 'none' : specs.size > 1 ? 'several' : [...specs].join('');
  // Without a key in the setup the stem says of which type the learner's own will be.
  if (found !== 'none' && found !== stem.keyType)
    report('stem.keyType', 'stemUntrue', `says ${stem.keyType}; the setup makes ${found}`);
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
