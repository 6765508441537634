import { uuidFrom } from './crypto/index.ts';
import { makeKey, plainKey } from './makeKey.ts';
import { aliasArn, parseKeyName, ref, type AliasName, type KeyId } from './model/index.ts';
import type { Step } from './operation.ts';
import { respacePolicy } from './policy/index.ts';
import { defaultPeriodInDays, periodLater, rotationOf } from './rotation.ts';

/*
 * AWS managed keys: made when first described, never changeable, with AWS's policy for them.
 * Sources: services.json "awsManagedKeys", policy.md §3.
 */

const what: Readonly<Record<string, string>> = {
  acm: 'ACM private keys',
  backup: 'Backup data',
  dms: 'DMS replication instance volumes',
  dynamodb: 'DynamoDB data',
  ebs: 'EBS volumes',
  elasticfilesystem: 'EFS filesystems',
  es: 'Elasticsearch data',
  fsx: 'FSx resources',
  glue: 'Glue data',
  kafka: 'Kafka data',
  // OURS: in no recorded answer; the form is that of the others.
  kinesis: 'Kinesis data',
  lambda: 'Lambda functions',
  rds: 'RDS database volumes',
  redshift: 'Redshift data',
  s3: 'S3 objects',
  secretsmanager: 'Secrets Manager data',
  sns: 'SNS data',
  sqs: 'SQS messages',
  ssm: 'SSM parameters',
};

/** The predefined aliases, in the order of their names. OURS: those whose key description is known, and Kinesis. */
export const predefinedAliases: readonly AliasName[] = Object.keys(what)
  .sort()
  .map((service) => `alias/aws/${service}` as AliasName);

/** The service name in kms:ViaService, where it differs from the alias (conditions.json "viaServiceNames"). */
const viaService: Readonly<Record<string, string>> = { ebs: 'ec2' };

/**
 * Makes the key behind a predefined alias of the caller's own account, when that alias is meant and has none yet.
 * Undefined when there is nothing to make.
 */
export function awsManagedKey(named: string, step: Step): Promise<void> | undefined {
  const name = parseKeyName(named);
  if (name.form !== 'alias' && name.form !== 'aliasArn') return undefined;
  const { account } = step.identity;
  if (name.form === 'aliasArn' && (name.arn.account !== account || name.arn.region !== step.region))
    return undefined;
  const service = name.alias.startsWith('alias/aws/') ? name.alias.slice('alias/aws/'.length) : undefined;
  const kind = service === undefined ? undefined : what[service];
  const arn = aliasArn(step.region, account, name.alias);
  if (service === undefined || kind === undefined || step.view.get(ref.alias(arn))) return undefined;
  return makeManagedKey(service, kind, name.alias, step);
}

async function makeManagedKey(service: string, kind: string, alias: AliasName, step: Step): Promise<void> {
  const { account } = step.identity;
  const rec = await makeKey(
    {
      ...plainKey,
      key: uuidFrom((n) => step.env.random(n)) as KeyId,
      account,
      KeyManager: 'AWS',
      Description: `Default key that protects my ${kind} when no other key is defined`,
      policy: respacePolicy(managedPolicy(service, account, step.region)),
      tags: [],
    },
    step,
  );
  const at = step.env.at;
  // specs.json rotation.awsManaged: every year, unchangeable; operations.json GetKeyRotationStatus: always enabled.
  step.view.put(ref.rotation(rec.arn), {
    ...rotationOf(rec.arn, step.view),
    enabled: true,
    next: periodLater(at, defaultPeriodInDays),
  });
  const arn = aliasArn(step.region, account, alias);
  step.view.put(ref.alias(arn), {
    arn,
    alias,
    account,
    region: step.region,
    target: rec.arn,
    CreationDate: at,
    LastUpdatedDate: at,
  });
}

/** policy.md §3 "AWS managed key policy". OURS: the words of Id and Sids. */
const managedPolicy = (service: string, account: string, region: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: `auto-${service}-1`,
    Statement: [
      {
        Sid: `Allow access through ${service} for all principals in the account that are authorized to use it`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': account,
            'kms:ViaService': `${viaService[service] ?? service}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
    ],
  });
