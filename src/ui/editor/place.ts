import type { JsonPath } from './json.ts';

/** Where in a JSON text, perhaps a broken one, an offset stands: what somebody is about to write there. */
export interface Standing {
  /** Of the object or list that holds the offset. */
  readonly path: JsonPath;
  readonly role: 'name' | 'value';
  /** Between the quotes of the text that holds the offset; without one, `from` and `to` are the offset. */
  readonly from: number;
  readonly to: number;
  readonly quoted: boolean;
  /** Names that the object has already. */
  readonly names: readonly string[];
  /** The texts that the same list has already. */
  readonly values: readonly string[];
  /** A colon follows the name that is being written. */
  readonly colon: boolean;
}

interface Frame {
  readonly kind: 'object' | 'array';
  readonly step: string | number | undefined;
  name: string | undefined;
  index: number;
  isValue: boolean;
  readonly names: string[];
  readonly values: string[];
}

const unquoted = (text: string): string => text.slice(1).replace(/"$/, '');

/**
 * Reads the text as far as it goes, forgiving everything: people ask what may be written while it is not JSON yet. A text
 * without its closing quote ends with its line.
 */
export function standingAt(text: string, offset: number): Standing {
  const frames: Frame[] = [];
  const root: Frame = {
    kind: 'array',
    step: undefined,
    name: undefined,
    index: 0,
    isValue: true,
    names: [],
    values: [],
  };
  const top = (): Frame => frames.at(-1) ?? root;
  let found:
    | { frame: Frame; path: JsonPath; role: 'name' | 'value'; from: number; to: number; quoted: boolean }
    | undefined;
  const path = (): JsonPath => frames.flatMap(({ step }) => (step === undefined ? [] : [step]));
  const here = (from: number, to: number, quoted: boolean): void => {
    if (found) return;
    const frame = top();
    const role = frame.kind === 'object' && !frame.isValue ? 'name' : 'value';
    const own =
      role === 'value' && frame !== root ? [frame.kind === 'object' ? (frame.name ?? '') : frame.index] : [];
    found = { frame, path: [...path(), ...own], role, from, to, quoted };
  };
  let at = 0;
  while (at < text.length) {
    const c = text[at];
    if (c === '"') {
      const token = /^"(?:[^"\\\n]|\\.)*"?/.exec(text.slice(at))?.[0] ?? '"';
      const closed = token.length > 1 && token.endsWith('"');
      const to = at + token.length - (closed ? 1 : 0);
      if (offset > at && offset <= to) here(at + 1, to, true);
      else if (offset <= at) here(offset, offset, false);
      const frame = top();
      const said = unquoted(token);
      const isHere = found?.frame === frame && found.from === at + 1;
      if (frame.kind === 'object' && !frame.isValue) {
        frame.name = said;
        if (!isHere) frame.names.push(said);
      } else if (!isHere) frame.values.push(said);
      at += token.length;
      continue;
    }
    if (offset <= at) here(offset, offset, false);
    const frame = top();
    if (c === '{' || c === '[') {
      const step = frame === root ? undefined : frame.kind === 'object' ? (frame.name ?? '') : frame.index;
      frames.push({
        kind: c === '{' ? 'object' : 'array',
        step,
        name: undefined,
        index: 0,
        isValue: c === '[',
        names: [],
        values: [],
      });
    } else if (c === '}' || c === ']') {
      frames.pop();
    } else if (c === ':') frame.isValue = true;
    else if (c === ',') {
      if (frame.kind === 'object') {
        frame.isValue = false;
        frame.name = undefined;
      } else frame.index++;
    }
    at++;
  }
  here(offset, offset, false);
  if (!found) throw new Error('"standingAt" found no place'); // `here` has made one.
  const { frame, ...rest } = found;
  const colon = /^"?\s*:/.test(text.slice(rest.to));
  return { ...rest, names: frame.names, values: frame.values, colon };
}
