import { lintWords } from '../../editor/lintWords.ts';
import type { PolicyChange, PolicyChangeKind } from '../../../engine/index.ts';

const changes: Readonly<Record<PolicyChangeKind, string>> = {
  addDelegation: 'Let the account’s IAM policies decide',
  namePrincipal: 'Name the principal in a new statement',
  addPrincipal: 'Add the principal to a statement',
  addIdentityAllow: 'Allow it in an identity policy',
  addAction: 'Add the action to a statement',
  widenResource: 'Let the statement cover this key',
  useArn: 'Write the key’s ARN in place of an alias',
  dropCondition: 'Take out a condition',
  mendContext: 'Send another encryption context',
  removeDeny: 'Take out a Deny',
  narrowDeny: 'Spare this caller in a Deny',
  allowInstead: 'Make a Deny an Allow',
  widenCeiling: 'Widen what limits the caller',
  addGrant: 'Create a grant',
  addGrantOperation: 'Add the operation to a grant',
  useGrantToken: 'Present the token of a grant that is still on its way',
};

const targets: Readonly<Record<PolicyChange['target']['type'], string>> = {
  keyPolicy: 'key policy',
  identityPolicy: 'identity policy',
  permissionsBoundary: 'permissions boundary',
  sessionPolicy: 'session policy',
  endpointPolicy: 'endpoint policy',
  serviceControlPolicy: 'SCP',
  resourceControlPolicy: 'RCP',
  grant: 'grant',
  request: 'request',
};

export const policyWords = {
  rules: lintWords.rules,
  changes,
  targets,
  severity: { error: 'error', warning: 'warning', note: 'note' },
  at: (n: number) => `Statement ${n}`,
  noFindings: 'The linter has nothing to say.',
  findings: (n: number) => (n === 1 ? '1 finding' : `${n} findings`),
  fix: 'Mend it',

  templates: 'Begin from a template',
  template: {
    default: [
      'Default',
      'The account decides by its IAM policies. What CreateKey writes when no policy is given.',
    ],
    console: [
      'Console',
      'As the AWS console writes it: delegation, administrators apart from users, grants for services.',
    ],
    leastUser: [
      'One user, least',
      'Delegation for administrators only; one principal may use the key and nothing else.',
    ],
    crossAccount: [
      'Another account',
      'Lets the other account in for use. Its own IAM policies must allow it too.',
    ],
    service: [
      'A service, for this account',
      'S3 may use the key, only on behalf of this account’s principals.',
    ],
    denyGuard: ['Guardrail', 'Delegation, and nobody but the administrator may delete or disable the key.'],
  },

  access: 'Access',
  lead: 'Who may do what with this key, asked of the same decision that every call goes through. Context keys of a real call can change it.',
  who: 'Principal',
  action: 'Action',
  context: 'Condition keys of the request',
  keyName: 'Key',
  value: 'Value',
  add: 'Add a condition key',
  removeRow: 'Remove this row',
  yes: 'allowed',
  no: 'denied',
  byDeny: 'denied by a Deny',
  ask: 'Ask',
  simulator: 'One question, with its reasons',
  smallest: 'Smallest change that would allow it',
  noSmaller: 'No change of at most three edits allows it.',
  also: (n: number) => (n === 1 ? 'opens 1 cell more' : `opens ${n} cells more`),
  opensNothing: 'opens nothing else',
  apply: 'PutKeyPolicy with it',
  matrix: 'Access matrix',
  changedCells: (n: number) =>
    n === 0
      ? 'No cell of the matrix changes.'
      : n === 1
        ? '1 cell of the matrix changes:'
        : `${n} cells of the matrix change:`,
  from: (before: boolean, after: boolean) =>
    `${before ? 'allowed' : 'denied'} → ${after ? 'allowed' : 'denied'}`,
  more: (n: number) => `and ${n} more`,
} as const;
