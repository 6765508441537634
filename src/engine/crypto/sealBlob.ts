import type { Bytes } from '../model/index.ts';
import {
  blobAad,
  blobHeader,
  encryptedDataParts,
  encryptedDataLength,
  innerFrame,
  innerLength,
  maxPlaintext,
  tagLength,
  type BlobCipher,
  type BlobKind,
} from './blobLayout.ts';
import { concat, equalBytes } from './codec.ts';
import { expectLength } from './expect.ts';
import { openGcm, sealGcm } from './gcm.ts';
import { callKey } from './kdf.ts';
import type { ParsedBlob } from './parseBlob.ts';

/** How key material is used: the key that a call derives from it, and what seals under that key. */
export interface SymmetricCipher {
  readonly name: BlobCipher;
  /** Bytes of key material. */
  readonly materialLength: number;
  /** From the material and the 16-byte nonce. The caller wipes it. */
  callKey(material: Bytes, nonce: Bytes): Bytes;
  /** Ciphertext ‖ 16-byte tag; 12-byte IV. */
  seal(key: Bytes, iv: Bytes, plaintext: Bytes, aad: Bytes): Bytes;
  /** Undefined when the tag does not match. */
  open(key: Bytes, iv: Bytes, sealed: Bytes, aad: Bytes): Bytes | undefined;
}

export const aesCipher: SymmetricCipher = {
  name: 'AES-256-GCM',
  materialLength: 32,
  callKey,
  seal: sealGcm,
  open: openGcm,
};

export interface SealRequest {
  /** Key material as long as the cipher wants it, unwrapped; stays the caller's. */
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
  /** AES-256 unless told. */
  readonly cipher?: SymmetricCipher | undefined;
  /**
   * 32 bytes of an AES key outside KMS, which encrypts what KMS has encrypted (specs.json xks "doubleEncryption"). The blob
   * looks the same, 16 bytes longer: the inner tag travels inside.
   */
  readonly outer?: Bytes | undefined;
}

/** The ciphertext blob of one call. */
export function sealBlob(request: SealRequest): Bytes {
  const { material, materialId, nonce, iv, plaintext, aad, kind, outer, cipher = aesCipher } = request;
  expectLength('iv', iv, 12);
  if (plaintext.length < 1 || plaintext.length > maxPlaintext) {
    throw new RangeError(`"plaintext" expected 1 to ${maxPlaintext} bytes, got length=${plaintext.length}`);
  }
  const key = cipher.callKey(material, nonce);
  const last = outer ? aesCipher : cipher;
  // The inner key is of this call alone, so that its one IV may be the outer one's.
  const inside = outer ? cipher.seal(key, iv, plaintext, aad) : plaintext;
  const framed = concat(innerFrame(inside.length), inside);
  const header = blobHeader(
    kind,
    materialId,
    nonce,
    encryptedDataLength(framed.length + tagLength, last.name),
  );
  const sealed = last.seal(outer ?? key, iv, framed, blobAad(header, aad));
  key.fill(0);
  framed.fill(0);
  return concat(header, ...encryptedDataParts(iv, sealed, last.name));
}

/** The plaintext; undefined when the tag does not match (other material, other context, changed byte). */
export function openBlob({
  blob,
  material,
  aad,
  outer,
  cipher = aesCipher,
}: {
  blob: ParsedBlob;
  material: Bytes;
  aad: Bytes;
  outer?: Bytes | undefined;
  cipher?: SymmetricCipher | undefined;
}): Bytes | undefined {
  const last = outer ? aesCipher : cipher;
  if (blob.cipher !== last.name) return undefined;
  const key = cipher.callKey(material, blob.nonce);
  const framed = last.open(
    outer ?? key,
    blob.iv,
    concat(blob.ciphertext, blob.tag),
    blobAad(blob.header, aad),
  );
  const right = framed && equalBytes(framed.slice(0, innerLength), innerFrame(blob.plaintextLength));
  const inside = right ? framed.slice(innerLength) : undefined;
  const plaintext = inside && outer ? cipher.open(key, blob.iv, inside, aad) : inside;
  key.fill(0);
  framed?.fill(0);
  return plaintext;
}
