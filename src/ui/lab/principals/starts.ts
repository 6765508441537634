/** Documents that a form begins with: small, whole, and worth reading. */
const write = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2);

export const starts = {
  useKey: (keyArn: string): string =>
    write({
      Sid: 'UseTheKey',
      Effect: 'Allow',
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: keyArn,
    }),
  boundary: (): string => write({ Sid: 'OnlyKms', Effect: 'Allow', Action: 'kms:*', Resource: '*' }),
  trust: (principal: string): string =>
    write({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }),
  scp: (): string =>
    write({
      Sid: 'KeepKeys',
      Effect: 'Deny',
      Action: ['kms:ScheduleKeyDeletion', 'kms:DisableKey'],
      Resource: '*',
    }),
  endpoint: (account: string): string =>
    write({
      Sid: 'OnlyOurAccount',
      Effect: 'Allow',
      Principal: '*',
      Action: 'kms:*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalAccount': account } },
    }),
  rcp: (organization: string): string =>
    write({
      Sid: 'OnlyOurOrganization',
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:*',
      Resource: '*',
      Condition: {
        StringNotEqualsIfExists: { 'aws:PrincipalOrgID': organization },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    }),
};

/** A document as a person reads it; as it is when it is no JSON. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
