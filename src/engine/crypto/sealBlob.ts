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
  /**
   * 32 bytes of a key outside KMS, which encrypts what KMS has encrypted (specs.json xks "doubleEncryption"). The blob
   * looks the same, 16 bytes longer: the inner tag travels inside.
   */
  readonly outer?: Bytes | undefined;
}

/** The ciphertext blob of one call. */
export function sealBlob(request: SealRequest): Bytes {
  const { material, materialId, nonce, iv, plaintext, aad, kind, outer } = request;
  expectLength('iv', iv, 12);
  if (plaintext.length < 1 || plaintext.length > maxPlaintext) {
    throw new RangeError(`"plaintext" expected 1 to ${maxPlaintext} bytes, got length=${plaintext.length}`);
  }
  const key = callKey(material, nonce);
  // The inner key is of this call alone, so that its one IV may be the outer one's.
  const inside = outer ? sealGcm(key, iv, plaintext, aad) : plaintext;
  const framed = concat(innerFrame(inside.length), inside);
  const header = blobHeader(kind, materialId, nonce, encryptedDataLength(framed.length + tagLength));
  const sealed = sealGcm(outer ?? key, iv, framed, blobAad(header, aad));
  key.fill(0);
  framed.fill(0);
  return concat(header, encryptedData(iv, sealed));
}

/** The plaintext; undefined when the tag does not match (other material, other context, changed byte). */
export function openBlob({
  blob,
  material,
  aad,
  outer,
}: {
  blob: ParsedBlob;
  material: Bytes;
  aad: Bytes;
  outer?: Bytes | undefined;
}): Bytes | undefined {
  const key = callKey(material, blob.nonce);
  const framed = openGcm(outer ?? key, blob.iv, concat(blob.ciphertext, blob.tag), blobAad(blob.header, aad));
  const right = framed && equalBytes(framed.slice(0, innerLength), innerFrame(blob.plaintextLength));
  const inside = right ? framed.slice(innerLength) : undefined;
  const plaintext = inside && outer ? openGcm(key, blob.iv, inside, aad) : inside;
  key.fill(0);
  framed?.fill(0);
  return plaintext;
}
