import type { Bytes } from '../model/index.ts';

/** A wrong length is a mistake of ours, not of a user: it throws with the value in the message. */
export function expectLength(name: string, bytes: Bytes, length: number): void {
  if (bytes.length !== length)
    throw new RangeError(`"${name}" expected ${length} bytes, got length=${bytes.length}`);
}
