import type { Env } from '../engine/index.ts';

const drawn =
  (alphabet: string) =>
  (n: number, { random }: Env): string =>
    Array.from(random(n), (byte) => alphabet.charAt(byte % alphabet.length)).join('');

/** As in IAM's unique ids: `AIDA` and 17 of these. */
export const upperLetters = drawn('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
/** As in the ids of organizations. */
export const lowerLetters = drawn('abcdefghijklmnopqrstuvwxyz0123456789');
export const hexDigits = drawn('0123456789abcdef');
/** As in the ends of secrets' ARNs. */
export const alphanumerics = drawn('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
