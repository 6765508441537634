export {
  nextKeyState,
  firstKeyState,
  keyStateMachine,
  type KeyEvent,
  type KeyStateContext,
} from './keyState.ts';
export { refusalForState, cellOf, operationsWithStates, type Cell } from './operationStates.ts';
export { nextConnectionState, type ConnectionState, type KeyStoreEvent } from './keyStore.ts';
