import { isObject, type ProblemCode } from './parse.ts';
import type { SourceFile } from './items.ts';

/** A kept wrong scenario: a right one, changed in one respect that the checker must name. */
export interface WrongCase {
  readonly why: string;
  readonly caughtAs: readonly ProblemCode[];
  readonly changes: readonly { readonly file: string; readonly at: string; readonly to?: unknown }[];
}

/** Sets (or, without `to`, removes) one value by its path `options.0.expect`. A path that leads nowhere throws. */
export function changed(text: string, at: string, to: unknown): string {
  const root: unknown = JSON.parse(text);
  const path = at.split('.');
  const last = path.pop() ?? '';
  let here: unknown = root;
  for (const name of path)
    here = Array.isArray(here) ? here[Number(name)] : isObject(here) ? here[name] : undefined;
  if (typeof here !== 'object' || here === null || (to === undefined && !(last in here)))
    throw new RangeError(`"${at}" leads nowhere`);
  if (to === undefined) Reflect.deleteProperty(here, last);
  else Reflect.set(here, last, to);
  return JSON.stringify(root);
}

/** The right files with the changes of one case. A `to` that is absent removes; `null` is a value. */
export function wrongFiles(right: readonly SourceFile[], { changes }: WrongCase): readonly SourceFile[] {
  return changes.reduce<readonly SourceFile[]>((files, change) => {
    if (!files.some(({ path }) => path === change.file)) throw new RangeError(`no file ${change.file}`);
    if (change.at === '') {
      const copyTo = change.to;
      return typeof copyTo === 'string'
        ? [
            ...files,
            ...files.filter(({ path }) => path === change.file).map(({ text }) => ({ path: copyTo, text })),
          ]
        : files.filter(({ path }) => path !== change.file);
    }
    return files.map((f) =>
      f.path === change.file ? { path: f.path, text: changed(f.text, change.at, change.to) } : f,
    );
  }, right);
}
