import { ref, under } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { tagFault, tagKeys, type Tag } from '../tagRules.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html

export interface TagResourceRequest {
  readonly KeyId: string;
  readonly Tags: readonly Tag[];
}

export const TagResource = operation<TagResourceRequest, undefined>({
  name: 'TagResource',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['TagException'],
  find: keyNamedBy('kms:TagResource', 'withoutAliases'),
  permissions: onTheKey('kms:TagResource'),
  context: ({ Tags }) => tagKeys(Tags),
  run({ Tags }, located, { view }) {
    const { arn } = theKey(located).rec;
    const renewed = new Set(Tags.map(({ TagKey }) => ref.tag(arn, TagKey) as string));
    const others = view
      .range('ref', { prefix: under.tags(arn), n: 50 })
      .filter((row) => !renewed.has(row.ref));
    const fault = tagFault(Tags, others.length);
    if (fault) return fault;
    for (const { TagKey, TagValue } of Tags) view.put(ref.tag(arn, TagKey), { key: arn, TagKey, TagValue });
    return undefined;
  },
  trail: { request: ['KeyId', 'Tags'], response: 'keyId' },
});
