import { applyEdits, lintPolicy } from '../../client/index.ts';
import type { Finding, JsonEdit, LintRule } from '../../engine/index.ts';
import { policyKindOf, type DocumentKind, type PolicyFacts } from './facts.ts';
import { isFault, placeAt, placeOf, readJson, type Place } from './json.ts';
import { lintWords } from './lintWords.ts';
import { editText } from './textEdits.ts';

/** One thing that is to be said about a place of the text. */
export interface Mark extends Place {
  readonly line: number;
  readonly column: number;
  readonly severity: Finding['severity'];
  readonly rule: LintRule | 'json' | 'refused';
  readonly message: string;
  /** From 0; undefined when it is about the whole document. */
  readonly statement: number | undefined;
  /** What would mend it, where that is known. */
  readonly fix: readonly JsonEdit[] | undefined;
}

/** Rules that hold for trust policies too; the others know keys only. */
const trustRules: ReadonlySet<LintRule> = new Set([
  'malformed',
  'unknown-operator',
  'wildcard-principal',
  'not-principal',
  'group-principal',
  'wildcard-in-principal',
  'unknown-principal',
  'deleted-principal',
  'variable-without-version',
  'duplicate-sid',
]);

/** The last step of these rules' paths is a name, not a value. */
const aboutName: ReadonlySet<LintRule> = new Set([
  'unknown-operator',
  'unknown-condition-key',
  'condition-never-supplied',
  'condition-sometimes-never-supplied',
  'operator-of-other-type',
  'for-all-values-on-absence',
  'several-values-without-set-operator',
]);

/** What is wrong with a policy's text, dangerous in it, or surely not meant, in the order of the text. */
export function marksOf(text: string, kind: DocumentKind, facts: PolicyFacts): readonly Mark[] {
  const root = readJson(text);
  if (isFault(root)) {
    const { offset, line, column, why } = root;
    const to = Math.min(offset + 1, text.length);
    const from = Math.min(offset, to);
    return [
      {
        from,
        to,
        line,
        column,
        severity: 'error',
        rule: 'json',
        message: lintWords.json(why),
        statement: undefined,
        fix: undefined,
      },
    ];
  }
  const findings = lintPolicy(text, {
    kind: policyKindOf[kind],
    ...(facts.account === undefined ? {} : { account: facts.account }),
    ...(facts.principals.length > 0 ? { knownPrincipals: facts.principals } : {}),
    aliases: facts.aliases ?? {},
  });
  return findings
    .filter(({ rule }) => kind !== 'trust' || trustRules.has(rule))
    .map((finding): Mark => {
      const { rule, severity, statement, facts: said, fix } = finding;
      const place = placeAt(root, finding.path, aboutName.has(rule) ? 'name' : 'value');
      // A finding about a whole statement marks its first line: a page of underlines says nothing.
      const end = text.indexOf('\n', place.from);
      const to = end === -1 ? place.to : Math.min(place.to, end);
      return {
        from: place.from,
        to,
        ...placeOf(text, place.from),
        severity,
        rule,
        message: lintWords.rules[rule](said),
        statement,
        fix,
      };
    })
    .sort((a, b) => a.from - b.from);
}

/** The text after a finding's fix, with everything else as it was written. */
export function mended(text: string, fix: readonly JsonEdit[]): string {
  try {
    return editText(text, fix);
  } catch {
    // A text that repeats a name cannot be edited in place.
    return applyEdits(text, fix);
  }
}
