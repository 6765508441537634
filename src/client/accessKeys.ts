/** A piece of text that looks like a real AWS credential. */
export interface FoundAccessKey {
  readonly kind: 'accessKeyId' | 'secretAccessKey';
  readonly start: number;
  readonly end: number;
  /** The first four characters and dots: enough to find it, too little to use it. */
  readonly masked: string;
}

/**
 * Access key ids: a prefix of four letters and 16 more (IAM User Guide, "Understanding unique ID prefixes": AKIA long-term,
 * ASIA temporary), in the alphabet of IAM's ids.
 */
const accessKeyId = /(?<![A-Za-z0-9])A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g;
/** Secrets: forty characters of base64, not part of a longer run. */
const secret = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;
const named = /secret|aws_?session|access_?key/i;
/** Those that AWS prints in its own documentation, and everybody pastes. */
const examples: ReadonlySet<string> = new Set([
  'AKIAIOSFODNN7EXAMPLE',
  'AKIAI44QH8DHBEXAMPLE',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
]);

/**
 * Finds what looks like AWS access keys in pasted text. `own`: ids and secrets that this lab made, which are harmless.
 * OURS: a secret alone is forty characters of base64, as hashes and tokens may be too; it counts when an access key id or
 * the word is near, or when it mixes cases, digits and is no hex.
 */
export function findAccessKeys(text: string, own: Iterable<string> = []): readonly FoundAccessKey[] {
  const harmless = new Set([...examples, ...own]);
  const find = (pattern: RegExp, kind: FoundAccessKey['kind']): FoundAccessKey[] =>
    [...text.matchAll(pattern)].flatMap(({ 0: found, index }) =>
      harmless.has(found)
        ? []
        : [{ kind, start: index, end: index + found.length, masked: `${found.slice(0, 4)}…` }],
    );
  const ids = find(accessKeyId, 'accessKeyId');
  const secrets = find(secret, 'secretAccessKey').filter(({ start, end }) => {
    const candidate = text.slice(start, end);
    if (/^[0-9a-f]+$/i.test(candidate) || /^[A-Za-z]+$/.test(candidate)) return false;
    const near = text.slice(Math.max(0, start - 60), start);
    return named.test(near) || ids.some((id) => Math.abs(id.start - start) < 400) || isMixed(candidate);
  });
  return [...ids, ...secrets].sort((a, b) => a.start - b.start);
}

/** All access key ids in a text: to ask a world which of them are its own. */
export const accessKeyIdsIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(accessKeyId)].map(([id]) => id)),
];

/** As random base64 nearly always is: upper case, lower case and digits, and hardly a letter twice in a row. */
const isMixed = (candidate: string): boolean =>
  /[A-Z]/.test(candidate) &&
  /[a-z]/.test(candidate) &&
  /\d/.test(candidate) &&
  new Set(candidate).size >= 20 &&
  !/(.)\1\1/.test(candidate);
