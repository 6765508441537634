import { toHex } from '../crypto/index.ts';
import { grantableOperations, grantsPerKey, grantToken, isInfrastructure } from '../grants.ts';
import { epochMs, indexKey, ref, refuse, type GrantRec, type KeyRec, type Refusal } from '../model/index.ts';
import { keyNamedBy } from '../oneKey.ts';
import { operation, theKey, type ConditionKeys, type Step } from '../operation.ts';

import { isServiceName } from '../policy/index.ts';
import { principalExists } from '../principals.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html

export interface CreateGrantRequest {
  readonly KeyId: string;
  readonly GranteePrincipal?: string;
  readonly GranteeServicePrincipal?: string;
  readonly RetiringPrincipal?: string;
  readonly RetiringServicePrincipal?: string;
  readonly Operations: readonly string[];
  readonly Constraints?: GrantRec['Constraints'];
  readonly GrantTokens?: readonly string[];
  readonly Name?: string;
  readonly DryRun?: boolean;
}
export interface CreateGrantResponse {
  readonly GrantToken: string;
  readonly GrantId: string;
}

const invalid = (message: string, because: string): Refusal =>
  refuse('ValidationException', message, because);

export const CreateGrant = operation<CreateGrantRequest, CreateGrantResponse>({
  name: 'CreateGrant',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: true,
  refusals: ['LimitExceededException', 'InvalidArnException', 'ValidationException'],
  check: memberFault,
  find: keyNamedBy('kms:CreateGrant', 'withoutAliases'),
  permissions: ({ Operations, Constraints }, located) => [
    { action: 'kms:CreateGrant', key: theKey(located), creates: { Operations, Constraints } },
  ],
  context: grantContext,
  async run(input, located, step) {
    const { rec } = theKey(located);
    const fault = misfit(input, rec) ?? unknownPrincipal(input, step);
    if (fault) return fault;
    const same = sameNamed(input, rec, step);
    const grant = same ?? newGrant(input, rec, step);
    if (!same) {
      if (step.view.count(`grants/${rec.arn}`, 1) > grantsPerKey) {
        // OURS: what LimitExceededException says of one grant too many is in no recording; it says nothing here.
        return refuse('LimitExceededException', '', 'quotas.json grantsPerKey');
      }
      step.view.put(ref.grant(rec.arn, grant.grantId), grant);
    }
    return { GrantToken: await grantToken(grant, step), GrantId: grant.grantId };
  },
  trail: {
    request: [
      'KeyId',
      'GranteePrincipal',
      'GranteeServicePrincipal',
      'RetiringPrincipal',
      'RetiringServicePrincipal',
      'Operations',
      'Constraints',
      'Name',
    ],
    response: ({ GrantId }, located) => ({ grantId: GrantId, keyId: theKey(located).rec.arn }),
  },
});

/**
 * model.json crossMemberRules CreateGrant. OURS: what is said of members that do not go together is in no recording.
 */
function memberFault(input: CreateGrantRequest): Refusal | undefined {
  const because = 'model.json crossMemberRules CreateGrant';
  const { Constraints } = input;
  // OURS: the model has no least length for the list; a grant of no operation would allow nothing.
  if (input.Operations.length === 0) return invalid('Operations must name at least one operation.', because);
  if ((input.GranteePrincipal === undefined) === (input.GranteeServicePrincipal === undefined)) {
    return invalid('Specify exactly one of GranteePrincipal and GranteeServicePrincipal.', because);
  }
  if (input.RetiringPrincipal !== undefined && input.RetiringServicePrincipal !== undefined) {
    return invalid('Specify at most one of RetiringPrincipal and RetiringServicePrincipal.', because);
  }
  const retirer = input.RetiringPrincipal ?? input.RetiringServicePrincipal;
  if (
    input.GranteeServicePrincipal !== undefined &&
    (Constraints?.SourceArn === undefined || retirer === undefined)
  ) {
    return invalid('GranteeServicePrincipal needs Constraints.SourceArn and a retiring principal.', because);
  }
  if (Constraints?.EncryptionContextEquals && Constraints.EncryptionContextSubset) {
    return invalid('EncryptionContextEquals and EncryptionContextSubset are mutually exclusive.', because);
  }
  const pairs = Object.entries(
    Constraints?.EncryptionContextEquals ?? Constraints?.EncryptionContextSubset ?? {},
  );
  if (pairs.length > 8 || pairs.some(([, value]) => value.length > 384)) {
    return invalid('A grant constraint holds up to 8 pairs with values of up to 384 characters.', because);
  }
  return undefined;
}

/** The operations must fit the key; encryption context constraints are for symmetric encryption keys. */
function misfit({ Operations, Constraints }: CreateGrantRequest, rec: KeyRec): Refusal | undefined {
  const fitting = grantableOperations(rec);
  const odd = Operations.find((one) => !fitting.includes(one));
  if (odd !== undefined) {
    return invalid(
      `The operation ${odd} is not supported for this key.`,
      'policy.md §6: must fit the key type',
    );
  }
  const byContext = Constraints?.EncryptionContextEquals ?? Constraints?.EncryptionContextSubset;
  return byContext && rec.KeySpec !== 'SYMMETRIC_DEFAULT'
    ? invalid('Encryption context constraints are for symmetric encryption keys.', 'policy.md §6 constraints')
    : undefined;
}

/** policy.md §6: user, role, session or account; not a group. OURS: an ARN that names nobody is refused with this code. */
function unknownPrincipal(
  { GranteePrincipal, RetiringPrincipal }: CreateGrantRequest,
  step: Step,
): Refusal | undefined {
  const exists = principalExists(step);
  // Grants that services make name themselves, or their infrastructure (cloudtrail.json "serviceCallSamples" EBS).
  const byService = step.viaService !== undefined || step.identity.kind === 'service';
  const isServices = (name: string) => byService && (isServiceName(name) || isInfrastructure(name));
  const unknown = [GranteePrincipal, RetiringPrincipal].find(
    (name) => name !== undefined && !isServices(name) && !exists(name),
  );
  return unknown === undefined
    ? undefined
    : refuse('InvalidArnException', '', 'operations.json CreateGrant errors');
}

function newGrant(input: CreateGrantRequest, rec: KeyRec, step: Step): GrantRec {
  const { env, view, identity } = step;
  const delayed = view.get(ref.world)?.propagation ?? false;
  // Drawn also when it is switched off, so that the switch changes no later draw.
  const [high = 0, low = 0] = env.random(2);
  const delayInSeconds = 5 + ((high * 256 + low) % 146);
  return {
    grantId: toHex(env.random(32)),
    key: rec.arn,
    GranteePrincipal: input.GranteePrincipal,
    GranteeServicePrincipal: input.GranteeServicePrincipal,
    RetiringPrincipal: input.RetiringPrincipal,
    RetiringServicePrincipal: input.RetiringServicePrincipal,
    Operations: input.Operations,
    Constraints: input.Constraints,
    Name: input.Name,
    IssuingAccount: identity.account,
    CreationDate: env.at,
    visible: delayed ? epochMs(env.at + delayInSeconds * 1000) : env.at,
  };
}

/** Name and identical parameters make CreateGrant idempotent: the same GrantId with a fresh token. */
function sameNamed(input: CreateGrantRequest, rec: KeyRec, step: Step): GrantRec | undefined {
  if (input.Name === undefined) return undefined;
  const grantee = input.GranteePrincipal ?? input.GranteeServicePrincipal ?? '';
  const parameters = (grant: Omit<CreateGrantRequest, 'KeyId'>) =>
    JSON.stringify([
      grant.Name,
      grant.RetiringPrincipal ?? null,
      grant.RetiringServicePrincipal ?? null,
      [...grant.Operations].sort(),
      sorted(grant.Constraints?.EncryptionContextEquals),
      sorted(grant.Constraints?.EncryptionContextSubset),
      grant.Constraints?.SourceArn ?? null,
    ]);
  return step.view
    .range('grantByGrantee', { prefix: indexKey.grantByGrantee(rec.arn, grantee), n: grantsPerKey })
    .map(({ rec: grant }) => grant as GrantRec)
    .find((grant) => parameters(grant as Omit<CreateGrantRequest, 'KeyId'>) === parameters(input));
}

const sorted = (pairs: Readonly<Record<string, string>> | undefined) =>
  pairs ? Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1)) : null;

function grantContext(input: CreateGrantRequest): ConditionKeys {
  const { Constraints } = input;
  const context = Constraints?.EncryptionContextEquals ?? Constraints?.EncryptionContextSubset;
  const type = Constraints?.EncryptionContextEquals
    ? 'EncryptionContextEquals'
    : Constraints?.EncryptionContextSubset
      ? 'EncryptionContextSubset'
      : undefined;
  const pairs = Object.entries(context ?? {});
  const given: Readonly<Record<string, string | undefined>> = {
    'kms:GranteePrincipal': input.GranteePrincipal,
    'kms:GranteeServicePrincipal': input.GranteeServicePrincipal,
    'kms:RetiringPrincipal': input.RetiringPrincipal,
    'kms:RetiringServicePrincipal': input.RetiringServicePrincipal,
    'kms:GrantConstraintType': type,
    'kms:GrantConstraintSourceArn': Constraints?.SourceArn,
  };
  return {
    ...Object.fromEntries(
      Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    'kms:GrantOperations': input.Operations,
    // Only a service that calls for the principal makes it true (conditions.json).
    'kms:GrantIsForAWSResource': 'false',
    ...(pairs.length > 0 ? { 'kms:EncryptionContextKeys': pairs.map(([key]) => key) } : {}),
    ...Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
  };
}
