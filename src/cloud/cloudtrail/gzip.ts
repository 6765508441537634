import type { Bytes } from '../../engine/index.ts';

/*
 * gzip (RFC 1952) around DEFLATE (RFC 1951) with the fixed code: log files are `.json.gz`, and anything that reads gzip
 * reads them. The platform's own compressor would not do: browsers differ in what they write, and the same calls must
 * leave the same bytes.
 */

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(bytes: Bytes): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Bits, the lowest first (RFC 1951 §3.1.1); grows as it is filled. */
class Bits {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #held = 0;
  #count = 0;

  put(value: number, count: number): void {
    this.#held |= value << this.#count;
    for (this.#count += count; this.#count >= 8; this.#count -= 8) {
      this.#byte(this.#held & 0xff);
      this.#held >>>= 8;
    }
  }
  /** Huffman codes go the other way round: the highest bit first. */
  code(value: number, count: number): void {
    let turned = 0;
    for (let i = 0; i < count; i += 1) turned |= ((value >>> i) & 1) << (count - 1 - i);
    this.put(turned, count);
  }
  done(): Bytes {
    if (this.#count > 0) this.#byte(this.#held & 0xff);
    return this.#bytes.slice(0, this.#length);
  }
  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const more = new Uint8Array(2 * this.#length);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }
}

/** RFC 1951 §3.2.6, the fixed code of literals, lengths and the end of a block. */
function symbol(out: Bits, value: number): void {
  if (value < 144) out.code(0x30 + value, 8);
  else if (value < 256) out.code(0x190 + value - 144, 9);
  else if (value < 280) out.code(value - 256, 7);
  else out.code(0xc0 + value - 280, 8);
}

/** Bases and extra bits of RFC 1951 §3.2.5, computed as its tables are made: so many codes for each number of extra bits. */
function steps(first: number, plain: number, each: number, codes: number) {
  const rows: { readonly base: number; readonly extra: number }[] = [];
  for (let base = first; rows.length < codes;) {
    const extra = rows.length < plain ? 0 : Math.floor((rows.length - plain) / each) + 1;
    rows.push({ base, extra });
    base += 1 << extra;
  }
  return rows;
}
const lengths = [...steps(3, 8, 4, 28), { base: 258, extra: 0 }];
const distances = steps(1, 4, 2, 30);

const placeIn = (rows: readonly { readonly base: number }[], value: number): number =>
  rows.findLastIndex(({ base }) => base <= value);

function match(out: Bits, length: number, distance: number): void {
  const l = placeIn(lengths, length);
  const { base = 3, extra = 0 } = lengths[l] ?? {};
  symbol(out, 257 + l);
  out.put(length - base, extra);
  const d = placeIn(distances, distance);
  const row = distances[d] ?? { base: 1, extra: 0 };
  out.code(d, 5);
  out.put(distance - row.base, row.extra);
}

const shortest = 4;
const longest = 258;
const window = 32_768;
/** Earlier places of the same four bytes that are tried. */
const tries = 16;

function deflate(bytes: Bytes): Bytes {
  const out = new Bits();
  out.put(1, 1); // the last block
  out.put(1, 2); // with the fixed code
  const newest = new Map<number, number>();
  const before = new Int32Array(bytes.length).fill(-1);
  const at = (i: number): number => bytes[i] ?? 0;
  const note = (i: number): number => {
    const four = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    const last = newest.get(four) ?? -1;
    before[i] = last;
    newest.set(four, i);
    return last;
  };
  for (let i = 0; i < bytes.length;) {
    let [length, distance] = [0, 0];
    let from = i + shortest <= bytes.length ? note(i) : -1;
    for (let n = 0; n < tries && from >= 0 && i - from <= window; n += 1, from = before[from] ?? -1) {
      let same = shortest;
      while (same < longest && i + same < bytes.length && at(from + same) === at(i + same)) same += 1;
      if (same > length) [length, distance] = [same, i - from];
    }
    if (length === 0) symbol(out, at(i));
    else {
      match(out, length, distance);
      for (let k = i + 1; k < i + length && k + shortest <= bytes.length; k += 1) note(k);
    }
    i += Math.max(1, length);
  }
  symbol(out, 256);
  return out.done();
}

/** @param at when it is made; second 0 of the header's date would say that none is known */
export function gzip(bytes: Bytes, at: number): Bytes {
  const packed = deflate(bytes);
  const made = new Uint8Array(18 + packed.length);
  made.set([0x1f, 0x8b, 8]);
  const header = new DataView(made.buffer);
  header.setUint32(4, Math.floor(at / 1000), true);
  made[9] = 255; // of no known file system
  made.set(packed, 10);
  header.setUint32(10 + packed.length, crc32(bytes), true);
  header.setUint32(14 + packed.length, bytes.length, true);
  return made;
}
