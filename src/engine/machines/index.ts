export {
  nextKeyState,
  firstKeyState,
  keyStateMachine,
  type KeyEvent,
  type KeyStateContext,
} from './keyState.ts';
export { refusalForState, cellOf, operationsWithStates, type Cell } from './operationStates.ts';
