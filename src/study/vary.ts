import { followers, withSpec } from './keyTypes.ts';
import type { ExecutedScenario, Scenario, Words } from './scenario.ts';

/*
 * Variations: the same item with other accounts, Regions, names and, where the item lists some, key types and
 * algorithms, changed alike in facts and words. Nothing that decides may hang on them; the checker proves it by running
 * variations of every item, and every listed key type.
 */
const accounts = [
  '111122223333',
  '444455556666',
  '777788889999',
  '123456789012',
  '210987654321',
  '998877665544',
];
const regions = [
  'us-east-1',
  'eu-central-1',
  'ap-southeast-2',
  'us-west-2',
  'eu-west-1',
  'sa-east-1',
  'ca-central-1',
];
const people = [
  'alder',
  'birch',
  'cedar',
  'dogwood',
  'elm',
  'fir',
  'gum',
  'hazel',
  'ivy',
  'juniper',
  'kapok',
  'larch',
];

/** A small seeded generator (mulberry32): the same seed gives the same variation on every machine. */
export function draws(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(list: readonly T[], draw: () => number): T => {
  const found = list[Math.floor(draw() * list.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
};

export function shuffled<T>(list: readonly T[], draw: () => number): readonly T[] {
  const left = [...list];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(Math.floor(draw() * left.length), 1));
  return out;
}

const principalsIn = (scenario: ExecutedScenario): readonly string[] =>
  scenario.world.accounts.flatMap((a) => a.principals.map(({ arn }) => arn.split('/').at(-1) ?? ''));

/** Old names and new ones. Whole words only: a name inside another stays. */
function renaming(scenario: ExecutedScenario, seed: number): ReadonlyMap<string, string> {
  const draw = draws(seed);
  const map = new Map<string, string>();
  const text = JSON.stringify(scenario);
  const swap = (old: readonly string[], pool: readonly string[]): void => {
    const used = old.filter((name) => text.includes(name));
    const fresh = shuffled(pool, draw);
    used.forEach((name, i) => map.set(name, fresh[i] ?? name));
  };
  swap(
    scenario.world.accounts.map(({ id }) => id),
    accounts,
  );
  const here = [...new Set(text.match(/\b(?:us|eu|ap|sa|ca|af|me|il|mx)(?:-[a-z]+)+-\d\b/g) ?? [])];
  swap(here, regions);
  const suffix = pick(people, draw);
  for (const name of principalsIn(scenario))
    if (name.includes('-') && name !== 'key-admin') map.set(name, `${name}-${suffix}`);
  return map;
}

function renamed(value: unknown, map: ReadonlyMap<string, string>): unknown {
  if (map.size === 0) return value;
  const names = [...map.keys()].sort((a, b) => b.length - a.length).map((n) => n.replace(/[^\w]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w-])(${names.join('|')})(?![\\w-])`, 'g');
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return each.replace(pattern, (name) => map.get(name) ?? name);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === 'object' && each !== null)
      return Object.fromEntries(
        Object.entries(each).map(([name, member]) => [
          name.replace(pattern, (n) => map.get(n) ?? n),
          walk(member),
        ]),
      );
    return each;
  };
  return walk(value);
}

export interface Varied {
  readonly scenario: Scenario;
  readonly words: Words;
}

/** Which listed name becomes which, by its own name or another. */
export type Exchange = Readonly<Record<string, string>>;

/** Seed 0 exchanges nothing; else each listed name stays, or becomes one of its own kind. */
function exchangeOf({ keyTypes = {} }: ExecutedScenario, seed: number): Exchange {
  const draw = draws(seed ^ 0x5bd1e995);
  return Object.fromEntries(
    Object.entries(keyTypes).map(([name, others]) => [name, pick([name, ...others], draw)]),
  );
}

/** Members that are ids of the item itself and not names in its world. */
const kept = ['$schema', 'id', 'idea', 'requires', 'facts', 'topics', 'keyTypes'] as const;

function renamedItem(
  scenario: ExecutedScenario,
  words: Words,
  map: ReadonlyMap<string, string>,
): Varied & { readonly scenario: ExecutedScenario } {
  const saved = Object.fromEntries(kept.map((name) => [name, Reflect.get(scenario, name) as unknown]));
  return {
    // OURS: a renaming of texts keeps the shape; the parser has seen the original, and the checker runs the result.
    scenario: { ...(renamed(scenario, map) as ExecutedScenario), ...saved } as ExecutedScenario,
    words: renamed(words, map) as Words,
  };
}

/** The item with other key types and algorithms, and with what goes with them. */
export function exchanged(
  scenario: ExecutedScenario,
  words: Words,
  exchange: Exchange,
): Varied & { readonly scenario: ExecutedScenario } {
  const named = Object.entries(exchange).filter(([from, to]) => from !== to);
  const map = new Map(named.flatMap(([from, to]) => followers(from, to)));
  const symmetric = exchange['SYMMETRIC_DEFAULT'] ?? 'SYMMETRIC_DEFAULT';
  const created = symmetric === 'SYMMETRIC_DEFAULT' ? scenario : withSpec(scenario, symmetric);
  return renamedItem(created, words, map);
}

/** Seed 0 is the item as it is written. */
export function vary(scenario: Scenario, words: Words, seed: number): Varied {
  if (seed === 0 || scenario.kind === 'stated') return { scenario, words };
  const typed = exchanged(scenario, words, exchangeOf(scenario, seed));
  const varied = renamedItem(typed.scenario, typed.words, renaming(typed.scenario, seed));
  const { world, id } = varied.scenario;
  const seeded = { ...world, seed: `${world.seed ?? id} ${seed}` };
  return { scenario: { ...varied.scenario, world: seeded }, words: varied.words };
}
