/*
 * Key policies to begin from: policy.md §3. What they do is said beside them; the names in them are this world's own.
 */

export const templateNames = [
  'default',
  'console',
  'leastUser',
  'crossAccount',
  'service',
  'denyGuard',
  'denyOutside',
  'denyNoContext',
  'denyOtherEndpoint',
] as const;
export type TemplateName = (typeof templateNames)[number];

interface Who {
  readonly account: string;
  readonly admin: string;
  readonly user: string;
  readonly otherAccount: string;
  readonly region: string;
  /** Id of a VPC endpoint. */
  readonly endpoint: string;
}

const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];
const manage = [
  'kms:Create*',
  'kms:Describe*',
  'kms:Enable*',
  'kms:List*',
  'kms:Put*',
  'kms:Update*',
  'kms:Revoke*',
  'kms:Disable*',
  'kms:Get*',
  'kms:Delete*',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
  'kms:RotateKeyOnDemand',
];
const allow = (Sid: string, AWS: string, Action: string | readonly string[], Condition?: object): object => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS },
  Action,
  Resource: '*',
  ...(Condition ? { Condition } : {}),
});
const grantsForServices = (user: string): object =>
  allow(
    'Allow attachment of persistent resources',
    user,
    ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
    { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
  );

/** What a key of whatever kind is used for. */
const everyUse = [
  ...use.filter((action) => action !== 'kms:DescribeKey'),
  'kms:Sign',
  'kms:Verify',
  'kms:GenerateMac',
  'kms:VerifyMac',
  'kms:DeriveSharedSecret',
  'kms:Encapsulate',
  'kms:Decapsulate',
];
/** Closes a key's use for whatever does not come through a VPC endpoint. */
export const endpointOnly = (endpoint: string): object => ({
  Sid: 'Use only through the VPC endpoint',
  Effect: 'Deny',
  Principal: '*',
  Action: everyUse,
  Resource: '*',
  Condition: { StringNotEquals: { 'aws:SourceVpce': endpoint } },
});

export function templateText(name: TemplateName, who: Who): string {
  const root = `arn:aws:iam::${who.account}:root`;
  const delegation = allow('Enable IAM User Permissions', root, 'kms:*');
  const statements: Readonly<Record<TemplateName, readonly object[]>> = {
    default: [delegation],
    console: [
      delegation,
      allow('Allow access for Key Administrators', who.admin, manage),
      allow('Allow use of the key', who.user, use),
      grantsForServices(who.user),
    ],
    leastUser: [allow('Administrators', who.admin, manage), allow('Use', who.user, use)],
    crossAccount: [
      delegation,
      allow('Use by the other account', `arn:aws:iam::${who.otherAccount}:root`, use),
      grantsForServices(`arn:aws:iam::${who.otherAccount}:root`),
    ],
    service: [
      delegation,
      allow('Through S3 for this account', '*', ['kms:GenerateDataKey*', 'kms:Decrypt'], {
        StringEquals: {
          'kms:CallerAccount': who.account,
          'kms:ViaService': `s3.${who.region}.amazonaws.com`,
        },
      }),
    ],
    denyGuard: [
      delegation,
      {
        Sid: 'Only the administrator ends this key',
        Effect: 'Deny',
        Principal: '*',
        Action: ['kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:DeleteImportedKeyMaterial'],
        Resource: '*',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': who.admin } },
      },
    ],
    denyOutside: [
      delegation,
      {
        Sid: 'Nobody of another account',
        Effect: 'Deny',
        Principal: '*',
        Action: 'kms:*',
        Resource: '*',
        // Services that call in their own name have no account: without IfExists they would be shut out too.
        Condition: { StringNotEqualsIfExists: { 'aws:PrincipalAccount': who.account } },
      },
    ],
    denyNoContext: [
      delegation,
      {
        Sid: 'Only with an encryption context that names the app',
        Effect: 'Deny',
        Principal: '*',
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
        Resource: '*',
        Condition: { Null: { 'kms:EncryptionContext:app': 'true' } },
      },
    ],
    denyOtherEndpoint: [delegation, endpointOnly(who.endpoint)],
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: statements[name] }, undefined, 2);
}
