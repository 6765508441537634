import { ref } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { policyNameFault } from '../policyName.ts';
import { shownText } from '../principals.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html

export interface GetKeyPolicyRequest {
  readonly KeyId: string;
  readonly PolicyName?: string;
}
export interface GetKeyPolicyResponse {
  readonly Policy: string;
  readonly PolicyName: string;
}

export const GetKeyPolicy = operation<GetKeyPolicyRequest, GetKeyPolicyResponse>({
  name: 'GetKeyPolicy',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['NotFoundException'],
  find: keyNamedBy('kms:GetKeyPolicy', 'withoutAliases'),
  permissions: onTheKey('kms:GetKeyPolicy'),
  run({ PolicyName }, located, { view }) {
    const fault = policyNameFault(PolicyName);
    if (fault) return fault;
    const { arn } = theKey(located).rec;
    const policy = view.get(ref.keyPolicy(arn));
    if (!policy) throw new Error(`key ${arn} has no policy`);
    return { Policy: shownText(policy, view), PolicyName: 'default' };
  },
  trail: { request: ['KeyId', 'PolicyName'], response: 'none' },
});
