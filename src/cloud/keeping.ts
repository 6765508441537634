import {
  concat,
  epochMs,
  openGcm,
  sealGcm,
  serviceOwnKey,
  utf8,
  type Bytes,
  type Region,
  type Step,
} from '../engine/index.ts';
import type { DataKey } from './callingKms.ts';
import { at } from './refs.ts';

/*
 * What services do outside of KMS: encrypt their data with a data key, and hold a plaintext key for a while. Real AES-256-
 * GCM over the real bytes, so that whoever has the stored bytes and not the key has nothing.
 */

const nonceBytes = 12;

/** Encrypts for `place` (an ARN, an id): bytes that are moved elsewhere do not open. @returns nonce ‖ ciphertext ‖ tag */
export function sealData(step: Step, key: Bytes, plain: Bytes, place: string): Bytes {
  const nonce = step.env.random(nonceBytes);
  return concat(nonce, sealGcm(key.slice(0, 32), nonce, plain, utf8(place)));
}

/** Undefined when the key is not the right one, or the bytes were changed or come from another place. */
export const openData = (key: Bytes, sealed: Bytes, place: string): Bytes | undefined =>
  openGcm(key.slice(0, 32), sealed.slice(0, nonceBytes), sealed.slice(nonceBytes), utf8(place));

/** As {@link openData}, for bytes that this service has written itself: anything else is a broken world. */
export function mustOpen(key: Bytes, sealed: Bytes, place: string): Bytes {
  const plain = openData(key, sealed, place);
  if (!plain) throw new Error(`what is stored at ${place} does not open under its own key`);
  return plain;
}

/** The AWS owned key of a service in a Region. No call of KMS that a customer could see. */
export const ownKey = (step: Step, service: string, region: Region = step.region): Promise<Bytes> =>
  serviceOwnKey({ view: step.kept, env: step.env, region, note: (work) => step.note(work) }, service);

/** The name of a held key: whose it is, where, and for what. */
export const holderName = (service: string, region: Region, ...what: readonly string[]): string =>
  [service, region, ...what].join('|');

function ownKeyOf(holder: string, step: Step): Promise<Bytes> {
  const [service = '', region] = holder.split('|');
  return ownKey(step, service, region as Region); // made by `holderName`
}

/** Goes on holding a plaintext key. `forSeconds`: how long; for ever when absent. `what`: in words, for the trace. */
export async function holdKey(
  step: Step,
  {
    holder,
    what,
    key,
    forSeconds,
  }: { readonly holder: string; readonly what: string; readonly key: DataKey; readonly forSeconds?: number },
): Promise<void> {
  const own = await ownKeyOf(holder, step);
  const now = step.env.at;
  step.view.put(at.heldKey(holder), {
    holder,
    keyArn: key.keyArn,
    wrapped: key.wrapped,
    sealed: sealData(step, own, key.plain, holder),
    made: now,
    used: now,
    until: forSeconds === undefined ? undefined : epochMs(now + forSeconds * 1000),
  });
  step.note({ kind: 'keyKept', what });
}

/**
 * The key that is held, if it may still be used. `idleSeconds`: a time without use is what ends it, and this is a use.
 */
export async function heldKey(
  step: Step,
  holder: string,
  what: string,
  idleSeconds?: number,
): Promise<DataKey | undefined> {
  const rec = step.view.get(at.heldKey(holder));
  if (!rec) return undefined;
  const now = step.env.at;
  const ends = idleSeconds === undefined ? rec.until : epochMs(rec.used + idleSeconds * 1000);
  if (ends !== undefined && ends <= now) return undefined;
  if (idleSeconds !== undefined) step.view.put(at.heldKey(holder), { ...rec, used: now });
  const plain = mustOpen(await ownKeyOf(holder, step), rec.sealed, holder);
  step.note({ kind: 'keyReused', what });
  return { plain, wrapped: rec.wrapped, keyArn: rec.keyArn };
}

export function dropKey(step: Step, holder: string, what: string): void {
  if (!step.view.get(at.heldKey(holder))) return;
  step.view.put(at.heldKey(holder), undefined);
  step.note({ kind: 'keyDropped', what });
}
