import { grantIdFault, removeGrant } from '../grants.ts';
import { ref, refuse } from '../model/index.ts';
import { keyNamedBy, onTheKey } from '../oneKey.ts';
import { operation, theKey } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html

export interface RevokeGrantRequest {
  readonly KeyId: string;
  readonly GrantId: string;
  readonly DryRun?: boolean;
}

export const RevokeGrant = operation<RevokeGrantRequest, undefined>({
  name: 'RevokeGrant',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: true,
  refusals: ['NotFoundException', 'InvalidGrantIdException'],
  find: keyNamedBy('kms:RevokeGrant', 'withoutAliases'),
  permissions: onTheKey('kms:RevokeGrant'),
  context: () => ({ 'kms:GrantIsForAWSResource': 'false' }),
  run({ GrantId }, located, step) {
    const fault = grantIdFault(GrantId);
    if (fault) return fault;
    const grant = step.view.get(ref.grant(theKey(located).rec.arn, GrantId));
    // OURS: what is said of a grant that the key does not have is in no recording.
    if (!grant)
      return refuse(
        'NotFoundException',
        `Grant ID ${GrantId} not found`,
        'operations.json RevokeGrant errors',
      );
    removeGrant(grant, step);
    return undefined;
  },
  trail: { request: ['KeyId', 'GrantId'], response: 'keyId' },
});
