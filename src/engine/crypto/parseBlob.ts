import type { Bytes } from '../model/index.ts';
import {
  algorithmStart,
  cipherOids,
  cmsVersion,
  contentTag,
  derHead,
  explicitTag,
  headerLength,
  innerLength,
  kindByte,
  layoutEnd,
  layoutStart,
  maxBlob,
  maxPlaintext,
  nonceMark,
  oidData,
  oidEncryptedData,
  parametersStart,
  sequenceTag,
  tagLength,
  tagLengthField,
  type BlobCipher,
  type BlobKind,
} from './blobLayout.ts';
import { toHex } from './codec.ts';

/** Every field of a blob, in order. Each occurs exactly once. */
export const blobFieldNames = [
  'layoutStart',
  'kind',
  'layoutEnd',
  'materialId',
  'nonceMark',
  'nonce',
  'contentLength',
  'contentInfo',
  'oidEncryptedData',
  'explicitContent',
  'encryptedData',
  'cmsVersion',
  'encryptedContentInfo',
  'oidData',
  'algorithm',
  'oidAes256Gcm',
  'parameters',
  'iv',
  'tagLength',
  'encryptedContent',
  'ciphertext',
  'tag',
] as const;
/** In a blob of the China Regions another identifier stands in the place of the cipher's. */
export type BlobFieldName = (typeof blobFieldNames)[number] | 'oidSm4Gcm';

/** One stretch of bytes. Together the fields cover the blob, without gap and overlap. */
export interface BlobField {
  readonly name: BlobFieldName;
  readonly offset: number;
  readonly length: number;
  /** Name of the glyph on the sheet whose hue the field takes; absent for mere structure. */
  readonly glyph?: string;
}

export interface ParsedBlob {
  readonly kind: BlobKind;
  readonly cipher: BlobCipher;
  /** 64 lower-case hex digits. */
  readonly materialId: string;
  /** The open part, which the tag covers too. */
  readonly header: Bytes;
  readonly nonce: Bytes;
  readonly iv: Bytes;
  readonly ciphertext: Bytes;
  readonly tag: Bytes;
  /** Anybody can tell how long the plaintext is. */
  readonly plaintextLength: number;
  readonly fields: readonly BlobField[];
}

/** The first thing that is not as it must be. */
export interface BlobFault {
  readonly fault: 'layout';
  readonly field: BlobFieldName | 'blob';
  /** Where the wrong field begins. */
  readonly offset: number;
  readonly expected: string;
}

export const isBlobFault = (read: ParsedBlob | BlobFault): read is BlobFault => 'fault' in read;

const none: Bytes = new Uint8Array(0);

/** Walks over a blob and keeps the first fault; after one it reads nothing more. */
class Walk {
  readonly fields: BlobField[] = [];
  fault: BlobFault | undefined;
  private at = 0;

  constructor(private readonly blob: Bytes) {}

  get left(): number {
    return this.blob.length - this.at;
  }

  fail(field: BlobFieldName | 'blob', expected: string): Bytes {
    this.fault ??= { fault: 'layout', field, offset: this.at, expected };
    return none;
  }

  take(name: BlobFieldName, length: number, glyph?: string): Bytes {
    if (this.fault) return none;
    if (this.left < length) return this.fail(name, `${length} bytes, ${this.left} are left`);
    this.note(name, length, glyph);
    return this.blob.slice(this.at - length, this.at);
  }

  private note(name: BlobFieldName, length: number, glyph?: string): void {
    const offset = this.at;
    this.fields.push(glyph === undefined ? { name, offset, length } : { name, offset, length, glyph });
    this.at += length;
  }

  startsWith(expected: Bytes): boolean {
    for (let i = 0; i < expected.length; i++) if (this.blob[this.at + i] !== expected[i]) return false;
    return true;
  }

  /** Bytes that are always the same. */
  same(name: BlobFieldName, expected: Bytes): void {
    if (this.fault) return;
    if (this.startsWith(expected)) this.note(name, expected.length);
    else this.fail(name, toHex(expected));
  }

  /** Tag and length of a DER value that reaches to the end of the blob: for each size there is one way to write it. */
  headToEnd(name: BlobFieldName, tag: number): void {
    for (const octets of [2, 3, 4]) {
      const content = this.left - octets;
      if (content < 0) break;
      const head = derHead(tag, content);
      if (head.length === octets) return this.same(name, head);
    }
    this.fail(name, `tag ${tag.toString(16)} and a length that ends with the blob`);
  }
}

const kindOf = (byte: number | undefined): BlobKind | undefined =>
  byte === kindByte.Encrypt ? 'Encrypt' : byte === kindByte.GenerateDataKey ? 'GenerateDataKey' : undefined;

/** Reads a blob strictly: every constant, every length, nothing after the end. Says nothing about the tag. */
export function parseBlob(blob: Bytes): ParsedBlob | BlobFault {
  const walk = new Walk(blob);
  if (blob.length === 0 || blob.length > maxBlob)
    walk.fail('blob', `1 to ${maxBlob} bytes, got ${blob.length}`);

  walk.same('layoutStart', layoutStart);
  const kind = kindOf(blob[2]);
  if (kind === undefined) walk.fail('kind', '02 (Encrypt) or 03 (GenerateDataKey)');
  walk.take('kind', 1);
  walk.same('layoutEnd', layoutEnd);
  const materialId = walk.take('materialId', 32, 'material');
  walk.same('nonceMark', nonceMark);
  const nonce = walk.take('nonce', 16, 'hsm');
  const contentLength = readUint32(blob, headerLength - 4);
  if (contentLength !== blob.length - headerLength) {
    walk.fail('contentLength', `${Math.max(0, blob.length - headerLength)}, the number of bytes that follow`);
  }
  walk.take('contentLength', 4);

  walk.headToEnd('contentInfo', sequenceTag);
  walk.same('oidEncryptedData', oidEncryptedData);
  walk.headToEnd('explicitContent', explicitTag);
  walk.headToEnd('encryptedData', sequenceTag);
  walk.same('cmsVersion', cmsVersion);
  walk.headToEnd('encryptedContentInfo', sequenceTag);
  walk.same('oidData', oidData);
  const cipher: BlobCipher = walk.startsWith(algorithmStart('SM4-GCM')) ? 'SM4-GCM' : 'AES-256-GCM';
  walk.same('algorithm', algorithmStart(cipher));
  walk.same(cipher === 'SM4-GCM' ? 'oidSm4Gcm' : 'oidAes256Gcm', cipherOids[cipher]);
  walk.same('parameters', parametersStart);
  const iv = walk.take('iv', 12, 'data-key');
  walk.same('tagLength', tagLengthField);
  walk.headToEnd('encryptedContent', contentTag);

  const plaintextLength = walk.left - innerLength - tagLength;
  // The largest is a plaintext of a key in an external key store, which has been encrypted once before.
  if (plaintextLength < 1 || plaintextLength > maxPlaintext + tagLength) {
    walk.fail(
      'ciphertext',
      `room for 1 to ${maxPlaintext + tagLength} bytes of plaintext, got ${plaintextLength}`,
    );
  }
  const ciphertext = walk.take('ciphertext', Math.max(0, walk.left - tagLength), 'ciphertext');
  const tag = walk.take('tag', tagLength, 'ciphertext');

  if (walk.fault || kind === undefined)
    return walk.fault ?? { fault: 'layout', field: 'kind', offset: 2, expected: '02 or 03' };
  return {
    kind,
    cipher,
    materialId: toHex(materialId),
    header: blob.slice(0, headerLength),
    nonce,
    iv,
    ciphertext,
    tag,
    plaintextLength,
    fields: walk.fields,
  };
}

const readUint32 = (bytes: Bytes, at: number): number | undefined =>
  bytes.length < at + 4
    ? undefined
    : (((bytes[at] ?? 0) << 24) |
        ((bytes[at + 1] ?? 0) << 16) |
        ((bytes[at + 2] ?? 0) << 8) |
        (bytes[at + 3] ?? 0)) >>>
      0;
