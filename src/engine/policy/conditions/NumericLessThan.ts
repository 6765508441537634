import { ordering } from './operator.ts';
import { readNumber } from './readings.ts';

export const NumericLessThan = ordering('NumericLessThan', readNumber, (got, wanted) => got < wanted);
