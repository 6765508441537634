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
 * the platform a few frames at a time, and is never in memory as a whole.
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
  const runs = await inOrder(
    runsOf(start.header),
    async ({ first, count }) => {
      const from = first * frameSize;
      const plaintext = await bytesOf(body.slice(from, from + count * frameSize));
      const expected = Math.min(count * frameSize, plaintextLength - from);
      if (plaintext.length !== expected)
        throw new Error(`the file gave ${plaintext.length} bytes at ${from}, not ${expected}`);
      const frames = await allOf(count, (i) => {
        const frame = plaintext.subarray(i * frameSize, (i + 1) * frameSize);
        return crypto.subtle.encrypt(parametersOf(first + i), key, frame);
      });
      plaintext.fill(0);
      // A Blob at once: the platform may move it out of this thread's memory, to disk when it is large.
      return new Blob(frames);
    },
    { signal, done: report(start.header, onProgress) },
  );
  return new Blob([start.bytes, ...runs], { type: 'application/octet-stream' });
}

/**
 * Decrypts a sealed file. Nothing is handed out before the last frame has opened; whatever is wrong rejects with an
 * {@link EnvelopeFault}. The Blob has the media type that the sealer named: do not open it as a page of this origin.
 */
export async function openFrames({ sealed, dataKey, onProgress, signal }: OpenRequest): Promise<Blob> {
  const key = await importKey(dataKey, 'decrypt');
  const start = await readHeaderBytes(sealed);
  const { frameSize, mediaType } = start.header;
  checkSize(sealed.size, start);
  const parametersOf = await frameParameters(start);
  const step = frameSize + tagLength;
  const runs = await inOrder(
    runsOf(start.header),
    async ({ first, count }) => {
      const from = start.bytes.length + first * step;
      const ciphertext = await bytesOf(sealed.slice(from, from + count * step));
      const frames = await allOf(count, (i) => {
        const frame = ciphertext.subarray(i * step, (i + 1) * step);
        return openFrame(parametersOf(first + i), key, frame, first + i, from + i * step);
      });
      return new Blob(frames);
    },
    { signal, done: report(start.header, onProgress) },
  );
  return new Blob(runs, { type: mediaType });
}

/** Neighbouring frames that are read, and handed back, in one go. */
interface Run {
  readonly first: number;
  readonly count: number;
}

/** A Blob's slice costs a message to another process in browsers: runs of 4 MiB come close to reading all at once. */
const runLength = 4 * 1024 * 1024;
const framesPerRun = (frameSize: number): number => Math.max(1, Math.floor(runLength / frameSize));

function* runsOf(header: SealedHeader): Generator<Run> {
  const total = frameCount(header);
  const most = framesPerRun(header.frameSize);
  for (let first = 0; first < total; first += most) yield { first, count: Math.min(most, total - first) };
}

const report =
  ({ plaintextLength, frameSize }: SealedHeader, onProgress: SealRequest['onProgress']) =>
  (runs: number): void =>
    onProgress?.({
      done: Math.min(plaintextLength, runs * framesPerRun(frameSize) * frameSize),
      total: plaintextLength,
    });

/** All results, or the failure with the smallest number: a fault names the first frame that does not open. */
async function allOf<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, i) => work(i)));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
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
