import type { Bytes } from '../model/index.ts';

/*
 * GHASH (NIST SP 800-38D §6.4) with Shoup's tables of four bits, 16 products of H. The library's own spends more on
 * its tables than a message of a few hundred bytes on everything else, and they are new for every call, because KMS
 * derives a key for every call. Like the library's, this is not free of timing that depends on secrets: it is a simulator.
 */

/** H times each polynomial of four bits, four words each. Of one call at a time; wiped after it. */
const products = new Uint32Array(64);
/** What the four bits that fall out below add on top (the field's polynomial is 1 + x + x² + x⁷ + x¹²⁸). */
const folded = Uint32Array.from({ length: 16 }, (_, bits) => {
  let sum = 0;
  for (let bit = 0; bit < 4; bit++) if (bits & (1 << bit)) sum ^= 0xe1000000 >>> (3 - bit);
  return sum;
});
/** The running sum: what {@link tagMask} answers. */
const sum = new Uint32Array(4);

const wordAt = (bytes: Bytes, at: number): number =>
  // Beyond the end there are zeros: the padding of a last block.
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;

function prepare(h: Bytes): void {
  let [a, b, c, d] = [wordAt(h, 0), wordAt(h, 4), wordAt(h, 8), wordAt(h, 12)];
  // Bits are in reflected order: 8 is the one, 4 is x, 2 is x², 1 is x³.
  for (let power = 8; power > 0; power >>= 1) {
    products.set([a, b, c, d], power * 4);
    const carry = d & 1 ? 0xe1000000 : 0;
    d = (d >>> 1) | (c << 31);
    c = (c >>> 1) | (b << 31);
    b = (b >>> 1) | (a << 31);
    a = (a >>> 1) ^ carry;
  }
  for (let power = 2; power < 16; power <<= 1)
    for (let rest = 1; rest < power; rest++)
      for (let word = 0; word < 4; word++)
        products[(power + rest) * 4 + word] =
          (products[power * 4 + word] ?? 0) ^ (products[rest * 4 + word] ?? 0);
}

/** sum = (sum ⊕ block) · H */
function absorb(w0: number, w1: number, w2: number, w3: number): void {
  sum[0] = (sum[0] ?? 0) ^ w0;
  sum[1] = (sum[1] ?? 0) ^ w1;
  sum[2] = (sum[2] ?? 0) ^ w2;
  sum[3] = (sum[3] ?? 0) ^ w3;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let word = 3; word >= 0; word--) {
    const bits = sum[word] ?? 0;
    for (let shift = 0; shift < 32; shift += 4) {
      const out = d & 15;
      const at = ((bits >>> shift) & 15) << 2;
      d = ((d >>> 4) | (c << 28)) ^ (products[at + 3] ?? 0);
      c = ((c >>> 4) | (b << 28)) ^ (products[at + 2] ?? 0);
      b = ((b >>> 4) | (a << 28)) ^ (products[at + 1] ?? 0);
      a = (a >>> 4) ^ (folded[out] ?? 0) ^ (products[at] ?? 0);
    }
  }
  sum[0] = a;
  sum[1] = b;
  sum[2] = c;
  sum[3] = d;
}

function absorbAll(bytes: Bytes): void {
  for (let at = 0; at < bytes.length; at += 16)
    absorb(wordAt(bytes, at), wordAt(bytes, at + 4), wordAt(bytes, at + 8), wordAt(bytes, at + 12));
}

/** GHASH of GCM's input: additional data, ciphertext, and both lengths. `h` is 16 bytes; both inputs are below 512 MiB. */
export function ghash(h: Bytes, aad: Bytes, ciphertext: Bytes): Bytes {
  prepare(h);
  sum.fill(0);
  absorbAll(aad);
  absorbAll(ciphertext);
  absorb(0, aad.length * 8, 0, ciphertext.length * 8);
  const tag = new Uint8Array(16);
  for (let word = 0; word < 4; word++) {
    const bits = sum[word] ?? 0;
    tag[word * 4] = bits >>> 24;
    tag[word * 4 + 1] = bits >>> 16;
    tag[word * 4 + 2] = bits >>> 8;
    tag[word * 4 + 3] = bits;
  }
  products.fill(0);
  sum.fill(0);
  return tag;
}
