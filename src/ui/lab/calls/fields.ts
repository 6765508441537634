import { typeShape } from '../../../client/index.ts';
import type { Bytes, MemberShape, TypeShape } from '../../../engine/index.ts';
import { fromBase64, fromHex, utf8 } from '../../format/bytes.ts';
import { callWords } from './words.ts';

/*
 * What a generated form holds for each member of a request, and how it becomes the value that is sent. A field that is left
 * empty is left out. Everything that can be read is sent: what KMS says to it is worth reading.
 */

export type BlobForm = 'text' | 'base64' | 'hex';
export type Field =
  | { kind: 'text' | 'integer' | 'timestamp' | 'boolean'; text: string }
  | { kind: 'blob'; text: string; as: BlobForm }
  | { kind: 'choices'; chosen: string[] }
  | { kind: 'list'; items: Field[] }
  | { kind: 'map'; pairs: { name: string; value: string }[] }
  | { kind: 'structure'; members: Record<string, Field> };
export type Fields = Record<string, Field>;

export function emptyField(type: string): Field {
  const shape = typeShape(type);
  switch (shape.kind) {
    case 'blob':
      return { kind: 'blob', text: '', as: 'text' };
    case 'list':
      return typeShape(shape.of ?? 'string').enum
        ? { kind: 'choices', chosen: [] }
        : { kind: 'list', items: [] };
    case 'map':
      return { kind: 'map', pairs: [] };
    case 'structure':
      return { kind: 'structure', members: emptyFields(shape.members ?? {}) };
    case 'string':
      return { kind: 'text', text: '' };
    default:
      return { kind: shape.kind, text: '' };
  }
}
export const emptyFields = (members: Readonly<Record<string, MemberShape>>): Fields =>
  Object.fromEntries(Object.entries(members).map(([name, { type }]) => [name, emptyField(type)]));

/** A field that holds this value already; what does not fit the type leaves it empty. */
export function filledField(type: string, value: unknown): Field {
  const field = emptyField(type);
  if (field.kind === 'choices' && Array.isArray(value)) field.chosen.push(...value.map(String));
  else if (field.kind === 'blob' && typeof value === 'string') field.text = value;
  else if ('text' in field && (typeof value === 'string' || typeof value === 'number'))
    field.text = String(value);
  else if (field.kind === 'boolean' && typeof value === 'boolean') field.text = String(value);
  else if (field.kind === 'list' && Array.isArray(value)) {
    const of = typeShape(type).of ?? 'string';
    field.items.push(...value.map((item) => filledField(of, item)));
  } else if (field.kind === 'structure' && typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const member = typeShape(type).members?.[name];
      if (member) field.members[name] = filledField(member.type, inner);
    }
  }
  return field;
}

/** Why a field cannot be read, with the label of the field. */
export interface Unreadable {
  readonly label: string;
  readonly why: string;
}
interface Read {
  /** Undefined: left out. */
  readonly value: unknown;
}

export const bytesIn = ({ text, as }: { readonly text: string; readonly as: BlobForm }): Bytes | undefined =>
  as === 'text' ? utf8(text) : as === 'base64' ? fromBase64(text) : fromHex(text);

/** Labels say where a field stands: `Tags 1: TagKey`. */
export const within = (label: string, member: string | number): string =>
  typeof member === 'number' ? `${label} ${member}` : `${label}: ${member}`;

export function readField(field: Field, label: string, faults: Unreadable[]): Read {
  const fail = (why: string): Read => {
    faults.push({ label, why });
    return { value: undefined };
  };
  switch (field.kind) {
    case 'text':
      return { value: field.text === '' ? undefined : field.text };
    case 'integer': {
      if (field.text.trim() === '') return { value: undefined };
      const n = Number(field.text);
      return Number.isInteger(n) ? { value: n } : fail(callWords.notInteger);
    }
    case 'timestamp': {
      if (field.text.trim() === '') return { value: undefined };
      // `datetime-local` writes no zone; virtual time is UTC everywhere.
      const at = new Date(/[zZ]|[+-]\d\d:\d\d$/.test(field.text) ? field.text : `${field.text}Z`);
      return Number.isFinite(at.getTime()) ? { value: at } : fail(callWords.notDate);
    }
    case 'boolean':
      return { value: field.text === '' ? undefined : field.text === 'true' };
    case 'blob': {
      if (field.text === '') return { value: undefined };
      const bytes = bytesIn(field);
      return bytes ? { value: bytes } : fail(callWords.notBytes[field.as === 'hex' ? 'hex' : 'base64']);
    }
    case 'choices':
      return { value: field.chosen.length === 0 ? undefined : [...field.chosen] };
    case 'list': {
      const items = field.items.map((item, at) => readField(item, within(label, at + 1), faults).value);
      // An item that was added and left empty is sent empty, so that KMS can say what it thinks of it.
      return { value: items.length === 0 ? undefined : items.map((item) => item ?? '') };
    }
    case 'map':
      return {
        value:
          field.pairs.length === 0
            ? undefined
            : Object.fromEntries(field.pairs.map(({ name, value }) => [name, value])),
      };
    case 'structure': {
      const value = readMembers(field.members, faults, label);
      return { value: Object.keys(value).length === 0 ? undefined : value };
    }
  }
}

function readMembers(fields: Fields, faults: Unreadable[], parent?: string): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const { value } = readField(field, parent === undefined ? name : within(parent, name), faults);
    if (value !== undefined) input[name] = value;
  }
  return input;
}

/** The input of the call, and the fields that cannot be read. */
export function inputOf(fields: Fields): {
  readonly input: Readonly<Record<string, unknown>>;
  readonly faults: readonly Unreadable[];
} {
  const faults: Unreadable[] = [];
  const input = readMembers(fields, faults);
  return { input, faults };
}

/** Bounds of a type in words: `1 to 4096 bytes`. */
export function boundsOf(shape: TypeShape): string | undefined {
  const { min, max } = shape;
  if (shape.enum || (min === undefined && max === undefined)) return undefined;
  const range =
    min === undefined
      ? `at most ${max}`
      : max === undefined
        ? `at least ${min}`
        : min === max
          ? `${min}`
          : `${min} to ${max}`;
  const unit = { blob: ' bytes', string: ' characters', list: ' items' }[shape.kind as string] ?? '';
  return range + unit;
}

/** What KMS will say no to, said while one types. It stops nobody from sending. */
export function doubtOf(field: Field, type: string): string | undefined {
  const shape = typeShape(type);
  const { min = 0, max = Infinity, pattern } = shape;
  const outside = (n: number): string | undefined =>
    n < min || n > max ? callWords.outside(boundsOf(shape) ?? '', n) : undefined;
  if (field.kind === 'blob') {
    const bytes = field.text === '' ? undefined : bytesIn(field);
    return bytes && outside(bytes.length);
  }
  if (field.kind === 'integer')
    return field.text === '' || !Number.isInteger(Number(field.text))
      ? undefined
      : outside(Number(field.text));
  if (field.kind !== 'text' || field.text === '') return undefined;
  const length = outside([...field.text].length);
  if (length !== undefined || pattern === undefined) return length;
  return new RegExp(`^(?:${pattern})$`, 'su').test(field.text) ? undefined : callWords.pattern(pattern);
}

/** The member that KMS complains about: `Value at 'plaintext' failed…`. */
export function memberNamedIn(message: string, members: readonly string[]): string | undefined {
  const [, path] = /[vV]alue(?: '[^']*')? at '([^'.]+)/.exec(message) ?? [];
  return path === undefined ? undefined : members.find((m) => m.toLowerCase() === path.toLowerCase());
}
