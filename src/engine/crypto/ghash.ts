import type { Bytes } from '../model/index.ts';

/*
 * GHASH (NIST SP 800-38D §6.4) with Shoup's tables: the products of H with all polynomials of four bits, or of eight where
 * a message is long enough to pay for them. The library's own spends more on its tables than on a message of a few hundred
 * bytes, and they are new for every call, because KMS derives a key for every call. Like the library's, this is not free
 * of timing that depends on secrets: it is a simulator.
 */

/** Of one message at a time, four words each; wiped after it. */
const products = new Int32Array(4 * 256);
/** What the bits that fall out below add on top (the field's polynomial is 1 + x + x² + x⁷ + x¹²⁸), for either width. */
const foldedOf = (width: number): Int32Array =>
  Int32Array.from({ length: 1 << width }, (_, bits) => {
    let sum = 0;
    for (let bit = 0; bit < width; bit++) if (bits & (1 << bit)) sum ^= 0xe1000000 >>> (width - 1 - bit);
    return sum;
  });
const folded4 = foldedOf(4);
const folded8 = foldedOf(8);
/** From here on tables of eight bits are worth their making. Bytes. */
const long = 320;

/** The running sum. */
const sum = new Int32Array(4);

const wordAt = (bytes: Bytes, at: number): number =>
  // Beyond the end there are zeros: the padding of a last block.
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0);

function prepare(h: Int32Array, width: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = h;
  // Bits are in reflected order: the highest is the one, the next is x, and so on.
  for (let at = 4 << (width - 1); at >= 4; at >>= 1) {
    products[at] = a;
    products[at + 1] = b;
    products[at + 2] = c;
    products[at + 3] = d;
    const carry = d & 1 ? 0xe1000000 : 0;
    d = (d >>> 1) | (c << 31);
    c = (c >>> 1) | (b << 31);
    b = (b >>> 1) | (a << 31);
    a = (a >>> 1) ^ carry;
  }
  // The sum of a power and everything below it, word by word.
  for (let power = 8; power < 4 << width; power <<= 1) {
    for (let below = 4; below < power; below++)
      products[power + below] = (products[power + (below & 3)] ?? 0) ^ (products[below] ?? 0);
  }
}

/** sum = (sum ⊕ block) · H */
function absorb(w0: number, w1: number, w2: number, w3: number, width: number): void {
  sum[0] = (sum[0] ?? 0) ^ w0;
  sum[1] = (sum[1] ?? 0) ^ w1;
  sum[2] = (sum[2] ?? 0) ^ w2;
  sum[3] = (sum[3] ?? 0) ^ w3;
  const folded = width === 4 ? folded4 : folded8;
  const mask = (1 << width) - 1;
  const rest = 32 - width;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let word = 3; word >= 0; word--) {
    const bits = sum[word] ?? 0;
    for (let shift = 0; shift < 32; shift += width) {
      const out = d & mask;
      const at = ((bits >>> shift) & mask) << 2;
      d = ((d >>> width) | (c << rest)) ^ (products[at + 3] ?? 0);
      c = ((c >>> width) | (b << rest)) ^ (products[at + 2] ?? 0);
      b = ((b >>> width) | (a << rest)) ^ (products[at + 1] ?? 0);
      a = (a >>> width) ^ (folded[out] ?? 0) ^ (products[at] ?? 0);
    }
  }
  sum[0] = a;
  sum[1] = b;
  sum[2] = c;
  sum[3] = d;
}

function absorbAll(bytes: Bytes, width: number): void {
  for (let at = 0; at < bytes.length; at += 16)
    absorb(wordAt(bytes, at), wordAt(bytes, at + 4), wordAt(bytes, at + 8), wordAt(bytes, at + 12), width);
}

/**
 * GHASH of GCM's input: additional data, ciphertext, and both lengths. `h` is a block of four big-endian words; both
 * inputs are below 512 MiB.
 */
export function ghash(h: Int32Array, aad: Bytes, ciphertext: Bytes): Bytes {
  const width = aad.length + ciphertext.length < long ? 4 : 8;
  prepare(h, width);
  sum.fill(0);
  absorbAll(aad, width);
  absorbAll(ciphertext, width);
  absorb(0, aad.length * 8, 0, ciphertext.length * 8, width);
  const tag = new Uint8Array(16);
  for (let word = 0; word < 4; word++) {
    const bits = sum[word] ?? 0;
    tag[word * 4] = bits >>> 24;
    tag[word * 4 + 1] = bits >>> 16;
    tag[word * 4 + 2] = bits >>> 8;
    tag[word * 4 + 3] = bits;
  }
  products.fill(0, 0, 4 << width);
  sum.fill(0);
  return tag;
}
