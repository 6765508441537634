/** The engine: a KMS as one pure step. Everything that other rooms may use comes out by this door. */
export * from './model/index.ts';
export * from './policy/index.ts';
export * from './crypto/index.ts';
export * from './shapes/index.ts';
export { explain, handle, permissionsOf, type Explanation } from './handle.ts';
export {
  grantsOf,
  identityPolicySources,
  principalAt,
  requestOnKey,
  type PolicySource,
  type Way,
} from './access.ts';
export type { AskedPermission } from './authorize.ts';
export { kms, type Catalogue, type Service } from './service.ts';
export {
  operation,
  type InnerCall,
  type InnerCaller,
  type ConditionKeys,
  type Located,
  type Operation,
  type Permission,
  type Step,
  type Trust,
} from './operation.ts';
export { namingPolicy, principalExists, shownText, textFor } from './principals.ts';
export { awsManagedPolicies, fullAccess, managedPolicyText, organizationPolicy } from './managedPolicies.ts';
export { standingOf, type Standing } from './organizations.ts';
export { advanceOne, dueNext, type Due, type DueKind, type FellDue } from './advance.ts';
export { byDelivery, deliverySeconds, mostLinks, takes } from './audit/index.ts';
export { Overlay } from './overlay.ts';
export { keyTransitions, type KeyTransition } from './transitions.ts';
export { secretOf, serviceOwnKey } from './hsm.ts';
export { awsManagedKey } from './awsManaged.ts';
export { stateOf as keyStateOf } from './keyState.ts';
export { keySpecs, algorithmsOf, usageFault, placeFault } from './keySpecs.ts';
export { grantableOperations, grantToken } from './grants.ts';
export { backingId, backingOf, externalKeyOf, setBacking, setExternalKey } from './keyStores.ts';
export { pendingMaterial } from './materialState.ts';
export { operations } from './operations/index.ts';
export { resourceLimits } from './limits.ts';
export { quotaOf, setQuota, symmetricBucket, take } from './quota/index.ts';
export { keyStateMachine, cellOf, operationsWithStates } from './machines/index.ts';
/** The primitives of asymmetric keys, loaded when asked for. */
export { primitives as asymmetricPrimitives } from './asymmetric.ts';
export { differencesFromAws, type DifferenceFromAws } from './differences.ts';
