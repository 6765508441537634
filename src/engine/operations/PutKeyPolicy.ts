import { identityPoliciesOf } from '../authorize.ts';
import { ref, refuse } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { checkKeyPolicy, respacePolicy } from '../policy/index.ts';
import { policyNameFault } from '../policyName.ts';
import { namingPolicy, principalExists } from '../principals.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html

export interface PutKeyPolicyRequest {
  readonly KeyId: string;
  readonly PolicyName?: string;
  readonly Policy: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
}

export const PutKeyPolicy = operation<PutKeyPolicyRequest, undefined>({
  name: 'PutKeyPolicy',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'NotFoundException',
    'MalformedPolicyDocumentException',
    'LimitExceededException',
    'UnsupportedOperationException',
  ],
  find: keyNamedBy('kms:PutKeyPolicy', 'withoutAliases'),
  permissions: onTheKey('kms:PutKeyPolicy'),
  context: ({ BypassPolicyLockoutSafetyCheck: bypass }) =>
    bypass === undefined ? {} : { 'kms:BypassPolicyLockoutSafetyCheck': String(bypass) },
  run({ Policy, PolicyName, BypassPolicyLockoutSafetyCheck }, located, step) {
    const { rec } = theKey(located);
    if (rec.KeyManager === 'AWS') {
      // OURS: what is said of the policy of an AWS managed key is in no recording; it says nothing here.
      return refuse('UnsupportedOperationException', '', 'services.json awsManagedKeys cannot');
    }
    const fault =
      policyNameFault(PolicyName) ??
      checkKeyPolicy({
        text: Policy,
        identity: step.identity,
        identityPolicies: identityPoliciesOf(step),
        account: rec.account,
        keyArn: rec.arn,
        principalExists: principalExists(step),
        bypassLockout: BypassPolicyLockoutSafetyCheck ?? false,
      });
    if (fault) return fault;
    step.view.put(ref.keyPolicy(rec.arn), {
      key: rec.arn,
      ...namingPolicy(respacePolicy(Policy), step.view),
    });
    return undefined;
  },
  trail: { request: ['KeyId', 'PolicyName', 'Policy', 'BypassPolicyLockoutSafetyCheck'], response: 'none' },
});
