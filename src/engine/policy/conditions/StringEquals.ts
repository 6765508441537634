import { textTest } from '../pattern.ts';
import { comparing } from './operator.ts';

/** Exact, case-sensitive. `*` and `?` are plain characters here. */
export const StringEquals = comparing('StringEquals', (value, variables) =>
  textTest(value, { wildcards: false, variables }),
);
