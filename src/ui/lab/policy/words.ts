import type { TemplateName } from './templates.ts';
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

const template: Readonly<
  Record<
    TemplateName,
    { readonly title: string; readonly allows: string; readonly locksOut: string; readonly costs: string }
  >
> = {
  default: {
    title: 'Default',
    allows:
      'The root user everything, and everybody of the account what IAM policies say. CreateKey writes this one.',
    locksOut: 'Other accounts, and whoever no IAM policy lets in.',
    costs:
      'This page does not tell who uses the key: every IAM policy of the account has to be read for that.',
  },
  console: {
    title: 'Console',
    allows:
      'As Default; the administrator manages the key, the user uses it and gives grants to services of AWS.',
    locksOut: 'Other accounts. By this policy the administrator cannot decrypt.',
    costs: 'Two lists to keep, and delegation still lets IAM policies add others.',
  },
  leastUser: {
    title: 'One user, least',
    allows: 'The administrator manages, one principal uses. Nothing else.',
    locksOut: 'Everybody else, with whatever IAM policies, and the root user too.',
    costs: 'When the administrator is deleted, nobody is left who may change this policy.',
  },
  crossAccount: {
    title: 'Another account',
    allows: 'As Default; the other account may use the key and give grants to services of AWS.',
    locksOut:
      'Those of the other account whom their own IAM policies do not let in: both sides have to say yes.',
    costs:
      'The other account chooses who of its own uses the key. You see it in CloudTrail, not here. For one role alone, open its cell under Access.',
  },
  service: {
    title: 'A service, for this account',
    allows: 'As Default; anybody of this account, through S3 only, without an IAM policy for the key.',
    locksOut: 'Direct calls, other services, other accounts.',
    costs: 'Who may read the objects decides S3 now: the key no longer tells these callers apart.',
  },
  denyGuard: {
    title: 'Guardrail: only one may delete it',
    allows: 'As Default.',
    locksOut: 'Everybody but the administrator from deleting and disabling, the root user too.',
    costs: 'A Deny beats every Allow: without that administrator the policy has to be changed first.',
  },
  denyOutside: {
    title: 'Guardrail: own account only',
    allows: 'As Default.',
    locksOut: 'Every principal of another account, also where a statement or a grant lets it in.',
    costs: 'Sharing needs another policy. Services that call in their own name stay in.',
  },
  denyNoContext: {
    title: 'Guardrail: with a context',
    allows: 'As Default, when the encryption context names an app.',
    locksOut: 'Every call for encryption or decryption without app in its encryption context, by whomever.',
    costs: 'Services of AWS write their own context: they cannot use this key any more.',
  },
  denyOtherEndpoint: {
    title: 'Guardrail: one VPC endpoint',
    allows:
      'As Default, for calls that come through the VPC endpoint. Managing the key stays open from everywhere.',
    locksOut: 'Every use over the internet or through another endpoint, by whomever, with whatever grant.',
    costs: 'Services of AWS do not come through your endpoint: they cannot use this key any more.',
  },
};

export const policyWords = {
  changes,
  targets,
  templates: 'Begin from a template',
  templateWho: { admin: 'Administrator', user: 'User', other: 'Other account', endpoint: 'VPC endpoint' },
  noEndpoint: 'none yet: made on the page of an account, under Principals',
  templateSays: { allows: 'allows', locksOut: 'locks out', costs: 'its price' },
  template,

  access: 'Access',
  lead: 'Who may do what with this key, by every policy of this world: asked of the same decision that every call goes through. Open a cell for its reasons and, where it is denied, for the smallest change that allows it.',
  byWay: (parts: readonly string[]) =>
    `Asked for calls that come as yours do now, by the choice beside “Act as”: ${parts.join(', ')}.`,
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
  service: 'service',
  everything: 'All operations of a key',
  whoHint: 'a user, role, session or service',
  askSomething: 'Choose who asks: the answer follows every change.',
  onStored: 'Asked of the policy as KMS has it.',
  onDraft: 'Asked of the policy as it is written above, not sent yet.',
  withContext: (n: number) => (n === 0 ? 'With which context' : `With which context (${n} given)`),
  nobody: (who: string) => `This world has no ${who}.`,
  verdict: (who: string, action: string, allowed: boolean) =>
    `${who} ${allowed ? 'may' : 'may not'} ${action}`,
  ofAccount: (who: string, account: string) => `${who} of ${account}`,
  byGrant: 'This grant lets it. To end it at once:',
  circumstances: {
    sourceIp: 'Source IP',
    vpcEndpoint: 'VPC endpoint',
    noEndpoint: 'none, over the internet',
    mfa: 'Second factor',
    mfaNo: 'not given',
    mfaYes: 'given',
    viaService: 'Through a service, kms:ViaService',
    directly: 'directly',
    time: 'Time of the call',
    timeHint: 'A time such as 2027-01-31T09:00Z.',
    now: 'now, by the world’s clock',
    sourceArn: 'aws:SourceArn',
    sourceAccount: 'aws:SourceAccount',
    unsaid: 'not given',
    principalTags: 'Tags of the caller, aws:PrincipalTag',
    keyTags: 'Tags of the key, aws:ResourceTag',
    requestTags: 'Tags in the request, aws:RequestTag and aws:TagKeys',
    noTags: 'none',
    otherTags: 'Try others',
    otherTagsOf: (what: string) => `Try others: ${what}`,
    asStored: 'As the world has them',
    addTag: 'Add a tag',
    noRequestTags: (action: string) =>
      `${action.replace(/^kms:/i, '')} sends no tags; TagResource, UntagResource and ReplicateKey do.`,
    encryptionContext: 'Encryption context',
    addPair: 'Add a pair',
  },
  grantToken: {
    ofNewGrant:
      'A new grant takes a while to reach everywhere: until then the call presents the grant token that CreateGrant answers.',
    ofPendingGrant: 'The grant is on its way: until it has arrived the call presents the grant token.',
  },
  showEdit: 'Show the edit',
  inStatement: { added: 'adds', removed: 'takes out' },
  moreParts: (n: number) => `and ${n} more`,
  trust: 'trust policy',
  asIs: 'now',
  afterIt: 'after it',
  editIn: 'Write it into the editor',
  doIt: 'Do it:',
  asWhom: (who: readonly string[]) => `as ${who.join(', ')}`,
  noCall: 'No call makes this change.',
  elsewhere: 'This changes another document than the key policy.',
  difference: {
    title: 'What it changes',
    from: 'From',
    to: 'To',
    draft: 'the text above',
    stored: 'the stored policy',
    version: (operation: string, at: string) => `${operation}, ${at}`,
    takeUp: (name: string) => `Edit ${name}`,
    cells: 'Who may do what, changed',
    mayNow: 'may now',
    mayNoLonger: 'may no longer',
    others: (n: number) =>
      n === 1
        ? '1 more keeps its answer, for another reason.'
        : `${n} more keep their answer, for another reason.`,
  },
  tools: { difference: 'What it changes', simulator: 'Try a call' },
  noTool: 'As soon as the text is JSON.',
  notSent: 'Not sent yet.',
  taken: 'KMS has taken this policy.',
  asStored: 'As KMS has it.',
  toolsLabel: 'Before you send it',
  answered: (message: string) => `KMS: ${message}`,
  where: 'Show the place',
  simulator: 'Try a call',
  smallest: 'Smallest change that would allow it',
  whatWouldAllow: 'What would allow it?',
  carriedOut: 'Done. Call again.',
  noSmaller: 'No change of at most three edits allows it.',
  also: (n: number) => (n === 1 ? 'also opens 1 other call' : `also opens ${n} other calls`),
  opensNothing: 'opens nothing else',
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
