import { opensToAll } from './match.ts';

/*
 * AWS Config's managed rules about keys: readers of the world.
 */

/** A key as the rules look at it. */
export interface WatchedKey {
  readonly arn: string;
  readonly spec: string;
  readonly manager: 'CUSTOMER' | 'AWS';
  readonly origin: string;
  readonly state: string;
  readonly rotation: boolean;
  /** Its key policy, JSON. */
  readonly policy?: string | undefined;
}

/** Names as AWS has them; they kept the word CMK (myths.md 69). */
export const configRules = [
  'cmk-backing-key-rotation-enabled',
  'kms-cmk-not-scheduled-for-deletion',
  // AWS Config Developer Guide, "List of AWS Config Managed Rules".
  'kms-key-policy-no-public-access',
] as const;
export type ConfigRule = (typeof configRules)[number];

export interface Evaluation {
  readonly rule: ConfigRule;
  readonly key: string;
  readonly compliance: 'COMPLIANT' | 'NON_COMPLIANT';
}

export function evaluate(keys: readonly WatchedKey[]): readonly Evaluation[] {
  return keys
    .filter(({ manager }) => manager === 'CUSTOMER')
    .flatMap((key) => {
      const pending = key.state === 'PendingDeletion' || key.state === 'PendingReplicaDeletion';
      const answer = (rule: ConfigRule, good: boolean): Evaluation => ({
        rule,
        key: key.arn,
        compliance: good ? 'COMPLIANT' : 'NON_COMPLIANT',
      });
      const answers = [answer('kms-cmk-not-scheduled-for-deletion', !pending)];
      if (key.policy !== undefined)
        answers.push(answer('kms-key-policy-no-public-access', !opensToAll(key.policy)));
      // Only these can rotate by themselves: the rule does not speak of others.
      if (key.spec === 'SYMMETRIC_DEFAULT' && key.origin === 'AWS_KMS')
        answers.push(answer('cmk-backing-key-rotation-enabled', key.rotation));
      return answers;
    });
}
