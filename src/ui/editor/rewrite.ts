import { isFault, memberOf, readJson, valueOf, type JsonPath, type JsonTree } from './json.ts';
import { editText, type TextEdit } from './textEdits.ts';

/*
 * A text after a change of the document that somebody else made, with every line kept that the change does not concern.
 */

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function editsTo(tree: JsonTree, value: unknown, path: JsonPath): readonly TextEdit[] {
  if (same(valueOf(tree), value)) return [];
  if (tree.kind === 'object' && isPlain(value)) {
    const gone = tree.members.filter(({ name }) => !(name in value));
    return [
      ...gone.map(({ name }): TextEdit => ({ op: 'remove', path: [...path, name] })),
      ...Object.entries(value).flatMap(([name, now]): readonly TextEdit[] => {
        const was = memberOf(tree, name);
        return was
          ? editsTo(was.value, now, [...path, name])
          : [{ op: 'set', path: [...path, name], value: now }];
      }),
    ];
  }
  if (tree.kind === 'array' && Array.isArray(value)) {
    const was = tree.items.map(valueOf);
    const now: readonly unknown[] = value;
    let start = 0;
    while (start < was.length && start < now.length && same(was[start], now[start])) start++;
    let end = 0;
    const least = Math.min(was.length, now.length) - start;
    while (end < least && same(was.at(-1 - end), now.at(-1 - end))) end++;
    const shared = Math.min(was.length, now.length) - start - end;
    const edits: TextEdit[] = [];
    for (let i = start; i < start + shared; i++) {
      const item = tree.items[i];
      if (item) edits.push(...editsTo(item, now[i], [...path, i]));
    }
    // What is left over on one side stands behind what both have, before the end that both share.
    const at = start + shared;
    for (let i = at; i < was.length - end; i++) edits.push({ op: 'remove', path: [...path, at] });
    for (let i = at; i < now.length - end; i++) {
      edits.push({
        op: i < was.length ? 'insert' : 'append',
        path: i < was.length ? [...path, i] : path,
        value: now[i],
      });
    }
    return edits;
  }
  return [{ op: 'set', path, value }];
}

/** The text, changed as little as its document has to be to become `document`. Anything odd becomes a plain print. */
export function rewritten(text: string, document: unknown): string {
  const root = readJson(text);
  const printed = (): string => JSON.stringify(document, undefined, 2);
  if (isFault(root) || root.kind !== 'object' || !isPlain(document)) return printed();
  try {
    const now = editText(text, editsTo(root, document, []));
    return same(JSON.parse(now), document) || sameKeys(JSON.parse(now), document) ? now : printed();
  } catch {
    // A repeated name cannot be edited in place.
    return printed();
  }
}

/** Equal but for the order of names. */
function sameKeys(a: unknown, b: unknown): boolean {
  if (isPlain(a) && isPlain(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((n) => n in b && sameKeys(a[n], b[n]));
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameKeys(item, b[i]));
  return same(a, b);
}
