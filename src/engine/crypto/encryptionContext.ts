import type { Bytes } from '../model/index.ts';
import { concat, uint32 } from './codec.ts';

/**
 * The encryption context as additional authenticated data: number of pairs, then key and value of each, sorted by key,
 * every text as its length in bytes and its UTF-8. Different contexts never give the same bytes, and the order in which
 * a caller writes the pairs does not matter. An absent and an empty context are the same: no bytes.
 * OURS: the encoding; AWS says that the context is bound and sorted, not how it is written.
 */
export function encryptionContextAad(context: Readonly<Record<string, string>> | undefined): Bytes {
  const pairs = Object.entries(context ?? {}).map(
    ([key, value]) => [exactUtf8(key), exactUtf8(value)] as const,
  );
  if (pairs.length === 0) return new Uint8Array(0);
  // By bytes, which in UTF-8 is the order of code points; the order of JavaScript's strings is another one.
  pairs.sort(([a], [b]) => compareBytes(a, b));
  return concat(uint32(pairs.length), ...pairs.flat().flatMap((text) => [uint32(text.length), text]));
}

/** Less than, equal to or greater than zero; a prefix comes first. */
function compareBytes(a: Bytes, b: Bytes): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * UTF-8 that also tells lone surrogates apart (each as the three bytes of its own code). The usual encoder turns every
 * one of them into U+FFFD, and two different contexts would open the same blob.
 */
function exactUtf8(text: string): Bytes {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return Uint8Array.from(bytes);
}
