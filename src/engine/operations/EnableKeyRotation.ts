import { roleFault } from '../multiRegion.ts';
import { ref } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { defaultPeriodInDays, originFault, periodLater, rotationFault, rotationOf } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html

export interface EnableKeyRotationRequest {
  readonly KeyId: string;
  /** 90 to 2,560 days. */
  readonly RotationPeriodInDays?: number;
}

export const EnableKeyRotation = operation<EnableKeyRotationRequest, undefined>({
  name: 'EnableKeyRotation',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: ['UnsupportedOperationException'],
  find: keyNamedBy('kms:EnableKeyRotation', 'withoutAliases'),
  permissions: onTheKey('kms:EnableKeyRotation'),
  context: ({ RotationPeriodInDays }) =>
    RotationPeriodInDays === undefined ? {} : { 'kms:RotationPeriodInDays': String(RotationPeriodInDays) },
  run({ RotationPeriodInDays = defaultPeriodInDays }, located, { view, env }) {
    const { rec } = theKey(located);
    const fault = rotationFault(rec) ?? originFault(rec);
    if (fault) return fault;
    const notHere = roleFault(rec, 'EnableKeyRotation', view);
    if (notHere) return notHere;
    view.put(ref.rotation(rec.arn), {
      ...rotationOf(rec.arn, view),
      enabled: true,
      periodInDays: RotationPeriodInDays,
      // specs.json "startsFrom": the enable date, or the last change of the period.
      next: periodLater(env.at, RotationPeriodInDays),
      overdue: false,
    });
    return undefined;
  },
  trail: { request: ['KeyId', 'RotationPeriodInDays'], response: 'keyId' },
});
