import { conditionKeys } from '../vocabulary.ts';

/** Names to take a misspelt condition key for; those with an open end by what stands before it. */
export const keyNames: readonly string[] = conditionKeys
  .map(({ key }) => key.replace(/[:/]<key>$/, ''))
  .filter((key) => !key.startsWith('kms:RecipientAttestation'));
