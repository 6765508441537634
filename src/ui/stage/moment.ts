/*
 * A moment of a scene as a part of the address. It holds what was set and done, never plaintext: the scene is played
 * again from its seed up to that beat. What comes in by a link is checked field by field by the scene that opens it.
 */

const version = 1;

const toUrl = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const fromUrl = (text: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
  );

/** Longer links get lost on their way. */
export const longest = 4000;

export const momentHash = (address: string, moment: object): string =>
  `#/stage/${address}?m=${toUrl(JSON.stringify({ v: version, ...moment }))}`;

export interface Place {
  readonly address: string;
  /** Undefined: no moment in the address. `broken`: one that cannot be read. */
  readonly moment: Readonly<Record<string, unknown>> | 'broken' | undefined;
}

/** Reads what follows `#/stage/`. */
export function readPlace(rest: string): Place {
  const [address = '', query = ''] = rest.split('?', 2);
  const text = new URLSearchParams(query).get('m');
  if (text === null) return { address, moment: undefined };
  try {
    if (text.length > longest) return { address, moment: 'broken' };
    const value: unknown = JSON.parse(fromUrl(text));
    if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== version)
      return { address, moment: 'broken' };
    // An object that JSON made: its members are data of any type.
    return { address, moment: value as Record<string, unknown> };
  } catch {
    return { address, moment: 'broken' };
  }
}

export const wholeNumber = (value: unknown, least: number, most: number): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;

/** Pairs of short texts, as an encryption context has them. */
export function textPairs(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const isFine =
    entries.length <= 8 &&
    entries.every(([k, v]) => k.length <= 128 && typeof v === 'string' && v.length <= 256);
  return isFine ? Object.fromEntries(entries as [string, string][]) : undefined;
}
