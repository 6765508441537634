/** Questions about access that need every policy of a world. Loaded when the first is asked. */
export { smallestChangeOf } from './change.ts';
export { accessMatrixOf, policyDifferenceOf } from './matrix.ts';
export { simulationOf } from './simulate.ts';
