import type { PolicyType } from '../../engine/index.ts';

/** Where something is wrong in a pasted text: which field, and line and column from 1. */
export interface PasteFault {
  readonly field: DenialField;
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

/** The texts that a person pastes. Only `denial` is needed. */
export const denialFields = [
  'denial',
  'keyPolicy',
  'identityPolicies',
  'serviceControlPolicies',
  'resourceControlPolicies',
  'permissionsBoundary',
  'sessionPolicies',
  'endpointPolicy',
  'grants',
  'trustPolicy',
  'keyArn',
  'principal',
] as const;
export type DenialField = (typeof denialFields)[number];

export type PolicyField = Exclude<DenialField, 'denial' | 'keyArn' | 'principal'>;

export interface DenialInput extends Partial<Record<DenialField, string>> {
  /** Condition keys that the person knows, or wants to try: name → value, several values by comma. */
  readonly context?: Readonly<Record<string, string>> | undefined;
  /** FullAWSAccess stands at every level, as AWS puts it there; `false`: the pasted SCPs are all there is. */
  readonly fullAccess?: boolean | undefined;
}

/** The policies that a sentence can name. */
export type NamedReason = Exclude<PolicyType, 'grant'> | 'trustPolicy';

/** What AWS's sentence says about why. */
export type SaidReason =
  | {
      readonly kind: 'explicitDeny' | 'implicitDeny';
      readonly policy: NamedReason;
      /** Newer sentences name the policy. */
      readonly policyArn: string | undefined;
    }
  /** The key is another account's, or not there: AWS tells nobody which. */
  | { readonly kind: 'hidden' }
  /** Older sentences end before the reason. */
  | { readonly kind: 'unsaid' };

/** What a denial tells, from its sentence and, when there is one, its CloudTrail event. */
export interface DenialFacts {
  readonly source: 'message' | 'event';
  /** ARN of the caller: a session's for roles. Undefined: the text does not say (the sentence of before 2023). */
  readonly principal: string | undefined;
  /** ARN of the session's role, when an event tells it (a session's ARN leaves a role's path out). */
  readonly roleArn: string | undefined;
  readonly action: string | undefined;
  /** ARN of the key or role, when it is told. */
  readonly resource: string | undefined;
  /** The key was named by a ciphertext only. */
  readonly byCiphertext: boolean;
  readonly said: SaidReason;
  readonly message: string;
  readonly region: string | undefined;
  readonly operation: string | undefined;
  readonly requestId: string | undefined;
  /** Condition keys that the event tells. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly encryptionContext: Readonly<Record<string, string>> | undefined;
}

/** Something that the page cannot know, and that may decide. */
export type Unknown =
  | {
      readonly what: 'conditionKey';
      readonly key: string;
      readonly where: string;
      readonly policy: PolicyType;
    }
  /** A policy type that was not pasted; `named`: AWS's sentence says that it decided. */
  | {
      readonly what: 'notPasted';
      readonly field: PolicyField;
      readonly named: boolean;
    }
  /** Something was put in the place of what was not pasted. */
  | { readonly what: 'assumed'; readonly field: 'keyPolicy' | 'keyArn' | 'fullAccess' | 'identityPolicies' };

/**
 * `reproduced`: denied here, for the reason that AWS's sentence gives. `reproducedUnsaid`: denied here, and the sentence
 * gives no reason. `otherReason`: denied here, by something else. `allowed`: allowed here. `cannot`: what the sentence
 * names was not pasted.
 */
export type Verdict = 'reproduced' | 'reproducedUnsaid' | 'otherReason' | 'allowed' | 'cannot';
