import { ref } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html

export interface GetKeyLastUsageRequest {
  readonly KeyId: string;
}
export interface GetKeyLastUsageResponse {
  readonly KeyId: string;
  readonly KeyLastUsage: Readonly<Record<string, unknown>>;
  readonly TrackingStartDate: Date;
  readonly KeyCreationDate: Date;
}

/** operations.json: tracking began in 2026; the examples of the documentation use the second half of April. */
const trackingBegan = Date.UTC(2026, 3, 15);

export const GetKeyLastUsage = operation<GetKeyLastUsageRequest, GetKeyLastUsageResponse>({
  name: 'GetKeyLastUsage',
  plane: 'control',
  readOnly: true,
  worksAcrossAccounts: false,
  refusals: [],
  find: keyNamedBy('kms:GetKeyLastUsage', 'withoutAliases'),
  permissions: onTheKey('kms:GetKeyLastUsage'),
  run(_input, located, { view }) {
    const { rec } = theKey(located);
    const use = view.get(ref.usage(rec.arn));
    return {
      KeyId: rec.arn,
      KeyLastUsage: use
        ? {
            Operation: use.operation,
            Timestamp: new Date(use.at),
            CloudTrailEventId: use.eventId,
            KmsRequestId: use.requestId,
          }
        : {},
      // OURS: for a key made later, tracking begins with the key.
      TrackingStartDate: new Date(Math.max(trackingBegan, rec.CreationDate)),
      KeyCreationDate: new Date(rec.CreationDate),
    };
  },
  trail: { request: ['KeyId'], response: 'none' },
});
