import { roleFault } from '../multiRegion.ts';
import { ref, refuse } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { originFault, rotationOf } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html

export interface DisableKeyRotationRequest {
  readonly KeyId: string;
}

export const DisableKeyRotation = operation<DisableKeyRotationRequest, undefined>({
  name: 'DisableKeyRotation',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['UnsupportedOperationException'],
  find: keyNamedBy('kms:DisableKeyRotation', 'withoutAliases'),
  permissions: onTheKey('kms:DisableKeyRotation'),
  run(_input, located, { view }) {
    const { rec } = theKey(located);
    if (rec.keyStore) return refuse('UnsupportedOperationException', '', 'key-states.json note 7');
    const fault = originFault(rec);
    if (fault) return fault;
    // operations.json: on a key that cannot rotate it succeeds without effect (a suite first written against AWS).
    const notHere =
      rec.KeySpec === 'SYMMETRIC_DEFAULT' ? roleFault(rec, 'DisableKeyRotation', view) : undefined;
    if (notHere) return notHere;
    const rotation = rotationOf(rec.arn, view);
    if (rotation.enabled)
      view.put(ref.rotation(rec.arn), { ...rotation, enabled: false, next: undefined, overdue: false });
    return undefined;
  },
  trail: { request: ['KeyId'], response: 'keyId' },
});
