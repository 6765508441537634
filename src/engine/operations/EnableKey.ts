import { changeState } from '../changeState.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { makeUpRotation } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html

export interface EnableKeyRequest {
  readonly KeyId: string;
}

export const EnableKey = operation<EnableKeyRequest, undefined>({
  name: 'EnableKey',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [],
  find: keyNamedBy('kms:EnableKey', 'withoutAliases'),
  permissions: onTheKey('kms:EnableKey'),
  run(_input, located, step) {
    const { rec } = theKey(located);
    changeState(rec, 'EnableKey', step);
    makeUpRotation(rec.arn, step);
    return undefined;
  },
  trail: { request: ['KeyId'], response: 'keyId' },
});
