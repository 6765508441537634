import { isRefusal } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation } from '../operation.ts';
import { pageOf, planPage, type PageRequest } from '../pages.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html

export interface ListKeyPoliciesRequest extends PageRequest {
  readonly KeyId: string;
}
export interface ListKeyPoliciesResponse {
  readonly PolicyNames: readonly string[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListKeyPolicies = operation<ListKeyPoliciesRequest, ListKeyPoliciesResponse>({
  name: 'ListKeyPolicies',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['InvalidMarkerException'],
  find: keyNamedBy('kms:ListKeyPolicies', 'withoutAliases'),
  permissions: onTheKey('kms:ListKeyPolicies'),
  run(input) {
    const plan = planPage('ListKeyPolicies', input);
    if (isRefusal(plan)) return plan;
    const names = plan.after === undefined ? ['default'] : [];
    const { page, members } = pageOf('ListKeyPolicies', names, plan, (name) => name);
    return { PolicyNames: page, ...members };
  },
  trail: { request: ['KeyId'], response: 'none' },
});
