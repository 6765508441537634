import type { Bytes } from '../model/index.ts';

/*
 * AES-256 forwards (FIPS 197), all that counter mode needs. The library's is as fast alone, on tables of 512 KiB that
 * nothing else leaves in the processor's cache; these are 4 KiB. Neither is free of timing that depends on secrets: it is
 * a simulator.
 */

const sBox = new Uint8Array(256);
/** MixColumns(SubBytes(x)) of a byte in each of the four rows of a column (the "T-tables" of the original proposal). */
const [t0, t1, t2, t3] = [0, 1, 2, 3].map(() => new Int32Array(256)) as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];
{
  const double = (x: number): number => ((x << 1) ^ (x & 0x80 ? 0x11b : 0)) & 255;
  // p runs through the powers of 3, q through those of its inverse: each is the other's inverse (§5.1.1).
  let [p, q] = [1, 1];
  do {
    p ^= double(p);
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 255;
    if (q & 0x80) q ^= 0x09;
    const rotated = (n: number): number => ((q << n) | (q >> (8 - n))) & 255;
    sBox[p] = q ^ rotated(1) ^ rotated(2) ^ rotated(3) ^ rotated(4) ^ 0x63;
  } while (p !== 1);
  sBox[0] = 0x63;
  for (let x = 0; x < 256; x++) {
    const s = sBox[x] ?? 0;
    const column = (double(s) << 24) | (s << 16) | (s << 8) | (double(s) ^ s);
    t0[x] = column;
    t1[x] = (column >>> 8) | (column << 24);
    t2[x] = (column >>> 16) | (column << 16);
    t3[x] = (column >>> 24) | (column << 8);
  }
}

const rounds = 14;
/** Of one message at a time; {@link wipeAes} empties it. */
const roundKeys = new Int32Array(4 * (rounds + 1));
/** The block that was encrypted last. */
export const aesBlock = new Int32Array(4);

const substituted = (word: number): number =>
  ((sBox[word >>> 24] ?? 0) << 24) |
  ((sBox[(word >>> 16) & 255] ?? 0) << 16) |
  ((sBox[(word >>> 8) & 255] ?? 0) << 8) |
  (sBox[word & 255] ?? 0);

/** Everything that follows is under this key of 32 bytes (§5.2). */
export function useAesKey(key: Bytes): void {
  for (let i = 0; i < 8; i++)
    roundKeys[i] =
      ((key[4 * i] ?? 0) << 24) |
      ((key[4 * i + 1] ?? 0) << 16) |
      ((key[4 * i + 2] ?? 0) << 8) |
      (key[4 * i + 3] ?? 0);
  let constant = 1;
  for (let i = 8; i < roundKeys.length; i++) {
    let word = roundKeys[i - 1] ?? 0;
    if (i % 8 === 0) {
      word = substituted((word << 8) | (word >>> 24)) ^ (constant << 24);
      constant <<= 1;
    } else if (i % 8 === 4) word = substituted(word);
    roundKeys[i] = (roundKeys[i - 8] ?? 0) ^ word;
  }
}

export function wipeAes(): void {
  roundKeys.fill(0);
  aesBlock.fill(0);
}

/** Encrypts a block of four big-endian words into {@link aesBlock}. */
export function encryptAesBlock(w0: number, w1: number, w2: number, w3: number): void {
  let a = w0 ^ (roundKeys[0] ?? 0);
  let b = w1 ^ (roundKeys[1] ?? 0);
  let c = w2 ^ (roundKeys[2] ?? 0);
  let d = w3 ^ (roundKeys[3] ?? 0);
  let k = 4;
  for (; k < 4 * rounds; k += 4) {
    const e =
      (t0[a >>> 24] ?? 0) ^ (t1[(b >>> 16) & 255] ?? 0) ^ (t2[(c >>> 8) & 255] ?? 0) ^ (t3[d & 255] ?? 0);
    const f =
      (t0[b >>> 24] ?? 0) ^ (t1[(c >>> 16) & 255] ?? 0) ^ (t2[(d >>> 8) & 255] ?? 0) ^ (t3[a & 255] ?? 0);
    const g =
      (t0[c >>> 24] ?? 0) ^ (t1[(d >>> 16) & 255] ?? 0) ^ (t2[(a >>> 8) & 255] ?? 0) ^ (t3[b & 255] ?? 0);
    const h =
      (t0[d >>> 24] ?? 0) ^ (t1[(a >>> 16) & 255] ?? 0) ^ (t2[(b >>> 8) & 255] ?? 0) ^ (t3[c & 255] ?? 0);
    a = e ^ (roundKeys[k] ?? 0);
    b = f ^ (roundKeys[k + 1] ?? 0);
    c = g ^ (roundKeys[k + 2] ?? 0);
    d = h ^ (roundKeys[k + 3] ?? 0);
  }
  aesBlock[0] = last(a, b, c, d) ^ (roundKeys[k] ?? 0);
  aesBlock[1] = last(b, c, d, a) ^ (roundKeys[k + 1] ?? 0);
  aesBlock[2] = last(c, d, a, b) ^ (roundKeys[k + 2] ?? 0);
  aesBlock[3] = last(d, a, b, c) ^ (roundKeys[k + 3] ?? 0);
}

/** The last round mixes no columns. */
const last = (a: number, b: number, c: number, d: number): number =>
  ((sBox[a >>> 24] ?? 0) << 24) |
  ((sBox[(b >>> 16) & 255] ?? 0) << 16) |
  ((sBox[(c >>> 8) & 255] ?? 0) << 8) |
  (sBox[d & 255] ?? 0);
