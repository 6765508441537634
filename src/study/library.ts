import { readMyths, type Myth } from './myths.ts';
import { readScenario, readWords, type Scenario, type Words } from './scenario.ts';

/*
 * The scenarios of the page: each file is a chunk of its own, loaded when it is asked for. What is loaded is parsed
 * again: the page trusts no file more than the checker does.
 */
const factFiles = import.meta.glob<unknown>(['/scenarios/*/*.json', '!/scenarios/*/*.??.json'], {
  import: 'default',
});
const wordFiles = import.meta.glob<unknown>('/scenarios/*/*.en.json', { import: 'default' });

/** `access/iam-allow-without-delegation`. */
export const scenarioNames: readonly string[] = Object.keys(factFiles).map((path) =>
  path.replace(/^\/scenarios\//, '').replace(/\.json$/, ''),
);

const areas = [
  'access',
  'accounts',
  'envelope',
  'states',
  'regions',
  'services',
  'custody',
  'detection',
  'myths',
];
const placeOf = (name: string): number => areas.indexOf(name.split('/')[0] ?? '');

/** Everything that is answered once, in the order of the areas; labs lie in a folder of their own. */
export const questionNames: readonly string[] = scenarioNames
  .filter((name) => placeOf(name) >= 0)
  .sort((a, b) => placeOf(a) - placeOf(b));
export const labNames: readonly string[] = scenarioNames.filter((name) => name.startsWith('labs/'));

async function load<T>(
  path: string,
  from: Readonly<Record<string, () => Promise<unknown>>>,
  read: typeof readScenario | typeof readWords,
): Promise<T> {
  const open = from[path];
  if (!open) throw new RangeError(`no file ${path}`);
  const reading = read(await open(), path);
  if (!reading.ok)
    throw new TypeError(reading.problems.map((p) => `${p.file} ${p.place}: ${p.message}`).join('\n'));
  // OURS: `read` is the parser of T at both calls below.
  return reading.value as T;
}

export const loadScenario = (name: string): Promise<Scenario> =>
  load(`/scenarios/${name}.json`, factFiles, readScenario);
export const loadWords = (name: string): Promise<Words> =>
  load(`/scenarios/${name}.en.json`, wordFiles, readWords);

const mythFile = import.meta.glob<unknown>('/scenarios/myths.json', { import: 'default' });
const mythWordFile = import.meta.glob<unknown>('/scenarios/myths.en.json', { import: 'default' });

export async function loadMyths(): Promise<readonly Myth[]> {
  const [facts, words] = await Promise.all([
    mythFile['/scenarios/myths.json']?.(),
    mythWordFile['/scenarios/myths.en.json']?.(),
  ]);
  const { myths, problems } = readMyths(facts, words);
  if (problems.length > 0)
    throw new TypeError(problems.map((p) => `${p.file} ${p.place}: ${p.message}`).join('\n'));
  return myths;
}
