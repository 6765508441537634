import { parseArn } from '../../model/index.ts';
import { accountOfPrincipal } from '../principals.ts';
import type { PrincipalEntry } from '../document.ts';
import type { JsonEdit } from '../edits.ts';
import { coversEverything, coveredActions } from './actions.ts';
import { about, elementName, type Finding, type Linted, type StatementRule } from './finding.ts';

/** Condition keys that say who asks: with one of them a wildcard principal is not everybody. policy.md §3. */
const callerKeys = new Set([
  'kms:calleraccount',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:userid',
  'aws:username',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourcevpc',
  'aws:sourcevpce',
]);
const isCallerKey = (key: string): boolean =>
  callerKeys.has(key.toLowerCase()) || key.toLowerCase().startsWith('aws:principaltag/');

const entries = ({ statement }: Linted): readonly PrincipalEntry[] => statement.principal?.items ?? [];

/** Where an entry stands: `"*"` alone has no place of its own. */
const entryPath = ({ statement }: Linted, { type }: PrincipalEntry): readonly string[] => {
  const name = elementName('Principal', statement.principal?.negated ?? false);
  return type === 'AWS' ? [name] : [name, type];
};

const guardsCaller = ({ statement }: Linted): boolean =>
  statement.conditions.some(
    ({ key, use }) =>
      isCallerKey(key) &&
      !use.ifExists &&
      use.set !== 'ForAllValues' &&
      !use.operator.negated &&
      !use.operator.asksPresence,
  );

const addCondition = (
  { path }: Linted,
  operator: string,
  key: string,
  value: unknown,
): readonly JsonEdit[] => [{ op: 'set', path: [...path, 'Condition', operator, key], value }];

export const wildcardPrincipal: StatementRule = (linted) => {
  const { statement, options } = linted;
  if (statement.effect !== 'Allow' || options.kind !== 'key' || statement.principal?.negated) return [];
  if (!entries(linted).some(({ value }) => value === '*') || guardsCaller(linted)) return [];
  const { account } = options;
  const fix =
    account === undefined ? undefined : addCondition(linted, 'StringEquals', 'kms:CallerAccount', account);
  const severity = statement.conditions.length === 0 ? 'error' : 'warning';
  return [
    about(
      linted,
      'wildcard-principal',
      severity,
      ['Principal'],
      { conditions: statement.conditions.length },
      fix,
    ),
  ];
};

/** policy.md §3: use aws:SourceArn or aws:SourceAccount with services, else anybody's use of the service gets in. */
export const unguardedService: StatementRule = (linted) => {
  const { statement, options } = linted;
  if (statement.effect !== 'Allow' || statement.principal?.negated || guardsCaller(linted)) return [];
  const { account } = options;
  return entries(linted)
    .filter(({ type }) => type === 'Service')
    .map((entry) =>
      about(
        linted,
        'unguarded-service-principal',
        'warning',
        entryPath(linted, entry),
        { service: entry.value },
        account === undefined
          ? undefined
          : addCondition(linted, 'StringEquals', 'aws:SourceAccount', account),
      ),
    );
};

/** IAM's guide: use Principal "*" with ArnNotEquals on aws:PrincipalArn in its place. */
export const notPrincipal: StatementRule = (linted) => {
  const { statement, path } = linted;
  if (!statement.principal?.negated) return [];
  const spared = entries(linted).map(({ value }) => value);
  const named = spared.every((value) => parseArn(value) && accountOfPrincipal(value) === undefined);
  const fix: readonly JsonEdit[] | undefined =
    statement.effect === 'Deny' && named
      ? [
          { op: 'remove', path: [...path, 'NotPrincipal'] },
          { op: 'set', path: [...path, 'Principal'], value: '*' },
          { op: 'set', path: [...path, 'Condition', 'ArnNotEquals', 'aws:PrincipalArn'], value: spared },
        ]
      : undefined;
  // The guide: not supported with Allow, nor in resource control policies.
  const unsupported = statement.effect === 'Allow' || linted.options.kind === 'resourceControl';
  const severity = unsupported ? 'error' : 'warning';
  return [
    about(linted, 'not-principal', severity, ['NotPrincipal'], { effect: statement.effect, spared }, fix),
  ];
};

/** policy.md §3: groups and wildcards inside an ARN are invalid; what was deleted is an id that matches nobody. */
export const unnameable: StatementRule = (linted) => {
  const { knownPrincipals } = linted.options;
  const known = knownPrincipals && new Set(knownPrincipals);
  return entries(linted).flatMap((entry): readonly Finding[] => {
    const { type, value } = entry;
    if (type !== 'AWS' || value === '*' || accountOfPrincipal(value) !== undefined) return [];
    const at = entryPath(linted, entry);
    const arn = parseArn(value);
    if (/^(AIDA|AROA|AGPA|ANPA)[A-Z0-9]+$/.test(value))
      return [about(linted, 'deleted-principal', 'warning', at, { principal: value })];
    if (arn?.resource.startsWith('group/'))
      return [about(linted, 'group-principal', 'error', at, { principal: value })];
    if (/[*?]/.test(value))
      return [about(linted, 'wildcard-in-principal', 'error', at, { principal: value })];
    const [form, role] = arn?.resource.split('/') ?? [];
    const behind =
      form === 'assumed-role' ? `arn:${arn?.partition}:iam::${arn?.account}:role/${role}` : value;
    if (form === 'federated-user' || !known || known.has(behind)) return [];
    return [about(linted, 'unknown-principal', 'error', at, { principal: value })];
  });
};

/** What key users need (policy.md §3, the console's default for symmetric keys). */
const useActions = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncrypt*',
  'kms:GenerateDataKey*',
  'kms:DescribeKey',
];

export const everythingToUsers: StatementRule = (linted) => {
  const { statement, options, path } = linted;
  if (statement.effect !== 'Allow' || options.kind !== 'key' || !coversEverything(statement)) return [];
  const users = entries(linted)
    .filter(({ type, value }) => type === 'AWS' && value !== '*' && accountOfPrincipal(value) === undefined)
    .map(({ value }) => value);
  if (users.length === 0 || statement.principal?.negated) return [];
  const { negated = false } = statement.action ?? {};
  const fix: readonly JsonEdit[] = [
    ...(negated ? [{ op: 'remove', path: [...path, 'NotAction'] } as const] : []),
    { op: 'set', path: [...path, 'Action'], value: useActions },
  ];
  const facts = { principals: users, actions: coveredActions(statement).length };
  return [about(linted, 'everything-to-users', 'warning', [elementName('Action', negated)], facts, fix)];
};

/** policy.md §5: to another account, other actions than its list have no effect. */
export const acrossAccounts: StatementRule = (linted) => {
  const { statement, options } = linted;
  if (statement.effect !== 'Allow' || options.kind !== 'key' || options.account === undefined) return [];
  const foreign = entries(linted)
    .map(({ type, value }) =>
      type === 'AWS' ? (accountOfPrincipal(value) ?? parseArn(value)?.account) : undefined,
    )
    .filter((account) => account !== undefined && account !== '' && account !== options.account);
  if (foreign.length === 0 || foreign.length < entries(linted).length || statement.principal?.negated)
    return [];
  const without = coveredActions(statement).filter(({ crossAccount }) => !crossAccount);
  if (without.length === 0) return [];
  const all = without.length === coveredActions(statement).length;
  const facts = {
    actions: without.map(({ action }) => action),
    accounts: foreign.filter((one) => one !== undefined),
  };
  const at = elementName('Action', statement.action?.negated ?? false);
  return [about(linted, 'no-effect-across-accounts', all ? 'error' : 'note', [at], facts)];
};
