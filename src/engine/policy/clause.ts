import type { Look } from './context.ts';
import type { ConditionClause } from './document.ts';
import type { TextTest } from './pattern.ts';
import type { Match } from './types.ts';

/** One operator with one key, ready to be asked. */
export interface PreparedClause {
  readonly clause: ConditionClause;
  readonly key: string;
  readonly tests: readonly TextTest[];
  readonly wanted: string;
  readonly condition: NonNullable<Match['condition']>;
}

export const prepareClause = (clause: ConditionClause, variables: boolean): PreparedClause => ({
  clause,
  key: clause.key.toLowerCase(),
  tests: clause.values.map((value) => clause.use.operator.prepare(value, variables)),
  wanted: clause.values.join(', '),
  condition: { operator: clause.operator, key: clause.key },
});

/** The first policy value that `got` fits. */
function fitOf({ tests, clause }: PreparedClause, got: string, look: Look): string | undefined {
  for (let i = 0; i < tests.length; i++) if (tests[i]?.(got, look)) return clause.values[i];
  return undefined;
}

/** conditions.json, "absentKey". */
function whenAbsent({ use }: ConditionClause): boolean {
  if (use.ifExists || use.set === 'ForAllValues') return true;
  if (use.set === 'ForAnyValue') return false;
  return use.operator.negated;
}

/** conditions.json, "setOperators" and "logic": values of one key OR, for negated operators NOR. */
function whenPresent({ use }: ConditionClause, values: NonNullable<Match['values']>): boolean {
  const holds = (value: { readonly fits: string | undefined }): boolean =>
    (value.fits !== undefined) !== use.operator.negated;
  if (use.set === 'ForAllValues') return values.every(holds);
  if (use.set === 'ForAnyValue') return values.some(holds);
  const [only, second] = values;
  // OURS: several values without a set operator never fit, because IAM says nothing but "use a set operator".
  return only !== undefined && second === undefined ? holds(only) : use.operator.negated;
}

export function judgeClause(prepared: PreparedClause, look: Look): Match {
  const { clause, wanted, condition } = prepared;
  const found = look.values(prepared.key);
  if (clause.use.operator.asksPresence) {
    const matched = fitOf(prepared, String(found === undefined), look) !== undefined;
    return { part: 'Condition', matched, wanted, got: found?.join(', '), condition };
  }
  if (!found) return { part: 'Condition', matched: whenAbsent(clause), wanted, got: undefined, condition };
  const [only] = found;
  const single = found.length === 1 && only !== undefined;
  const values = single
    ? [{ got: only, fits: fitOf(prepared, only, look) }]
    : found.map((got) => ({ got, fits: fitOf(prepared, got, look) }));
  const got = single ? only : found.join(', ');
  return { part: 'Condition', matched: whenPresent(clause, values), wanted, got, condition, values };
}
