import { negating } from './operator.ts';
import { NumericEquals } from './NumericEquals.ts';

export const NumericNotEquals = negating('NumericNotEquals', NumericEquals);
