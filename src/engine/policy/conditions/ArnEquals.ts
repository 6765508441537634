import { ArnLike } from './ArnLike.ts';
import { comparing } from './operator.ts';

/** Behaves as ArnLike, wildcards included (conditions.json, "Arn"). */
export const ArnEquals = comparing('ArnEquals', ArnLike.prepare);
