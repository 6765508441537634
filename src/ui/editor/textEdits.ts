import type { JsonEdit } from '../../engine/index.ts';
import { childOf, isFault, memberOf, readJson, valueOf, type JsonPath, type JsonTree } from './json.ts';

/*
 * Edits of a JSON document carried out on its text: what they do not name keeps its every character. The document after
 * them is what the engine's `applyEdits` makes of it.
 */

export type TextEdit =
  | JsonEdit
  /** Another name for a member; its place and value stay. */
  | { readonly op: 'rename'; readonly path: JsonPath; readonly name: string }
  /** A list item at this place; what stands there moves on. */
  | { readonly op: 'insert'; readonly path: JsonPath; readonly value: unknown }
  /** The list item takes the place of item `to`; the items between move over. */
  | { readonly op: 'move'; readonly path: JsonPath; readonly to: number };

const missing = (path: JsonPath): never => {
  throw new Error(`"editText" expected something at ${JSON.stringify(path)}, found nothing`);
};

/** What one level is indented by: of the first line that is indented, else two spaces. */
const unitOf = (text: string): string => /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
/** The indentation of the line that holds the offset. */
const indentAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';

/** A list or object that stands over several lines gets its items on lines of their own. */
const isTall = (text: string, tree: JsonTree): boolean => text.slice(tree.from, tree.to).includes('\n');
const isEmpty = (tree: JsonTree): boolean =>
  tree.kind === 'object' ? tree.members.length === 0 : tree.kind === 'array' && tree.items.length === 0;

class Printer {
  readonly #text: string;
  readonly #unit: string;
  /** The whole document stands on one line: what is new does too. */
  readonly #flat: boolean;
  constructor(text: string) {
    this.#text = text;
    this.#unit = unitOf(text);
    this.#flat = !text.trim().includes('\n') && text.trim() !== '{}';
  }
  print(value: unknown, indent: string): string {
    if (this.#flat) return JSON.stringify(value);
    return JSON.stringify(value, undefined, this.#unit).replaceAll('\n', `\n${indent}`);
  }
  /** Puts an item into a list or object, before item `at`; `written` is told the indentation it stands at. */
  into(holder: JsonTree, at: number, written: (indent: string) => string): string {
    const text = this.#text;
    const ends =
      holder.kind === 'object'
        ? holder.members.map(({ at: name, value }) => ({ from: name.from, to: value.to }))
        : holder.kind === 'array'
          ? holder.items
          : [];
    const outer = indentAt(text, holder.from);
    const first = ends[0];
    if (!first) {
      const inner = outer + this.#unit;
      const open = text[holder.from] ?? '';
      const close = text[holder.to - 1] ?? '';
      const body = this.#flat
        ? `${open}${written('')}${close}`
        : `${open}\n${inner}${written(inner)}\n${outer}${close}`;
      return text.slice(0, holder.from) + body + text.slice(holder.to);
    }
    const tall = isTall(text, holder);
    const inner = tall ? indentAt(text, first.from) : outer;
    const gap = tall ? `\n${inner}` : this.#flat && !/,\s/.test(text) ? '' : ' ';
    const next = ends[at];
    if (next) return `${text.slice(0, next.from)}${written(inner)},${gap}${text.slice(next.from)}`;
    const last = ends.at(-1) ?? first;
    return `${text.slice(0, last.to)},${gap}${written(inner)}${text.slice(last.to)}`;
  }
  member(name: string, value: unknown, indent: string): string {
    const colon = this.#flat && !/":\s/.test(this.#text) ? ':' : ': ';
    return `${JSON.stringify(name)}${colon}${this.print(value, indent)}`;
  }
  /** In place of what stands there. A list that fitted its line goes on fitting it. */
  replaced(old: JsonTree, value: unknown): string {
    const text = this.#text;
    if (JSON.stringify(valueOf(old)) === JSON.stringify(value)) return text;
    const isShort = old.kind === 'array' && !isEmpty(old) && !isTall(text, old);
    const line =
      isShort && Array.isArray(value) && value.every((item) => typeof item !== 'object')
        ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
        : undefined;
    const written =
      line !== undefined && line.length < 80 ? line : this.print(value, indentAt(text, old.from));
    return text.slice(0, old.from) + written + text.slice(old.to);
  }
}

function nested(path: JsonPath, value: unknown): unknown {
  const [step, ...rest] = path;
  return step === undefined ? value : { [step]: nested(rest, value) };
}

function set(text: string, root: JsonTree, path: JsonPath, value: unknown): string {
  const printer = new Printer(text);
  let at: JsonTree = root;
  for (const [depth, step] of path.entries()) {
    const next = childOf(at, step);
    if (next) at = next;
    else {
      const rest = nested(path.slice(depth + 1), value);
      if (at.kind === 'object')
        return printer.into(at, at.members.length, (indent) => printer.member(String(step), rest, indent));
      if (at.kind === 'array' && Number(step) === at.items.length && depth === path.length - 1)
        return printer.into(at, at.items.length, (indent) => printer.print(rest, indent));
      return missing(path);
    }
  }
  return printer.replaced(at, value);
}

function remove(text: string, holder: JsonTree, step: string | number): string {
  const parts =
    holder.kind === 'object'
      ? holder.members.map(({ name, at, value }) => ({ name, from: at.from, to: value.to }))
      : holder.kind === 'array'
        ? holder.items.map(({ from, to }, name) => ({ name, from, to }))
        : [];
  const at = parts.findLastIndex(({ name }) => String(name) === String(step));
  const part = parts[at];
  if (!part) return missing([step]);
  const before = parts[at - 1];
  const after = parts[at + 1];
  if (before) return text.slice(0, before.to) + text.slice(part.to);
  if (after) return text.slice(0, part.from) + text.slice(after.from);
  return text.slice(0, holder.from + 1) + text.slice(holder.to - 1);
}

function move(text: string, holder: JsonTree, from: number, to: number): string {
  if (holder.kind !== 'array') return missing([from]);
  const order = holder.items.map((_, i) => i);
  const [moved] = order.splice(from, 1);
  if (moved === undefined || to < 0 || to >= holder.items.length) return missing([from]);
  order.splice(to, 0, moved);
  // Each item's own characters stand where another's stood; what lies between them (commas, lines) stays.
  let out = '';
  let at = 0;
  for (const [i, item] of holder.items.entries()) {
    const put = holder.items[order[i] ?? i] ?? item;
    out += text.slice(at, item.from) + text.slice(put.from, put.to);
    at = item.to;
  }
  return out + text.slice(at);
}

/** The tree of a text that is JSON. */
function rootOf(text: string): JsonTree {
  const root = readJson(text);
  if (isFault(root)) throw new Error(`"editText" expected JSON, got "${root.why}" at ${root.offset}`);
  return root;
}

function editOne(text: string, edit: TextEdit): string {
  const root = rootOf(text);
  const end = edit.path.at(-1);
  if (end === undefined) return missing(edit.path);
  const above = edit.path.slice(0, -1).reduce<JsonTree | undefined>(childOf, root);
  switch (edit.op) {
    case 'set':
      return set(text, root, edit.path, edit.value);
    case 'append': {
      const there = above && childOf(above, end);
      if (!there) return set(text, root, edit.path, [edit.value]);
      if (there.kind !== 'array') {
        const own = text.slice(there.from, there.to);
        const printer = new Printer(text);
        if (there.kind !== 'object') return printer.replaced(there, [JSON.parse(own), edit.value]);
        // The lone object moves into the list with its own characters, one level further in.
        const outer = indentAt(text, there.from);
        const unit = unitOf(text);
        const inner = outer + unit;
        const tall = text.includes('\n');
        const item = printer.print(edit.value, inner);
        const list = tall
          ? `[\n${inner}${own.replaceAll('\n', `\n${unit}`)},\n${inner}${item}\n${outer}]`
          : `[${own}, ${item}]`;
        return text.slice(0, there.from) + list + text.slice(there.to);
      }
      const printer = new Printer(text);
      return printer.into(there, there.items.length, (indent) => printer.print(edit.value, indent));
    }
    case 'insert': {
      if (above?.kind !== 'array') return missing(edit.path);
      const printer = new Printer(text);
      return printer.into(above, Number(end), (indent) => printer.print(edit.value, indent));
    }
    case 'remove':
      return above ? remove(text, above, end) : missing(edit.path);
    case 'rename': {
      const at = memberOf(above, String(end))?.at;
      return at ? text.slice(0, at.from) + JSON.stringify(edit.name) + text.slice(at.to) : missing(edit.path);
    }
    case 'move':
      return above ? move(text, above, Number(end), edit.to) : missing(edit.path);
  }
}

/** The text after the edits, in their order. The text must be JSON; a path that leads nowhere throws. */
export const editText = (text: string, edits: readonly TextEdit[]): string => edits.reduce(editOne, text);
