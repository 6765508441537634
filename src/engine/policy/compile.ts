import { isRefusal, type Identity } from '../model/index.ts';
import { judgeClause, prepareClause, type PreparedClause } from './clause.ts';
import { Context } from './context.ts';
import type { Element, PolicyDocument, PolicyKind, Statement } from './document.ts';
import { parsePolicy } from './parsePolicy.ts';
import { textTest, type TextTest } from './pattern.ts';
import { principalTest, type PrincipalTest, type Via } from './principals.ts';
import type { Match, StatementReason } from './types.ts';

/** What a statement is asked. */
export interface Asked {
  readonly identity: Identity;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
}

export interface CompiledPolicy {
  readonly statements: readonly ((asked: Asked) => StatementReason)[];
}

/** Keeps the answers to the few different texts (actions, keys) that one statement is asked about. */
function remembering<T>(answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const fresh = answer(text);
    if (known.size >= 128) known.clear();
    known.set(text, fresh);
    return fresh;
  };
}

/** For tests that ask the request nothing. */
const empty = new Context({});

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

/**
 * `*` in a key policy is this key. OURS: other texts are compared with the key's ARN as in any resource policy, so an
 * alias ARN, or another key's, never matches. In a Resource, `*` reaches over colons.
 */
function resourceTest(element: Statement['resource'], variables: boolean): (asked: Asked) => Match {
  const test = listTest('Resource', element, (item) => textTest(item, { wildcards: true, variables }));
  if (variables && element?.items.some((item) => item.includes('${'))) {
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
): (identity: Identity) => PrincipalAnswer {
  const test: PrincipalTest = principalTest(element);
  const all = element.items.map(({ value }) => value).join(', ');
  let last: { readonly identity: Identity; readonly answer: PrincipalAnswer } | undefined;
  return (identity) => {
    if (last?.identity.arn === identity.arn && last.identity.principal === identity.principal)
      return last.answer;
    const found = test(identity);
    const match = matchOf('Principal', element.negated, found?.wanted, all, found?.got ?? identity.arn);
    // NotPrincipal reaches everyone who is not listed.
    const via = element.negated ? 'everyone' : found?.via;
    const answer = { match, via: match.matched ? via : undefined };
    last = { identity, answer };
    return answer;
  };
}

function compileStatement(
  statement: Statement,
  index: number,
  variables: boolean,
): (asked: Asked) => StatementReason {
  const { sid, effect } = statement;
  const principal = statement.principal && principalPart(statement.principal);
  const action = actionTest(statement.action);
  const resource = resourceTest(statement.resource, variables);
  const clauses: readonly PreparedClause[] = statement.conditions.map((clause) =>
    prepareClause(clause, variables),
  );
  return (asked) => {
    const who = principal?.(asked.identity);
    const matches: Match[] = who
      ? [who.match, action(asked.action), resource(asked)]
      : [action(asked.action), resource(asked)];
    for (const clause of clauses) matches.push(judgeClause(clause, asked.context));
    const applies = matches.every((match) => match.matched);
    const delegates =
      applies && effect === 'Allow' && who?.via === 'account' && asked.identity.kind !== 'root';
    // Spelled out twice, because spreading objects is what a decision would spend most of its time on.
    const via = who?.via;
    return via === undefined
      ? { index, sid, effect, applies, delegates, matches }
      : { index, sid, effect, applies, delegates, matches, via };
  };
}

const compileDocument = (document: PolicyDocument): CompiledPolicy => ({
  statements: document.statements.map((statement, index) =>
    compileStatement(statement, index, document.version === '2012-10-17'),
  ),
});

/** Two generations of texts: what is asked stays, what is not is dropped, and a hit costs one look-up. */
function policyCache(kind: PolicyKind, size: number): (text: string) => CompiledPolicy {
  let young = new Map<string, CompiledPolicy>();
  let old = new Map<string, CompiledPolicy>();
  return (text) => {
    const hit = young.get(text);
    if (hit) return hit;
    let policy = old.get(text);
    if (!policy) {
      const document = parsePolicy(text, kind);
      // Policies are read before they are stored, so a bad one here is a mistake of ours.
      if (isRefusal(document))
        throw new Error(`"decide" expected a stored ${kind} policy, got: ${document.message}`);
      policy = compileDocument(document);
    }
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(text, policy);
    return policy;
  };
}

export const compiled: Readonly<Record<PolicyKind, (text: string) => CompiledPolicy>> = {
  key: policyCache('key', 500),
  identity: policyCache('identity', 500),
};
