import { ordering } from './operator.ts';
import { readNumber } from './readings.ts';

export const NumericGreaterThan = ordering('NumericGreaterThan', readNumber, (got, wanted) => got > wanted);
