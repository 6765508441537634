import { isRefusal } from '../../model/index.ts';
import { readDocument, statementPath } from '../edits.ts';
import { isMistake, readJson } from '../json.ts';
import { parsePolicy } from '../parsePolicy.ts';
import { noEffect, retireGrant, unknownActions } from './actionRules.ts';
import {
  contradictions,
  forAllValues,
  impossibleValues,
  neverSupplied,
  otherType,
  severalValues,
  unknownKeys,
  variables,
} from './conditionRules.ts';
import { duplicateSids, noAdministrator } from './documentRules.ts';
import type { Finding, Linted, LintOptions, StatementRule } from './finding.ts';
import {
  acrossAccounts,
  everythingToUsers,
  notPrincipal,
  unguardedService,
  unnameable,
  wildcardPrincipal,
} from './principalRules.ts';
import { aliasInResource, otherResource } from './resourceRules.ts';

const statementRules: readonly StatementRule[] = [
  wildcardPrincipal,
  unguardedService,
  notPrincipal,
  unnameable,
  everythingToUsers,
  acrossAccounts,
  unknownActions,
  retireGrant,
  noEffect,
  aliasInResource,
  otherResource,
  unknownKeys,
  neverSupplied,
  forAllValues,
  severalValues,
  otherType,
  impossibleValues,
  contradictions,
  variables,
];

/** `Statement[1].Condition.Foo has an unknown operator "Foo".`: the place that the reader of policies names. */
function placeOf(message: string): Finding['path'] {
  const place = /^((?:Statement|Version|Id)[^\s]*)\s/.exec(message)?.[1] ?? '';
  return [...place.matchAll(/"([^"]+)"|([A-Za-z][A-Za-z0-9:]*)|\[(\d+)\]/g)].map(([, quoted, name, index]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  );
}

function unreadable(text: string, message: string): Finding {
  const operator = /has an unknown operator "([^"]*)"/.exec(message)?.[1];
  const path = placeOf(message);
  const statement = path[0] === 'Statement' && typeof path[1] === 'number' ? path[1] : undefined;
  if (operator !== undefined)
    return {
      rule: 'unknown-operator',
      severity: 'error',
      statement,
      path: [...path, operator],
      facts: { operator },
    };
  const json = readJson(text);
  const place = isMistake(json) ? { line: json.line, column: json.column } : {};
  return { rule: 'malformed', severity: 'error', statement, path, facts: { message, ...place } };
}

/** Everything that is wrong with a policy, dangerous in it, or surely not meant, each with its place, and a fix if known. */
export function lintPolicy(text: string, options: LintOptions): readonly Finding[] {
  const document = parsePolicy(text, options.kind);
  if (isRefusal(document)) return [unreadable(text, document.message)];
  const raw = readDocument(text);
  const findings = document.statements.flatMap((statement, index) => {
    const path = statementPath(raw, index);
    const linted: Linted = { statement, index, path, raw: rawAt(raw, path), document, options };
    return statementRules.flatMap((rule) => rule(linted));
  });
  return [...findings, ...noAdministrator(document, raw, options), ...duplicateSids(document, raw)];
}

/** The statement as JSON: the strict reader has found an object there. */
function rawAt(raw: unknown, path: Finding['path']): Linted['raw'] {
  let at = raw;
  for (const step of path) at = (at as Record<string | number, unknown>)[step];
  return at as Linted['raw'];
}
