export {
  nextKeyState,
  firstKeyState,
  keyStateMachine,
  type KeyEvent,
  type KeyStateContext,
} from './keyState.ts';
export { refusalForState, cellOf, operationsWithStates, type Cell } from './operationStates.ts';
export { nextConnectionState, type ConnectionState, type KeyStoreEvent } from './keyStore.ts';
export {
  nextMaterialState,
  type ImportType,
  type MaterialContext,
  type MaterialEvent,
  type MaterialState,
} from './material.ts';
export { materialRefusal } from './materialStates.ts';
export { nextMultiRegionRole, type MultiRegionEvent, type MultiRegionRole } from './multiRegion.ts';
export { roleCell } from './multiRegionRoles.ts';
