import { ref } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html

export interface UpdateKeyDescriptionRequest {
  readonly KeyId: string;
  readonly Description: string;
}

export const UpdateKeyDescription = operation<UpdateKeyDescriptionRequest, undefined>({
  name: 'UpdateKeyDescription',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [],
  find: keyNamedBy('kms:UpdateKeyDescription', 'withoutAliases'),
  permissions: onTheKey('kms:UpdateKeyDescription'),
  run({ Description }, located, { view }) {
    const { rec } = theKey(located);
    view.put(ref.key(rec.arn), { ...rec, Description });
    return undefined;
  },
  trail: { request: ['KeyId', 'Description'], response: 'none' },
});
