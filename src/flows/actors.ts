import { fromCallback, fromPromise, type AnyEventObject } from 'xstate';
import type { CallAnswer, CallRequest, Progress, SealedObject, Watch, WorldApi } from '../client/index.ts';
import { trailNotes, type Bytes, type KeyArn, type KeyNote, type TrailNote } from './run.ts';
import { sha256OfBlob } from './sha256.ts';

/*
 * The actors of both envelope flows. Each one is real work on a world; what it answers is all that a beat may claim.
 */

/** One call, with what the trail and the records say right after it. */
export interface Asked {
  readonly answer: CallAnswer;
  readonly trail: readonly TrailNote[];
  readonly key: KeyNote | undefined;
}

export const ask = fromPromise<Asked, { world: WorldApi; request: CallRequest; keyArn: KeyArn }>(
  async ({ input: { world, request, keyArn } }) => {
    const answer = await world.call(request);
    const [lines, detail] = await Promise.all([world.trail({ n: 10 }), world.key(keyArn)]);
    const key = detail && {
      arn: detail.rec.arn,
      aliases: detail.aliases,
      KeyState: detail.rec.KeyState,
      materials: detail.materials.length,
    };
    return { answer, trail: trailNotes(lines, answer.seq), key };
  },
);

/** Bulk work reports on its way and answers once. Told to stop, or left, it ends; it answers when it has. */
export type BulkEvent =
  | { readonly type: 'PROGRESS'; readonly progress: Progress }
  | { readonly type: 'SEALED'; readonly object: SealedObject; readonly sha256: string }
  | { readonly type: 'OPENED'; readonly body: Blob }
  /** `ended`: because it was told to. */
  | { readonly type: 'FAILED'; readonly message: string; readonly ended: boolean };

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface BulkLine {
  sendBack(event: BulkEvent): void;
  receive(listener: (event: AnyEventObject) => void): void;
}
/** @returns what XState calls when the state is left: nobody waits any more, and the work ends. */
function bulk({ sendBack, receive }: BulkLine, work: (watch: Watch) => Promise<BulkEvent>): () => void {
  const ending = new AbortController();
  receive(({ type }) => type === 'STOP' && ending.abort());
  work({ progress: (progress) => sendBack({ type: 'PROGRESS', progress }), signal: ending.signal }).then(
    sendBack,
    (error: unknown) => sendBack({ type: 'FAILED', message: messageOf(error), ended: ending.signal.aborted }),
  );
  return () => ending.abort();
}

export interface SealInput {
  readonly world: WorldApi;
  readonly source: Parameters<WorldApi['seal']>[0];
}
/** Encrypts in the worker and keeps the result; hashes the plaintext here meanwhile, for the later comparison. */
export const seal = fromCallback<AnyEventObject, SealInput>(({ input: { world, source }, ...line }) =>
  bulk(line, async (watch) => {
    const [object, sha256] = await Promise.all([world.seal(source, watch), sha256OfBlob(source.body)]);
    return { type: 'SEALED', object, sha256 };
  }),
);

export interface OpenInput {
  readonly world: WorldApi;
  readonly objectId: string;
  readonly dataKey: Bytes;
}
export const open = fromCallback<AnyEventObject, OpenInput>(
  ({ input: { world, objectId, dataKey }, ...line }) =>
    bulk(line, async (watch) => ({ type: 'OPENED', body: await world.open(objectId, dataKey, watch) })),
);

/** Overwrites the bytes, then reads them again: the beat claims what was read, not what was meant. */
export const wipe = fromPromise<{ byteLength: number; zeroed: boolean }, { bytes: Bytes }>(
  async ({ input: { bytes } }) => {
    bytes.fill(0);
    return { byteLength: bytes.length, zeroed: bytes.every((byte) => byte === 0) };
  },
);

/** What the object store lists. */
export const listObjects = fromPromise<readonly SealedObject[], { world: WorldApi }>(({ input }) =>
  input.world.objects(),
);

/** Where `part` begins in `whole`, -1 when nowhere. */
export function indexOfBytes(whole: Uint8Array, part: Uint8Array): number {
  if (part.length === 0) return -1;
  for (let at = whole.indexOf(part[0] ?? -1); at >= 0; at = whole.indexOf(part[0] ?? -1, at + 1)) {
    if (part.every((byte, i) => whole[at + i] === byte)) return at;
  }
  return -1;
}

/** Longer than any header of a sealed object. */
const headLength = 256 * 1024;

/** Reads the stored object back: its length, and where in its header the wrapped key lies (as base64, it is JSON). */
export const inspectObject = fromPromise<
  { storedLength: number; wrappedKeyAt: number },
  { world: WorldApi; object: SealedObject }
>(async ({ input: { world, object } }) => {
  const stored = await world.sealedBytes(object.id);
  const head = new Uint8Array(await stored.slice(0, headLength).arrayBuffer());
  const base64 = btoa(String.fromCharCode(...object.wrappedKey));
  return {
    storedLength: stored.size,
    wrappedKeyAt: indexOfBytes(head, new TextEncoder().encode(base64)),
  };
});

export const digest = fromPromise<string, { body: Blob }>(({ input }) => sha256OfBlob(input.body));

/** DisableKey or EnableKey, by whoever may: what a learner does to the flow between two beats. */
export const toggleKey = fromPromise<
  { answer: CallAnswer; trail: readonly TrailNote[] },
  { world: WorldApi; request: CallRequest }
>(async ({ input: { world, request } }) => {
  const answer = await world.call(request);
  return { answer, trail: trailNotes(await world.trail({ n: 10 }), answer.seq) };
});
