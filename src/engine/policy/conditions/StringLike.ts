import { textTest } from '../pattern.ts';
import { comparing } from './operator.ts';

/** Case-sensitive; `*` is any run, `?` one character. */
export const StringLike = comparing('StringLike', (value, variables) =>
  textTest(value, { wildcards: true, variables }),
);
