import { isMistake, readJson } from '../../engine/index.ts';

/* JSON as people paste it: one value, several after each other, or a mistake with its place. */

export type JsonReading =
  | { readonly ok: true; readonly values: readonly unknown[] }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly why: string };

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
  return typeof found === 'string' ? found : undefined;
};

/** Where line and column are in a text, both from 1. */
export function placeAt(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}

/** Ends of the top-level values of a text: braces and brackets counted, strings passed over. */
function pieces(text: string): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (c === '{' || c === '[') {
      if (depth === 0) from = at;
      depth++;
    } else if (c === '}' || c === ']') {
      depth--;
      if (depth === 0) found.push({ from, to: at + 1 });
    }
  }
  return found;
}

/** All JSON values of a pasted text. What stands between them may be commas, lines of dashes, nothing. */
export function readPaste(text: string): JsonReading {
  const whole = readJson(text);
  if (!isMistake(whole)) return { ok: true, values: [JSON.parse(text)] };
  const parts = pieces(text);
  // One broken value is told of with the place of its mistake in the whole text.
  if (parts.length < 2 && !between(text, parts)) return { ok: false, ...wordsOf(whole) };
  const values: unknown[] = [];
  for (const { from, to } of parts) {
    const part = text.slice(from, to);
    const read = readJson(part);
    if (isMistake(read)) {
      const start = placeAt(text, from);
      const line = start.line + read.line - 1;
      const column = read.line === 1 ? start.column + read.column - 1 : read.column;
      return { ok: false, line, column, why: read.mistake };
    }
    values.push(JSON.parse(part));
  }
  return values.length > 0 ? { ok: true, values } : { ok: false, ...wordsOf(whole) };
}

/** Whether only separators stand around the values. */
function between(text: string, parts: readonly { readonly from: number; readonly to: number }[]): boolean {
  let rest = text;
  for (const { from, to } of parts.toReversed()) rest = rest.slice(0, from) + rest.slice(to);
  return parts.length > 0 && /^[\s,;-]*$/.test(rest);
}

const wordsOf = ({ line, column, mistake }: { line: number; column: number; mistake: string }) => ({
  line,
  column,
  why: mistake,
});
