/*
 * A strict JSON reader that keeps what `JSON.parse` throws away and a policy needs: the order of all names, repeated
 * names, numbers as written, and the place of a mistake. Objects are lists of entries, so no name (`__proto__`) is special.
 */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  /** A number, `true`, `false` or `null`, as written. */
  | { readonly kind: 'number' | 'boolean' | 'null'; readonly text: string };

export interface JsonEntry {
  readonly name: string;
  readonly value: JsonNode;
}

export interface JsonMistake {
  readonly mistake: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export const isMistake = (read: JsonNode | JsonMistake): read is JsonMistake => 'mistake' in read;

/** OURS: no policy nests deeper than a handful of levels; the bound keeps hostile text from exhausting the stack. */
const deepest = 50;

const spaces = /[ \t\r\n]*/y;
const stringText = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalarText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where the reader stopped; thrown and caught inside this file only. */
class Stop extends Error {
  readonly at: number;
  constructor(mistake: string, at: number) {
    super(mistake);
    this.at = at;
  }
}

export function readJson(text: string): JsonNode | JsonMistake {
  let at = 0;

  const skip = (): void => {
    spaces.lastIndex = at;
    at += spaces.exec(text)?.[0].length ?? 0;
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const expect = (character: string): void => {
    skip();
    if (text[at] !== character) throw new Stop(`expected "${character}"`, at);
    at++;
  };
  const string = (): string => {
    skip();
    const found = take(stringText);
    if (found === undefined) throw new Stop('expected a string', at);
    const read: unknown = JSON.parse(found);
    return String(read);
  };
  /** The items between an opening bracket, already taken, and `close`. */
  const list = (close: string, item: () => void): void => {
    skip();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      item();
      skip();
      if (text[at] !== ',') return expect(close);
      at++;
    }
  };
  const value = (depth: number): JsonNode => {
    if (depth > deepest) throw new Stop('nested too deeply', at);
    skip();
    const first = text[at];
    if (first === '{') {
      at++;
      const entries: JsonEntry[] = [];
      list('}', () => {
        const name = string();
        expect(':');
        entries.push({ name, value: value(depth + 1) });
      });
      return { kind: 'object', entries };
    }
    if (first === '[') {
      at++;
      const items: JsonNode[] = [];
      list(']', () => items.push(value(depth + 1)));
      return { kind: 'array', items };
    }
    if (first === '"') return { kind: 'string', text: string() };
    const scalar = take(scalarText);
    if (scalar === undefined) throw new Stop('expected a value', at);
    if (scalar === 'null') return { kind: 'null', text: scalar };
    return { kind: scalar === 'true' || scalar === 'false' ? 'boolean' : 'number', text: scalar };
  };

  try {
    const read = value(0);
    skip();
    if (at < text.length) throw new Stop('expected the end of the text', at);
    return read;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { mistake: error.message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
