import type { Bytes } from '../model/index.ts';
import { concat, uint32, utf8 } from './codec.ts';
import { materialIdBytes } from './material.ts';

/*
 * The symmetric ciphertext blob as seen in published samples (AWS documents none of it and promises none of it):
 *
 *   0   01 02           layout
 *   2   02 | 03         made by Encrypt | by GenerateDataKey and its kin
 *   3   00 78           layout
 *   5   32 bytes        identifier of the key material
 *   37  01
 *   38  16 bytes        nonce of the key derivation
 *   54  4 bytes         length of the rest, big-endian
 *   58  DER             CMS ContentInfo { encryptedData, [0] EncryptedData { 0, EncryptedContentInfo {
 *                         data, aes256-GCM, or in the China Regions sm4-GCM { IV 12 bytes, tag length 16 }, [0] ciphertext ‖ tag } } }
 *
 * 152 bytes more than the plaintext, a few more once DER lengths need more octets. RFC 5652 §8, RFC 5084 §3.2.
 */

export type BlobKind = 'Encrypt' | 'GenerateDataKey';

/** 02 begins `AQICAH` in base64, 03 begins `AQIDAH`. */
export const kindByte: Readonly<Record<BlobKind, number>> = { Encrypt: 0x02, GenerateDataKey: 0x03 };

export const layoutStart = Uint8Array.of(0x01, 0x02);
export const layoutEnd = Uint8Array.of(0x00, 0x78);
export const nonceMark = Uint8Array.of(0x01);

/** All that lies before the DER; authenticated with the rest. */
export const headerLength = 58;

export const blobHeader = (kind: BlobKind, materialId: string, nonce: Bytes, contentLength: number): Bytes =>
  concat(
    layoutStart,
    Uint8Array.of(kindByte[kind]),
    layoutEnd,
    materialIdBytes(materialId),
    nonceMark,
    nonce,
    uint32(contentLength),
  );

/**
 * What the AES-GCM tag covers besides the ciphertext: the open header, then the encryption context ("protected … as the
 * additional authenticated data", KMS Cryptographic Details, "Customer data operations"). The header has one length, so
 * the two cannot be shifted against each other.
 */
export const blobAad = (header: Bytes, aad: Bytes): Bytes => concat(header, aad);

export const maxPlaintext = 4096;
/** Length constraint of CiphertextBlob. */
export const maxBlob = 6144;
export const tagLength = 16;

/**
 * OURS: what stands in front of the plaintext inside the encryption. In AWS's blobs 11 bytes lie there that nobody
 * outside has seen; ours are a mark and the plaintext's length.
 */
const innerMark = utf8('KMS Lab');
export const innerLength = 11;
export const innerFrame = (plaintextLength: number): Bytes => concat(innerMark, uint32(plaintextLength));

/** DER tags and the values that never change. */
export const sequenceTag = 0x30;
export const explicitTag = 0xa0;
/** [0] IMPLICIT OCTET STRING. */
export const contentTag = 0x80;
/** OBJECT IDENTIFIER 1.2.840.113549.1.7.6 */
export const oidEncryptedData = Uint8Array.of(
  0x06,
  0x09,
  0x2a,
  0x86,
  0x48,
  0x86,
  0xf7,
  0x0d,
  0x01,
  0x07,
  0x06,
);
/** INTEGER 0 */
export const cmsVersion = Uint8Array.of(0x02, 0x01, 0x00);
/** OBJECT IDENTIFIER 1.2.840.113549.1.7.1 */
export const oidData = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01);
/** What a blob is sealed with: SYMMETRIC_DEFAULT is AES-256, and SM4 in the China Regions (specs.json keySpecs). */
export type BlobCipher = 'AES-256-GCM' | 'SM4-GCM';

/** OBJECT IDENTIFIER 2.16.840.1.101.3.4.1.46, and 1.2.156.10197.1.104.8 (GM/T 0006). OURS: SM4's mode and its blob. */
export const cipherOids: Readonly<Record<BlobCipher, Bytes>> = {
  'AES-256-GCM': Uint8Array.of(0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2e),
  'SM4-GCM': Uint8Array.of(0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x68, 0x08),
};
/** SEQUENCE: the AlgorithmIdentifier, whose content has one length for each cipher. */
export const algorithmStart = (cipher: BlobCipher): Bytes =>
  Uint8Array.of(0x30, cipherOids[cipher].length + parametersLength);
/** SEQUENCE of 17, and the head of an OCTET STRING of 12. */
export const parametersStart = Uint8Array.of(0x30, 0x11, 0x04, 0x0c);
/** INTEGER 16 */
export const tagLengthField = Uint8Array.of(0x02, 0x01, 0x10);
const parametersLength = parametersStart.length + 12 + tagLengthField.length;

/** Tag and DER length (X.690 §10.1: as short as it goes). */
export function derHead(tag: number, length: number): Bytes {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x100) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x10000) return Uint8Array.of(tag, 0x82, length >> 8, length);
  throw new RangeError(`"length" expected less than 65536, got ${length}`);
}

/** The CMS EncryptedData around `sealed` (ciphertext ‖ tag), in pieces that follow each other. */
export function encryptedDataParts(iv: Bytes, sealed: Bytes, cipher: BlobCipher): readonly Bytes[] {
  // Every value but the algorithm reaches to the end, so that the heads are written from the last to the first.
  const oid = cipherOids[cipher];
  const content = derHead(contentTag, sealed.length);
  const contentLength = content.length + sealed.length;
  const info = derHead(sequenceTag, oidData.length + 2 + oid.length + parametersLength + contentLength);
  const infoLength = oidData.length + 2 + oid.length + parametersLength + contentLength + info.length;
  const data = derHead(sequenceTag, cmsVersion.length + infoLength);
  const dataLength = data.length + cmsVersion.length + infoLength;
  const explicit = derHead(explicitTag, dataLength);
  const all = derHead(sequenceTag, oidEncryptedData.length + explicit.length + dataLength);
  return [
    all,
    oidEncryptedData,
    explicit,
    data,
    cmsVersion,
    info,
    oidData,
    algorithmStart(cipher),
    oid,
    parametersStart,
    iv,
    tagLengthField,
    content,
    sealed,
  ];
}

/** {@link encryptedDataParts}, joined. */
export const encryptedData = (iv: Bytes, sealed: Bytes, cipher: BlobCipher = 'AES-256-GCM'): Bytes =>
  concat(...encryptedDataParts(iv, sealed, cipher));

/** How long {@link encryptedData} will be: the header, which is authenticated, says it before there is a ciphertext. */
export function encryptedDataLength(sealedLength: number, cipher: BlobCipher = 'AES-256-GCM'): number {
  const wrapped = (contentLength: number): number => derHead(0, contentLength).length + contentLength;
  const content = oidData.length + 2 + cipherOids[cipher].length + parametersLength + wrapped(sealedLength);
  return wrapped(oidEncryptedData.length + wrapped(wrapped(cmsVersion.length + wrapped(content))));
}
