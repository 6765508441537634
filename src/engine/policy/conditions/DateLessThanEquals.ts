import { ordering } from './operator.ts';
import { readDate } from './readings.ts';

export const DateLessThanEquals = ordering('DateLessThanEquals', readDate, (got, wanted) => got <= wanted);
