import type { ConditionClause, PolicyDocument, PolicyKind, Statement } from '../document.ts';
import type { JsonEdit, JsonPath } from '../edits.ts';

/** What the linter knows to look for. Words for them are the page's business. */
export const lintRules = [
  'malformed',
  'unknown-operator',
  'overly-permissive-condition',
  'wildcard-principal',
  'unguarded-service-principal',
  'not-principal',
  'group-principal',
  'wildcard-in-principal',
  'unknown-principal',
  'deleted-principal',
  'everything-to-users',
  'no-administrator',
  'unknown-action',
  'foreign-service-action',
  'retire-grant-in-resource-policy',
  'no-effect-across-accounts',
  'no-effect',
  'alias-in-resource',
  'resource-is-not-this-key',
  'unknown-condition-key',
  'condition-never-supplied',
  'condition-sometimes-never-supplied',
  'condition-contradicts',
  'condition-value-impossible',
  'operator-of-other-type',
  'for-all-values-on-absence',
  'several-values-without-set-operator',
  'variable-without-version',
  'duplicate-sid',
] as const;
export type LintRule = (typeof lintRules)[number];

/** `error`: refused by AWS, or surely not what was meant; `warning`: dangerous; `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  readonly rule: LintRule;
  readonly severity: Severity;
  /** Absent when it is about the whole document. */
  readonly statement: number | undefined;
  readonly path: JsonPath;
  /** Names and numbers to put into words. */
  readonly facts: Readonly<Record<string, string | number | readonly string[]>>;
  /** What would mend it, where that is known. */
  readonly fix?: readonly JsonEdit[];
}

export interface LintOptions {
  readonly kind: PolicyKind;
  /** Owner of the key: tells own principals from foreign ones. */
  readonly account?: string | undefined;
  /** ARNs of the users and roles that there are; unknown ones are found only when this is given. */
  readonly knownPrincipals?: readonly string[] | undefined;
  /** Alias ARN → key ARN, for fixes. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
}

/** One statement with its place. */
export interface Linted {
  readonly statement: Statement;
  readonly index: number;
  readonly path: JsonPath;
  /** The statement as JSON. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly document: PolicyDocument;
  readonly options: LintOptions;
}

export type StatementRule = (linted: Linted) => readonly Finding[];

/** A finding about a part of the statement. */
export const about = (
  { index, path }: Linted,
  rule: LintRule,
  severity: Severity,
  part: JsonPath,
  facts: Finding['facts'],
  fix?: readonly JsonEdit[],
): Finding => {
  const finding = { rule, severity, statement: index, path: [...path, ...part], facts };
  return fix ? { ...finding, fix } : finding;
};

export const clausePath = ({ operator, key }: ConditionClause): JsonPath => ['Condition', operator, key];

/** `Action` or `NotAction`, as written. */
export const elementName = (name: 'Principal' | 'Action' | 'Resource', negated: boolean): string =>
  negated ? `Not${name}` : name;

/** Where item `i` of an element stands: one item may be written without a list. */
export const itemPath = ({ raw }: Linted, element: string, i: number): JsonPath =>
  Array.isArray(raw[element]) ? [element, i] : [element];
