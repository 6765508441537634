import type { Problem } from './parse.ts';
import { readScenario, readWords, type Scenario, type Words } from './scenario.ts';

/** A file as it lies in `scenarios/`, its path below that folder. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A scenario and its words, both read without a problem. */
export interface Item {
  readonly file: string;
  readonly scenario: Scenario;
  readonly words: Words;
}

const parseJson = (text: string): { readonly value: unknown } | { readonly fault: string } => {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
};

/** What lies beside the folders, such as the myths, has readers of its own. */
const isWords = (path: string): boolean => path.includes('/') && /\.[a-z]{2}\.json$/.test(path);
export const isFacts = (path: string): boolean =>
  path.endsWith('.json') && path.includes('/') && !isWords(path);
export const wordsPath = (path: string): string => path.replace(/\.json$/, '.en.json');

/** Reads facts and words of all items, and collects what is wrong with each file alone. */
export function readItems(files: readonly SourceFile[]): {
  readonly items: readonly Item[];
  readonly problems: readonly Problem[];
  readonly found: number;
} {
  const problems: Problem[] = [];
  const items: Item[] = [];
  const facts = files.filter(({ path }) => isFacts(path));
  const readFile = <T>(
    file: SourceFile,
    read: (
      value: unknown,
      file: string,
    ) => { ok: true; value: T } | { ok: false; problems: readonly Problem[] },
  ): T | undefined => {
    const json = parseJson(file.text);
    if ('fault' in json) {
      problems.push({ file: file.path, place: '', code: 'unreadable', message: json.fault });
      return undefined;
    }
    const reading = read(json.value, file.path);
    if (reading.ok) return reading.value;
    problems.push(...reading.problems.map(lacking));
    return undefined;
  };
  for (const file of facts) {
    const wordsFile = files.find(({ path }) => path === wordsPath(file.path));
    if (!wordsFile)
      problems.push({
        file: file.path,
        place: '',
        code: 'wordsMissing',
        message: `no file ${wordsPath(file.path)}`,
      });
    const scenario = readFile(file, readScenario);
    const words = wordsFile && readFile(wordsFile, readWords);
    if (scenario && words) items.push({ file: file.path, scenario, words });
  }
  for (const { path } of files.filter((f) => isWords(f.path)))
    if (!facts.some((f) => wordsPath(f.path) === path))
      problems.push({ file: path, place: '', code: 'wordsUnused', message: 'words of no scenario' });
  return { items, problems, found: facts.length };
}

/** A stem that leaves out what its answer may depend on has a name of its own. */
const lacking = (problem: Problem): Problem =>
  problem.place.startsWith('stem.') && problem.message === 'missing'
    ? { ...problem, code: 'stemLacks' }
    : problem;
