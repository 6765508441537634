import { algorithmsOf } from './keySpecs.ts';
import { ref, refuse, type KeyRec, type KeyUsage, type Refusal } from './model/index.ts';
import type { LocatedKey, Step, Usage } from './operation.ts';

export const dayInMs = 86_400_000;

/** Whole days since the last successful cryptographic use, or since creation (conditions.json). */
export function daysWithoutUse(rec: KeyRec, { view, env }: Step): number {
  const since = view.get(ref.usage(rec.arn))?.at ?? rec.CreationDate;
  return Math.max(0, Math.floor((env.at - since) / dayInMs));
}

/** Remembers a successful cryptographic use of a key. */
export const noteUse = (rec: KeyRec, operation: string, { view, env, requestId, eventId }: Step): void =>
  view.put(ref.usage(rec.arn), { key: rec.arn, operation, at: env.at, requestId, eventId });

/** Whether a key's usage and spec go with what an operation asks of it (specs.json "usageRules"). */
export function usageOf(
  operation: string,
  wanted: KeyUsage,
  { rec }: LocatedKey,
  algorithm: string,
): Usage | Refusal {
  if (rec.KeyUsage !== wanted) {
    return refuse(
      'InvalidKeyUsageException',
      `${rec.arn} key usage is ${rec.KeyUsage} which is not valid for ${operation}.`,
      'FACTS.md usage',
    );
  }
  return algorithmsOf(rec).includes(algorithm)
    ? { keyUsage: rec.KeyUsage, algorithm }
    : refuse(
        'InvalidKeyUsageException',
        `Algorithm ${algorithm} is incompatible with key spec ${rec.KeySpec}.`,
        'FACTS.md algorithm',
      );
}

/** For Encrypt, Decrypt and ReEncrypt: the algorithm is SYMMETRIC_DEFAULT unless it is named. */
export const encryptionUsage = (
  operation: string,
  key: LocatedKey,
  algorithm = 'SYMMETRIC_DEFAULT',
): Usage | Refusal => usageOf(operation, 'ENCRYPT_DECRYPT', key, algorithm);

/** For operations that only a symmetric encryption key can do. */
export function symmetricUsage(operation: string, key: LocatedKey): Usage | Refusal {
  const usage = usageOf(operation, 'ENCRYPT_DECRYPT', key, algorithmsOf(key.rec)[0] ?? '');
  if ('refused' in usage || key.rec.KeySpec === 'SYMMETRIC_DEFAULT') return usage;
  // OURS: the text for an RSA key is in no recording.
  return refuse('InvalidKeyUsageException', '', 'FACTS.md usage');
}
