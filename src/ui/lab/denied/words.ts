import type { DenialField, NamedReason, PolicyField, Unknown, Verdict } from '../../../client/index.ts';

/** Words of the page that explains a real denial. */
export const deniedWords = {
  title: 'Why was I denied?',
  lead: 'Paste what AWS answered, and the policies that you can see. The page decides the call again, shows what said no, and proposes the smallest change. It runs in this browser: nothing that you paste leaves it, or is kept.',
  mask: 'Mask account numbers',
  maskHint:
    'The same number becomes the same other number everywhere, also in the report. The decision stays.',
  maskCannot: (part: string) =>
    `Account numbers cannot be masked here: a policy compares a part of a number (${part}).`,
  example: 'Fill in an example',
  clear: 'Clear',
  toResult: 'To the result',
  paste: 'What you have',
  found: 'What it means',
  nothingYet: 'Nothing is pasted yet.',
  nothingYetHint:
    'The sentence that begins with “User:” is enough to begin. With the key policy and the caller’s policies the decision can be made again.',
  more: 'More policies: SCPs, RCPs, boundary, session, endpoint, grants, trust',
  removed: 'The access key ID of the record was taken out.',

  fields: {
    denial: ['The denial', 'The error message, or the CloudTrail event as JSON'],
    keyPolicy: ['Key policy', 'aws kms get-key-policy --key-id … --output json'],
    identityPolicies: [
      'Identity policies of the caller',
      'Inline, managed, of its groups: one after the other, as the calls print them',
    ],
    serviceControlPolicies: [
      'SCPs',
      'Of the caller’s account. A line of dashes begins the next level: root, unit, account',
    ],
    resourceControlPolicies: ['RCPs', 'Of the key’s account'],
    permissionsBoundary: ['Permissions boundary', 'The policy that is the caller’s boundary'],
    sessionPolicies: ['Session policy', 'What the session was made with'],
    endpointPolicy: ['VPC endpoint policy', 'Of the endpoint that the call came through'],
    grants: ['Grants', 'aws kms list-grants --key-id …'],
    trustPolicy: ['Trust policy of the role', 'For a refused sts:AssumeRole: aws iam get-role'],
    keyArn: ['Key ARN', 'When the message does not name the key'],
    principal: ['Caller ARN', 'When the message does not name the caller'],
  } satisfies Readonly<Record<DenialField, readonly [string, string]>>,
  fullAccess: 'FullAWSAccess is attached at every level, as AWS does it',
  context: 'Condition keys that you know',
  contextHint: 'Tags of the caller, of the key, or what else the request carried.',
  keyName: 'Condition key',
  keyValue: 'Value',
  add: 'Add a condition key',
  removeRow: 'Remove this row',

  fault: (line: number, column: number) => `Line ${line}, column ${column}`,
  faults: 'This cannot be read yet',
  goThere: 'Show the place',

  who: 'Who',
  what: 'What',
  on: 'On',
  said: 'AWS says',
  request: 'Request ID',
  byCiphertext: 'the key that encrypted the ciphertext (not named)',
  moreEvents: (n: number) =>
    n === 1
      ? '1 more denial is in the paste; this is the first.'
      : `${n} more denials are in the paste; this is the first.`,

  policies: {
    identityPolicy: 'identity policy',
    keyPolicy: 'key policy (the resource-based policy)',
    serviceControlPolicy: 'SCP',
    resourceControlPolicy: 'RCP',
    permissionsBoundary: 'permissions boundary',
    sessionPolicy: 'session policy',
    endpointPolicy: 'VPC endpoint policy',
    trustPolicy: 'role trust policy',
  } satisfies Readonly<Record<NamedReason, string>>,
  saidReason: {
    explicitDeny: (policy: string) => `a Deny in the ${policy}`,
    implicitDeny: (policy: string) => `no Allow in the ${policy}`,
    hidden: 'the key is another account’s and its owner does not let you in, or there is no such key',
    unsaid: 'not why',
  },

  verdicts: {
    reproduced: [
      'The denial is reproduced.',
      'These policies deny this call, for the reason that AWS gives.',
    ],
    reproducedUnsaid: [
      'Denied here too.',
      'The sentence does not say by what, so it is not certain that it was the same policy.',
    ],
    otherReason: [
      'Denied here, for another reason.',
      'AWS names one policy type only. Either something that AWS saw is missing here, or both deny.',
    ],
    allowed: [
      'Not reproduced: these policies allow the call.',
      'Something that AWS saw is missing here, or a policy has changed since. Look at what is not known below.',
    ],
    cannot: ['This cannot be reproduced yet.', 'What AWS names as the reason was not pasted.'],
  } satisfies Readonly<Record<Verdict, readonly [string, string]>>,
  lacking: {
    keyPolicy:
      'Only who administers the key can show its policy: aws kms get-key-policy --key-id KEY --output json',
    identityPolicies:
      'aws iam list-attached-role-policies, get-policy-version, list-role-policies, get-role-policy',
    serviceControlPolicies:
      'Only the management account sees SCPs: aws organizations list-policies-for-target --target-id ACCOUNT --filter SERVICE_CONTROL_POLICY, then describe-policy',
    resourceControlPolicies:
      'Only the management account sees RCPs: aws organizations list-policies-for-target --target-id ACCOUNT --filter RESOURCE_CONTROL_POLICY, then describe-policy',
    permissionsBoundary: 'aws iam get-role (PermissionsBoundary), then get-policy-version',
    sessionPolicies: 'Whoever made the session passed it to AssumeRole; AWS does not show it again.',
    endpointPolicy: 'aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ENDPOINT',
    grants: 'aws kms list-grants --key-id KEY',
    trustPolicy: 'aws iam get-role --role-name ROLE',
  } satisfies Readonly<Record<PolicyField, string>>,

  ourSentence: 'The sentence that this decision gives',
  gates: 'Gate by gate',
  smallest: 'The smallest change',
  noChange: 'No change of at most three edits would allow it.',
  isAllowed: 'There is nothing to change.',
  opensNothing: 'It opens nothing else that was looked at.',
  opens: (n: number) => (n === 1 ? 'It also opens 1 thing:' : `It also opens ${n} things:`),
  before: 'Before',
  after: 'After',
  showDocument: 'The document after it',
  copyDocument: 'the changed document',
  tryIt: 'Put it in and decide again',
  tried: 'The change is in the field. The call is decided again.',
  someone: (account: string) => `anybody in ${account} whose IAM policies allow it`,
  someoneElse: 'anybody in any account whose IAM policies allow it',

  unknownTitle: 'What this page cannot know',
  unknownLead: 'The decision holds for what was pasted. These could change it:',
  allKnown: 'Everything that the decision asks for was pasted.',
  unknown: (one: Unknown): string => {
    switch (one.what) {
      case 'conditionKey':
        return `${one.key}, which ${one.where} asks for`;
      case 'assumed':
        return {
          keyPolicy:
            'The key policy was not pasted: the default one, which leaves everything to IAM, stands in its place.',
          keyArn: 'The message does not name the key; a key was assumed.',
          fullAccess: 'FullAWSAccess was taken to be attached at every level.',
          identityPolicies:
            'The caller’s policies were not pasted: they were taken to allow the call, because AWS names another reason.',
        }[one.field];
      case 'notPasted':
        return one.named
          ? `${deniedWords.fields[one.field][0]}: not pasted, and AWS names it`
          : deniedWords.fields[one.field][0];
    }
  },
  notPasted: 'Not pasted, taken as absent:',
  missingKeys: 'Condition keys that nobody told:',
  tellKey: (key: string) => `Value of ${key}`,

  report: 'Save the report',
  reportName: 'denial-report.md',
  openWorld: 'Open this as a world',
  openWorldHint:
    'Makes the accounts, the caller, the key and the policies by real calls, in a world of their own.',
  opening: 'Making the world…',
  worldName: (action: string) => `Denied: ${action}`,
  opened: (problems: number) =>
    problems === 0
      ? 'The world is open. You act as the one who was denied.'
      : `The world is open. ${problems} calls were refused on the way: see its events.`,
} as const;
