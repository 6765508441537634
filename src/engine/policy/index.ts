export * from './types.ts';
export { decide } from './decide.ts';
export { grantOperations, isNarrowerGrant } from './grants.ts';
export { checkKeyPolicy, type KeyPolicyCheck } from './checkKeyPolicy.ts';
export { defaultKeyPolicy } from './defaultKeyPolicy.ts';
export { parsePolicy } from './parsePolicy.ts';
export { foreignKeyMessage } from './sentences.ts';
export { respacePolicy } from './respacePolicy.ts';
export type { ConditionOperator, OperatorUse } from './conditions/index.ts';
export type {
  ConditionClause,
  Element,
  PolicyDocument,
  PolicyKind,
  PrincipalEntry,
  Statement,
} from './document.ts';
