/*
 * What an access decision says. The words live here, because the trace carries decisions; the room that makes them is
 * policy.
 */

/** The policy types, in the order in which they are shown. All are present in every decision, most as "not in the path". */
export const policyTypes = [
  'serviceControlPolicy',
  'resourceControlPolicy',
  'endpointPolicy',
  'keyPolicy',
  'identityPolicy',
  'permissionsBoundary',
  'sessionPolicy',
  'grant',
] as const;
export type PolicyType = (typeof policyTypes)[number];

/** Did one part of a statement match, and why: both values, so that a reader can see them side by side. */
export interface Match {
  readonly part: 'Principal' | 'Action' | 'Resource' | 'Condition';
  readonly matched: boolean;
  /** As written in the policy: the item that fitted, or all of them. Empty when the statement lacks the element. */
  readonly wanted: string;
  /** As it was in the request; absent when the request has no such key. */
  readonly got: string | undefined;
  /** For a condition: operator and key, `StringEquals kms:EncryptionContext:app`. */
  readonly condition?: { readonly operator: string; readonly key: string };
  /** Written as `NotPrincipal`, `NotAction` or `NotResource`: matched when nothing of `wanted` fits. */
  readonly negated?: true;
  /**
   * For a condition whose key is in the request: each value of the request, and the policy value that it fits, if any.
   * A negated operator (`StringNotEquals`) turns the verdict round afterwards, so here "fits" stays positive.
   */
  readonly values?: readonly { readonly got: string; readonly fits: string | undefined }[];
}

export interface StatementReason {
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  /** The allow came from the account principal: it only lets IAM in. */
  readonly delegates: boolean;
  /**
   * How Principal (or NotPrincipal, then `everyone`) covers the caller, the most direct way first; absent when it does
   * not, and in identity policies. Boundaries and session policies limit an allow through the role or the account, not
   * one to the user or the session itself (policy.md §4).
   */
  readonly via?: 'self' | 'role' | 'everyone' | 'account';
  readonly matches: readonly Match[];
}

export interface PolicyReason {
  readonly type: PolicyType;
  /** As attached; for a grant its ID. */
  readonly name: string | undefined;
  /** Of service and resource control policies: how far below the organization's root. Every level must allow. */
  readonly level?: number;
  /** `delegates`: the key policy lets identity policies of the account decide. `notInPath`: has no say here. */
  readonly verdict: 'allows' | 'denies' | 'delegates' | 'silent' | 'notInPath';
  readonly statements: readonly StatementReason[];
}

export interface Decision {
  readonly allowed: boolean;
  readonly action: string;
  readonly resource: string;
  /** What decided: the type of the deny, or of the allow, or the type that ought to have allowed and did not. */
  readonly decidedBy: PolicyType;
  readonly kind: 'allow' | 'explicitDeny' | 'implicitDeny';
  readonly policies: readonly PolicyReason[];
  /** AWS's exact sentence when denied (policy.md §8), empty when allowed. */
  readonly message: string;
  /** Id of the researched fact, `policy.md §8 row 2`. */
  readonly because: string;
}
