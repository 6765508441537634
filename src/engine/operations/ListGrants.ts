import { grantEntry, grantIdFault, grantsPerKey } from '../grants.ts';
import {
  isRefusal,
  indexKey,
  ref,
  refuse,
  under,
  type GrantRec,
  type KeyArn,
  type Refusal,
} from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey, type Step } from '../operation.ts';
import { pageOf, planPage, type PagePlan, type PageRequest } from '../pages.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html

export interface ListGrantsRequest extends PageRequest {
  readonly KeyId: string;
  readonly GrantId?: string;
  readonly GranteePrincipal?: string;
  readonly GranteeServicePrincipal?: string;
}
export interface ListGrantsResponse {
  readonly Grants: readonly Readonly<Record<string, unknown>>[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListGrants = operation<ListGrantsRequest, ListGrantsResponse>({
  name: 'ListGrants',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['InvalidMarkerException', 'InvalidGrantIdException'],
  check: ({ GranteePrincipal, GranteeServicePrincipal }): Refusal | undefined =>
    GranteePrincipal !== undefined && GranteeServicePrincipal !== undefined
      ? refuse(
          'ValidationException',
          'Specify at most one of GranteePrincipal and GranteeServicePrincipal.',
          'model.json crossMemberRules ListGrants',
        )
      : undefined,
  find: keyNamedBy('kms:ListGrants', 'withoutAliases'),
  permissions: onTheKey('kms:ListGrants'),
  context: () => ({ 'kms:GrantIsForAWSResource': 'false' }),
  run(input, located, step) {
    const fault = grantIdFault(input.GrantId);
    if (fault) return fault;
    const plan = planPage('ListGrants', input);
    if (isRefusal(plan)) return plan;
    const rows = grantsOf(theKey(located).rec.arn, input, plan, step);
    const { page, members } = pageOf('ListGrants', rows, plan, ({ grantId }) => grantId);
    return { Grants: page.map(grantEntry), ...members };
  },
  trail: { request: ['KeyId', 'Limit', 'Marker'], response: 'none' },
});

function grantsOf(
  key: KeyArn,
  input: ListGrantsRequest,
  { n, after }: PagePlan,
  { view }: Step,
): readonly GrantRec[] {
  const grantee = input.GranteePrincipal ?? input.GranteeServicePrincipal;
  if (input.GrantId !== undefined) {
    const one = view.get(ref.grant(key, input.GrantId));
    const fits =
      one &&
      (grantee === undefined || one.GranteePrincipal === grantee || one.GranteeServicePrincipal === grantee);
    return fits ? [one] : [];
  }
  if (grantee === undefined) {
    const prefix = under.grants(key);
    const from = after === undefined ? undefined : `${prefix}${after}`;
    return view.range('ref', { prefix, after: from, n: n + 1 }).map(({ rec }) => rec as GrantRec);
  }
  const all = view.range('grantByGrantee', {
    prefix: indexKey.grantByGrantee(key, grantee),
    n: grantsPerKey,
  });
  return all
    .map(({ rec }) => rec as GrantRec)
    .filter(({ grantId }) => after === undefined || grantId > after)
    .slice(0, n + 1);
}
