import { ordering } from './operator.ts';
import { readDate } from './readings.ts';

export const DateGreaterThanEquals = ordering(
  'DateGreaterThanEquals',
  readDate,
  (got, wanted) => got >= wanted,
);
