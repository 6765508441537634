import type { ConditionClause } from '../document.ts';
import type { JsonEdit, JsonPath } from '../edits.ts';
import { readDate, readIpRange, readNumber } from '../conditions/readings.ts';
import { conditionKeyNamed, type ActionFacts, type ConditionKeyFacts } from '../vocabulary.ts';
import { coveredActions, nearest } from './actions.ts';
import { keyNames } from './keyNames.ts';
import { about, clausePath, type Finding, type Linted, type StatementRule } from './finding.ts';

const eachClause = (
  linted: Linted,
  look: (clause: ConditionClause, facts: ConditionKeyFacts | undefined) => readonly Finding[],
): readonly Finding[] =>
  linted.statement.conditions.flatMap((clause) => look(clause, conditionKeyNamed(clause.key)));

/** The clause with another operator or key. */
function moved(linted: Linted, clause: ConditionClause, operator: string, key: string): readonly JsonEdit[] {
  const from: JsonPath = [...linted.path, ...clausePath(clause)];
  const lone = linted.statement.conditions.filter((one) => one.operator === clause.operator).length === 1;
  const values = clause.values.length === 1 ? clause.values[0] : clause.values;
  return [
    { op: 'remove', path: lone && operator !== clause.operator ? from.slice(0, -1) : from },
    { op: 'set', path: [...linted.path, 'Condition', operator, key], value: values },
  ];
}

export const unknownKeys: StatementRule = (linted) =>
  eachClause(linted, (clause, facts) => {
    // Keys of other services are no business of ours.
    if (facts || !/^(kms|aws):/i.test(clause.key)) return [];
    const [name, ...rest] = clause.key.split('/');
    const meant = nearest(name ?? '', keyNames);
    const whole = meant === undefined ? undefined : [meant, ...rest].join('/');
    return whole === undefined
      ? [about(linted, 'unknown-condition-key', 'error', clausePath(clause), { key: clause.key })]
      : [
          about(
            linted,
            'unknown-condition-key',
            'error',
            clausePath(clause),
            { key: clause.key, nearest: whole },
            moved(linted, clause, clause.operator, whole),
          ),
        ];
  });

/**
 * Can a request of the action carry the key? Global keys can come with any; the data knows none for the newest operations,
 * so nothing is said about those.
 */
const supplies = ({ keys }: ActionFacts, { key }: ConditionKeyFacts): boolean =>
  key.startsWith('aws:')
    ? !/^aws:(RequestTag|TagKeys|ResourceTag)/.test(key) || keys.includes(key)
    : keys.includes(key);

/** Does the clause hold when the key is absent? conditions.json, "absentKey". */
const holdsOnAbsence = ({ use, values }: ConditionClause): boolean => {
  if (use.operator.asksPresence) return values.some((value) => value.toLowerCase() === 'true');
  return use.ifExists || use.set === 'ForAllValues' || (use.set !== 'ForAnyValue' && use.operator.negated);
};

/** conditions.json, "wrongOp": a key that the operation never supplies is absent. */
export const neverSupplied: StatementRule = (linted) =>
  eachClause(linted, (clause, facts) => {
    if (!facts) return [];
    const covered = coveredActions(linted.statement).filter(({ keys }) => keys.length > 0);
    const without = covered.filter((action) => !supplies(action, facts));
    if (without.length === 0) return [];
    const { effect, action } = linted.statement;
    const applies = holdsOnAbsence(clause) ? 'always' : 'never';
    const at = clausePath(clause);
    if (without.length === covered.length) {
      // A statement that never applies is one thing, a Deny or Allow without its condition another; both were not meant.
      return [about(linted, 'condition-never-supplied', 'error', at, { key: clause.key, effect, applies })];
    }
    // With a wildcard nobody thought of every operation; written out, one is a mistake.
    const named = (action?.items ?? []).map((item) => item.toLowerCase());
    const written = without.filter((one) => named.includes(one.action.toLowerCase()));
    const among = written.length > 0 ? written : without;
    const names = among.map((one) => one.action);
    const severity = written.length > 0 ? 'warning' : 'note';
    return [
      about(linted, 'condition-sometimes-never-supplied', severity, at, {
        key: clause.key,
        effect,
        applies,
        actions: names,
      }),
    ];
  });

const isSingleContext = ({ key }: ConditionKeyFacts): boolean =>
  key === 'kms:EncryptionContext:<key>' || key === 'aws:RequestTag/<key>';

const withoutSet = (operator: string): string => operator.slice(operator.indexOf(':') + 1);

/** conditions.json, "setOperators" and OverlyPermissiveCondition: ForAllValues holds when the key is absent. */
export const forAllValues: StatementRule = (linted) =>
  eachClause(linted, (clause, facts) => {
    if (clause.use.set !== 'ForAllValues') return [];
    const at = clausePath(clause);
    const single = facts !== undefined && !facts.multi;
    const plain = moved(linted, clause, withoutSet(clause.operator), clause.key);
    if (facts && isSingleContext(facts)) {
      return [about(linted, 'overly-permissive-condition', 'error', at, { key: clause.key }, plain)];
    }
    if (linted.statement.effect !== 'Allow') return [];
    const guarded = linted.statement.conditions.some(
      ({ use, key, values }) =>
        use.operator.asksPresence &&
        key.toLowerCase() === clause.key.toLowerCase() &&
        values.every((value) => value.toLowerCase() === 'false'),
    );
    if (guarded) return [];
    const guard: readonly JsonEdit[] = [
      { op: 'set', path: [...linted.path, 'Condition', 'Null', clause.key], value: 'false' },
    ];
    return [
      about(linted, 'for-all-values-on-absence', 'warning', at, { key: clause.key }, single ? plain : guard),
    ];
  });

/** A key with several values needs a set operator: without one it is not what its author meant. */
export const severalValues: StatementRule = (linted) =>
  eachClause(linted, (clause, facts) => {
    if (!facts?.multi || clause.use.set !== undefined || clause.use.operator.asksPresence) return [];
    const operator = `ForAnyValue:${clause.operator}`;
    return [
      about(
        linted,
        'several-values-without-set-operator',
        'warning',
        clausePath(clause),
        { key: clause.key },
        moved(linted, clause, operator, clause.key),
      ),
    ];
  });

const family = (operator: string): string =>
  /^(String|Arn|Numeric|Date|Bool|Binary|IpAddress|NotIpAddress)/.exec(operator)?.[1] ?? '';

/** The operators that make sense of a key's type. */
const fitting: Readonly<Record<ConditionKeyFacts['type'], readonly string[]>> = {
  String: ['String', 'Arn', 'Binary'],
  Arn: ['Arn', 'String'],
  Numeric: ['Numeric'],
  Date: ['Date', 'Numeric'],
  Bool: ['Bool', 'String'],
  IpAddress: ['IpAddress', 'NotIpAddress'],
};

export const otherType: StatementRule = (linted) =>
  eachClause(linted, (clause, facts) => {
    const { operator } = clause.use;
    if (!facts || operator.asksPresence || fitting[facts.type].includes(family(operator.name))) return [];
    const names = { key: clause.key, type: facts.type, operator: operator.name };
    return [about(linted, 'operator-of-other-type', 'warning', clausePath(clause), names)];
  });

/** Texts that the operator can never read. */
const readable: Readonly<Record<string, (value: string) => boolean>> = {
  Numeric: (value) => readNumber(value) !== undefined,
  Date: (value) => readDate(value) !== undefined,
  Bool: (value) => /^(true|false)$/i.test(value),
  IpAddress: (value) => readIpRange(value) !== undefined,
  NotIpAddress: (value) => readIpRange(value) !== undefined,
};

export const impossibleValues: StatementRule = (linted) =>
  eachClause(linted, (clause, facts) => {
    const { operator } = clause.use;
    if (operator.asksPresence) return [];
    const reads = readable[family(operator.name)];
    const exact = operator.name === 'StringEquals' && facts?.values !== undefined;
    const wrong = clause.values.filter(
      (value) =>
        !value.includes('${') && ((reads && !reads(value)) || (exact && !facts?.values?.includes(value))),
    );
    if (wrong.length === 0) return [];
    const known = exact ? { possible: facts?.values ?? [] } : {};
    return [
      about(linted, 'condition-value-impossible', 'error', clausePath(clause), {
        key: clause.key,
        values: wrong,
        ...known,
      }),
    ];
  });

/** Two clauses on one key that no request can meet both. */
export const contradictions: StatementRule = (linted) => {
  const { conditions } = linted.statement;
  const exact = conditions.filter(
    ({ use }) => use.operator.name === 'StringEquals' && use.set === undefined && !use.ifExists,
  );
  return exact.flatMap((clause): readonly Finding[] => {
    const same = conditions.filter(
      (other) => other !== clause && other.key.toLowerCase() === clause.key.toLowerCase(),
    );
    const against = same.find(({ use, values }) => {
      if (use.operator.asksPresence) return values.every((value) => value.toLowerCase() === 'true');
      if (use.set !== undefined) return false;
      const plain = clause.values.every((value) => !value.includes('${'));
      if (use.operator.name === 'StringNotEquals')
        return plain && clause.values.every((one) => values.includes(one));
      return (
        use.operator.name === 'StringEquals' && plain && !clause.values.some((one) => values.includes(one))
      );
    });
    return against
      ? [
          about(linted, 'condition-contradicts', 'error', clausePath(clause), {
            key: clause.key,
            operators: [clause.operator, against.operator],
          }),
        ]
      : [];
  });
};

/** policy.md §3: without Version 2012-10-17 `${…}` is plain text. */
export const variables: StatementRule = (linted) => {
  const { document, statement, index } = linted;
  if (document.version === '2012-10-17') return [];
  const texts = [
    ...(statement.resource?.items ?? []),
    ...statement.conditions.flatMap(({ values }) => values),
  ];
  const written = texts.filter((text) => /\$\{[^{}]+\}/.test(text));
  if (written.length === 0) return [];
  return [
    {
      rule: 'variable-without-version',
      severity: 'error',
      statement: index,
      path: linted.path,
      facts: { variables: written },
      fix: [{ op: 'set', path: ['Version'], value: '2012-10-17' }],
    },
  ];
};
