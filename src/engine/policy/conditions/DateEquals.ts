import { ordering } from './operator.ts';
import { readDate } from './readings.ts';

export const DateEquals = ordering('DateEquals', readDate, (got, wanted) => got === wanted);
