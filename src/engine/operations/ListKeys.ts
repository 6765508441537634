import { isRefusal, under, type KeyRec } from '../model/index.ts';
import { noKey, onTheAccount } from '../oneKey.ts';
import { operation } from '../operation.ts';
import { pageOf, planPage, type PageRequest } from '../pages.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html

export interface ListKeysResponse {
  readonly Keys: readonly { readonly KeyId: string; readonly KeyArn: string }[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListKeys = operation<PageRequest, ListKeysResponse>({
  name: 'ListKeys',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['InvalidMarkerException'],
  find: noKey,
  permissions: onTheAccount('kms:ListKeys'),
  run(input, _located, { view, identity, region }) {
    const plan = planPage('ListKeys', input);
    if (isRefusal(plan)) return plan;
    // OURS: in the order of key IDs; AWS promises none.
    const prefix = under.keys(identity.account, region);
    const after = plan.after === undefined ? undefined : `${prefix}${plan.after}`;
    const rows = view.range('ref', { prefix, after, n: plan.n + 1 }).map(({ rec }) => rec as KeyRec);
    const { page, members } = pageOf('ListKeys', rows, plan, (rec) => `key/${rec.key}`);
    return { Keys: page.map((rec) => ({ KeyId: rec.key, KeyArn: rec.arn })), ...members };
  },
  trail: { request: ['Limit', 'Marker'], response: 'none' },
});
