import { denialFields, type DenialInput } from './types.ts';

/*
 * Account numbers, replaced by others: the same one by the same one everywhere, different ones by different ones. So every
 * comparison that a policy makes comes out as before; a pattern over a part of a number is the exception, and `canMask`
 * finds it.
 */

/** AWS's own examples first, then more of that look. */
const examples = ['111122223333', '444455556666', '777788889999'] as const;
const exampleAt = (i: number): string => examples[i] ?? `1234${String(i).padStart(8, '0')}`;

/** Twelve digits, alone or in groups of four; the end of a key ID is no account. */
const number = /(?<![0-9])(?<!(?:[0-9a-f]{4}-){3})(?:\d{12}|\d{4}-\d{4}-\d{4})(?![0-9])/g;

export interface Masker {
  mask(text: string): string;
  /** Real number → what stands for it. */
  readonly accounts: ReadonlyMap<string, string>;
}

/** A masker for all account numbers in these texts, in the order of their first appearance. */
export function maskerFor(texts: Iterable<string>): Masker {
  const accounts = new Map<string, string>();
  for (const text of texts) {
    for (const [found] of text.matchAll(number)) {
      const plain = found.replaceAll('-', '');
      if (!accounts.has(plain)) accounts.set(plain, exampleAt(accounts.size));
    }
  }
  return {
    accounts,
    mask: (text) =>
      text.replace(number, (found) => {
        const masked = accounts.get(found.replaceAll('-', '')) ?? found;
        return found.includes('-') ? masked.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3') : masked;
      }),
  };
}

const textsOf = (input: DenialInput): readonly string[] => [
  ...denialFields.map((field) => input[field] ?? ''),
  ...Object.values(input.context ?? {}),
];

/** Everything pasted, with masked account numbers. */
export function maskInput(input: DenialInput): { readonly input: DenialInput; readonly masker: Masker } {
  const masker = maskerFor(textsOf(input));
  const fields = Object.fromEntries(denialFields.map((field) => [field, masker.mask(input[field] ?? '')]));
  const context = Object.fromEntries(
    Object.entries(input.context ?? {}).map(([name, value]) => [name, masker.mask(value)]),
  );
  return { input: { ...input, ...fields, context }, masker };
}

/** A part of an account number beside a wildcard (`arn:aws:iam::1234*:role/x`): masking would change what it matches. */
export const partOfAccount = (input: DenialInput): string | undefined => {
  for (const text of textsOf(input)) {
    const [found] = /:(?:\d{1,11}[*?]+\d*|[*?]+\d{1,11})(?=[:"])/.exec(text) ?? [];
    if (found !== undefined) return found.slice(1);
  }
  return undefined;
};
