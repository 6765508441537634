import { ArnLike } from './ArnLike.ts';
import { negating } from './operator.ts';

export const ArnNotLike = negating('ArnNotLike', ArnLike);
