import type { AccountId, Identity } from '../model/index.ts';

/** An AWS service that calls in its own name, without a principal of any account behind it (policy.md §3). */
export interface ServiceCaller {
  readonly kind: 'service';
  /** `dynamodb.amazonaws.com`, as `Principal: { "Service": … }` writes it: what matches, and what sentences name. */
  readonly arn: string;
  readonly principal: string;
  readonly account: undefined;
}

/** `s3.amazonaws.com`, also `logs.us-east-1.amazonaws.com`: what a Service principal can be. */
export const isServiceName = (text: string): boolean =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(text);

export const serviceCaller = (service: string): ServiceCaller => ({
  kind: 'service',
  arn: service,
  principal: service,
  account: undefined,
});

/** Who asks: somebody of an account, or a service. A service that asks for somebody (ViaService) is that somebody. */
export type Asker = Identity | ServiceCaller;

export interface NamedPolicy {
  readonly name: string;
  readonly document: string;
}

/** The policies of an organization that reach an account: from the root to the account, those attached at each level. */
export type PolicyLevels = readonly (readonly NamedPolicy[])[];

export interface GrantConstraints {
  readonly EncryptionContextEquals?: Readonly<Record<string, string>> | undefined;
  readonly EncryptionContextSubset?: Readonly<Record<string, string>> | undefined;
  readonly SourceArn?: string | undefined;
}

/** What a grant gives, to whomever. */
export interface GrantTerms {
  /** API names: `ReEncryptFrom`. */
  readonly Operations: readonly string[];
  readonly Constraints?: GrantConstraints | undefined;
}

export interface GrantFacts extends GrantTerms {
  readonly grantId: string;
  readonly GranteePrincipal?: string | undefined;
  readonly GranteeServicePrincipal?: string | undefined;
  readonly RetiringPrincipal?: string | undefined;
  readonly RetiringServicePrincipal?: string | undefined;
  /** The account, or the ARN of its root as listings write it. */
  readonly IssuingAccount: string;
}

/** One permission asked of one resource, with everything that any policy type may look at. */
export interface AccessRequest {
  readonly identity: Asker;
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
  readonly identityPolicies: readonly NamedPolicy[];
  /** Whether this operation takes effect across accounts at all (policy.md §5). */
  readonly worksAcrossAccounts: boolean;
  /** Condition keys as given, names in any case; absent keys are absent. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  /** In place of `context`, which is empty then: asked when a policy looks at a condition key. Most policies do not. */
  readonly gather?: (() => AccessRequest['context']) | undefined;
  /** The key was named by a ciphertext only: changes the sentence. */
  readonly namedByCiphertext?: boolean | undefined;

  /*
   * The policy types below are not in the path when they are absent. Ceilings are taken as they stand: FullAWSAccess and
   * RCPFullAWSAccess are documents like any other.
   */

  /** Those that reach the caller's account. Passed over for the management account, service-linked roles and services. */
  readonly serviceControlPolicies?: PolicyLevels | undefined;
  /** Those that reach the key's account. Passed over for AWS managed keys, service-linked roles and kms:RetireGrant. */
  readonly resourceControlPolicies?: PolicyLevels | undefined;
  /** The organization's management account, if anybody's: its policies do not reach it. */
  readonly managementAccount?: AccountId | undefined;
  /** Of the VPC endpoint that the call comes through. */
  readonly endpointPolicy?: string | undefined;
  /** Of the caller's user or role. */
  readonly permissionsBoundary?: NamedPolicy | undefined;
  /** What the session was made with, inline and managed: together one ceiling. None is no ceiling. */
  readonly sessionPolicies?: readonly NamedPolicy[] | undefined;
  readonly awsManagedKey?: boolean | undefined;
  /** Of this key, those that count for this call: visible, or presented by a token. */
  readonly grants?: readonly GrantFacts[] | undefined;
  /** Grants that are made and have not reached everywhere yet: only their token would make them count. Decides nothing. */
  readonly pendingGrants?: readonly GrantFacts[] | undefined;
  /** For grant constraints. Absent: read from the `kms:EncryptionContext:…` keys of `context`. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  /** kms:RetireGrant: the grant to be retired. Absent: any of `grants` may be. */
  readonly retires?: GrantFacts | undefined;
  /** kms:CreateGrant: what the new grant would give. A grant that lets its grantee create grants must be wider. */
  readonly creates?: GrantTerms | undefined;
  /**
   * A grant issued by another account than the caller's does not stand in for the caller's identity policies.
   * OURS: off, as field reports have it; the guide does not say (policy.md §5).
   */
  readonly foreignGrantsNeedIdentityPolicy?: boolean | undefined;
}

export {
  policyTypes,
  type Decision,
  type Match,
  type PolicyReason,
  type PolicyType,
  type StatementReason,
} from '../model/index.ts';
