import { grantEntry } from '../grants.ts';
import { isRefusal, indexKey, parseAccountId, parseArn, ref, refuse, type GrantRec } from '../model/index.ts';
import { noKey } from '../oneKey.ts';
import { operation } from '../operation.ts';
import { pageOf, planPage, type PageRequest } from '../pages.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html

export interface ListRetirableGrantsRequest extends PageRequest {
  readonly RetiringPrincipal?: string;
  readonly RetiringServicePrincipal?: string;
}
export interface ListRetirableGrantsResponse {
  readonly Grants: readonly Readonly<Record<string, unknown>>[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListRetirableGrants = operation<ListRetirableGrantsRequest, ListRetirableGrantsResponse>({
  name: 'ListRetirableGrants',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['InvalidMarkerException'],
  check({ RetiringPrincipal, RetiringServicePrincipal }) {
    if ((RetiringPrincipal === undefined) === (RetiringServicePrincipal === undefined)) {
      return refuse(
        'ValidationException',
        'Specify exactly one of RetiringPrincipal and RetiringServicePrincipal.',
        'model.json crossMemberRules ListRetirableGrants',
      );
    }
    // OURS: what is no ARN is no principal; the code is declared, when it comes is not said.
    return RetiringPrincipal === undefined || parseArn(RetiringPrincipal) || parseAccountId(RetiringPrincipal)
      ? undefined
      : refuse('InvalidArnException', '', 'operations.json ListRetirableGrants errors');
  },
  find: noKey,
  permissions: ({ RetiringPrincipal }) => [
    { action: 'kms:ListRetirableGrants', resource: RetiringPrincipal ?? '*' },
  ],
  run(input, _located, { view, region }) {
    const plan = planPage('ListRetirableGrants', input);
    if (isRefusal(plan)) return plan;
    const retirer = input.RetiringPrincipal ?? input.RetiringServicePrincipal ?? '';
    const prefix = indexKey.grantByRetirer(retirer);
    const { after, n } = plan;
    const rows = view
      .range('grantByRetirer', {
        prefix,
        after: after === undefined ? undefined : `${prefix}${after}`,
        n: n + 1,
      })
      .map(({ rec }) => rec as GrantRec)
      // A Region lists its own grants only.
      .filter(({ key }) => key.split(':')[3] === region);
    const { page, members } = pageOf('ListRetirableGrants', rows, plan, (grant) =>
      ref.grant(grant.key, grant.grantId),
    );
    return { Grants: page.map(grantEntry), ...members };
  },
  trail: { request: ['RetiringPrincipal'], response: 'none' },
});
