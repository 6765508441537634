import { negating } from './operator.ts';
import { StringLike } from './StringLike.ts';

export const StringNotLike = negating('StringNotLike', StringLike);
