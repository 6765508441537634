import type { Finding, LintRule } from '../../engine/index.ts';

const of = (facts: Finding['facts'], name: string): string => {
  const value = facts[name];
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
};
type Says = (facts: Finding['facts']) => string;

/** What the linter found, in a sentence. */
const rules: Readonly<Record<LintRule, Says>> = {
  malformed: (f) => `This is no policy: ${of(f, 'message')}`,
  'unknown-operator': (f) => `There is no condition operator ${of(f, 'operator')}.`,
  'overly-permissive-condition': (f) =>
    `This condition on ${of(f, 'key')} holds for everybody who leaves the key out.`,
  'wildcard-principal': () =>
    'Everybody, in every account, is let in here unless a condition keeps them out.',
  'unguarded-service-principal': (f) =>
    `${of(f, 'service')} is let in for whomever it works for. Add aws:SourceAccount or aws:SourceArn.`,
  'not-principal': (f) =>
    of(f, 'effect') === 'Allow'
      ? 'NotPrincipal with Allow lets in everybody but these, of every account.'
      : 'NotPrincipal with Deny is easily wrong: it also hits sessions and the account. Prefer a condition on aws:PrincipalArn.',
  'group-principal': (f) => `${of(f, 'principal')} is a group: a group cannot be a principal.`,
  'wildcard-in-principal': (f) =>
    `${of(f, 'principal')}: a principal takes no wildcard. Use a condition on aws:PrincipalArn.`,
  'unknown-principal': (f) => `This world has no ${of(f, 'principal')}. KMS refuses the policy.`,
  'deleted-principal': (f) =>
    `${of(f, 'principal')} is what is left of a deleted user or role. It matches nobody.`,
  'everything-to-users': (f) =>
    `${of(f, 'principals')} may do everything, also change this policy and delete the key.`,
  'no-administrator': () => 'Nobody could change this policy any more.',
  'unknown-action': (f) =>
    f['nearest'] === undefined
      ? `KMS has no action ${of(f, 'action')}.`
      : `KMS has no action ${of(f, 'action')}. Did you mean ${of(f, 'nearest')}?`,
  'foreign-service-action': (f) => `${of(f, 'action')} is not KMS’s: without effect in a key policy.`,
  'retire-grant-in-resource-policy': () =>
    'Who may retire a grant is said by the grant, hardly ever by a key policy.',
  'no-effect-across-accounts': (f) =>
    `${of(f, 'actions')} cannot be used from another account (${of(f, 'accounts')}), whatever is written.`,
  'no-effect': (f) =>
    of(f, 'lacks') === 'kms'
      ? 'This statement does nothing: none of its actions is KMS’s.'
      : `This statement does nothing: it lacks ${of(f, 'lacks')}.`,
  'alias-in-resource': (f) =>
    `${of(f, 'alias')}: permissions on a key are asked of its key ARN, not of an alias.`,
  'resource-is-not-this-key': () => 'A key policy speaks of its own key only: "*" means this key.',
  'unknown-condition-key': (f) =>
    `No request has ${of(f, 'nearest') === '' ? 'this key' : `this key. Did you mean ${of(f, 'nearest')}?`}`,
  'condition-never-supplied': (f) =>
    `Requests of these actions never carry ${of(f, 'key')}: the statement ${of(f, 'applies')} applies.`,
  'condition-sometimes-never-supplied': (f) =>
    `Some of these actions never carry ${of(f, 'key')}: for them the statement ${of(f, 'applies')} applies.`,
  'condition-contradicts': (f) => `Both conditions on ${of(f, 'key')} can never hold together.`,
  'condition-value-impossible': (f) => `${of(f, 'key')} never has the value ${of(f, 'values')}.`,
  'operator-of-other-type': (f) =>
    `${of(f, 'key')} is ${of(f, 'type')}; ${of(f, 'operator')} compares something else.`,
  'for-all-values-on-absence': (f) =>
    `ForAllValues also holds when the request has no ${of(f, 'key')} at all.`,
  'several-values-without-set-operator': (f) =>
    `${of(f, 'key')} can have several values: use ForAnyValue or ForAllValues.`,
  'variable-without-version': () => 'Policy variables need "Version": "2012-10-17".',
  'duplicate-sid': (f) => `Sid ${of(f, 'Sid')} is used twice.`,
};

export const lintWords = {
  rules,
  json: (why: string) => `Not JSON: ${why}.`,
  fix: 'Mend it',
  severity: { error: 'error', warning: 'warning', note: 'note' },
} as const;
