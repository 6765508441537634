import { ordering } from './operator.ts';
import { readNumber } from './readings.ts';

export const NumericGreaterThanEquals = ordering(
  'NumericGreaterThanEquals',
  readNumber,
  (got, wanted) => got >= wanted,
);
