import type { AccountId } from '../model/index.ts';
import { respacePolicy } from './respacePolicy.ts';

/**
 * What a key made without a Policy has (policy.md §3; the Sid is that of the recorded case
 * policies/default-policy-text): the account may hand out everything, nobody may do anything yet but its root user.
 */
export function defaultKeyPolicy(account: AccountId, partition = 'aws'): string {
  const document = {
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  };
  return respacePolicy(JSON.stringify(document));
}
