import { ArnEquals } from './ArnEquals.ts';
import { negating } from './operator.ts';

export const ArnNotEquals = negating('ArnNotEquals', ArnEquals);
