import type { PolicyDocument, Statement } from '../document.ts';
import { applyEdits, statementPath, type JsonEdit } from '../edits.ts';
import { rootArn, parseAccountId } from '../../model/index.ts';
import { covers } from './actions.ts';
import type { Finding, LintOptions } from './finding.ts';

const reachesKey = ({ resource }: Statement): boolean =>
  resource !== undefined &&
  (resource.negated ? !resource.items.includes('*') : resource.items.some((item) => item.includes('*')));

/** Somebody who can be there: not a service, a group or what was deleted. */
const namesSomebody = ({ principal }: Statement, { knownPrincipals }: LintOptions): boolean => {
  if (!principal) return false;
  if (principal.negated) return true;
  return principal.items.some(({ type, value }) => {
    if (type !== 'AWS') return false;
    if (value === '*' || /^\d{12}$/.test(value) || value.endsWith(':root')) return true;
    if (!value.startsWith('arn:') || value.includes(':group/')) return false;
    return !knownPrincipals || value.includes(':assumed-role/') || knownPrincipals.includes(value);
  });
};

/** Adds a statement to a document that may have one without a list. */
export function appendStatement(raw: unknown, statement: unknown): readonly JsonEdit[] {
  const lone = statementPath(raw, 0).length === 1;
  const there = (raw as { readonly Statement?: unknown }).Statement; // It was read as a policy before.
  return lone
    ? [{ op: 'set', path: ['Statement'], value: [there, statement] }]
    : [{ op: 'append', path: ['Statement'], value: statement }];
}

/** policy.md §3, lock-out: nobody but AWS Support could ever change this policy again. */
export function noAdministrator(
  document: PolicyDocument,
  raw: unknown,
  options: LintOptions,
): readonly Finding[] {
  if (options.kind !== 'key') return [];
  const about = (statement: Statement): boolean =>
    covers(statement, 'kms:PutKeyPolicy') && reachesKey(statement);
  const allows = document.statements.filter(
    (one) => one.effect === 'Allow' && about(one) && namesSomebody(one, options),
  );
  const unconditional = allows.filter(({ conditions }) => conditions.length === 0);
  const denied = document.statements.findIndex(
    (one) =>
      one.effect === 'Deny' &&
      one.conditions.length === 0 &&
      about(one) &&
      !one.principal?.negated &&
      one.principal?.items.some(({ value }) => value === '*'),
  );
  if (unconditional.length > 0 && denied < 0) return [];
  const account = parseAccountId(options.account ?? '');
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: account && rootArn(account) },
    Action: 'kms:*',
    Resource: '*',
  };
  const finding: Finding = {
    rule: 'no-administrator',
    severity: allows.length > 0 && denied < 0 ? 'warning' : 'error',
    statement: denied < 0 ? undefined : denied,
    path: denied < 0 ? ['Statement'] : statementPath(raw, denied),
    facts: { allows: allows.length, conditional: allows.length - unconditional.length },
  };
  if (denied >= 0 || account === undefined) return [finding];
  return [{ ...finding, fix: appendStatement(raw, statement) }];
}

export function duplicateSids(document: PolicyDocument, raw: unknown): readonly Finding[] {
  const first = new Map<string, number>();
  return document.statements.flatMap(({ sid }, index): readonly Finding[] => {
    if (sid === undefined || sid === '') return [];
    const before = first.get(sid);
    if (before === undefined) {
      first.set(sid, index);
      return [];
    }
    const path = [...statementPath(raw, index), 'Sid'];
    return [
      {
        rule: 'duplicate-sid',
        severity: 'warning',
        statement: index,
        path,
        facts: { Sid: sid, first: before },
      },
    ];
  });
}

/** What a fix would make of the text. */
export const fixed = (text: string, { fix }: Finding): string => (fix ? applyEdits(text, fix) : text);
