import { bytesToUtf8 } from '@noble/ciphers/utils.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
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
export const concat = (...parts: readonly Bytes[]): Bytes => concatBytes(...parts);

/** Four bytes, most significant first. */
export function uint32(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new RangeError(`"uint32" expected 0…2^32-1, got ${value}`);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** For public bytes: stops at the first difference. Secrets are compared by `equalHex`. */
export function equalBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Value of each ASCII code; 64 where the code is no base64 digit. */
const valueOf = new Uint8Array(128).fill(64);
for (let i = 0; i < 64; i++) valueOf[alphabet.charCodeAt(i)] = i;
/** The two digits of every twelve bits. */
const twoDigits: readonly string[] = Array.from(
  { length: 4096 },
  (_, value) => alphabet.charAt(value >> 6) + alphabet.charAt(value & 63),
);

/** Standard alphabet with padding (RFC 4648 §4). */
export function toBase64(bytes: Bytes): string {
  const whole = bytes.length - (bytes.length % 3);
  let text = '';
  for (let i = 0; i < whole; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += `${twoDigits[word >> 12]}${twoDigits[word & 4095]}`;
  }
  if (whole === bytes.length) return text;
  const word = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8);
  const last = whole + 1 === bytes.length ? '=' : alphabet.charAt((word >> 6) & 63);
  return `${text}${twoDigits[word >> 12]}${last}=`;
}

/**
 * Strict (RFC 4648 §3.5): padding is there, nothing else is, and the bits that padding leaves over are zero, so that
 * one array has exactly one text. Undefined otherwise.
 */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = valueOf[text.charCodeAt(i)] ?? 64;
    if (value === 64) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = word >> bits;
  }
  const left = word & ((1 << bits) - 1);
  return left === 0 ? bytes : undefined;
}
