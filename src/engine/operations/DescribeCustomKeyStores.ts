import { storeEntry, storeMissing, storesOf } from '../keyStores.ts';
import { isRefusal, refuse } from '../model/index.ts';
import { noKey, onTheAccount } from '../oneKey.ts';
import { operation } from '../operation.ts';
import { pageOf, planPage, type PageRequest } from '../pages.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeCustomKeyStores.html

export interface DescribeCustomKeyStoresRequest extends PageRequest {
  readonly CustomKeyStoreId?: string;
  readonly CustomKeyStoreName?: string;
}
export interface DescribeCustomKeyStoresResponse {
  readonly CustomKeyStores: readonly Readonly<Record<string, unknown>>[];
  readonly NextMarker?: string;
  readonly Truncated: boolean;
}

export const DescribeCustomKeyStores = operation<
  DescribeCustomKeyStoresRequest,
  DescribeCustomKeyStoresResponse
>({
  name: 'DescribeCustomKeyStores',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: ['CustomKeyStoreNotFoundException', 'InvalidMarkerException'],
  check: ({ CustomKeyStoreId, CustomKeyStoreName }) =>
    CustomKeyStoreId !== undefined && CustomKeyStoreName !== undefined
      ? refuse(
          'ValidationException',
          'Specify at most one of CustomKeyStoreId and CustomKeyStoreName.',
          'model.json crossMemberRules DescribeCustomKeyStores',
        )
      : undefined,
  find: noKey,
  permissions: onTheAccount('kms:DescribeCustomKeyStores'),
  run(input, _located, step) {
    const plan = planPage('DescribeCustomKeyStores', input);
    if (isRefusal(plan)) return plan;
    const { CustomKeyStoreId, CustomKeyStoreName } = input;
    const wanted = storesOf(step).filter(
      ({ id, name }) =>
        (CustomKeyStoreId === undefined || id === CustomKeyStoreId) &&
        (CustomKeyStoreName === undefined || name === CustomKeyStoreName),
    );
    if (wanted.length === 0 && (CustomKeyStoreId ?? CustomKeyStoreName) !== undefined) return storeMissing();
    const { after } = plan;
    const left = after === undefined ? wanted : wanted.filter(({ id }) => id > after);
    const { page, members } = pageOf('DescribeCustomKeyStores', left, plan, ({ id }) => id);
    return { CustomKeyStores: page.map(storeEntry), ...members };
  },
  trail: { request: ['CustomKeyStoreId'], response: 'none' },
});
