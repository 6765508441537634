export * from './types.ts';
export { decide } from './decide.ts';
export { isNarrowerGrant } from './grants.ts';
export { PolicyInputError } from './inputError.ts';
export type { PlainGrant } from './plainGrants.ts';
export {
  compilePolicies,
  decidePlain,
  type CompiledPolicies,
  type PlainDecision,
  type PlainPolicies,
  type PlainQuestion,
  type PlainRequest,
  type PolicyInput,
} from './plain.ts';
export {
  actionNamed,
  actionsLike,
  conditionKeys,
  conditionKeyNamed,
  kmsActions,
  type ActionFacts,
  type ConditionKeyFacts,
} from './vocabulary.ts';
export { applyEdits, readDocument, type JsonEdit, type JsonPath } from './edits.ts';
export {
  applyPolicyChange,
  policyDocumentAt,
  type PolicyChange,
  type PolicyChangeKind,
  type PolicyChangeTarget,
} from './change.ts';
export { smallestChange, type Proposal, type SmallestChangeOptions } from './smallestChange.ts';
export {
  accessMatrix,
  diffMatrix,
  requestOf,
  type AccessMatrix,
  type MatrixCell,
  type MatrixChange,
  type MatrixPrincipal,
} from './matrix.ts';
export { lintPolicy } from './lint/lint.ts';
export { type Finding, type LintOptions, type LintRule, type Severity } from './lint/finding.ts';
export { checkKeyPolicy, type KeyPolicyCheck } from './checkKeyPolicy.ts';
export { defaultKeyPolicy } from './defaultKeyPolicy.ts';
export { keyPolicyDocumentBytes, parsePolicy } from './parsePolicy.ts';
export { foreignKeyMessage } from './sentences.ts';
export { isMistake, readJson } from './json.ts';
export { respacePolicy } from './respacePolicy.ts';
export { conditionOperators, type ConditionOperator, type OperatorUse } from './conditions/index.ts';
export type {
  ConditionClause,
  Element,
  PolicyDocument,
  PolicyKind,
  PrincipalEntry,
  Statement,
} from './document.ts';
