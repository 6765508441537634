import { isRefusal, type Refusal } from '../model/index.ts';
import { judgeClause, prepareClause, type PreparedClause } from './clause.ts';
import { Context } from './context.ts';
import {
  policyKinds,
  type Element,
  type PolicyDocument,
  type PolicyKind,
  type Statement,
} from './document.ts';
import { parsePolicy } from './parsePolicy.ts';
import { textTest, type TextTest } from './pattern.ts';
import { principalTest, type PrincipalTest, type Via } from './principals.ts';
import { remembering } from './remembering.ts';
import { resourceTextTest } from './resourcePattern.ts';
import type { Asker, Match, StatementReason } from './types.ts';

/** What a statement is asked. */
export interface Asked {
  readonly identity: Asker;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** The caller's user or role has a permissions boundary. */
  readonly bounded: boolean;
}

export interface CompiledPolicy {
  readonly statements: readonly ((asked: Asked) => StatementReason)[];
  /** No statement looks at the context: what it says hangs on caller, action and resource alone. */
  readonly steady: boolean;
}

/** For tests that ask the request nothing. */
const empty = new Context({ context: {} });

type Part = 'Principal' | 'Action' | 'Resource';

const matchOf = (
  part: Part,
  negated: boolean,
  found: string | undefined,
  all: string,
  got: string,
): Match => {
  const matched = (found !== undefined) !== negated;
  const wanted = found ?? all;
  return negated ? { part, matched, wanted, got, negated } : { part, matched, wanted, got };
};

/** A statement without the element is stored and has no effect (policy.md §3). */
const lacking =
  (part: Part) =>
  (got: string): Match => ({ part, matched: false, wanted: '', got });

function listTest(
  part: Part,
  element: Element<string> | undefined,
  test: (item: string) => TextTest,
): (got: string, context: Context) => Match {
  if (!element) return lacking(part);
  const tests = element.items.map((item) => ({ item, test: test(item) }));
  const all = element.items.join(', ');
  return (got, context) => {
    const found = tests.find((one) => one.test(got, context));
    return matchOf(part, element.negated, found?.item, all, got);
  };
}

/** Action names are case-insensitive, wildcards included. */
function actionTest(element: Statement['action']): (action: string) => Match {
  const test = listTest('Action', element, (item) => {
    const lower = textTest(item.toLowerCase(), { wildcards: true, variables: false });
    return (got, look) => lower(got.toLowerCase(), look);
  });
  return remembering((action) => test(action, empty));
}

const hasVariables = (element: Statement['resource']): boolean =>
  element?.items.some((item) => item.includes('${')) ?? false;

/**
 * `*` in a key policy is this key. OURS: other texts are compared with the key's ARN as in any resource policy, so an
 * alias ARN, or another key's, never matches.
 */
function resourceTest(element: Statement['resource'], variables: boolean): (asked: Asked) => Match {
  const test = listTest('Resource', element, (item) => resourceTextTest(item, variables));
  if (variables && hasVariables(element)) {
    return (asked) => test(asked.resource, asked.context);
  }
  const remembered = remembering((resource) => test(resource, empty));
  return (asked) => remembered(asked.resource);
}

interface PrincipalAnswer {
  readonly match: Match;
  readonly via: Via | undefined;
}

function principalPart(
  element: NonNullable<Statement['principal']>,
  effect: Statement['effect'],
): (asked: Asked) => PrincipalAnswer {
  const test: PrincipalTest = principalTest(element);
  const all = element.items.map(({ value }) => value).join(', ');
  let last: Pick<Asked, 'identity' | 'bounded'> | undefined;
  let answer: PrincipalAnswer | undefined;
  return ({ identity, bounded }) => {
    if (
      answer &&
      last?.identity.arn === identity.arn &&
      last.identity.principal === identity.principal &&
      last.bounded === bounded
    )
      return answer;
    // IAM User Guide, access_policies_boundaries: NotPrincipal with Deny always denies whoever has a boundary.
    const spares = !(element.negated && effect === 'Deny' && bounded);
    const found = spares ? test(identity) : undefined;
    const match = matchOf('Principal', element.negated, found?.wanted, all, found?.got ?? identity.arn);
    // NotPrincipal reaches everyone who is not listed.
    const via = element.negated ? 'everyone' : found?.via;
    answer = { match, via: match.matched ? via : undefined };
    last = { identity, bounded };
    return answer;
  };
}

function compileStatement(
  statement: Statement,
  index: number,
  { variables, delegation }: { readonly variables: boolean; readonly delegation: boolean },
): (asked: Asked) => StatementReason {
  const { sid, effect } = statement;
  const principal = statement.principal && principalPart(statement.principal, effect);
  const action = actionTest(statement.action);
  const resource = resourceTest(statement.resource, variables);
  const clauses: readonly PreparedClause[] = statement.conditions.map((clause) =>
    prepareClause(clause, variables),
  );
  return (asked) => {
    const who = principal?.(asked);
    const matches: Match[] = who
      ? [who.match, action(asked.action), resource(asked)]
      : [action(asked.action), resource(asked)];
    for (const clause of clauses) matches.push(judgeClause(clause, asked.context));
    const applies = matches.every((match) => match.matched);
    const delegates =
      delegation && applies && effect === 'Allow' && who?.via === 'account' && asked.identity.kind !== 'root';
    // Spelled out twice, because spreading objects is what a decision would spend most of its time on.
    const via = who?.via;
    return via === undefined
      ? { index, sid, effect, applies, delegates, matches }
      : { index, sid, effect, applies, delegates, matches, via };
  };
}

function compileDocument(document: PolicyDocument, kind: PolicyKind): CompiledPolicy {
  const options = {
    variables: document.version === '2012-10-17',
    // Only a key policy leaves its account to IAM: elsewhere an account principal is everybody in it.
    delegation: kind === 'key',
  };
  const { statements } = document;
  return {
    statements: statements.map((statement, index) => compileStatement(statement, index, options)),
    steady: statements.every(
      ({ conditions, resource }) => conditions.length === 0 && !(options.variables && hasVariables(resource)),
    ),
  };
}

/** Two generations of texts: what is asked stays, what is not is dropped, and a hit costs one look-up. */
function policyCache(kind: PolicyKind, size: number): (text: string) => CompiledPolicy | Refusal {
  let young = new Map<string, CompiledPolicy>();
  let old = new Map<string, CompiledPolicy>();
  return (text) => {
    const hit = young.get(text);
    if (hit) return hit;
    let policy = old.get(text);
    if (!policy) {
      const document = parsePolicy(text, kind);
      if (isRefusal(document)) return document;
      policy = compileDocument(document, kind);
    }
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(text, policy);
    return policy;
  };
}

const byKind = <T>(make: (kind: PolicyKind) => T): Readonly<Record<PolicyKind, T>> =>
  Object.fromEntries(policyKinds.map((kind) => [kind, make(kind)])) as Record<PolicyKind, T>; // `fromEntries` forgets the keys.

/** A text that nobody has read yet. */
export const compileText = byKind((kind) => policyCache(kind, 500));

/** A text that was read before it was stored: a bad one here is a mistake of ours. */
export const compiled = byKind((kind) => (text: string): CompiledPolicy => {
  const policy = compileText[kind](text);
  if (isRefusal(policy)) throw new Error(`"decide" expected a stored ${kind} policy, got: ${policy.message}`);
  return policy;
});
