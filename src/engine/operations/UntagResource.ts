import { ref } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { reservedTag } from '../tagRules.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html

export interface UntagResourceRequest {
  readonly KeyId: string;
  readonly TagKeys: readonly string[];
}

export const UntagResource = operation<UntagResourceRequest, undefined>({
  name: 'UntagResource',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['TagException'],
  find: keyNamedBy('kms:UntagResource', 'withoutAliases'),
  permissions: onTheKey('kms:UntagResource'),
  context: ({ TagKeys }) => (TagKeys.length === 0 ? {} : { 'aws:TagKeys': TagKeys }),
  run({ TagKeys }, located, { view }) {
    const { arn } = theKey(located).rec;
    // OURS: that a reserved tag cannot be taken away either; the code is declared.
    const reserved = reservedTag(TagKeys);
    if (reserved) return reserved;
    // operations.json: taking away a tag that is not there succeeds silently.
    for (const TagKey of TagKeys) view.put(ref.tag(arn, TagKey), undefined);
    return undefined;
  },
  trail: { request: ['KeyId', 'TagKeys'], response: 'keyId' },
});
