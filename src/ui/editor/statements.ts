import {
  isFault,
  memberOf,
  readJson,
  treeAt,
  valueOf,
  type JsonFault,
  type JsonPath,
  type JsonTree,
} from './json.ts';
import type { TextEdit } from './textEdits.ts';

/*
 * A policy as a form shows it, and what its fields do to the text. The form holds no document of its own: it is read from
 * the text and writes edits into it, so nothing that it cannot express is lost.
 */

export type ElementName = 'Principal' | 'Action' | 'Resource';

/** `Action` or `NotAction` with its texts; written as a lone text when there was one and no list. */
export interface FormElement {
  readonly negated: boolean;
  readonly items: readonly string[];
}
export interface FormPrincipal {
  /** `AWS`, `Service`, …; undefined for the bare `"*"`. */
  readonly type: string | undefined;
  readonly value: string;
}
export interface FormCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}
export interface FormStatement {
  readonly index: number;
  readonly path: JsonPath;
  readonly sid: string | undefined;
  readonly effect: string;
  readonly principal: { readonly negated: boolean; readonly items: readonly FormPrincipal[] } | undefined;
  readonly action: FormElement | undefined;
  readonly resource: FormElement | undefined;
  readonly conditions: readonly FormCondition[];
  /** Members that the form has no field for, or that are not written as a policy writes them. They stay as they are. */
  readonly others: readonly string[];
}
export type PolicyForm =
  | { readonly kind: 'broken'; readonly fault: JsonFault }
  /** JSON, but no object. */
  | { readonly kind: 'other' }
  | {
      readonly kind: 'policy';
      readonly statements: readonly FormStatement[];
      /** Members of the document beside Version, Id and Statement. */
      readonly others: readonly string[];
    };

const textOf = (tree: JsonTree): string | undefined =>
  tree.kind === 'string'
    ? tree.value
    : tree.kind === 'scalar' && tree.value !== null
      ? String(tree.value)
      : undefined;
/** A text or a list of texts; undefined for anything else. */
function textsOf(tree: JsonTree): readonly string[] | undefined {
  if (tree.kind !== 'array') {
    const one = textOf(tree);
    return one === undefined ? undefined : [one];
  }
  const all = tree.items.map(textOf);
  return all.every((one) => one !== undefined) ? all : undefined;
}

function principalsOf(tree: JsonTree): readonly FormPrincipal[] | undefined {
  if (tree.kind !== 'object') {
    return textsOf(tree)?.map((value) => ({ type: undefined, value }));
  }
  const byType = tree.members.map(({ name: type, value }) =>
    textsOf(value)?.map((one): FormPrincipal => ({ type, value: one })),
  );
  return byType.every((one) => one !== undefined) ? byType.flat() : undefined;
}

function conditionsOf(tree: JsonTree): readonly FormCondition[] | undefined {
  if (tree.kind !== 'object') return undefined;
  const all = tree.members.map(({ name: operator, value: keys }) =>
    keys.kind === 'object'
      ? keys.members.map(({ name: key, value }) => {
          const values = textsOf(value);
          return values && { operator, key, values };
        })
      : [undefined],
  );
  const flat = all.flat();
  return flat.every((one) => one !== undefined) ? flat : undefined;
}

function statementOf(tree: JsonTree, index: number, path: JsonPath): FormStatement {
  const taken = new Set<string>();
  const take = <T>(name: string, read: (value: JsonTree) => T | undefined): T | undefined => {
    const member = memberOf(tree, name);
    const value = member && read(member.value);
    if (value !== undefined) taken.add(name);
    return value;
  };
  const element = (name: ElementName): FormElement | undefined => {
    for (const negated of [false, true]) {
      const items = take(negated ? `Not${name}` : name, textsOf);
      if (items) return { negated, items };
    }
    return undefined;
  };
  const who = (): FormStatement['principal'] => {
    for (const negated of [false, true]) {
      const items = take(negated ? 'NotPrincipal' : 'Principal', principalsOf);
      if (items) return { negated, items };
    }
    return undefined;
  };
  const statement = {
    index,
    path,
    sid: take('Sid', textOf),
    effect: take('Effect', textOf) ?? '',
    principal: who(),
    action: element('Action'),
    resource: element('Resource'),
    conditions: take('Condition', conditionsOf) ?? [],
  };
  const names = tree.kind === 'object' ? tree.members.map(({ name }) => name) : [];
  return { ...statement, others: names.filter((name) => !taken.has(name)) };
}

export function readForm(text: string): PolicyForm {
  const root = readJson(text);
  if (isFault(root)) return { kind: 'broken', fault: root };
  if (root.kind !== 'object') return { kind: 'other' };
  const there = memberOf(root, 'Statement')?.value;
  const trees = there === undefined ? [] : there.kind === 'array' ? there.items : [there];
  const isList = there?.kind === 'array';
  return {
    kind: 'policy',
    statements: trees.map((tree, i) => statementOf(tree, i, isList ? ['Statement', i] : ['Statement'])),
    others: root.members
      .map(({ name }) => name)
      .filter((name) => !['Version', 'Id', 'Statement'].includes(name)),
  };
}

/* What the fields do. */

/** One text stays a lone text where it was one; a list stays a list. */
const loneOr = (items: readonly string[], wasList: boolean): string | readonly string[] =>
  items.length === 1 && !wasList ? (items[0] ?? '') : items;

function nodeAt(text: string, path: JsonPath): JsonTree | undefined {
  const root = readJson(text);
  return isFault(root) ? undefined : treeAt(root, path);
}
const isListAt = (text: string, path: JsonPath): boolean => nodeAt(text, path)?.kind === 'array';

export const setText = (
  { path }: FormStatement,
  name: 'Sid' | 'Effect',
  value: string,
): readonly TextEdit[] =>
  name === 'Sid' && value === ''
    ? [{ op: 'remove', path: [...path, name] }]
    : [{ op: 'set', path: [...path, name], value }];

const written = (name: ElementName, negated: boolean): string => (negated ? `Not${name}` : name);

/** The texts of `Action` or `Resource`. */
export function setItems(
  text: string,
  statement: FormStatement,
  name: 'Action' | 'Resource',
  items: readonly string[],
): readonly TextEdit[] {
  const element = name === 'Action' ? statement.action : statement.resource;
  const path = [...statement.path, written(name, element?.negated ?? false)];
  return [{ op: 'set', path, value: loneOr(items, isListAt(text, path) || items.length !== 1) }];
}

export const setNegated = (
  { path }: FormStatement,
  name: ElementName,
  negated: boolean,
): readonly TextEdit[] => [
  { op: 'rename', path: [...path, written(name, !negated)], name: written(name, negated) },
];

export const removeElement = (
  { path }: FormStatement,
  name: ElementName,
  negated: boolean,
): readonly TextEdit[] => [{ op: 'remove', path: [...path, written(name, negated)] }];

/** Principals by their kinds, in the order in which the kinds come first. A lone `*` of no kind is written bare. */
export function setPrincipals(
  text: string,
  statement: FormStatement,
  items: readonly FormPrincipal[],
): readonly TextEdit[] {
  const path = [...statement.path, written('Principal', statement.principal?.negated ?? false)];
  const [first] = items;
  if (items.length === 1 && first?.type === undefined)
    return [{ op: 'set', path, value: first?.value ?? '*' }];
  const types = [...new Set(items.map(({ type }) => type ?? 'AWS'))];
  const was = statement.principal?.items ?? [];
  const isObject = was.length > 0 && was.every(({ type }) => type !== undefined);
  const valuesOf = (type: string): unknown => {
    const own = items.filter((one) => (one.type ?? 'AWS') === type).map(({ value }) => value);
    return loneOr(own, isListAt(text, [...path, type]));
  };
  const oldTypes = [...new Set(was.map(({ type }) => type))];
  const sameKinds =
    isObject && oldTypes.length === types.length && oldTypes.every((one, i) => one === types[i]);
  if (sameKinds) {
    const same = (type: string): boolean =>
      JSON.stringify(was.filter((one) => one.type === type).map(({ value }) => value)) ===
      JSON.stringify(items.filter((one) => one.type === type).map(({ value }) => value));
    return types
      .filter((type) => !same(type))
      .map((type) => ({ op: 'set', path: [...path, type], value: valuesOf(type) }));
  }
  return [{ op: 'set', path, value: Object.fromEntries(types.map((type) => [type, valuesOf(type)])) }];
}

/** Condition `at` of the form becomes `to`; undefined takes it out; behind the last one it is a new one. */
export function setCondition(
  text: string,
  statement: FormStatement,
  at: number,
  to: FormCondition | undefined,
): readonly TextEdit[] {
  const was = statement.conditions[at];
  const place = (one: FormCondition): JsonPath => [...statement.path, 'Condition', one.operator, one.key];
  const taken = (one: FormCondition): boolean =>
    statement.conditions.some(
      (other, i) => i !== at && other.operator === one.operator && other.key === one.key,
    );
  const rest = statement.conditions.filter((_, i) => i !== at);
  const out = (): readonly TextEdit[] => {
    if (!was) return [];
    const path =
      rest.length === 0
        ? [...statement.path, 'Condition']
        : rest.some(({ operator }) => operator === was.operator)
          ? place(was)
          : [...statement.path, 'Condition', was.operator];
    return [{ op: 'remove', path }];
  };
  if (!to) return out();
  // A condition that another one has already would swallow it: the document can hold only one.
  if (taken(to)) return [];
  const value = loneOr(to.values, was !== undefined && isListAt(text, place(was)));
  if (!was) return [{ op: 'set', path: place(to), value }];
  if (was.operator === to.operator) {
    const edits: TextEdit[] = [];
    if (was.key !== to.key) edits.push({ op: 'rename', path: place(was), name: to.key });
    if (JSON.stringify(was.values) !== JSON.stringify(to.values))
      edits.push({ op: 'set', path: place(to), value });
    return edits;
  }
  const alone = statement.conditions.filter(({ operator }) => operator === was.operator).length === 1;
  const isThere = statement.conditions.some(({ operator }) => operator === to.operator);
  if (alone && !isThere && was.key === to.key && JSON.stringify(was.values) === JSON.stringify(to.values))
    return [{ op: 'rename', path: [...statement.path, 'Condition', was.operator], name: to.operator }];
  // First the new one, so that `Condition` never becomes empty and goes.
  const gone: JsonPath = alone ? [...statement.path, 'Condition', was.operator] : place(was);
  return [
    { op: 'set', path: place(to), value },
    { op: 'remove', path: gone },
  ];
}

/** A new statement that changes nothing until its fields are filled: its principal may do nothing yet. */
export function addStatement(
  form: Extract<PolicyForm, { kind: 'policy' }>,
  statement: Readonly<Record<string, unknown>>,
): readonly TextEdit[] {
  const n = form.statements.length;
  return n === 0
    ? [{ op: 'set', path: ['Statement'], value: [statement] }]
    : [{ op: 'append', path: ['Statement'], value: statement }];
}

/** Elements of a lone statement: `Statement` is no list. */
const isLone = ({ path }: FormStatement): boolean => path.length === 1;

export function duplicateStatement(text: string, statement: FormStatement): readonly TextEdit[] {
  const tree = nodeAt(text, statement.path);
  if (!tree) return [];
  const value = valueOf(tree);
  return isLone(statement)
    ? [{ op: 'append', path: ['Statement'], value }]
    : [{ op: 'insert', path: ['Statement', statement.index + 1], value }];
}

export const removeStatement = (statement: FormStatement): readonly TextEdit[] =>
  isLone(statement)
    ? [{ op: 'set', path: ['Statement'], value: [] }]
    : [{ op: 'remove', path: statement.path }];

export const moveStatement = (statement: FormStatement, to: number): readonly TextEdit[] => [
  { op: 'move', path: statement.path, to },
];
