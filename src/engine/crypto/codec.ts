import { bytesToUtf8 } from '@noble/ciphers/utils.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Bytes } from '../model/index.ts';

/*
 * Text and bytes without the DOM library. Readers answer undefined on malformed text: what comes through a door is
 * refused by a value, not by an exception.
 */

/** Lower-case hex. */
export const toHex = (bytes: Bytes): string => bytesToHex(bytes);

/** Whole pairs of hex digits, either case; undefined otherwise. */
export const fromHex = (hex: string): Bytes | undefined =>
  /^([0-9a-f]{2})*$/i.test(hex) ? hexToBytes(hex) : undefined;

/** UTF-8; a lone surrogate becomes U+FFFD, as the Encoding Standard says. */
export const utf8 = (text: string): Bytes => utf8ToBytes(text);

/** Undefined when the bytes are not well-formed UTF-8. A byte order mark stays, as U+FEFF. */
export function fromUtf8(bytes: Bytes): string | undefined {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = (marked ? '\ufeff' : '') + bytesToUtf8(bytes);
  // A lossy reading that does not come back as the same bytes was not well-formed.
  return equalBytes(utf8(text), bytes) ? text : undefined;
}

/** One fresh array. */
export function concat(...parts: readonly Bytes[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Four bytes, most significant first. */
export function uint32(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new RangeError(`"uint32" expected 0…2^32-1, got ${value}`);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** For public bytes: stops at the first difference. Secrets are compared by `equalHex`. */
export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Value of each ASCII code; 64 where the code is no base64 digit. */
const valueOf = new Uint8Array(128).fill(64);
/** ASCII code of each value. */
const codeOf = new Uint8Array(64);
for (let i = 0; i < 64; i++) {
  valueOf[alphabet.charCodeAt(i)] = i;
  codeOf[i] = alphabet.charCodeAt(i);
}
const paddingCode = 0x3d;

/** Standard alphabet with padding (RFC 4648 §4). */
export function toBase64(bytes: Bytes): string {
  const { length } = bytes;
  // Codes first, then one text of them: a text that grows digit by digit is many small objects.
  const codes = new Uint8Array(Math.ceil(length / 3) * 4);
  for (let i = 0, at = 0; i < length; i += 3, at += 4) {
    const left = length - i;
    const word =
      ((bytes[i] ?? 0) << 16) |
      (left > 1 ? (bytes[i + 1] ?? 0) << 8 : 0) |
      (left > 2 ? (bytes[i + 2] ?? 0) : 0);
    codes[at] = codeOf[word >> 18] ?? 0;
    codes[at + 1] = codeOf[(word >> 12) & 63] ?? 0;
    codes[at + 2] = left > 1 ? (codeOf[(word >> 6) & 63] ?? 0) : paddingCode;
    codes[at + 3] = left > 2 ? (codeOf[word & 63] ?? 0) : paddingCode;
  }
  return bytesToUtf8(codes);
}

/**
 * Strict (RFC 4648 §3.5): padding is there, nothing else is, and the bits that padding leaves over are zero, so that
 * one array has exactly one text. Undefined otherwise.
 */
export function fromBase64(text: string): Bytes | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  const whole = padding === 0 ? length : length - 4;
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const word = wordOf(text, i);
    if (word < 0) return undefined;
    bytes[at] = word >> 16;
    bytes[at + 1] = word >> 8;
    bytes[at + 2] = word;
    at += 3;
  }
  if (padding === 0) return bytes;
  const last = `${text.slice(whole, length - padding)}${padding === 2 ? 'AA' : 'A'}`;
  const word = wordOf(last, 0);
  if (word < 0 || (word & (padding === 2 ? 0xffff : 0xff)) !== 0) return undefined;
  bytes[at] = word >> 16;
  if (padding === 1) bytes[at + 1] = word >> 8;
  return bytes;
}

/** The 24 bits of four digits; below zero when one of them is none. */
function wordOf(text: string, at: number): number {
  const a = valueOf[text.charCodeAt(at)] ?? 64;
  const b = valueOf[text.charCodeAt(at + 1)] ?? 64;
  const c = valueOf[text.charCodeAt(at + 2)] ?? 64;
  const d = valueOf[text.charCodeAt(at + 3)] ?? 64;
  return (a | b | c | d) > 63 ? -1 : (a << 18) | (b << 12) | (c << 6) | d;
}
