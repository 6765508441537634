import { keyMetadata } from '../keyMetadata.ts';
import { placeFault, keySpecs, usageFault } from '../keySpecs.ts';
import { backingId, backingOf, externalKeyFault, findStore, storeStateFault } from '../keyStores.ts';
import { makeKey } from '../makeKey.ts';
import { keyPolicyText, keysPerAccountAndRegion, newKeyId, tooManyKeys } from '../newKey.ts';
import {
  indexKey,
  isRefusal,
  keyArn,
  refuse,
  type KeyId,
  type KeyRec,
  type KeySpec,
  type KeyUsage,
  type Origin,
  type Refusal,
} from '../model/index.ts';
import { noKey } from '../oneKey.ts';
import { operation, type Step } from '../operation.ts';
import { tagFault, tagKeys, type Tag } from '../tagRules.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html

export interface CreateKeyRequest {
  readonly Policy?: string;
  readonly Description?: string;
  readonly KeyUsage?: KeyUsage;
  /** Deprecated twin of KeySpec. */
  readonly CustomerMasterKeySpec?: KeySpec;
  readonly KeySpec?: KeySpec;
  readonly Origin?: Origin;
  readonly CustomKeyStoreId?: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
  readonly Tags?: readonly Tag[];
  readonly MultiRegion?: boolean;
  readonly XksKeyId?: string;
}
export interface CreateKeyResponse {
  readonly KeyMetadata: Readonly<Record<string, unknown>>;
}

const specOf = (input: CreateKeyRequest): KeySpec =>
  input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
const originOf = (input: CreateKeyRequest): Origin => input.Origin ?? 'AWS_KMS';

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
    'CustomKeyStoreInvalidStateException',
    'CloudHsmClusterInvalidConfigurationException',
    'XksKeyAlreadyInUseException',
    'XksKeyNotFoundException',
    'XksKeyInvalidConfigurationException',
  ],
  check(input) {
    if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
      return refuse(
        'ValidationException',
        'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
        'FACTS.md CreateKey',
      );
    }
    return usageFault(specOf(input), input.KeyUsage) ?? originFault(input);
  },
  find: noKey,
  permissions: (input) => [
    { action: 'kms:CreateKey', resource: '*' },
    ...(input.Tags?.length ? [{ action: 'kms:TagResource', resource: '*' }] : []),
  ],
  context: (input) => ({
    'kms:KeySpec': specOf(input),
    'kms:KeyUsage': input.KeyUsage ?? 'ENCRYPT_DECRYPT',
    'kms:KeyOrigin': originOf(input),
    'kms:MultiRegion': String(input.MultiRegion ?? false),
    ...(input.MultiRegion ? { 'kms:MultiRegionKeyType': 'PRIMARY' } : {}),
    // conditions.json "defaultValues": absent when the parameter is absent.
    ...(input.BypassPolicyLockoutSafetyCheck === undefined
      ? {}
      : { 'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck) }),
    ...tagKeys(input.Tags ?? []),
  }),
  async run(input, _located, step) {
    const refusal = placeFault(specOf(input), step.region) ?? tagFault(input.Tags ?? []) ?? tooManyKeys(step);
    if (refusal) return refusal;
    const keyStore = keyStoreOf(input, step);
    if (isRefusal(keyStore)) return keyStore;
    const key = newKeyId(input.MultiRegion ?? false, step);
    const policy = policyFor(input, key, step);
    if (isRefusal(policy)) return policy;
    const rec = await makeKey(
      {
        key,
        account: step.identity.account,
        KeySpec: specOf(input),
        KeyUsage: input.KeyUsage ?? 'ENCRYPT_DECRYPT',
        Origin: originOf(input),
        MultiRegion: input.MultiRegion ?? false,
        keyStore,
        KeyManager: 'CUSTOMER',
        Description: input.Description ?? '',
        policy,
        tags: input.Tags ?? [],
      },
      step,
    );
    return { KeyMetadata: keyMetadata(rec, step.view) };
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
    response: ({ KeyMetadata }) => ({ keyMetadata: trailMetadata(KeyMetadata) }),
  },
});

/** Metadata as the trail writes it: member names begin lower-case, dates are text. */
const trailMetadata = (metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      name === 'AWSAccountId' ? 'aWSAccountId' : name.charAt(0).toLowerCase() + name.slice(1),
      value instanceof Date ? value.toISOString() : value,
    ]),
  );

/**
 * model.json crossMemberRules CreateKey, specs.json "origins". OURS: what is said of members that do not go
 * together is in no recording.
 */
function originFault(input: CreateKeyRequest): Refusal | undefined {
  const because = 'model.json crossMemberRules CreateKey';
  const unsupported = refuse('UnsupportedOperationException', '', because);
  const origin = originOf(input);
  const inStore = origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE';
  if (origin === 'EXTERNAL' && !keySpecs[specOf(input)].importable) return unsupported;
  if (inStore && (specOf(input) !== 'SYMMETRIC_DEFAULT' || input.MultiRegion)) return unsupported;
  const wrong = (message: string) => refuse('ValidationException', message, because);
  if (inStore !== (input.CustomKeyStoreId !== undefined)) {
    return wrong(
      'CustomKeyStoreId is required with, and only with, Origin AWS_CLOUDHSM and EXTERNAL_KEY_STORE.',
    );
  }
  if ((origin === 'EXTERNAL_KEY_STORE') !== (input.XksKeyId !== undefined)) {
    return wrong('XksKeyId is required with, and only with, Origin EXTERNAL_KEY_STORE.');
  }
  return undefined;
}

/** The store that the key shall hang on, or undefined for a key of KMS's own. */
function keyStoreOf(input: CreateKeyRequest, step: Step): KeyRec['keyStore'] | Refusal {
  if (input.CustomKeyStoreId === undefined) return undefined;
  const store = findStore(input.CustomKeyStoreId, step);
  if (isRefusal(store)) return store;
  if (store.type !== originOf(input)) {
    return refuse('UnsupportedOperationException', '', 'specs.json customKeyStores');
  }
  if (store.state !== 'CONNECTED') return storeStateFault(store);
  if (store.cloudHsm) {
    // specs.json origins: at least 2 active HSMs in different Availability Zones.
    const { activeHsms } = backingOf(backingId(store), 'cluster', step.view);
    if (activeHsms < 2)
      return refuse('CloudHsmClusterInvalidConfigurationException', '', 'specs.json origins AWS_CLOUDHSM');
  }
  const { XksKeyId } = input;
  const hanging = step.view.range('keyByStore', {
    prefix: indexKey.keyByStore(store.id),
    n: keysPerAccountAndRegion,
  });
  if (XksKeyId !== undefined && hanging.some(({ rec }) => (rec as KeyRec).keyStore?.xksKeyId === XksKeyId)) {
    return refuse('XksKeyAlreadyInUseException', '', 'specs.json origins EXTERNAL_KEY_STORE');
  }
  const fault = XksKeyId === undefined ? undefined : externalKeyFault(store, XksKeyId, step.view);
  if (fault) return fault;
  return { id: store.id, xksKeyId: XksKeyId };
}

function policyFor(input: CreateKeyRequest, key: KeyId, step: Step): string | Refusal {
  const { account } = step.identity;
  return keyPolicyText(
    {
      Policy: input.Policy,
      bypass: input.BypassPolicyLockoutSafetyCheck ?? false,
      arn: keyArn(step.region, account, key),
    },
    step,
  );
}
