import type { Bytes } from '../../model/index.ts';
import { derHead } from '../blobLayout.ts';
import { concat, toHex } from '../codec.ts';
import { bytesOf, numberOf } from './numbers.ts';

/*
 * The part of ASN.1 that keys and signatures need. Written is always DER (X.690 §10, §11). Read is either DER, strictly,
 * or BER: longer lengths than needed, indefinite lengths and strings in pieces, as old exporters write them.
 */

export type Rules = 'DER' | 'BER';

/** One value. A primitive one has content, a constructed one has children. */
export interface Element {
  readonly tag: number;
  readonly content: Bytes;
  readonly children: readonly Element[];
}

const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
} as const;
const constructed = 0x20;
/** Deeper than any key; a hostile nesting ends here. */
const deepest = 16;

const write = (tag: number, ...content: readonly Bytes[]): Bytes => {
  const joined = concat(...content);
  return concat(derHead(tag, joined.length), joined);
};

/** Writers; the names are ASN.1's. */
export const der = {
  sequence: (...children: readonly Bytes[]): Bytes => write(tags.sequence, ...children),
  /** Not negative. */
  integer: (value: bigint): Bytes => {
    const magnitude = value === 0n ? Uint8Array.of(0) : bytesOf(value);
    const sign = (magnitude[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0);
    return write(tags.integer, sign, magnitude);
  },
  octetString: (content: Bytes): Bytes => write(tags.octetString, content),
  /** Whole bytes only. */
  bitString: (content: Bytes): Bytes => write(tags.bitString, Uint8Array.of(0), content),
  /** `id` is the content in hex. */
  oid: (id: string): Bytes =>
    write(
      tags.oid,
      Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    ),
  null: (): Bytes => write(tags.null),
  /** [n] EXPLICIT around one value. */
  explicit: (n: number, child: Bytes): Bytes => write(0xa0 | n, child),
  /** [n] IMPLICIT primitive. */
  implicit: (n: number, content: Bytes): Bytes => write(0x80 | n, content),
};

/** Reads exactly one value, to the last byte; undefined when the rules are broken. */
export function readElement(bytes: Bytes, rules: Rules): Element | undefined {
  const read = readAt(bytes, 0, rules, 0);
  return read !== undefined && read.end === bytes.length ? read.element : undefined;
}

interface Read {
  readonly element: Element;
  readonly end: number;
}

function readAt(bytes: Bytes, at: number, rules: Rules, depth: number): Read | undefined {
  const tag = bytes[at];
  // Tag numbers from 31 take more bytes; no structure here has one.
  if (tag === undefined || (tag & 0x1f) === 0x1f || depth > deepest) return undefined;
  const length = readLength(bytes, at + 1, rules);
  if (length === undefined) return undefined;
  if (length.value === 'indefinite') {
    return tag & constructed ? readIndefinite(bytes, tag, length.end, rules, depth) : undefined;
  }
  const end = length.end + length.value;
  if (end > bytes.length) return undefined;
  const content = bytes.slice(length.end, end);
  if (!(tag & constructed)) return { element: { tag, content, children: [] }, end };
  const children: Element[] = [];
  for (let next = 0; next < content.length;) {
    const child = readAt(content, next, rules, depth + 1);
    if (child === undefined) return undefined;
    children.push(child.element);
    next = child.end;
  }
  const element = whole(tag, content, children, rules);
  return element && { element, end };
}

/** X.690 §8.1.3.6: values until one of tag 0 and length 0. BER only. */
function readIndefinite(
  bytes: Bytes,
  tag: number,
  from: number,
  rules: Rules,
  depth: number,
): Read | undefined {
  const children: Element[] = [];
  let next = from;
  while (bytes[next] !== 0 || bytes[next + 1] !== 0) {
    const child = readAt(bytes, next, rules, depth + 1);
    if (child === undefined) return undefined;
    children.push(child.element);
    next = child.end;
  }
  const element = whole(tag, bytes.slice(from, next), children, rules);
  return element && { element, end: next + 2 };
}

/** X.690 §8.7.3: an octet string may come in pieces, in BER (§10.2); it is handed on in one. */
function whole(tag: number, content: Bytes, children: readonly Element[], rules: Rules): Element | undefined {
  if (tag !== (tags.octetString | constructed)) return { tag, content, children };
  if (rules === 'DER' || children.some((child) => child.tag !== tags.octetString)) return undefined;
  return { tag: tags.octetString, content: concat(...children.map((child) => child.content)), children: [] };
}

function readLength(
  bytes: Bytes,
  at: number,
  rules: Rules,
): { readonly value: number | 'indefinite'; readonly end: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0x80) return { value: first, end: at + 1 };
  if (first === 0x80) return rules === 'BER' ? { value: 'indefinite', end: at + 1 } : undefined;
  const octets = bytes.subarray(at + 1, at + 1 + (first & 0x7f));
  if (octets.length !== (first & 0x7f)) return undefined;
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (value > bytes.length) return undefined;
  const shortest = value >= 0x80 && octets[0] !== 0;
  return rules === 'BER' || shortest ? { value, end: at + 1 + octets.length } : undefined;
}

export const childrenOf = (element: Element | undefined): readonly Element[] | undefined =>
  element?.tag === tags.sequence ? element.children : undefined;

/** Not negative and as short as it goes (X.690 §8.3.2, also in BER). */
export function integerOf(element: Element | undefined): bigint | undefined {
  if (element?.tag !== tags.integer) return undefined;
  const [first, second] = element.content;
  if (first === undefined || first >= 0x80) return undefined;
  if (first === 0 && second !== undefined && second < 0x80) return undefined;
  return numberOf(element.content);
}

/** The content in hex. */
export const oidOf = (element: Element | undefined): string | undefined =>
  element?.tag === tags.oid ? toHex(element.content) : undefined;

export const octetsOf = (element: Element | undefined): Bytes | undefined =>
  element?.tag === tags.octetString ? element.content : undefined;

/** Whole bytes only. */
export const bitsOf = (element: Element | undefined): Bytes | undefined =>
  element?.tag === tags.bitString && element.content[0] === 0 ? element.content.slice(1) : undefined;

export const isNull = (element: Element | undefined): boolean =>
  element?.tag === tags.null && element.content.length === 0;

/** The value in [n] EXPLICIT. */
export const explicitOf = (element: Element | undefined, n: number): Element | undefined =>
  element?.tag === (0xa0 | n) && element.children.length === 1 ? element.children[0] : undefined;
