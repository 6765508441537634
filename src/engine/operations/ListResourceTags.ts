import { isRefusal, under, type TagRec } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { pageOf, planPage, type PageRequest } from '../pages.ts';
import type { Tag } from '../tagRules.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html

export interface ListResourceTagsRequest extends PageRequest {
  readonly KeyId: string;
}
export interface ListResourceTagsResponse {
  readonly Tags: readonly Tag[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const ListResourceTags = operation<ListResourceTagsRequest, ListResourceTagsResponse>({
  name: 'ListResourceTags',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['InvalidMarkerException'],
  find: keyNamedBy('kms:ListResourceTags', 'withoutAliases'),
  permissions: onTheKey('kms:ListResourceTags'),
  run(input, located, { view }) {
    const plan = planPage('ListResourceTags', input);
    if (isRefusal(plan)) return plan;
    const prefix = under.tags(theKey(located).rec.arn);
    const after = plan.after === undefined ? undefined : `${prefix}${plan.after}`;
    const rows = view.range('ref', { prefix, after, n: plan.n + 1 }).map(({ rec }) => rec as TagRec);
    const { page, members } = pageOf('ListResourceTags', rows, plan, (tag) => tag.TagKey);
    return { Tags: page.map(({ TagKey, TagValue }) => ({ TagKey, TagValue })), ...members };
  },
  trail: { request: ['KeyId'], response: 'none' },
});
