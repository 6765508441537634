import { concat, equalBytes, fromBase64, fromUtf8, toBase64, utf8, type Bytes } from '../../engine/index.ts';
import { EnvelopeFault } from './EnvelopeFault.ts';

/*
 * A sealed file, version 1:
 *
 *   0   8 bytes   "KMSLABE" and the version, 01
 *   8   4 bytes   length of the header, big-endian
 *   12  JSON      the header
 *   …   frames    each: ciphertext of one frame of plaintext, then its 16-byte tag
 *
 * All frames hold `frameSize` bytes of plaintext, only the last one may hold fewer. An empty file has one empty frame, so
 * that its header is authenticated too.
 */
const magic = utf8('KMSLABE');
const version = 1;
const fixedLength = magic.length + 1 + 4;

export const tagLength = 16;
export const defaultFrameSize = 1024 * 1024;
const frameSizes = { min: 16, max: 16 * 1024 * 1024 };
/** A wrapped key has at most 6144 bytes, an encryption context 8192 characters: far below this. */
const maxHeader = 128 * 1024;
/** The frame counter has four bytes. */
const maxFrames = 2 ** 32;

/** What the sealer says of the file. */
export interface FileHeader {
  readonly name: string;
  readonly mediaType: string;
  /** The data key, encrypted under the KMS key: only Decrypt brings it back. */
  readonly wrappedKey: Bytes;
  readonly keyArn: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/** What a sealed file says of itself: open to all, protected against change by every frame. */
export interface SealedHeader extends FileHeader {
  readonly plaintextLength: number;
  readonly frameSize: number;
  /** The first 8 bytes of every frame's nonce. */
  readonly noncePrefix: Bytes;
}

/** A header with the exact bytes that the frames are bound to. */
export interface HeaderBytes {
  readonly header: SealedHeader;
  /** From the first byte of the file to the last of the JSON. */
  readonly bytes: Bytes;
}

export const frameCount = ({
  plaintextLength,
  frameSize,
}: Pick<SealedHeader, 'plaintextLength' | 'frameSize'>): number =>
  Math.max(1, Math.ceil(plaintextLength / frameSize));

export function writeHeader(header: SealedHeader): HeaderBytes {
  const json = utf8(
    JSON.stringify({
      algorithm: 'AES-256-GCM',
      name: header.name,
      mediaType: header.mediaType,
      plaintextLength: header.plaintextLength,
      frameSize: header.frameSize,
      noncePrefix: toBase64(header.noncePrefix),
      keyArn: header.keyArn,
      encryptionContext: header.encryptionContext,
      wrappedKey: toBase64(header.wrappedKey),
    }),
  );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  const bytes = concat(magic, Uint8Array.of(version), length, json);
  // What this writes must be readable: a header out of bounds is found now, not when the file is needed.
  const problem = json.length > maxHeader ? `longer than ${maxHeader} bytes` : problemOf(header);
  if (problem !== undefined) throw new RangeError(`"header" ${problem}`);
  return { header, bytes };
}

/** Reads the header and nothing else of the file. Until a frame has opened, it is only what the file claims. */
export async function readHeaderBytes(sealed: Blob): Promise<HeaderBytes> {
  const start = await bytesOf(sealed.slice(0, fixedLength));
  if (!equalBytes(start.slice(0, magic.length), magic)) {
    throw new EnvelopeFault('notSealed', 'This is not a file sealed by KMS Lab.', 0);
  }
  const found = start[magic.length];
  if (found !== undefined && found !== version) {
    throw new EnvelopeFault(
      'version',
      `This file has version ${found} of the format; version ${version} can be read.`,
      magic.length,
    );
  }
  if (start.length < fixedLength)
    throw new EnvelopeFault('cut', 'The file ends before its header.', start.length);
  const length = new DataView(start.buffer, start.byteOffset).getUint32(magic.length + 1);
  if (length > maxHeader) {
    throw new EnvelopeFault(
      'header',
      `The header claims ${length} bytes; it may have ${maxHeader}.`,
      magic.length + 1,
    );
  }
  const end = fixedLength + length;
  if (sealed.size < end) throw new EnvelopeFault('cut', 'The file ends inside its header.', sealed.size);
  const json = await bytesOf(sealed.slice(fixedLength, end));
  const header = parseHeader(json);
  if (typeof header === 'string')
    throw new EnvelopeFault('header', `The header cannot be read: ${header}.`, fixedLength);
  return { header, bytes: concat(start, json) };
}

export const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());

/** The header, or what is wrong with it. */
function parseHeader(json: Bytes): SealedHeader | string {
  const text = fromUtf8(json);
  if (text === undefined) return 'it is not UTF-8';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isRecord(value)) return 'it is not an object';
  const {
    algorithm,
    name,
    mediaType,
    plaintextLength,
    frameSize,
    noncePrefix,
    keyArn,
    encryptionContext,
    wrappedKey,
  } = value;
  if (algorithm !== 'AES-256-GCM') return 'its algorithm is not AES-256-GCM';
  if (typeof name !== 'string' || typeof mediaType !== 'string' || typeof keyArn !== 'string') {
    return 'name, mediaType and keyArn must be strings';
  }
  if (typeof plaintextLength !== 'number' || typeof frameSize !== 'number')
    return 'plaintextLength and frameSize must be numbers';
  const prefix = typeof noncePrefix === 'string' ? fromBase64(noncePrefix) : undefined;
  const wrapped = typeof wrappedKey === 'string' ? fromBase64(wrappedKey) : undefined;
  if (!prefix || !wrapped) return 'noncePrefix and wrappedKey must be base64';
  if (!isTextRecord(encryptionContext)) return 'encryptionContext must hold strings';
  const header = {
    name,
    mediaType,
    plaintextLength,
    frameSize,
    noncePrefix: prefix,
    keyArn,
    encryptionContext,
    wrappedKey: wrapped,
  };
  return problemOf(header) ?? header;
}

/** What is out of bounds, for writer and reader alike. */
function problemOf(header: SealedHeader): string | undefined {
  const { plaintextLength, frameSize, noncePrefix } = header;
  if (!Number.isSafeInteger(plaintextLength) || plaintextLength < 0)
    return 'plaintextLength is not a number of bytes';
  if (!Number.isSafeInteger(frameSize) || frameSize < frameSizes.min || frameSize > frameSizes.max) {
    return `frameSize is not between ${frameSizes.min} and ${frameSizes.max}`;
  }
  if (frameCount(header) > maxFrames) return 'the file has more frames than the counter can number';
  return noncePrefix.length === 8 ? undefined : 'noncePrefix does not have 8 bytes';
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTextRecord = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
