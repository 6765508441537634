import { ordering } from './operator.ts';
import { readDate } from './readings.ts';

export const DateGreaterThan = ordering('DateGreaterThan', readDate, (got, wanted) => got > wanted);
