import type { TrailEvent } from '../../engine/index.ts';

/*
 * Event patterns of EventBridge: which events a rule is for.
 * EventBridge User Guide, "Comparison operators for use in event patterns" and "Events from AWS services".
 */

/** As EventBridge hands an event to a rule and to its targets. */
export interface BusEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

/**
 * A record of a trail as an event of the bus. EventBridge User Guide, "AWS service events delivered via AWS CloudTrail":
 * `source` is `aws.` and the service.
 */
const busEventOf = (event: TrailEvent): BusEvent => ({
  id: event.eventID,
  'detail-type':
    event.eventType === 'AwsServiceEvent'
      ? 'AWS Service Event via CloudTrail'
      : 'AWS API Call via CloudTrail',
  source: `aws.${event.eventSource.split('.')[0] ?? ''}`,
  account: event.recipientAccountId,
  time: event.eventTime,
  region: event.awsRegion,
  resources: [],
  detail: event,
});

/** KMS Developer Guide, "Monitoring with Amazon EventBridge": what KMS says of itself, beside the record in the trail. */
const ownKinds: Readonly<Record<string, string>> = {
  RotateKey: 'KMS CMK Rotation',
  DeleteExpiredKeyMaterial: 'KMS Imported Key Material Expiration',
  DeleteKey: 'KMS CMK Deletion',
};

/** The events of the bus that one record stands for. */
export function busEventsOf(record: TrailEvent): readonly BusEvent[] {
  const viaTrail = busEventOf(record);
  const kind = record.eventType === 'AwsServiceEvent' ? ownKinds[record.eventName] : undefined;
  const key = record.resources[0]?.ARN;
  if (kind === undefined || key === undefined) return [viaTrail];
  const detail = { 'key-id': key.slice(key.lastIndexOf('/') + 1) };
  return [viaTrail, { ...viaTrail, 'detail-type': kind, resources: [key], detail }];
}

type Plain = string | number | boolean | null;
type Test = (value: Plain | undefined) => boolean;
/** What must hold at one place: one of the values there passes one of the tests. */
interface Leaf {
  readonly tests: readonly Test[];
}
interface Branch {
  readonly members: readonly (readonly [name: string, node: Leaf | Branch])[];
  /** Each of them must have one that holds. */
  readonly anyOf: readonly (readonly Branch[])[];
}

export interface EventPattern {
  matches(event: BusEvent): boolean;
  /** The names of operations that it is for, when it lists them; undefined: it may be for any. */
  readonly eventNames: readonly string[] | undefined;
}
/** In words: `Event pattern is not valid. Reason: …`. */
export interface PatternFault {
  readonly fault: string;
}

class Wrong extends Error {}
const wrong = (reason: string): never => {
  throw new Wrong(reason);
};

/** Reads a pattern once, for many events. */
export function readEventPattern(text: string): EventPattern | PatternFault {
  try {
    const given: unknown = JSON.parse(text);
    if (!isObject(given)) return fault('Filter is not an object');
    const root = branchOf(given, []);
    return { matches: (event) => holds(root, event), eventNames: namesOf(given) };
  } catch (thrown) {
    if (thrown instanceof Wrong || thrown instanceof SyntaxError) return fault(thrown.message);
    throw thrown;
  }
}
const fault = (reason: string): PatternFault => ({ fault: `Event pattern is not valid. Reason: ${reason}` });
export const isPatternFault = (read: object): read is PatternFault => 'fault' in read;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): value is Plain =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

function branchOf(given: Readonly<Record<string, unknown>>, path: readonly string[]): Branch {
  const members: [string, Leaf | Branch][] = [];
  const anyOf: (readonly Branch[])[] = [];
  const entries = Object.entries(given);
  if (entries.length === 0) wrong(`Empty objects are not allowed${at(path)}`);
  for (const [name, value] of entries) {
    const here = [...path, name];
    if (name === '$or') anyOf.push(alternatives(value, here));
    else if (Array.isArray(value)) members.push([name, leafOf(value, here)]);
    else if (isObject(value)) members.push([name, branchOf(value, here)]);
    else wrong(`"${name}" must be an object or an array${at(path)}`);
  }
  return { members, anyOf };
}
const at = (path: readonly string[]): string => (path.length === 0 ? '' : ` at ${path.join('.')}`);

function alternatives(value: unknown, path: readonly string[]): readonly Branch[] {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isObject))
    return wrong(`"$or" needs two objects or more${at(path)}`);
  return value.map((one) => branchOf(one as Readonly<Record<string, unknown>>, path)); // every one is an object
}

function leafOf(values: readonly unknown[], path: readonly string[]): Leaf {
  if (values.length === 0) wrong(`Empty arrays are not allowed${at(path)}`);
  return {
    tests: values.map((value): Test => {
      if (isPlain(value)) return (found) => found === value;
      const [operator, ...more] = isObject(value) ? Object.entries(value) : [];
      if (!operator || more.length > 0)
        return wrong(`Each value is plain or an object of one operator${at(path)}`);
      return testOf(operator[0], operator[1], path);
    }),
  };
}

/** Tests of text, which `anything-but` turns round too. */
const textTests: Readonly<Record<string, (wanted: string) => (text: string) => boolean>> = {
  prefix: (wanted) => (text) => text.startsWith(wanted),
  suffix: (wanted) => (text) => text.endsWith(wanted),
  'equals-ignore-case': (wanted) => (text) => text.toLowerCase() === wanted.toLowerCase(),
  wildcard: (wanted) => wildcard(wanted),
};

function textTest(operator: string, wanted: unknown, path: readonly string[]): (text: string) => boolean {
  const make = textTests[operator];
  if (!make) return wrong(`Unrecognized match type ${operator}${at(path)}`);
  if (typeof wanted === 'string') return make(wanted);
  // Also in capitals or not: { "prefix": { "equals-ignore-case": "eventb" } }.
  const [inner, ...more] = isObject(wanted) ? Object.entries(wanted) : [];
  if ((operator === 'prefix' || operator === 'suffix') && inner?.[0] === 'equals-ignore-case') {
    const [, text] = inner;
    if (typeof text === 'string' && more.length === 0)
      return (found) => make(text.toLowerCase())(found.toLowerCase());
  }
  return wrong(`${operator} match pattern must be a string${at(path)}`);
}

function testOf(operator: string, wanted: unknown, path: readonly string[]): Test {
  switch (operator) {
    case 'exists':
      if (typeof wanted !== 'boolean') return wrong(`match exists must be either true or false${at(path)}`);
      return (found) => (found !== undefined) === wanted;
    case 'numeric':
      return numeric(wanted, path);
    case 'cidr':
      return cidr(wanted, path);
    case 'anything-but':
      return anythingBut(wanted, path);
    default: {
      const test = textTest(operator, wanted, path);
      return (found) => typeof found === 'string' && test(found);
    }
  }
}

/** A place that is absent is not "anything". */
function anythingBut(wanted: unknown, path: readonly string[]): Test {
  if (isObject(wanted)) {
    const [operator, ...more] = Object.entries(wanted);
    if (!operator || more.length > 0) return wrong(`anything-but takes one operator${at(path)}`);
    const [name, texts] = operator;
    const tests = (Array.isArray(texts) ? texts : [texts]).map((text) => textTest(name, text, path));
    return (found) =>
      found !== undefined && !(typeof found === 'string' && tests.some((test) => test(found)));
  }
  const not = new Set<unknown>(Array.isArray(wanted) ? wanted : [wanted]);
  if (not.size === 0 || ![...not].every((one) => typeof one === 'string' || typeof one === 'number'))
    return wrong(`Value of anything-but must be an array or single string/number value${at(path)}`);
  return (found) => found !== undefined && !not.has(found);
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function numeric(wanted: unknown, path: readonly string[]): Test {
  const given = Array.isArray(wanted) ? (wanted as readonly unknown[]) : [];
  if (given.length !== 2 && given.length !== 4)
    return wrong(`Value of numeric must be an array of one or two comparisons${at(path)}`);
  const tests = [0, 2].slice(0, given.length / 2).map((i) => {
    const [sign, bound] = [given[i], given[i + 1]];
    const compare = typeof sign === 'string' ? comparisons[sign] : undefined;
    if (!compare || typeof bound !== 'number')
      return wrong(`Unrecognized numeric range operator ${String(sign)}${at(path)}`);
    return (found: number) => compare(found, bound);
  });
  return (found) => typeof found === 'number' && tests.every((test) => test(found));
}

/** OURS: addresses of version 4 only. */
function cidr(wanted: unknown, path: readonly string[]): Test {
  const [base, bits] = typeof wanted === 'string' ? wanted.split('/') : [];
  const from = base === undefined ? undefined : addressOf(base);
  const size = Number(bits);
  if (from === undefined || bits === undefined || !Number.isInteger(size) || size < 0 || size > 32)
    return wrong(`Malformed CIDR${at(path)}`);
  const block = 2 ** (32 - size);
  return (found) => {
    const address = typeof found === 'string' ? addressOf(found) : undefined;
    return address !== undefined && Math.floor(address / block) === Math.floor(from / block);
  };
}
function addressOf(text: string): number | undefined {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** `*` stands for any text, also for none; `\*` and `\\` for themselves. Walks, never tries again from the start. */
export function wildcard(pattern: string): (text: string) => boolean {
  const pieces: string[] = [''];
  for (let i = 0; i < pattern.length; i += 1) {
    const sign = pattern.charAt(i);
    if (sign === '*') pieces.push('');
    else {
      const plain = sign === '\\' && i + 1 < pattern.length ? pattern.charAt((i += 1)) : sign;
      pieces[pieces.length - 1] += plain;
    }
  }
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  return (text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}

function holds({ members, anyOf }: Branch, node: unknown): boolean {
  const own = isObject(node) ? node : {};
  return (
    members.every(([name, wanted]) => {
      const value = Object.hasOwn(own, name) ? own[name] : undefined;
      if ('tests' in wanted) return passes(wanted, value);
      // In a list, one of its objects must have all of it. An absent one has nothing, which `exists: false` may want.
      const nodes = Array.isArray(value) && value.length > 0 ? (value as readonly unknown[]) : [value];
      return nodes.some((one) => holds(wanted, one));
    }) && anyOf.every((branches) => branches.some((branch) => holds(branch, own)))
  );
}

/** "If the value in the event is an array, the pattern matches if the intersection is non-empty." */
function passes({ tests }: Leaf, value: unknown): boolean {
  const found = (Array.isArray(value) ? (value as readonly unknown[]).flat(5) : [value]).filter(isPlain);
  return found.length === 0
    ? tests.some((test) => test(undefined))
    : found.some((one) => tests.some((test) => test(one)));
}

function namesOf(given: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const detail = given['detail'];
  const names = isObject(detail) ? detail['eventName'] : undefined;
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
}
