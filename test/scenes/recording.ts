import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';

/* What test/scenes/record.mjs wrote down: the answers that the real SDK got to the calls of each scene. */

export interface RecordedBytes {
  readonly bytes: number;
  readonly sha256: string;
}
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly status: number;
}
export interface RecordedEvent {
  readonly eventName: string;
  readonly errorCode?: string;
  readonly recipientAccountId: string;
}
export interface RecordedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly error?: RecordedError;
  readonly trail: readonly RecordedEvent[];
}
export interface RecordedKey {
  readonly KeyState: string;
  readonly DeletionDate?: string;
  readonly NextRotationDate?: string;
  readonly materials: readonly { readonly KeyMaterialId: string; readonly KeyMaterialState: string }[];
}
/** An act of a story: a call, a step of time, or bytes that somebody changed. */
export interface RecordedAct extends Partial<RecordedCall> {
  readonly id: string;
  readonly bytes?: RecordedBytes;
  readonly happened?: readonly string[];
  readonly key?: RecordedKey | 'gone';
  readonly at?: string;
}
export interface RecordedStory {
  readonly key: string;
  readonly acts: readonly RecordedAct[];
}
export interface RecordedEnvelope {
  readonly key: string;
  readonly encrypt: Readonly<Record<string, RecordedCall>>;
  readonly decrypt: Readonly<Record<string, RecordedCall>>;
}
export interface RecordedHandshake {
  readonly key: string;
  readonly attempts: readonly {
    readonly after: string;
    readonly assume: { readonly arn?: string; readonly error?: RecordedError };
    readonly decrypt?: Pick<RecordedCall, 'output' | 'error'>;
    readonly trail: readonly RecordedEvent[];
  }[];
}
export interface RecordedFleet {
  readonly region: string;
  readonly jobsPerSecond: number;
  readonly calls: number;
  readonly error: RecordedError;
  /** So many served, then so many throttled, and so on. */
  readonly runs: readonly number[];
}
interface Recordings {
  readonly wrapping: RecordedStory;
  readonly keyLife: RecordedStory;
  readonly envelope: RecordedEnvelope;
  readonly handshake: RecordedHandshake;
  readonly throttling: RecordedFleet;
}

export const recording = <K extends keyof Recordings>(scene: K): Recordings[K] =>
  // Written by the script beside this file, and by nobody else.
  JSON.parse(
    readFileSync(new URL(`../fixtures/scenes/${scene}.json`, import.meta.url), 'utf8'),
  ) as Recordings[K];

/** Values as the recording has them: bytes by length and digest. */
export function asRecorded(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return { bytes: value.length, sha256: createHash('sha256').update(value).digest('hex') };
  if (Array.isArray(value)) return value.map(asRecorded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [[name, asRecorded(item)]])),
  );
}

/** Collects what is not as it was recorded, in words. */
export function differences() {
  const found: string[] = [];
  return {
    found,
    same(what: string, shown: unknown, recorded: unknown): void {
      const [a, b] = [JSON.stringify(asRecorded(shown)), JSON.stringify(asRecorded(recorded))];
      if (a !== b) found.push(`${what}: the plan shows ${a}, the SDK was told ${b}`);
    },
  };
}
