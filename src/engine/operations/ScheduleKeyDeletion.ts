import { changeState } from '../changeState.ts';
import { roleAfter } from '../multiRegion.ts';
import { epochMs, refuse } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';
import { dayInMs, daysWithoutUse } from '../usage.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html

export interface ScheduleKeyDeletionRequest {
  readonly KeyId: string;
  readonly PendingWindowInDays?: number;
}
export interface ScheduleKeyDeletionResponse {
  readonly KeyId: string;
  /** Absent while replicas exist: the waiting period begins when the last one is gone. */
  readonly DeletionDate?: Date;
  readonly KeyState: string;
  readonly PendingWindowInDays: number;
}

/** specs.json "deletion": days. The shape lets 1 to 365 through, the service 7 to 30. */
export const deletionDays = { min: 7, max: 30, default: 30 };

export const ScheduleKeyDeletion = operation<ScheduleKeyDeletionRequest, ScheduleKeyDeletionResponse>({
  name: 'ScheduleKeyDeletion',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [],
  check: ({ PendingWindowInDays: days = deletionDays.default }) =>
    days < deletionDays.min || days > deletionDays.max
      ? refuse(
          'ValidationException',
          'PendingWindowInDays must be between 7 and 30.',
          'FACTS.md states, quoted 2020',
        )
      : undefined,
  find: keyNamedBy('kms:ScheduleKeyDeletion', 'withoutAliases'),
  permissions: onTheKey('kms:ScheduleKeyDeletion'),
  context: ({ PendingWindowInDays }, located, step) => ({
    ...(PendingWindowInDays === undefined
      ? {}
      : { 'kms:ScheduleKeyDeletionPendingWindowInDays': String(PendingWindowInDays) }),
    'kms:TrailingDaysWithoutKeyUsage': String(daysWithoutUse(theKey(located).rec, step)),
  }),
  run({ PendingWindowInDays = deletionDays.default }, located, step) {
    const { rec } = theKey(located);
    const role = rec.MultiRegion ? roleAfter(rec, 'ScheduleKeyDeletion', step.view) : undefined;
    if (role === 'PRIMARY/waitsForReplicas') {
      const KeyState = changeState(rec, 'ScheduleKeyDeletion', step, {
        pendingWindowInDays: PendingWindowInDays,
      });
      return { KeyId: rec.arn, KeyState, PendingWindowInDays };
    }
    const DeletionDate = epochMs(step.env.at + PendingWindowInDays * dayInMs);
    const KeyState = changeState(rec, 'ScheduleKeyDeletion', step, { DeletionDate, settles: undefined });
    return { KeyId: rec.arn, DeletionDate: new Date(DeletionDate), KeyState, PendingWindowInDays };
  },
  trail: {
    request: ['KeyId', 'PendingWindowInDays'],
    response: ({ KeyId, DeletionDate, KeyState, PendingWindowInDays }) => ({
      keyId: KeyId,
      keyState: KeyState,
      ...(DeletionDate ? { deletionDate: DeletionDate.toISOString() } : {}),
      pendingWindowInDays: PendingWindowInDays,
    }),
  },
});
