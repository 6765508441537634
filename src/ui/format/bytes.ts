import type { Bytes } from '../../engine/index.ts';

export const hexPair = (byte: number): string => byte.toString(16).padStart(2, '0');
export const hex = (bytes: Uint8Array): string => Array.from(bytes, hexPair).join('');

export interface HexLine {
  /** Offset of the first byte. */
  readonly offset: number;
  readonly pairs: readonly string[];
}

/** Sixteen pairs a line. */
export function hexLines(bytes: Uint8Array): readonly HexLine[] {
  const lines: HexLine[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    lines.push({ offset, pairs: Array.from(bytes.subarray(offset, offset + 16), hexPair) });
  }
  return lines;
}

/** Offsets are shown from 33 bytes on (look §7). */
export const showsOffsets = (byteLength: number): boolean => byteLength > 32;
export const offsetLabel = (offset: number): string => offset.toString(16).padStart(4, '0');

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes of base64 text; undefined when it is none. White space is forgiven: people paste with line breaks. */
export function fromBase64(text: string): Bytes | undefined {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 === 1) return undefined;
  try {
    return Uint8Array.from(atob(compact), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The bytes of hex digits, however they are spaced; undefined when they are none. */
export function fromHex(text: string): Bytes | undefined {
  const compact = text.replace(/[\s:]+/g, '');
  if (compact.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(compact)) return undefined;
  return Uint8Array.from(compact.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const utf8 = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text));

/** The text that bytes spell, when they are readable UTF-8 without control characters. */
export function readableText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // eslint-disable-next-line no-control-regex
    return text !== '' && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

export const isBytes = (value: unknown): value is Bytes => value instanceof Uint8Array;

/** `184 B`, `1.2 MiB`, `9.5 GiB`. */
export function size(byteLength: number): string {
  if (byteLength < 1024) return `${byteLength} B`;
  if (byteLength < 1024 * 1024) return `${(byteLength / 1024).toFixed(1)} KiB`;
  if (byteLength < 1024 ** 3) return `${(byteLength / 1024 / 1024).toFixed(1)} MiB`;
  return `${(byteLength / 1024 ** 3).toFixed(1)} GiB`;
}
