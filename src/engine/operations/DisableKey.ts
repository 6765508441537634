import { changeState } from '../changeState.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { daysWithoutUse } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html

export interface DisableKeyRequest {
  readonly KeyId: string;
}

export const DisableKey = operation<DisableKeyRequest, undefined>({
  name: 'DisableKey',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [],
  find: keyNamedBy('kms:DisableKey', 'withoutAliases'),
  permissions: onTheKey('kms:DisableKey'),
  context: (_input, located, step) => ({
    'kms:TrailingDaysWithoutKeyUsage': String(daysWithoutUse(theKey(located).rec, step)),
  }),
  run(_input, located, step) {
    changeState(theKey(located).rec, 'DisableKey', step);
    return undefined;
  },
  trail: { request: ['KeyId'], response: 'keyId' },
});
