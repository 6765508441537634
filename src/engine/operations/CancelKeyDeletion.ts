import { changeState } from '../changeState.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html

export interface CancelKeyDeletionRequest {
  readonly KeyId: string;
}
export interface CancelKeyDeletionResponse {
  readonly KeyId: string;
}

export const CancelKeyDeletion = operation<CancelKeyDeletionRequest, CancelKeyDeletionResponse>({
  name: 'CancelKeyDeletion',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [],
  find: keyNamedBy('kms:CancelKeyDeletion', 'withoutAliases'),
  permissions: onTheKey('kms:CancelKeyDeletion'),
  run(_input, located, step) {
    const { rec } = theKey(located);
    changeState(rec, 'CancelKeyDeletion', step, { DeletionDate: undefined, pendingWindowInDays: undefined });
    return { KeyId: rec.arn };
  },
  trail: { request: ['KeyId'], response: ({ KeyId }) => ({ keyId: KeyId }) },
});
