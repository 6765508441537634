import { ref, type View } from './model/index.ts';
import type { NamedPolicy } from './policy/index.ts';

/*
 * Policies that are attached by ARN. AWS's own are data of the house; a customer's are records.
 */

const document = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

/** OURS: of AWS's many managed policies, the few that a lab of keys and principals needs; more are a line each. */
const awsManaged: Readonly<Record<string, string>> = {
  'arn:aws:iam::aws:policy/AdministratorAccess': document({ Effect: 'Allow', Action: '*', Resource: '*' }),
  'arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser': document({
    Effect: 'Allow',
    Action: [
      'kms:CreateAlias',
      'kms:CreateKey',
      'kms:DeleteAlias',
      'kms:Describe*',
      'kms:GenerateRandom',
      'kms:Get*',
      'kms:List*',
      'kms:TagResource',
      'kms:UntagResource',
      'iam:ListGroups',
      'iam:ListRoles',
      'iam:ListUsers',
    ],
    Resource: '*',
  }),
};

export const awsManagedPolicies: readonly string[] = Object.keys(awsManaged);

/** The text of a managed policy that is in force: its default version. Undefined when there is none of that ARN. */
export function managedPolicyText(arn: string, view: View): string | undefined {
  if (Object.hasOwn(awsManaged, arn)) return awsManaged[arn];
  const policy = view.get(ref.managedPolicy(arn));
  return policy && view.get(ref.policyVersion(arn, policy.defaultVersion))?.document;
}

/** The policies of these ARNs, by name. One that is gone since says nothing. */
export const managedPolicies = (arns: readonly string[], view: View): readonly NamedPolicy[] =>
  arns.flatMap((arn) => {
    const text = managedPolicyText(arn, view);
    return text === undefined ? [] : [{ name: arn.slice(arn.lastIndexOf('/') + 1), document: text }];
  });

const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Ids of the policies that AWS itself attaches in an organization. */
export const fullAccess = { scp: 'p-FullAWSAccess', rcp: 'p-RCPFullAWSAccess' } as const;

const ofOrganizations: Readonly<Record<string, NamedPolicy>> = {
  [fullAccess.scp]: { name: 'FullAWSAccess', document: document(everything) },
  [fullAccess.rcp]: { name: 'RCPFullAWSAccess', document: document({ ...everything, Principal: '*' }) },
};

export function organizationPolicy(id: string, view: View): NamedPolicy | undefined {
  if (Object.hasOwn(ofOrganizations, id)) return ofOrganizations[id];
  const policy = view.get(ref.orgPolicy(id));
  return policy && { name: policy.name, document: policy.document };
}
