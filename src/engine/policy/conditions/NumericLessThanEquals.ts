import { ordering } from './operator.ts';
import { readNumber } from './readings.ts';

export const NumericLessThanEquals = ordering(
  'NumericLessThanEquals',
  readNumber,
  (got, wanted) => got <= wanted,
);
