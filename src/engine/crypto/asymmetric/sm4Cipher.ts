import type { Bytes } from '../../model/index.ts';
import { concat, uint32, utf8 } from '../codec.ts';
import { expectLength } from '../expect.ts';
import type { SymmetricCipher } from '../sealBlob.ts';
import { sm3 } from './sm3.ts';
import { openSm4Gcm, sealSm4Gcm } from './sm4.ts';

/*
 * SYMMETRIC_DEFAULT in the China Regions: SM4 with 128-bit keys (specs.json keySpecs). OURS: that the key of a call is
 * derived as elsewhere, with SM3 in the place of SHA-256, and that the mode is GCM (RFC 8998 §2); AWS names the cipher.
 */

const blockLength = 64;

/** HMAC (RFC 2104) with SM3. */
export function hmacSm3(key: Bytes, message: Bytes): Bytes {
  const block = new Uint8Array(blockLength);
  block.set(key.length > blockLength ? sm3(key) : key);
  const inner = sm3(
    concat(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  );
  return sm3(
    concat(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}

/** One block of NIST SP 800-108r1 §4.1 in counter mode: Label ‖ 0x00 ‖ Context ‖ [length in bits], after the counter 1. */
function callKey(material: Bytes, nonce: Bytes): Bytes {
  expectLength('material', material, 16);
  expectLength('nonce', nonce, 16);
  const fixedInput = concat(utf8('KMS Lab call key'), Uint8Array.of(0), nonce, uint32(128));
  return hmacSm3(material, concat(uint32(1), fixedInput)).slice(0, 16);
}

export const sm4Cipher: SymmetricCipher = {
  name: 'SM4-GCM',
  materialLength: 16,
  callKey,
  seal: sealSm4Gcm,
  open: openSm4Gcm,
};
