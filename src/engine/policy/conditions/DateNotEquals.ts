import { negating } from './operator.ts';
import { DateEquals } from './DateEquals.ts';

export const DateNotEquals = negating('DateNotEquals', DateEquals);
