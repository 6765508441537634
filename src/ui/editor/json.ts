/*
 * A JSON text with its places: where every value and every name stands, or where the text stops being JSON. A scanner that
 * follows RFC 8259; browsers word and place the errors of JSON.parse differently.
 */

export type JsonPath = readonly (string | number)[];

/** A stretch of the text, in UTF-16 units: `to` is behind it. */
export interface Place {
  readonly from: number;
  readonly to: number;
}
export interface JsonMember {
  readonly name: string;
  /** Of the name with its quotes. */
  readonly at: Place;
  readonly value: JsonTree;
}
export type JsonTree = Place &
  (
    | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
    | { readonly kind: 'array'; readonly items: readonly JsonTree[] }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'scalar'; readonly value: number | boolean | null }
  );

/** What is wrong with a JSON text, and where. Line and column from 1. */
export interface JsonFault {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

/** Line and column, both from 1, of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

const endsSoon = 'the text ends too early';
/** OURS: a policy nests a handful of levels; the bound keeps hostile text from exhausting the stack. */
const deepest = 200;

/** Where the scanner stopped; thrown and caught inside this file only. */
class Stop extends Error {
  readonly offset: number;
  constructor(why: string, offset: number) {
    super(why);
    this.offset = offset;
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonTree {
    const tree = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#stop('nothing more is expected here');
    return tree;
  }

  #stop(why: string, offset = this.#at): never {
    throw new Stop(offset >= this.#text.length ? `${endsSoon}: ${why}` : why, offset);
  }
  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }
  #string(): string {
    const text = this.#text;
    if (text[this.#at] !== '"') this.#stop('a name or text in double quotes is expected');
    const from = this.#at++;
    for (;;) {
      const c = text[this.#at];
      if (c === undefined) this.#stop('this text has no closing quote', from);
      if (c === '"') break;
      if (c < ' ') this.#stop('a line break inside a text must be written \\n');
      if (c === '\\') {
        if (!/^\\(["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(this.#at, this.#at + 6)))
          this.#stop('this escape is not known');
        this.#at += text[this.#at + 1] === 'u' ? 6 : 2;
      } else this.#at++;
    }
    this.#at++;
    return String(JSON.parse(text.slice(from, this.#at)));
  }
  #value(depth: number): JsonTree {
    this.#space();
    const from = this.#at;
    const c = this.#text[from];
    if (c === undefined) this.#stop('a value is expected');
    if (depth > deepest) this.#stop('this is nested too deeply');
    if (c === '{') {
      const members: JsonMember[] = [];
      this.#list('}', () => {
        this.#space();
        const nameFrom = this.#at;
        const name = this.#string();
        const at = { from: nameFrom, to: this.#at };
        this.#space();
        if (this.#text[this.#at] !== ':') this.#stop('a colon is expected');
        this.#at++;
        members.push({ name, at, value: this.#value(depth + 1) });
      });
      return { kind: 'object', from, to: this.#at, members };
    }
    if (c === '[') {
      const items: JsonTree[] = [];
      this.#list(']', () => items.push(this.#value(depth + 1)));
      return { kind: 'array', from, to: this.#at, items };
    }
    if (c === '"') {
      const value = this.#string();
      return { kind: 'string', from, to: this.#at, value };
    }
    const plain = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null)/.exec(
      this.#text.slice(from, from + 400),
    );
    if (!plain) this.#stop(c === "'" ? 'JSON uses double quotes' : 'a value is expected');
    this.#at += plain[0].length;
    // The pattern admits numbers, booleans and null only.
    const value = JSON.parse(plain[0]) as number | boolean | null;
    return { kind: 'scalar', from, to: this.#at, value };
  }
  #list(close: string, one: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) return void this.#at++;
    for (;;) {
      one();
      this.#space();
      if (this.#text[this.#at] === close) return void this.#at++;
      if (this.#text[this.#at] !== ',') this.#stop(`a comma or ${close} is expected`);
      const comma = this.#at++;
      this.#space();
      if (this.#text[this.#at] === close) this.#stop('a comma may not stand before the end', comma);
    }
  }
}

export const isFault = (read: JsonTree | JsonFault): read is JsonFault => 'why' in read;

/** The text as a tree with places, or its first fault. */
export function readJson(text: string): JsonTree | JsonFault {
  try {
    return new Scanner(text).whole();
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
    return { offset: thrown.offset, ...placeOf(text, thrown.offset), why: thrown.message };
  }
}

/** The first fault of a JSON text, or undefined when it reads. */
export function jsonFault(text: string): JsonFault | undefined {
  const read = readJson(text);
  return isFault(read) ? read : undefined;
}

/** A repeated name counts as its last one, as JSON.parse has it. */
export const memberOf = (tree: JsonTree | undefined, name: string): JsonMember | undefined =>
  tree?.kind === 'object' ? tree.members.findLast((member) => member.name === name) : undefined;

export function childOf(tree: JsonTree | undefined, step: string | number): JsonTree | undefined {
  if (tree?.kind === 'array') return tree.items[Number(step)];
  return memberOf(tree, String(step))?.value;
}

export const treeAt = (root: JsonTree, path: JsonPath): JsonTree | undefined =>
  path.reduce<JsonTree | undefined>(childOf, root);

/** Where a path points: its value, its name when it is a member's; what is missing is shown where it would stand. */
export function placeAt(root: JsonTree, path: JsonPath, what: 'value' | 'name' = 'value'): Place {
  let at = root;
  let name: Place | undefined;
  for (const step of path) {
    const next = childOf(at, step);
    if (!next) return name ?? { from: at.from, to: at.from + 1 };
    name = at.kind === 'object' ? memberOf(at, String(step))?.at : undefined;
    at = next;
  }
  return what === 'name' && name ? name : { from: at.from, to: at.to };
}

/** The value that the tree stands for. */
export function valueOf(tree: JsonTree): unknown {
  if (tree.kind === 'array') return tree.items.map(valueOf);
  if (tree.kind === 'object') {
    return Object.fromEntries(tree.members.map(({ name, value }) => [name, valueOf(value)]));
  }
  return tree.value;
}
