/*
 * Rules that react, ready to be made: what the guides and runbooks have somebody do by hand (guides.md "Watching").
 */

/** What the targets of a template may say of the event in their inputs. */
export const templatePaths = {
  key: '$.detail.resources[0].ARN',
  grant: '$.detail.responseElements.grantId',
  what: '$.detail.eventName',
  who: '$.detail.userIdentity.arn',
  when: '$.time',
} as const;

export interface TemplateTarget {
  /** `kms:EnableKey`, by the role; or `sns:Publish`. */
  readonly call: string;
  readonly template: string;
}
export interface RuleTemplate {
  readonly id: string;
  readonly pattern: object;
  readonly targets: readonly TemplateTarget[];
}

export const responderRole = 'KmsLabResponder';
export const responderTopic = 'kms-lab-alarms';
/** What the role is allowed: what templates do, and nothing else. */
export const responderActions = [
  'kms:EnableKey',
  'kms:CancelKeyDeletion',
  'kms:RevokeGrant',
  'kms:PutKeyPolicy',
  'kms:DescribeKey',
] as const;

const ok = { errorCode: [{ exists: false }] };
/** Not what the rule itself has done, or it would answer itself. */
const byOthers = {
  userIdentity: { arn: [{ 'anything-but': { wildcard: `*:assumed-role/${responderRole}/*` } }] },
};
const onKey = '{"KeyId": <key>}';
const policyOf = (account: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EnableIamPolicies',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

export const ruleTemplates = (account: string): readonly RuleTemplate[] => [
  {
    id: 'enableAgain',
    pattern: { source: ['aws.kms'], detail: { eventName: ['DisableKey'], ...ok } },
    targets: [{ call: 'kms:EnableKey', template: onKey }],
  },
  {
    id: 'cancelDeletion',
    pattern: { source: ['aws.kms'], detail: { eventName: ['ScheduleKeyDeletion'], ...ok } },
    // A key whose deletion was cancelled is disabled.
    targets: [
      { call: 'kms:CancelKeyDeletion', template: onKey },
      { call: 'kms:EnableKey', template: onKey },
    ],
  },
  {
    id: 'revokeGrant',
    pattern: {
      source: ['aws.kms'],
      detail: { eventName: ['CreateGrant'], ...ok, userIdentity: { type: ['IAMUser', 'AssumedRole'] } },
    },
    targets: [{ call: 'kms:RevokeGrant', template: '{"KeyId": <key>, "GrantId": <grant>}' }],
  },
  {
    id: 'restorePolicy',
    pattern: { source: ['aws.kms'], detail: { eventName: ['PutKeyPolicy'], ...ok, ...byOthers } },
    targets: [
      {
        call: 'kms:PutKeyPolicy',
        template: `{"KeyId": <key>, "PolicyName": "default", "Policy": ${JSON.stringify(policyOf(account))}}`,
      },
    ],
  },
  {
    id: 'tell',
    pattern: {
      source: ['aws.kms'],
      detail: { eventName: ['DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'CreateGrant'], ...ok },
    },
    targets: [{ call: 'sns:Publish', template: '"<who> called <what> on <key> at <when>"' }],
  },
  {
    id: 'materialGone',
    pattern: { source: ['aws.kms'], 'detail-type': ['KMS Imported Key Material Expiration'] },
    targets: [{ call: 'sns:Publish', template: '"Imported key material has expired, <when>"' }],
  },
];

/** The ARN of a target that makes a call. */
export const targetArnOf = (call: string, topicArn: string): string => {
  const [service = '', operation = ''] = call.split(':');
  if (call === 'sns:Publish') return topicArn;
  return `arn:aws:scheduler:::aws-sdk:${service}:${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
};
