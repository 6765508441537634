import { concat, type Bytes } from '../../engine/index.ts';
import type { Progress } from '../api.ts';
import { EnvelopeFault } from './EnvelopeFault.ts';
import {
  bytesOf,
  defaultFrameSize,
  frameCount,
  readHeaderBytes,
  tagLength,
  writeHeader,
  type FileHeader,
  type HeaderBytes,
  type SealedHeader,
} from './header.ts';
import { inOrder } from './inOrder.ts';

/*
 * Envelope encryption of data of any size, with the platform's AES-256-GCM. A file is read, encrypted and handed back to
 * the platform frame by frame; a few frames are in memory at any time, never the file.
 *
 * Nonce of a frame: 8 random bytes of the file, then the frame's number (NIST SP 800-38D §8.2.1: fixed field and
 * invocation field). Within a file no two frames share one. A data key from GenerateDataKey seals a single file, and for
 * it the counter alone would do; the random half is there because data keys are also cached and used again.
 *
 * Associated data of a frame: SHA-256 of the file's beginning up to the end of the header, the frame's number, and
 * whether it is the last. So a frame opens in its place in its own file only, and the file cannot be cut at a frame.
 */

export interface SealRequest {
  readonly header: FileHeader;
  readonly body: Blob;
  /** 32 bytes. Read once at the start and not kept; the caller wipes it. */
  readonly dataKey: Bytes;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly frameSize?: number | undefined;
  /** Where the 8 bytes of the nonce come from, when not from the platform: a seeded world. */
  readonly random?: ((n: number) => Bytes) | undefined;
}

export interface OpenRequest {
  readonly sealed: Blob;
  readonly dataKey: Bytes;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const readHeader = async (sealed: Blob): Promise<SealedHeader> =>
  (await readHeaderBytes(sealed)).header;

/** The size of a sealed file, known before a byte is encrypted. */
export const sealedLength = (
  headerLength: number,
  header: Pick<SealedHeader, 'plaintextLength' | 'frameSize'>,
): number => headerLength + header.plaintextLength + frameCount(header) * tagLength;

/** Encrypts `body` under `dataKey`. Rejects with the signal's reason when aborted. */
export async function sealFrames(request: SealRequest): Promise<Blob> {
  const { body, onProgress, signal } = request;
  const key = await importKey(request.dataKey, 'encrypt');
  const start = writeHeader({
    ...request.header,
    plaintextLength: body.size,
    frameSize: request.frameSize ?? defaultFrameSize,
    noncePrefix: (request.random ?? platformRandom)(8),
  });
  const { plaintextLength, frameSize } = start.header;
  const parametersOf = await frameParameters(start);
  const frames = await inOrder(
    frameCount(start.header),
    async (frame) => {
      const from = frame * frameSize;
      const plaintext = await bytesOf(body.slice(from, from + frameSize));
      const expected = Math.min(frameSize, plaintextLength - from);
      if (plaintext.length !== expected)
        throw new Error(`the file gave ${plaintext.length} bytes at ${from}, not ${expected}`);
      // A Blob at once: the platform may move it out of this thread's memory, to disk when it is large.
      const sealed = new Blob([await crypto.subtle.encrypt(parametersOf(frame), key, plaintext)]);
      plaintext.fill(0);
      return sealed;
    },
    {
      signal,
      done: (count) =>
        onProgress?.({ done: Math.min(plaintextLength, count * frameSize), total: plaintextLength }),
    },
  );
  return new Blob([start.bytes, ...frames], { type: 'application/octet-stream' });
}

/**
 * Decrypts a sealed file. Nothing is handed out before the last frame has opened; whatever is wrong rejects with an
 * {@link EnvelopeFault}. The Blob has the media type that the sealer named: do not open it as a page of this origin.
 */
export async function openFrames({ sealed, dataKey, onProgress, signal }: OpenRequest): Promise<Blob> {
  const key = await importKey(dataKey, 'decrypt');
  const start = await readHeaderBytes(sealed);
  const { plaintextLength, frameSize, mediaType } = start.header;
  checkSize(sealed.size, start);
  const parametersOf = await frameParameters(start);
  const frames = await inOrder(
    frameCount(start.header),
    async (frame) => {
      const offset = offsetOf(start, frame);
      const end = Math.min(offset + frameSize + tagLength, sealed.size);
      const ciphertext = await bytesOf(sealed.slice(offset, end));
      return new Blob([await openFrame(parametersOf(frame), key, ciphertext, frame, offset)]);
    },
    {
      signal,
      done: (count) =>
        onProgress?.({ done: Math.min(plaintextLength, count * frameSize), total: plaintextLength }),
    },
  );
  return new Blob(frames, { type: mediaType });
}

async function openFrame(
  parameters: AesGcmParams,
  key: CryptoKey,
  ciphertext: Bytes,
  frame: number,
  offset: number,
): Promise<ArrayBuffer> {
  try {
    return await crypto.subtle.decrypt(parameters, key, ciphertext);
  } catch (cause) {
    // OperationError is the tag; anything else (out of memory, a key that the platform lost) is not the file's fault.
    if (!(cause instanceof Error) || cause.name !== 'OperationError') throw cause;
    const message = `Frame ${frame}, at byte ${offset}, does not open: another key, or something in the frame or the header was changed.`;
    throw new EnvelopeFault('frame', message, offset, frame);
  }
}

const offsetOf = ({ header, bytes }: HeaderBytes, frame: number): number =>
  bytes.length + frame * (header.frameSize + tagLength);

/** The header says how long the file is. It may lie, but then no frame opens. */
function checkSize(size: number, start: HeaderBytes): void {
  const expected = sealedLength(start.bytes.length, start.header);
  if (size > expected) {
    throw new EnvelopeFault(
      'extended',
      `The file has ${size - expected} bytes after its last frame.`,
      expected,
    );
  }
  if (size < expected) {
    const frame = Math.floor((size - start.bytes.length) / (start.header.frameSize + tagLength));
    throw new EnvelopeFault(
      'cut',
      `The file ends in frame ${frame}; ${expected - size} bytes are missing.`,
      size,
      frame,
    );
  }
}

async function frameParameters({ header, bytes }: HeaderBytes): Promise<(frame: number) => AesGcmParams> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const last = frameCount(header) - 1;
  return (frame) => {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, frame);
    return {
      name: 'AES-GCM',
      iv: concat(header.noncePrefix, number),
      additionalData: concat(digest, number, Uint8Array.of(frame === last ? 1 : 0)),
      tagLength: tagLength * 8,
    };
  };
}

/** Not extractable, and forgotten with the call that asked for it. */
async function importKey(dataKey: Bytes, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  if (dataKey.length !== 32)
    throw new RangeError(`"dataKey" expected 32 bytes, got length=${dataKey.length}`);
  return crypto.subtle.importKey('raw', dataKey, 'AES-GCM', false, [usage]);
}

const platformRandom = (n: number): Bytes => crypto.getRandomValues(new Uint8Array(n));
