import type { AccountId, Identity } from '../model/index.ts';

/** One permission asked of one resource, with everything that any policy type may look at. */
export interface AccessRequest {
  readonly identity: Identity;
  /** `kms:Encrypt`. */
  readonly action: string;
  /** A key ARN, an alias ARN, or `*` for operations on the account. */
  readonly resource: string;
  /** Account that owns the resource; the caller's own for `*`. */
  readonly resourceAccount: AccountId;
  /** `key`: the key policy decides, alone or by delegation. `account`: identity policies alone (ListKeys, aliases). */
  readonly judgedOn: 'key' | 'account';
  /**
   * Text of the key policy when judged on a key. Absent when judged on the account, and when the key that an ARN of
   * another account or a ciphertext names is not there: AWS tells nobody the difference (policy.md §8 rows 5 and 8).
   */
  readonly keyPolicy?: string | undefined;
  /** Of the caller's user or role; empty for root. */
  readonly identityPolicies: readonly { readonly name: string; readonly document: string }[];
  /** Whether this operation takes effect across accounts at all (policy.md §5). */
  readonly worksAcrossAccounts: boolean;
  /** Condition keys as given, names in any case; absent keys are absent. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  /** The key was named by a ciphertext only: changes the sentence. */
  readonly namedByCiphertext?: boolean | undefined;
}

export {
  policyTypes,
  type Decision,
  type Match,
  type PolicyReason,
  type PolicyType,
  type StatementReason,
} from '../model/index.ts';
