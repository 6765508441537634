import { awsManagedKey } from '../awsManaged.ts';
import { keyMetadata } from '../keyMetadata.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html

export interface DescribeKeyRequest {
  readonly KeyId: string;
  readonly GrantTokens?: readonly string[];
}
export interface DescribeKeyResponse {
  readonly KeyMetadata: Readonly<Record<string, unknown>>;
}

const find = keyNamedBy('kms:DescribeKey', 'withAliases');

export const DescribeKey = operation<DescribeKeyRequest, DescribeKeyResponse>({
  name: 'DescribeKey',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: [],
  find(input, step) {
    // operations.json: describing a predefined AWS alias that has no key yet makes the AWS managed key.
    const made = awsManagedKey(input.KeyId, step);
    return made ? made.then(() => find(input, step)) : find(input, step);
  },
  permissions: onTheKey('kms:DescribeKey'),
  run: (_input, located, { view }) => ({ KeyMetadata: keyMetadata(theKey(located).rec, view) }),
  trail: { request: ['KeyId'], response: 'none' },
});
