import { negating } from './operator.ts';
import { StringEqualsIgnoreCase } from './StringEqualsIgnoreCase.ts';

export const StringNotEqualsIgnoreCase = negating('StringNotEqualsIgnoreCase', StringEqualsIgnoreCase);
