import { fromBase64, toBase64 } from '../../engine/index.ts';
import { FileFault } from './fault.ts';

/*
 * Values as JSON and back. What JSON lacks is written as an object with one member that begins with `$`: bytes as
 * `$bytes`, dates as `$time`; an object that happens to look like that, or that has a member which scripts treat
 * specially, is written as `$members`, a list of pairs.
 */

type Members = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** OURS: deeper than any record, policy or event of ours can be. */
const deepest = 64;

/** Members that reach into the machinery of objects when somebody copies them carelessly. */
export const special: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: toBase64(new Uint8Array(value)) };
  if (value instanceof Date) return { $time: value.getTime() };
  if (Array.isArray(value)) return value.map(toJson);
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name, toJson(member)] as const],
  );
  const first = members[0];
  const tagged = members.length === 1 && first !== undefined && first[0].startsWith('$');
  return tagged || members.some(([name]) => special.has(name))
    ? { $members: members }
    : Object.fromEntries(members);
}

/** The place of a member: `$.a["b c"]`. */
export const memberPlace = (place: string, name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? `${place}.${name}` : `${place}[${JSON.stringify(name)}]`;

/** @throws FileFault with the JSON path */
export function fromJson(value: unknown, place: string, depth = 0): unknown {
  if (depth > deepest) throw new FileFault(place, `is nested more than ${deepest} deep`);
  if (Array.isArray(value)) return value.map((one, i) => fromJson(one, `${place}[${i}]`, depth + 1));
  if (!isObject(value)) return value;
  const names = Object.keys(value);
  const [tag] = names;
  if (names.length !== 1 || !tag?.startsWith('$')) {
    return Object.fromEntries(names.map((name) => [name, member(value, name, place, depth)]));
  }
  const inside = value[tag];
  if (tag === '$bytes') {
    const bytes = typeof inside === 'string' ? fromBase64(inside) : undefined;
    // Only the one form that we write: else two files could say the same.
    if (!bytes || toBase64(bytes) !== inside) throw new FileFault(`${place}.$bytes`, 'is not base64');
    return bytes;
  }
  if (tag === '$time') {
    const date = new Date(typeof inside === 'number' ? inside : NaN);
    if (Number.isNaN(date.getTime())) throw new FileFault(`${place}.$time`, 'is not a time');
    return date;
  }
  if (tag === '$members') return membersFrom(inside, `${place}.$members`, depth);
  throw new FileFault(place, `has an unknown kind of value, ${tag}`);
}

function member(value: Members, name: string, place: string, depth: number): unknown {
  if (special.has(name)) throw new FileFault(memberPlace(place, name), 'is a name that files must not use');
  return fromJson(value[name], memberPlace(place, name), depth + 1);
}

function membersFrom(pairs: unknown, place: string, depth: number): unknown {
  if (!Array.isArray(pairs)) throw new FileFault(place, 'is not a list');
  const seen = new Set<string>();
  const entries = pairs.map((pair: unknown, i) => {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string' || seen.has(pair[0]))
      throw new FileFault(`${place}[${i}]`, 'is not a name, used once, with a value');
    seen.add(pair[0]);
    return [pair[0], fromJson(pair[1], `${place}[${i}][1]`, depth + 1)] as const;
  });
  return Object.fromEntries(entries); // defines members, never sets them: `__proto__` stays a name
}

/** Parses text with a place for what is wrong with it. */
export function parseJson(text: string, place = '$'): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new FileFault(place, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One form for equal values: names in order, absent members left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(ordered(toJson(value)));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}
