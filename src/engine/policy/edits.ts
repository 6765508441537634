/*
 * Changes to a policy document as data: what a fix is, and what the search for the smallest change tries. They work on the
 * document's JSON, so nothing that they do not name is touched.
 */

export type JsonPath = readonly (string | number)[];

export type JsonEdit =
  /** Puts `value` there, in place of what was. */
  | { readonly op: 'set'; readonly path: JsonPath; readonly value: unknown }
  /** Takes out a member or a list item. */
  | { readonly op: 'remove'; readonly path: JsonPath }
  /** Appends to the list at `path`; a lone value there becomes a list first, as policies may be written either way. */
  | { readonly op: 'append'; readonly path: JsonPath; readonly value: unknown };

type Holder = Record<string | number, unknown>;

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/** An edit names a place that the document does not have. */
export class NoSuchPlace extends Error {
  override readonly name = 'NoSuchPlace';
  constructor(path: JsonPath) {
    super(`"applyEdits" expected something at ${JSON.stringify(path)}, found nothing`);
  }
}
const missing = (path: JsonPath): never => {
  throw new NoSuchPlace(path);
};

/** The object or list that holds the end of the path. Objects that are not there yet are made. */
function holderOf(root: Holder, path: JsonPath, make: boolean): Holder {
  let at: Holder = root;
  for (const step of path.slice(0, -1)) {
    if (make && at[step] === undefined && !Array.isArray(at)) at[step] = {};
    const next = at[step];
    if (!isHolder(next)) return missing(path);
    at = next;
  }
  return at;
}

function applyOne(root: Holder, edit: JsonEdit): void {
  const { path } = edit;
  const end = path.at(-1);
  if (end === undefined) return missing(path);
  const holder = holderOf(root, path, edit.op !== 'remove');
  if (edit.op === 'set') holder[end] = structuredCopy(edit.value);
  else if (edit.op === 'remove') {
    if (holder[end] === undefined) missing(path);
    if (Array.isArray(holder)) holder.splice(Number(end), 1);
    else delete holder[end];
  } else {
    const there = holder[end];
    const list: unknown[] = Array.isArray(there) ? there : there === undefined ? [] : [there];
    holder[end] = [...list, structuredCopy(edit.value)];
  }
}

const structuredCopy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/**
 * The document after the edits, in their order. The text must be a JSON object.
 * @throws {NoSuchPlace}
 */
export function applyEdits(text: string, edits: readonly JsonEdit[]): string {
  const root: unknown = JSON.parse(text);
  if (!isHolder(root)) throw new Error('"applyEdits" expected a JSON object');
  for (const edit of edits) applyOne(root, edit);
  return JSON.stringify(root, undefined, 2);
}

/** Where statement `index` stands: a document may have one without a list. */
export function statementPath(document: unknown, index: number): JsonPath {
  const statement = isHolder(document) ? document['Statement'] : undefined;
  return Array.isArray(statement) ? ['Statement', index] : ['Statement'];
}

/** A policy as plain JSON; undefined when it is none. */
export function readDocument(text: string): unknown {
  try {
    const root: unknown = JSON.parse(text);
    return isHolder(root) && !Array.isArray(root) ? root : undefined;
  } catch {
    return undefined;
  }
}
