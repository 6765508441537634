/**
 * A copy that is the lab's own: the caller may wipe or reuse its bytes while the call waits in the queue. Copies what a
 * request can hold; what is none of that is left as it is, and the engine says what is wrong with it.
 */
export function ownCopy(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map((one) => ownCopy(one, depth + 1));
  // `fromEntries` defines, so that a member called `__proto__` stays a member.
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, ownCopy(one, depth + 1)]));
}

/** No shape of the API is deeper than this, by far. */
const deepest = 32;
