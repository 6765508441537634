import { ordering } from './operator.ts';
import { readNumber } from './readings.ts';

export const NumericEquals = ordering('NumericEquals', readNumber, (got, wanted) => got === wanted);
