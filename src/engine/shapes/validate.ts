import type { MemberNote } from '../model/index.ts';
import { kmsModel, type MemberShape, type Model, type TypeShape } from './shapes.ts';

/*
 * Generic validation, before any key is looked up. The sentences are recorded (FACTS.md "Generic validation"); all
 * violations of one request stand in one message, sensitive and binary values are left out of it.
 */

export interface Validated {
  /** The members that the shape knows; unknown members are dropped, as AWS drops them. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Sentences after `N validation error(s) detected: `. */
  readonly violations: readonly string[];
  /** A value of another JSON type: AWS answers SerializationException before it validates. */
  readonly wrongType: string | undefined;
}

/**
 * Checks `input` of an operation against the shape data.
 * @returns the known members, and what AWS would object to.
 */
export function validateInput(operation: string, input: unknown, model: Model = kmsModel): Validated {
  const shape = model.operations.get(operation);
  if (!shape) throw new Error(`"validateInput" knows no operation ${operation}`);
  const known: Record<string, unknown> = {};
  if (!isObject(input)) return { input: known, violations: [], wrongType: 'the request' };
  const violations: string[] = [];
  let wrongType: string | undefined;
  if (shape.strict)
    for (const name of Object.keys(input))
      // OURS: AWS would do something with it. To leave it out silently would teach what is not so.
      if (!Object.hasOwn(shape.in, name)) violations.push(`KMS Lab does not simulate the member '${name}'`);
  for (const [name, member] of Object.entries(shape.in)) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    const path = lowerFirst(name);
    // A value of another type goes no further: nobody below is prepared to show or to log it.
    const misfit = wrongTypeAt(path, member, value);
    wrongType ??= misfit;
    if (misfit !== undefined) continue;
    checkMember(path, member, value, violations);
    if (value !== undefined && value !== null) known[name] = pruned(member.shape, value);
  }
  return { input: known, violations: wrongType === undefined ? violations : [], wrongType };
}

/** Where a value is not of the shape's type, here or further down. Goes no deeper than the shape does. */
function wrongTypeAt(path: string, member: MemberShape, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : wrongTypeIn(path, member.shape, value);
}

function wrongTypeIn(path: string, shape: TypeShape, value: unknown): string | undefined {
  if (!hasKind(shape, value)) return path;
  let wrong: string | undefined;
  if (shape.kind === 'list') {
    const element = elementOf(shape);
    // FACTS.md: elements count from 1.
    (value as readonly unknown[]).forEach((one, i) => {
      wrong ??= wrongTypeIn(`${path}.${i + 1}.member`, element, one);
    });
  } else if (shape.kind === 'map') {
    const element = elementOf(shape);
    for (const [key, one] of Object.entries(value as object))
      wrong ??= wrongTypeIn(`${path}.${key}`, element, one);
  } else if (shape.kind === 'structure') {
    for (const [name, member] of Object.entries(shape.members ?? {}))
      wrong ??= wrongTypeAt(`${path}.${lowerFirst(name)}`, member, ownMember(value, name));
  }
  return wrong;
}

const anyText: TypeShape = { kind: 'string' };
const elementOf = ({ element = anyText }: TypeShape): TypeShape => element;

const ownMember = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

function checkMember(path: string, member: MemberShape, value: unknown, violations: string[]): void {
  if (value === undefined || value === null) {
    if (member.required) violations.push(sentence(undefined, path, 'not be null'));
    return;
  }
  checkValue(path, member.shape, value, violations);
}

/** `value` is of the shape's type: {@link wrongTypeAt} has seen it. */
function checkValue(path: string, shape: TypeShape, value: unknown, violations: string[]): void {
  const say = (rule: string) => violations.push(sentence(shownValue(shape, value), path, rule));
  switch (shape.kind) {
    case 'string':
      checkString(shape, value as string, say);
      return;
    case 'integer':
      if (shape.min !== undefined && (value as number) < shape.min)
        say(`have value greater than or equal to ${shape.min}`);
      else if (shape.max !== undefined && (value as number) > shape.max)
        say(`have value less than or equal to ${shape.max}`);
      return;
    case 'blob':
      checkLength(shape, (value as Uint8Array).length, say);
      return;
    case 'list':
      checkList(path, shape, value as readonly unknown[], say, violations);
      return;
    case 'structure':
      for (const [name, member] of Object.entries(shape.members ?? {}))
        checkMember(`${path}.${lowerFirst(name)}`, member, ownMember(value, name), violations);
      return;
    case 'map':
    case 'boolean':
    case 'timestamp':
      return;
    default:
      shape.kind satisfies never;
  }
}

type Say = (rule: string) => void;

function checkLength(shape: TypeShape, length: number, say: Say): void {
  if (shape.min !== undefined && length < shape.min) say(`have length greater than or equal to ${shape.min}`);
  else if (shape.max !== undefined && length > shape.max)
    say(`have length less than or equal to ${shape.max}`);
}

function checkString(shape: TypeShape, value: string, say: Say): void {
  if (shape.enum) {
    if (!shape.enum.includes(value)) say(`satisfy enum value set: [${shape.enum.join(', ')}]`);
    return;
  }
  checkLength(shape, value.length, say);
  if (shape.pattern !== undefined && !patternOf(shape.pattern).test(value)) {
    say(`satisfy regular expression pattern: ${shape.pattern}`);
  }
}

function checkList(
  path: string,
  shape: TypeShape,
  list: readonly unknown[],
  say: Say,
  violations: string[],
): void {
  checkLength(shape, list.length, say);
  const element = elementOf(shape);
  // FACTS.md: elements count from 1; a bad string in a list of strings may be named the same way.
  list.forEach((one, i) => checkValue(`${path}.${i + 1}.member`, element, one, violations));
}

const sentence = (shown: string | undefined, path: string, rule: string): string =>
  `Value${shown === undefined ? ' null' : shown} at '${path}' failed to satisfy constraint: Member must ${rule}`;

/** ` 'VALUE'`, or nothing for bytes and secrets. */
function shownValue(shape: TypeShape, value: unknown): string {
  if (shape.kind === 'blob' || shape.sensitive) return '';
  if (shape.kind === 'list') return ` '[${(value as readonly unknown[]).map(String).join(', ')}]'`;
  return ` '${String(value)}'`;
}

function hasKind(shape: TypeShape, value: unknown): boolean {
  switch (shape.kind) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'blob':
      return value instanceof Uint8Array;
    case 'list':
      return Array.isArray(value);
    case 'map':
    case 'structure':
      return isObject(value);
    default:
      return shape.kind satisfies never;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof Date);

/** Only the members that the shapes know, so that nothing unknown travels on into a record or an event. */
function pruned(shape: TypeShape, value: unknown): unknown {
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((one) => pruned(elementOf(shape), one));
  if (shape.kind === 'structure' && isObject(value)) {
    return Object.fromEntries(
      Object.entries(shape.members ?? {})
        .map(([name, member]) => [name, member, ownMember(value, name)] as const)
        .filter(([, , one]) => one !== undefined && one !== null)
        .map(([name, member, one]) => [name, pruned(member.shape, one)]),
    );
  }
  return value;
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const compiled = new Map<string, RegExp>();
/** The whole value must match, whether or not the model wrote the anchors. */
function patternOf(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (!regex) {
    // A class such as `\p{L}` is one in Unicode mode only.
    const flags = pattern.includes('\\p{') ? 'su' : 's';
    regex = new RegExp(`^(?:${pattern.replace(/^\^/, '').replace(/\$$/, '')})$`, flags);
    compiled.set(pattern, regex);
  }
  return regex;
}

/** Each given member as a trace may show it: bytes and secrets as a length. */
export function describeMembers(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  model: Model = kmsModel,
): readonly MemberNote[] {
  const members = model.operations.get(operation)?.in ?? {};
  return Object.entries(input)
    .filter(([name]) => Object.hasOwn(members, name))
    .map(([member, value]) => ({ member, shown: shown(members[member]?.shape ?? anyText, value) }));
}

const longest = 160;
function shown(shape: TypeShape, value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (shape.sensitive) return 'not shown';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
}

/** The input as the journal keeps it: every blob and every secret replaced by its length. JSON only. */
export function redactInput(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  model: Model = kmsModel,
): Record<string, unknown> {
  const members = model.operations.get(operation)?.in ?? {};
  return Object.fromEntries(
    Object.entries(input)
      .filter(([name]) => Object.hasOwn(members, name))
      .map(([name, value]) => [name, redacted(members[name]?.shape ?? anyText, value)]),
  );
}

function redacted(shape: TypeShape, value: unknown): unknown {
  if (value instanceof Uint8Array) return { redacted: value.length };
  if (shape.sensitive) return { redacted: String(value).length };
  if (value instanceof Date) return value.toISOString();
  if (shape.kind === 'structure' && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        redacted(shape.members?.[name]?.shape ?? anyText, one),
      ]),
    );
  }
  return value;
}
