import { findKey } from '../find.ts';
import { grantIdFault, invalidToken, readGrantToken, removeGrant } from '../grants.ts';
import { isRefusal, parseKeyName, ref, refuse, type GrantRec, type Refusal } from '../model/index.ts';
import { operation, type Located, type LocatedKey, type Step } from '../operation.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html

export interface RetireGrantRequest {
  readonly GrantToken?: string;
  readonly KeyId?: string;
  readonly GrantId?: string;
  readonly DryRun?: boolean;
}

export const RetireGrant = operation<RetireGrantRequest, undefined>({
  name: 'RetireGrant',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: true,
  refusals: [],
  check: ({ GrantToken, KeyId, GrantId }) =>
    GrantToken === undefined && (KeyId === undefined || GrantId === undefined)
      ? refuse(
          'ValidationException',
          'Grant token OR (grant ID, key ID) must be specified',
          'policy.md §9, unverified',
        )
      : undefined,
  find: findGrant,
  permissions: (_input, { keys: [key] }) => [{ action: 'kms:RetireGrant', key }],
  run(_input, { grant }, step) {
    if (!grant) throw new Error('"RetireGrant" expected a grant');
    removeGrant(grant, step);
    return undefined;
  },
  trail: {
    request: undefined,
    response: 'keyId',
    additional: (_output, { grant }) => (grant ? { grantId: grant.grantId } : {}),
  },
});

async function findGrant(input: RetireGrantRequest, step: Step): Promise<Located | Refusal> {
  const named = await nameOfGrant(input, step);
  if (isRefusal(named)) return named;
  const { key, grantId, by } = named;
  const grant: GrantRec | undefined = step.view.get(ref.grant(key.rec.arn, grantId));
  const fault = by === 'GrantId' ? grantIdFault(grantId) : undefined;
  if (fault) return fault;
  if (!grant) {
    return by === 'GrantToken'
      ? invalidToken
      : refuse('NotFoundException', `Grant ID ${grantId} not found`, 'operations.json RetireGrant errors');
  }
  return { keys: [key], grant };
}

interface Named {
  readonly key: LocatedKey;
  readonly grantId: string;
  readonly by: 'GrantToken' | 'GrantId';
}

async function nameOfGrant(input: RetireGrantRequest, step: Step): Promise<Named | Refusal> {
  if (input.GrantToken !== undefined) {
    const read = await readGrantToken(input.GrantToken, step);
    const rec = read && step.view.get(ref.key(read.key));
    if (!read || !rec || rec.region !== step.region) return invalidToken;
    const key = { rec, by: 'GrantToken', named: read.grantId, alias: undefined, byCiphertext: false };
    return { key, grantId: read.grantId, by: 'GrantToken' };
  }
  const KeyId = input.KeyId ?? '';
  // The API text asks for the key ARN here.
  if (parseKeyName(KeyId).form !== 'keyArn') {
    return refuse('InvalidArnException', '', 'model.json keyIdForms RetireGrant(ARN)');
  }
  const key = findKey({ by: 'KeyId', text: KeyId, action: 'kms:RetireGrant', aliases: false }, step);
  return isRefusal(key) ? key : { key, grantId: input.GrantId ?? '', by: 'GrantId' };
}
