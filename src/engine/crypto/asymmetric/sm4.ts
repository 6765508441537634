import type { Bytes } from '../../model/index.ts';
import { concat, fromHex } from '../codec.ts';
import { expectLength } from '../expect.ts';
import { ghash } from '../ghash.ts';
import { equalSecret, xorInto } from './hashes.ts';

/*
 * SM4 (GB/T 32907-2016) and its GCM (RFC 8998 §2): what SYMMETRIC_DEFAULT is in the China Regions, with 128-bit keys.
 */

const sBox =
  fromHex(
    'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62' +
      'e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35' +
      '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1' +
      'e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51' +
      '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684' +
      '18f07dec3adc4d2079ee5f3ed7cb3948',
  ) ?? new Uint8Array(0);

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const substitute = (x: number): number =>
  ((sBox[x >>> 24] ?? 0) << 24) |
  ((sBox[(x >>> 16) & 255] ?? 0) << 16) |
  ((sBox[(x >>> 8) & 255] ?? 0) << 8) |
  (sBox[x & 255] ?? 0);

/** §7.3: FK, and CK, whose byte j of word i is 7·(4i + j). */
const systemKey = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc] as const;
const fixedKey = Int32Array.from({ length: 32 }, (_, i) =>
  [0, 1, 2, 3].reduce((word, j) => (word << 8) | ((7 * (4 * i + j)) & 255), 0),
);

function roundKeys(key: Bytes): Int32Array {
  const view = new DataView(key.buffer, key.byteOffset, 16);
  const keys = new Int32Array(32);
  let [a, b, c, d] = [0, 1, 2, 3].map((i) => view.getInt32(4 * i) ^ (systemKey[i] ?? 0));
  for (let i = 0; i < 32; i++) {
    const t = substitute((b ?? 0) ^ (c ?? 0) ^ (d ?? 0) ^ (fixedKey[i] ?? 0));
    keys[i] = (a ?? 0) ^ t ^ rotate(t, 13) ^ rotate(t, 23);
    [a, b, c, d] = [b, c, d, keys[i]];
  }
  return keys;
}

/** T_i[x]: substitution and L (§6.2) of the byte x at place i, so that a round is four look-ups. */
const tables = [24, 16, 8, 0].map((shift) =>
  Int32Array.from({ length: 256 }, (_, x) => {
    const b = (sBox[x] ?? 0) << shift;
    return b ^ rotate(b, 2) ^ rotate(b, 10) ^ rotate(b, 18) ^ rotate(b, 24);
  }),
);
const none = new Int32Array(256);
const [t0 = none, t1 = none, t2 = none, t3 = none] = tables;

function encryptBlock(keys: Int32Array, input: DataView, output: DataView): void {
  let [a, b, c, d] = [input.getInt32(0), input.getInt32(4), input.getInt32(8), input.getInt32(12)];
  for (let i = 0; i < 32; i++) {
    const x = b ^ c ^ d ^ (keys[i] ?? 0);
    const t =
      (t0[x >>> 24] ?? 0) ^ (t1[(x >>> 16) & 255] ?? 0) ^ (t2[(x >>> 8) & 255] ?? 0) ^ (t3[x & 255] ?? 0);
    const next = a ^ t;
    a = b;
    b = c;
    c = d;
    d = next;
  }
  output.setInt32(0, d);
  output.setInt32(4, c);
  output.setInt32(8, b);
  output.setInt32(12, a);
}

/** One block under a 16-byte key. */
export function sm4Block(key: Bytes, block: Bytes): Bytes {
  expectLength('key', key, 16);
  expectLength('block', block, 16);
  const output = new Uint8Array(16);
  encryptBlock(roundKeys(key), new DataView(block.buffer, block.byteOffset, 16), new DataView(output.buffer));
  return output;
}

/** CTR from counter 2, and the mask of the tag from counter 1 (NIST SP 800-38D §7.1, 96-bit IV). */
function stream(keys: Int32Array, iv: Bytes, text: Bytes): { readonly text: Bytes; readonly tagMask: Bytes } {
  const counter = new DataView(new ArrayBuffer(16));
  iv.forEach((byte, i) => {
    counter.setUint8(i, byte);
  });
  const blocks = new Uint8Array(16 * (Math.ceil(text.length / 16) + 1));
  for (let i = 0; i < blocks.length / 16; i++) {
    counter.setUint32(12, i + 1);
    encryptBlock(keys, counter, new DataView(blocks.buffer, 16 * i, 16));
  }
  return { text: xorInto(text.slice(), blocks.subarray(16)), tagMask: blocks.slice(0, 16) };
}

function tagOf(keys: Int32Array, aad: Bytes, ciphertext: Bytes, tagMask: Bytes): Bytes {
  const h = new DataView(new ArrayBuffer(16));
  encryptBlock(keys, new DataView(new ArrayBuffer(16)), h);
  const words = Int32Array.from([0, 4, 8, 12], (at) => h.getInt32(at));
  return xorInto(ghash(words, aad, ciphertext), tagMask);
}

/** Ciphertext ‖ tag, as `sealGcm` answers for AES. */
export function sealSm4Gcm(key: Bytes, iv: Bytes, plaintext: Bytes, aad: Bytes): Bytes {
  expectLength('key', key, 16);
  expectLength('iv', iv, 12);
  const keys = roundKeys(key);
  const { text, tagMask } = stream(keys, iv, plaintext);
  return concat(text, tagOf(keys, aad, text, tagMask));
}

/** Undefined when the tag does not match. */
export function openSm4Gcm(key: Bytes, iv: Bytes, sealed: Bytes, aad: Bytes): Bytes | undefined {
  expectLength('key', key, 16);
  expectLength('iv', iv, 12);
  if (sealed.length < 16) return undefined;
  const keys = roundKeys(key);
  const ciphertext = sealed.slice(0, -16);
  const { text, tagMask } = stream(keys, iv, ciphertext);
  return equalSecret(tagOf(keys, aad, ciphertext, tagMask), sealed.slice(-16)) ? text : undefined;
}
