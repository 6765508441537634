import { refuse, type Refusal } from './model/index.ts';

/** Whether the ciphertext is left out of account: a dry run that says so (policy.md §7). */
export const ignoresCiphertext = (input: {
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}): boolean => input.DryRun === true && (input.DryRunModifiers ?? []).includes('IGNORE_CIPHERTEXT');

/**
 * A ciphertext is required unless a dry run ignores it; then the key must be named (model.json crossMemberRules).
 * @param key value and lower-camel name of the member that names the key.
 */
export function ciphertextFault(
  input: {
    readonly CiphertextBlob?: unknown;
    readonly DryRun?: boolean;
    readonly DryRunModifiers?: readonly string[];
  },
  key: { readonly value: string | undefined; readonly member: string },
): Refusal | undefined {
  const missing = (member: string) =>
    refuse(
      'ValidationException',
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
      'model.json crossMemberRules Decrypt',
    );
  if (!ignoresCiphertext(input))
    return input.CiphertextBlob === undefined ? missing('ciphertextBlob') : undefined;
  return key.value === undefined ? missing(key.member) : undefined;
}
