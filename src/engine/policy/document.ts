import type { OperatorUse } from './conditions/index.ts';

/**
 * Where a policy is attached: it decides which elements a statement must and must not have. Boundaries and session
 * policies are written as identity policies.
 */
export const policyKinds = ['key', 'identity', 'serviceControl', 'resourceControl', 'endpoint'] as const;
export type PolicyKind = (typeof policyKinds)[number];

/** Resource policies say to whom; the others have somebody they are attached to. */
export const hasPrincipal = (kind: PolicyKind): boolean => kind !== 'identity' && kind !== 'serviceControl';

/** `*` alone is `{ type: 'AWS', value: '*' }`. */
export interface PrincipalEntry {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';
  readonly value: string;
}

/** `Action` or `NotAction`, `Resource` or `NotResource`, `Principal` or `NotPrincipal`, as a list. */
export interface Element<T> {
  readonly negated: boolean;
  readonly items: readonly T[];
}

export interface ConditionClause {
  /** As written: `ForAnyValue:StringLike`. */
  readonly operator: string;
  readonly use: OperatorUse;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity policies. */
  readonly principal: Element<PrincipalEntry> | undefined;
  /** Absent: stored, without effect (key policies only). */
  readonly action: Element<string> | undefined;
  readonly resource: Element<string> | undefined;
  readonly conditions: readonly ConditionClause[];
}

export interface PolicyDocument {
  /** Without a Version a document is a 2008-10-17 one (policy.md §3). */
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id: string | undefined;
  readonly statements: readonly Statement[];
}
