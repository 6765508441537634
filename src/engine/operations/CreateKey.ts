import { uuidFrom } from '../crypto/index.ts';
import { identityPoliciesOf } from '../authorize.ts';
import { keyMetadata } from '../keyMetadata.ts';
import { usageFault } from '../keySpecs.ts';
import { makeKey } from '../makeKey.ts';
import { isRefusal, keyArn, ref, refuse, type KeyId, type Refusal } from '../model/index.ts';
import { noKey } from '../oneKey.ts';
import { operation, type Step } from '../operation.ts';
import { checkKeyPolicy, defaultKeyPolicy, respacePolicy } from '../policy/index.ts';
import { principalExists } from '../principals.ts';
import { tagFault, tagKeys, type Tag } from '../tagRules.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html

export interface CreateKeyRequest {
  readonly Policy?: string;
  readonly Description?: string;
  readonly KeyUsage?: string;
  readonly CustomerMasterKeySpec?: string;
  readonly KeySpec?: string;
  readonly Origin?: string;
  readonly CustomKeyStoreId?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
  readonly Tags?: readonly Tag[];
  readonly MultiRegion?: boolean;
  readonly XksKeyId?: string;
}
export interface CreateKeyResponse {
  readonly KeyMetadata: Readonly<Record<string, unknown>>;
}

/** quotas.json "kmsKeysPerAccountRegion". */
const keysPerAccountAndRegion = 100_000;

const specOf = (input: CreateKeyRequest): string => input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';

export const CreateKey = operation<CreateKeyRequest, CreateKeyResponse>({
  name: 'CreateKey',
  plane: 'control',
  readOnly: false,
  worksAcrossAccounts: false,
  refusals: [
    'UnsupportedOperationException',
    'LimitExceededException',
    'MalformedPolicyDocumentException',
    'TagException',
    'CustomKeyStoreNotFoundException',
  ],
  check(input) {
    if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
      return refuse(
        'ValidationException',
        'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
        'FACTS.md CreateKey',
      );
    }
    return usageFault(specOf(input), input.KeyUsage);
  },
  find: noKey,
  permissions: (input) => [
    { action: 'kms:CreateKey', resource: '*' },
    ...(input.Tags?.length ? [{ action: 'kms:TagResource', resource: '*' }] : []),
  ],
  context: (input) => ({
    'kms:KeySpec': specOf(input),
    'kms:KeyUsage': input.KeyUsage ?? 'ENCRYPT_DECRYPT',
    'kms:KeyOrigin': input.Origin ?? 'AWS_KMS',
    'kms:MultiRegion': String(input.MultiRegion ?? false),
    ...(input.MultiRegion ? { 'kms:MultiRegionKeyType': 'PRIMARY' } : {}),
    // conditions.json "defaultValues": absent when the parameter is absent.
    ...(input.BypassPolicyLockoutSafetyCheck === undefined
      ? {}
      : { 'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck) }),
    ...tagKeys(input.Tags ?? []),
  }),
  async run(input, _located, step) {
    const refusal = notBuilt(input) ?? tagFault(input.Tags ?? []) ?? tooMany(step);
    if (refusal) return refusal;
    const { account } = step.identity;
    const key = uuidFrom((n) => step.env.random(n)) as KeyId;
    const policy = policyFor(input, key, step);
    if (isRefusal(policy)) return policy;
    const rec = await makeKey(
      { key, account, KeyManager: 'CUSTOMER', Description: input.Description ?? '', policy, tags: input.Tags ?? [] },
      step,
    );
    return { KeyMetadata: keyMetadata(rec) };
  },
  trail: {
    request: [
      'Description',
      'Origin',
      'BypassPolicyLockoutSafetyCheck',
      'CustomerMasterKeySpec',
      'KeySpec',
      'KeyUsage',
      'MultiRegion',
      'CustomKeyStoreId',
      'XksKeyId',
      'Tags',
      'Policy',
    ],
    defaults: (input) => ({
      Description: '',
      Origin: 'AWS_KMS',
      BypassPolicyLockoutSafetyCheck: false,
      CustomerMasterKeySpec: specOf(input),
      KeySpec: specOf(input),
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
    }),
    response: ({ KeyMetadata }) => ({
      keyMetadata: Object.fromEntries(
        Object.entries(KeyMetadata).map(([name, value]) => [
          name === 'AWSAccountId' ? 'aWSAccountId' : name.charAt(0).toLowerCase() + name.slice(1),
          value instanceof Date ? value.toISOString() : value,
        ]),
      ),
    }),
  },
});

/** What comes later: refused with a sentence that says so, never half-made. */
function notBuilt(input: CreateKeyRequest): Refusal | undefined {
  if (input.CustomKeyStoreId !== undefined) {
    return refuse('CustomKeyStoreNotFoundException', '', 'policy.md §9 no text at all');
  }
  const spec = specOf(input);
  const origin = input.Origin ?? 'AWS_KMS';
  const what =
    spec !== 'SYMMETRIC_DEFAULT' ? `KeySpec ${spec}` : origin !== 'AWS_KMS' ? `Origin ${origin}` : input.MultiRegion ? 'MultiRegion true' : undefined;
  return what === undefined
    ? undefined
    : // OURS: AWS makes such a key; this version of the engine does not yet.
      refuse('UnsupportedOperationException', `${what} is not in this version of KMS Lab.`, 'OURS: not built yet');
}

function tooMany({ view, identity, region }: Step): Refusal | undefined {
  const count = view.get(ref.counter(`keys/${identity.account}/${region}`))?.count ?? 0;
  return count < keysPerAccountAndRegion
    ? undefined
    : // OURS: the text is in no recording.
      refuse('LimitExceededException', '', 'quotas.json kmsKeysPerAccountRegion');
}

function policyFor(input: CreateKeyRequest, key: KeyId, step: Step): string | Refusal {
  const { account } = step.identity;
  if (input.Policy === undefined) return respacePolicy(defaultKeyPolicy(account));
  const fault = checkKeyPolicy({
    text: input.Policy,
    identity: step.identity,
    identityPolicies: identityPoliciesOf(step),
    account,
    keyArn: keyArn(step.region, account, key),
    principalExists: principalExists(step),
    bypassLockout: input.BypassPolicyLockoutSafetyCheck ?? false,
  });
  return fault ?? respacePolicy(input.Policy);
}
