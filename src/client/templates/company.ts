import type { GenesisAccount } from '../api.ts';
import { ceiling, keepKeys, member, organization, organizationsBy, unit } from './organization.ts';
import type { Template, TemplateCall } from './template.ts';

/*
 * A small company, an organization: one account that manages it, one that holds the keys of production, one for analytics,
 * one for audit. Policies as AWS's
 * documentation advises: administrators who cannot use a key, users who cannot administer it, other accounts by name.
 */

const management = '123456789012';
const production = '111122223333';
const analytics = '444455556666';
const audit = '777788889999';
const arn = (account: string, what: string): string => `arn:aws:iam::${account}:${what}`;
const keyAdmin = arn(production, 'role/KeyAdmin');
const allow = (Action: string | readonly string[], Resource = '*'): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

const accounts: readonly GenesisAccount[] = [
  {
    id: production,
    name: 'Production',
    principals: [
      { arn: keyAdmin, policies: [allow('kms:*')] },
      { arn: arn(production, 'role/PayrollApp') },
      {
        arn: arn(production, 'role/OrdersApp'),
        policies: [
          allow([
            's3:GetObject',
            's3:PutObject',
            'secretsmanager:CreateSecret',
            'secretsmanager:GetSecretValue',
          ]),
        ],
      },
      {
        arn: arn(production, 'role/Deployment'),
        policies: [allow(['s3:CreateBucket', 's3:PutEncryptionConfiguration'])],
      },
      { arn: arn(production, 'user/Alice'), policies: [allow(['kms:List*', 'kms:Describe*', 'kms:Get*'])] },
      { arn: arn(production, 'user/Bob') },
    ],
  },
  {
    id: analytics,
    name: 'Analytics',
    principals: [
      { arn: arn(analytics, 'role/Reports'), policies: [allow(['kms:Decrypt', 'kms:DescribeKey'])] },
      { arn: arn(analytics, 'user/Admin'), policies: [allow('kms:*')] },
    ],
  },
  {
    id: audit,
    name: 'Audit',
    principals: [
      { arn: arn(audit, 'role/Auditor'), policies: [allow(['kms:Describe*', 'kms:Get*', 'kms:List*'])] },
    ],
  },
  {
    id: management,
    name: 'Management',
    principals: [{ arn: arn(management, 'user/OrgAdmin'), policies: [allow('organizations:*')] }],
  },
];

const administer = [
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
const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];

const statement = (
  Sid: string,
  AWS: string | readonly string[],
  Action: readonly string[],
  Condition?: object,
) => ({
  Sid,
  Effect: 'Allow',
  Principal: { AWS },
  Action,
  Resource: '*',
  ...(Condition ? { Condition } : {}),
});
const policy = (...statements: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      statement('EnableIamPolicies', arn(production, 'root'), ['kms:*']),
      statement('Administrators', keyAdmin, administer),
      ...statements,
    ],
  });
const tags = (Team: string, Data: string) => [
  { TagKey: 'Team', TagValue: Team },
  { TagKey: 'Data', TagValue: Data },
];

const call = (
  operation: string,
  input: TemplateCall['input'],
  more: Partial<TemplateCall> = {},
): TemplateCall => ({
  operation,
  by: keyAdmin,
  input,
  ...more,
});
const key = (
  as: string,
  alias: string,
  input: TemplateCall['input'],
  region?: string,
): readonly TemplateCall[] => [
  call('CreateKey', input, { as, region }),
  call('CreateAlias', { AliasName: `alias/${alias}`, TargetKeyId: `{${as}}` }, { region }),
];

const manage = organizationsBy(arn(management, 'user/OrgAdmin'));
const bucket = 'orders-archive-111122223333';
const utf8 = new TextEncoder();
/** What stores things under a key of the company: each of these calls asks KMS in turn. */
const storing: readonly TemplateCall[] = [
  {
    service: 's3',
    operation: 'CreateBucket',
    by: arn(production, 'role/Deployment'),
    input: { Bucket: bucket },
  },
  {
    service: 's3',
    operation: 'PutBucketEncryption',
    by: arn(production, 'role/Deployment'),
    input: {
      Bucket: bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: '{orders}' },
            BucketKeyEnabled: true,
          },
        ],
      },
    },
  },
  {
    service: 's3',
    operation: 'PutObject',
    by: arn(production, 'role/OrdersApp'),
    input: { Bucket: bucket, Key: '2026/order-1001.json', Body: utf8.encode('{"order":1001,"items":3}') },
  },
  {
    service: 'secretsmanager',
    operation: 'CreateSecret',
    by: arn(production, 'role/OrdersApp'),
    input: {
      Name: 'orders/database',
      Description: 'How the shop reaches its database',
      KmsKeyId: '{orders}',
      SecretString: '{"user":"shop","password":"only-simulated"}',
    },
  },
];

/** First, so that everything after it passes under its ceilings. */
const structure: readonly TemplateCall[] = [
  ...organization(manage),
  unit(manage, 'workloads', 'Workloads'),
  unit(manage, 'security', 'Security'),
  ...member(manage, production, 'workloads'),
  ...member(manage, analytics, 'workloads'),
  ...member(manage, audit, 'security'),
  ...ceiling(manage, {
    ...keepKeys,
    to: 'workloads',
    statement: {
      Action: ['kms:ScheduleKeyDeletion', 'kms:DeleteImportedKeyMaterial'],
      Resource: '*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': arn('*', 'role/KeyAdmin') } },
    },
  }),
  ...ceiling(manage, {
    as: 'onlyOurs',
    type: 'RESOURCE_CONTROL_POLICY',
    name: 'OnlyOurOrganization',
    description: 'Keys answer to nobody outside the organization, whatever a key policy says',
    to: 'root',
    statement: {
      Principal: '*',
      Action: 'kms:*',
      Resource: '*',
      Condition: {
        StringNotEqualsIfExists: { 'aws:PrincipalOrgID': '{organization}' },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    },
  }),
];

export const company: Template = {
  id: 'company',
  genesis: { accounts },
  calls: [
    ...structure,
    ...key('payroll', 'payroll', {
      Description: 'Salaries and bank details',
      Policy: policy(
        statement('PayrollUsesIt', arn(production, 'role/PayrollApp'), use, {
          StringEquals: { 'kms:EncryptionContext:app': 'payroll' },
        }),
      ),
      Tags: tags('People', 'confidential'),
    }),
    call('EnableKeyRotation', { KeyId: '{payroll}' }),
    ...key('orders', 'orders', {
      Description: 'Orders, read by the reports of the analytics account',
      Policy: policy(
        statement('OrdersUsesIt', arn(production, 'role/OrdersApp'), use),
        statement('AnalyticsReads', arn(analytics, 'root'), ['kms:Decrypt', 'kms:DescribeKey']),
      ),
      Tags: tags('Shop', 'internal'),
    }),
    call('CreateGrant', {
      KeyId: '{orders}',
      GranteePrincipal: arn(production, 'role/Deployment'),
      RetiringPrincipal: keyAdmin,
      Operations: ['Encrypt', 'GenerateDataKey', 'CreateGrant'],
      Constraints: { EncryptionContextSubset: { stage: 'release' } },
      Name: 'release',
    }),
    ...key('signing', 'release-signing', {
      Description: 'Signs releases',
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
      Policy: policy(
        statement('DeploymentSigns', arn(production, 'role/Deployment'), ['kms:Sign', 'kms:GetPublicKey']),
      ),
      Tags: tags('Platform', 'internal'),
    }),
    ...key('tokens', 'session-tokens', {
      Description: 'HMAC of session tokens',
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
      Tags: tags('Shop', 'internal'),
    }),
    ...key('global', 'global-settings', {
      Description: 'Settings that every Region reads',
      MultiRegion: true,
      Tags: tags('Platform', 'internal'),
    }),
    call('ReplicateKey', { KeyId: '{global}', ReplicaRegion: 'eu-central-1' }),
    ...key('legacy', 'legacy-archive', { Description: 'Replaced by orders; on its way out' }),
    call('DisableKey', { KeyId: '{legacy}' }),
    ...storing,
    // The keys that AWS's services make for an account when they first need one.
    ...['aws/s3', 'aws/ebs', 'aws/rds', 'aws/lambda', 'aws/secretsmanager', 'aws/dynamodb'].map((name) =>
      call('DescribeKey', { KeyId: `alias/${name}` }),
    ),
    call('DescribeKey', { KeyId: 'alias/aws/s3' }, { by: arn(analytics, 'user/Admin') }),
  ],
};
