import { ref, refuse, type KeyRec, type Refusal } from './model/index.ts';
import type { LocatedKey, Step, Usage } from './operation.ts';

export const dayInMs = 86_400_000;

/** Whole days since the last successful cryptographic use, or since creation (conditions.json). */
export function daysWithoutUse(rec: KeyRec, { view, env }: Step): number {
  const since = view.get(ref.usage(rec.arn))?.at ?? rec.CreationDate;
  return Math.max(0, Math.floor((env.at - since) / dayInMs));
}

/** Remembers a successful cryptographic use of a key. */
export const noteUse = (rec: KeyRec, operation: string, { view, env }: Step): void =>
  view.put(ref.usage(rec.arn), { key: rec.arn, operation, at: env.at });

/** Whether a key's usage and spec go with what an encrypting operation asks of it (specs.json "usageRules"). */
export function encryptionUsage(operation: string, { rec }: LocatedKey, algorithm = 'SYMMETRIC_DEFAULT'): Usage | Refusal {
  if (rec.KeyUsage !== 'ENCRYPT_DECRYPT') {
    return refuse(
      'InvalidKeyUsageException',
      `${rec.arn} key usage is ${rec.KeyUsage} which is not valid for ${operation}.`,
      'FACTS.md usage',
    );
  }
  return algorithm === 'SYMMETRIC_DEFAULT'
    ? { keyUsage: rec.KeyUsage, algorithm }
    : refuse(
        'InvalidKeyUsageException',
        `Algorithm ${algorithm} is incompatible with key spec ${rec.KeySpec}.`,
        'FACTS.md algorithm',
      );
}
