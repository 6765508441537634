import type { Bytes } from '../model/index.ts';
import {
  blobAad,
  blobHeader,
  encryptedData,
  encryptedDataLength,
  innerFrame,
  innerLength,
  maxPlaintext,
  tagLength,
  type BlobKind,
} from './blobLayout.ts';
import { concat, equalBytes } from './codec.ts';
import { expectLength } from './expect.ts';
import { openGcm, sealGcm } from './gcm.ts';
import { callKey } from './kdf.ts';
import type { ParsedBlob } from './parseBlob.ts';

export interface SealRequest {
  /** 32 bytes of key material, unwrapped; stays the caller's. */
  readonly material: Bytes;
  /** 64 hex digits. */
  readonly materialId: string;
  /** 16 fresh bytes, from which the key of this call is derived. */
  readonly nonce: Bytes;
  /** 12 fresh bytes. */
  readonly iv: Bytes;
  /** 1 to 4096 bytes. */
  readonly plaintext: Bytes;
  /** From `encryptionContextAad`. */
  readonly aad: Bytes;
  readonly kind: BlobKind;
}

/** The ciphertext blob of one call. */
export function sealBlob({ material, materialId, nonce, iv, plaintext, aad, kind }: SealRequest): Bytes {
  expectLength('iv', iv, 12);
  if (plaintext.length < 1 || plaintext.length > maxPlaintext) {
    throw new RangeError(`"plaintext" expected 1 to ${maxPlaintext} bytes, got length=${plaintext.length}`);
  }
  const key = callKey(material, nonce);
  const framed = concat(innerFrame(plaintext.length), plaintext);
  const header = blobHeader(kind, materialId, nonce, encryptedDataLength(framed.length + tagLength));
  const sealed = sealGcm(key, iv, framed, blobAad(header, aad));
  key.fill(0);
  framed.fill(0);
  return concat(header, encryptedData(iv, sealed));
}

/** The plaintext; undefined when the tag does not match (other material, other context, changed byte). */
export function openBlob({
  blob,
  material,
  aad,
}: {
  blob: ParsedBlob;
  material: Bytes;
  aad: Bytes;
}): Bytes | undefined {
  const key = callKey(material, blob.nonce);
  const framed = openGcm(key, blob.iv, concat(blob.ciphertext, blob.tag), blobAad(blob.header, aad));
  key.fill(0);
  if (!framed || !equalBytes(framed.slice(0, innerLength), innerFrame(blob.plaintextLength)))
    return undefined;
  const plaintext = framed.slice(innerLength);
  framed.fill(0);
  return plaintext;
}
