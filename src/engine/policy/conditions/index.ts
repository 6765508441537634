import { ArnEquals } from './ArnEquals.ts';
import { ArnLike } from './ArnLike.ts';
import { ArnNotEquals } from './ArnNotEquals.ts';
import { ArnNotLike } from './ArnNotLike.ts';
import { BinaryEquals } from './BinaryEquals.ts';
import { Bool } from './Bool.ts';
import { DateEquals } from './DateEquals.ts';
import { DateGreaterThan } from './DateGreaterThan.ts';
import { DateGreaterThanEquals } from './DateGreaterThanEquals.ts';
import { DateLessThan } from './DateLessThan.ts';
import { DateLessThanEquals } from './DateLessThanEquals.ts';
import { DateNotEquals } from './DateNotEquals.ts';
import { IpAddress } from './IpAddress.ts';
import { NotIpAddress } from './NotIpAddress.ts';
import { Null } from './Null.ts';
import { NumericEquals } from './NumericEquals.ts';
import { NumericGreaterThan } from './NumericGreaterThan.ts';
import { NumericGreaterThanEquals } from './NumericGreaterThanEquals.ts';
import { NumericLessThan } from './NumericLessThan.ts';
import { NumericLessThanEquals } from './NumericLessThanEquals.ts';
import { NumericNotEquals } from './NumericNotEquals.ts';
import { StringEquals } from './StringEquals.ts';
import { StringEqualsIgnoreCase } from './StringEqualsIgnoreCase.ts';
import { StringLike } from './StringLike.ts';
import { StringNotEquals } from './StringNotEquals.ts';
import { StringNotEqualsIgnoreCase } from './StringNotEqualsIgnoreCase.ts';
import { StringNotLike } from './StringNotLike.ts';
import type { ConditionOperator } from './operator.ts';

export type { ConditionOperator } from './operator.ts';

/** Every operator there is. A name that is not here makes a policy malformed. */
export const conditionOperators: readonly ConditionOperator[] = [
  ArnEquals,
  ArnLike,
  ArnNotEquals,
  ArnNotLike,
  BinaryEquals,
  Bool,
  DateEquals,
  DateGreaterThan,
  DateGreaterThanEquals,
  DateLessThan,
  DateLessThanEquals,
  DateNotEquals,
  IpAddress,
  NotIpAddress,
  Null,
  NumericEquals,
  NumericGreaterThan,
  NumericGreaterThanEquals,
  NumericLessThan,
  NumericLessThanEquals,
  NumericNotEquals,
  StringEquals,
  StringEqualsIgnoreCase,
  StringLike,
  StringNotEquals,
  StringNotEqualsIgnoreCase,
  StringNotLike,
];

const byName = new Map(conditionOperators.map((operator) => [operator.name, operator]));

/** An operator as it stands in a policy, taken apart: `ForAllValues:StringLikeIfExists`. */
export interface OperatorUse {
  readonly operator: ConditionOperator;
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
}

export function parseOperator(text: string): OperatorUse | undefined {
  const [, set, name, suffix] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? [];
  const operator = byName.get(name ?? '');
  if (!operator) return undefined;
  if (operator.asksPresence && (set !== undefined || suffix !== undefined)) return undefined;
  return {
    operator,
    set: set === 'ForAllValues' || set === 'ForAnyValue' ? set : undefined,
    ifExists: suffix !== undefined,
  };
}
