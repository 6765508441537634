/*
 * The journal keeps of bytes and secrets only how long they were. What they said does not matter to KMS's bill: others of
 * the same length ask the same.
 */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

/** @param as what a secret is: the journal does not tell bytes from text */
export function fillersOf(value: unknown, as: 'bytes' | 'text'): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => fillersOf(one, as));
  if (!isObject(value)) return value;
  const { redacted } = value;
  if (typeof redacted === 'number' && Object.keys(value).length === 1)
    return as === 'bytes' ? new Uint8Array(redacted).fill(1) : 'x'.repeat(redacted);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fillersOf(one, as)]));
}
