import { negating } from './operator.ts';
import { StringEquals } from './StringEquals.ts';

export const StringNotEquals = negating('StringNotEquals', StringEquals);
