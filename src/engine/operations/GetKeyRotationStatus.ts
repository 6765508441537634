import { multiRegionOf } from '../multiRegion.ts';
import { keyArn, refuse } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { rotationOf } from '../rotation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html

export interface GetKeyRotationStatusRequest {
  readonly KeyId: string;
}
export interface GetKeyRotationStatusResponse {
  readonly KeyId: string;
  readonly KeyRotationEnabled: boolean;
  readonly RotationPeriodInDays?: number;
  readonly NextRotationDate?: Date;
  readonly OnDemandRotationStartDate?: Date;
}

export const GetKeyRotationStatus = operation<GetKeyRotationStatusRequest, GetKeyRotationStatusResponse>({
  name: 'GetKeyRotationStatus',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: true,
  refusals: ['UnsupportedOperationException'],
  find: keyNamedBy('kms:GetKeyRotationStatus', 'withoutAliases'),
  permissions: onTheKey('kms:GetKeyRotationStatus'),
  run(_input, located, { view }) {
    const { rec } = theKey(located);
    if (rec.keyStore) return refuse('UnsupportedOperationException', '', 'key-states.json note 7');
    // The setting of a set of multi-Region keys is the primary's.
    const primary = rec.MultiRegion
      ? keyArn(multiRegionOf(rec, view).primary, rec.account, rec.key)
      : rec.arn;
    const rotation = rotationOf(primary, view);
    const waitsForDeletion = rec.KeyState === 'PendingDeletion' || rec.KeyState === 'PendingReplicaDeletion';
    const KeyRotationEnabled = rotation.enabled && !waitsForDeletion;
    return {
      KeyId: rec.arn,
      KeyRotationEnabled,
      ...(KeyRotationEnabled ? { RotationPeriodInDays: rotation.periodInDays } : {}),
      ...(KeyRotationEnabled && rotation.next !== undefined
        ? { NextRotationDate: new Date(rotation.next) }
        : {}),
      ...(rotation.inProgress ? { OnDemandRotationStartDate: new Date(rotation.inProgress.started) } : {}),
    };
  },
  trail: { request: ['KeyId'], response: 'none' },
});
