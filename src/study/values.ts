import type { Bytes } from '../engine/index.ts';
import { isObject } from './parse.ts';

/*
 * Values in scenario data. A string may hold `${variable}`; an object with one member that starts with `$` is a form:
 *   {"$utf8": "text"}  {"$base64": "…"}  {"$random": 32}          bytes
 *   {"$file": "video"}  {"$file": "video", "from": 0, "byteLength": 4096}   bytes of a generated file
 *   {"$piece": true}                                              the piece at hand, in `callPerPiece`
 *   {"$date": "2026-12-31T00:00:00Z"}                           a point in time
 *   {"$json": {…}}  {"$json": {…}, "byteLength": 32768}           a JSON text, as policies are sent; filled up with spaces
 */
export const forms = ['$utf8', '$base64', '$random', '$file', '$piece', '$json', '$date'] as const;
type Form = (typeof forms)[number];

export const formOf = (value: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(value).find((name) => name.startsWith('$'));

const isForm = (name: string): name is Form => forms.some((form) => form === name);

/** Whatever must be known before a value can be filled in. */
export interface Needs {
  readonly variables: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  /** What is wrong with a form, if anything. */
  readonly faults: readonly string[];
}

const inText = /\$\{([^}]*)\}/g;

export function needsOf(value: unknown): Needs {
  const variables = new Set<string>();
  const files = new Set<string>();
  const faults: string[] = [];
  const walk = (each: unknown): void => {
    if (typeof each === 'string') for (const [, name] of each.matchAll(inText)) variables.add(name ?? '');
    else if (Array.isArray(each)) each.forEach(walk);
    else if (isObject(each)) {
      const form = formOf(each);
      if (form === undefined) Object.values(each).forEach(walk);
      else if (!isForm(form)) faults.push(`no such form: ${form}`);
      else {
        const fault = faultOf(form, each);
        if (fault) faults.push(fault);
        else if (form === '$file') files.add(String(each[form]));
        else if (form === '$json') walk(each[form]);
      }
    }
  };
  walk(value);
  return { variables, files, faults };
}

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;

function faultOf(form: Form, value: Readonly<Record<string, unknown>>): string | undefined {
  const more = Object.keys(value).filter((name) => name !== form);
  const given = value[form];
  if (form === '$file') {
    if (typeof given !== 'string') return '$file names a file';
    if (more.some((name) => name !== 'from' && name !== 'byteLength'))
      return '$file takes from and byteLength';
    return more.every((name) => isSize(value[name])) ? undefined : 'from and byteLength are whole numbers';
  }
  if (form === '$json' && more.every((name) => name === 'byteLength'))
    return more.every((name) => isSize(value[name])) ? undefined : 'byteLength is a whole number';
  if (more.length > 0) return `${form} stands alone, found ${more.join(', ')}`;
  if (form === '$piece') return given === true ? undefined : '$piece is true';
  if (form === '$random')
    return isSize(given) && given > 0 && given <= 1 << 16 ? undefined : '$random takes 1 to 65536';
  if (typeof given !== 'string') return `${form} takes a text`;
  if (form === '$date' && Number.isNaN(Date.parse(given))) return '$date is no date';
  if (form === '$base64' && !/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(given))
    return '$base64 is not base64';
  return undefined;
}

/** A variable that is declared but has no value: the local step that needs it has nothing to use. */
export class NothingToUse extends Error {
  override readonly name = 'NothingToUse';
  constructor(readonly variable: string) {
    super(`"${variable}" has no value`);
  }
}

export interface Filling {
  readonly variables: ReadonlyMap<string, unknown>;
  readonly file: (name: string) => Blob;
  readonly piece?: Bytes | undefined;
}

export const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());

function lookUp(name: string, { variables }: Filling): unknown {
  if (!variables.has(name)) throw new NothingToUse(name);
  return variables.get(name);
}

function fillText(value: string, filling: Filling): unknown {
  const whole = /^\$\{([^}]*)\}$/.exec(value);
  if (whole) return lookUp(whole[1] ?? '', filling);
  return value.replace(inText, (_, name: string) => {
    const found = lookUp(name, filling);
    if (typeof found !== 'string' && typeof found !== 'number') throw new TypeError(`"${name}" is no text`);
    return String(found);
  });
}

/** Fills in variables and forms; `needsOf` has found no fault. */
export async function fill(value: unknown, filling: Filling): Promise<unknown> {
  if (typeof value === 'string') return fillText(value, filling);
  if (Array.isArray(value)) return Promise.all(value.map((each: unknown) => fill(each, filling)));
  if (!isObject(value)) return value;
  const form = formOf(value);
  if (form === undefined) return fillMembers(value, filling);
  const given = value[form];
  switch (form) {
    case '$utf8':
      return new TextEncoder().encode(String(given));
    case '$base64':
      return Uint8Array.from(atob(String(given)), (c) => c.charCodeAt(0));
    case '$date':
      return new Date(String(given));
    case '$random':
      return crypto.getRandomValues(new Uint8Array(Number(given)));
    case '$file': {
      const blob = filling.file(String(given));
      const from = Number(value['from'] ?? 0);
      return bytesOf(blob.slice(from, from + Number(value['byteLength'] ?? blob.size)));
    }
    case '$piece':
      if (!filling.piece) throw new TypeError('$piece stands outside callPerPiece');
      return filling.piece;
    case '$json':
      // White space says nothing in JSON, and counts for its length.
      return JSON.stringify(await fill(given, filling)).padEnd(Number(value['byteLength'] ?? 0));
    default:
      throw new TypeError(`no such form: ${form}`);
  }
}

export async function fillMembers(
  value: Readonly<Record<string, unknown>>,
  filling: Filling,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = await Promise.all(
    Object.entries(value).map(async ([name, each]) => [name, await fill(each, filling)] as const),
  );
  return Object.fromEntries(entries);
}

/** A text that holds JSON is looked into: a record of CloudTrail comes as one. */
function insideOf(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  try {
    const read: unknown = JSON.parse(value);
    return read;
  } catch {
    return value;
  }
}

/** `KeyMetadata.Arn` of an answer, or `Grants.0.GrantId`, or `Events.0.CloudTrailEvent.requestParameters`. */
export const memberOf = (output: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => {
    const inside = insideOf(at);
    return Array.isArray(inside) ? inside[Number(name)] : isObject(inside) ? inside[name] : undefined;
  }, output);

/** Bytes in a request, however deep: what is sent to KMS beyond names. */
export function byteLengthIn(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + byteLengthIn(each), 0);
  return isObject(value)
    ? Object.values(value).reduce<number>((sum, each) => sum + byteLengthIn(each), 0)
    : 0;
}

/**
 * A file of generated bytes. One block of 1 MiB repeats: the size is what matters, and a Blob of repeated parts costs
 * one block of memory until it is read.
 */
export function generatedFile(byteLength: number): Blob {
  const block = new Uint8Array(1 << 20);
  let x = 0x9e3779b9;
  for (let i = 0; i < block.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    block[i] = x;
  }
  // One Blob named many times is not copied; as many arrays would be.
  const unit = new Blob([block]);
  const units = Array.from({ length: Math.floor(byteLength / block.length) }, () => unit);
  return new Blob([...units, unit.slice(0, byteLength % block.length)]);
}

/** Equal byte by byte, a mebibyte at a time, so that two large files are never in memory whole. */
export async function sameBytes(a: Blob, b: Blob): Promise<boolean> {
  if (a.size !== b.size) return false;
  for (let from = 0; from < a.size; from += 1 << 20) {
    const [x, y] = await Promise.all([
      bytesOf(a.slice(from, from + (1 << 20))),
      bytesOf(b.slice(from, from + (1 << 20))),
    ]);
    // A plain loop: a callback for each byte would hold the page for a tenth of a second.
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  }
  return true;
}
