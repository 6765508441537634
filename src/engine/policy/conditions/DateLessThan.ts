import { ordering } from './operator.ts';
import { readDate } from './readings.ts';

export const DateLessThan = ordering('DateLessThan', readDate, (got, wanted) => got < wanted);
