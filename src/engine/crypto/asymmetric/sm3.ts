import type { Bytes } from '../../model/index.ts';

/* SM3 (GB/T 32905-2016), the hash of SM2. Noble has none. */

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const start = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
] as const;
/** T_j <<< (j mod 32). */
const constants = Int32Array.from({ length: 64 }, (_, j) => rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

/** §4.3: a one, zeros, the length in bits; whole blocks of 64 bytes. */
function padded(message: Bytes): DataView {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(bytes.length - 4, message.length * 8);
  return view;
}

/** §5.3.2: W_0 … W_67. */
function expand(words: Int32Array, block: DataView, at: number): void {
  for (let j = 0; j < 16; j++) words[j] = block.getInt32(at + 4 * j);
  for (let j = 16; j < 68; j++) {
    const x = (words[j - 16] ?? 0) ^ (words[j - 9] ?? 0) ^ rotate(words[j - 3] ?? 0, 15);
    words[j] = x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(words[j - 13] ?? 0, 7) ^ (words[j - 6] ?? 0);
  }
}

/** §5.3.3. */
function compress(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let j = 0; j < 64; j++) {
    const ss1 = rotate((rotate(a, 12) + e + (constants[j] ?? 0)) | 0, 7);
    const ss2 = ss1 ^ rotate(a, 12);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const word = words[j] ?? 0;
    const tt1 = (ff + d + ss2 + (word ^ (words[j + 4] ?? 0))) | 0;
    const tt2 = (gg + h + ss1 + word) | 0;
    [d, c, b, a] = [c, rotate(b, 9), a, tt1];
    [h, g, f, e] = [g, rotate(f, 19), e, tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17)];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (state[i] ?? 0) ^ word;
  });
}

/** 32 bytes. */
export function sm3(message: Bytes): Bytes {
  const blocks = padded(message);
  const state = Int32Array.from(start);
  const words = new Int32Array(68);
  for (let at = 0; at < blocks.byteLength; at += 64) {
    expand(words, blocks, at);
    compress(state, words);
  }
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => {
    view.setInt32(4 * i, word);
  });
  return digest;
}
