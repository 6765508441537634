import { parseTemplate, testOf } from '../pattern.ts';
import { comparing } from './operator.ts';

const fold = (codes: readonly number[]): string => String.fromCharCode(...codes).toLowerCase();

export const StringEqualsIgnoreCase = comparing('StringEqualsIgnoreCase', (value, variables) =>
  testOf(
    parseTemplate(value, { wildcards: false, variables }),
    (pattern, got) => fold(pattern) === got.toLowerCase(),
  ),
);
