import { describe, expect, it } from 'vitest';
import {
  apiOperations,
  ref,
  utf8,
  type BackingRec,
  type KeyArn,
  type KeyState,
  type PrincipalArn,
  type ServiceFault,
} from '../../src/engine/index.ts';
import { account, Bench, region, root } from '../support/bench.ts';
import {
  behind,
  cluster,
  clusterId,
  connected,
  ecc,
  endpoint,
  good,
  hmac,
  imported,
  path,
  proxy,
  proxyId,
  replica,
  store,
  vpc,
  type Ready,
} from './goodCalls.ts';
import modelled from './modelledErrors.json';

/*
 * 56 of 56 operations: each succeeds at least once, and answers with every error that the API's model declares for it and
 * a caller can cause. Pairs that nobody can cause stand in a list with their reasons, and are counted.
 */

const alice = `arn:aws:iam::${account}:user/Alice` as PrincipalArn;

const missing = '00000000-0000-0000-0000-000000000000';
/** Members that name a key, first the one that the operation is about. */
const namesKey = ['KeyId', 'TargetKeyId', 'SourceKeyId', 'DestinationKeyId'];

/** What spoils a call that was good. Answers what the call is now, or nothing when `bench` was changed in place. */
type Spoil = (ready: Ready) => Promise<Record<string, unknown> | void> | Record<string, unknown> | void;

const state =
  (name: KeyState): Spoil =>
  ({ bench, key }) => {
    const at = ref.key(key as KeyArn);
    const rec = bench.view.get(at);
    if (rec) bench.put(at, { ...rec, KeyState: name });
  };
const fault =
  (name: ServiceFault): Spoil =>
  ({ bench }) => {
    const settings = bench.view.get(ref.world);
    if (settings) bench.put(ref.world, { ...settings, fault: name });
  };
const withInput =
  (more: object): Spoil =>
  ({ input }) => ({ ...input, ...more });
const otherKey =
  (kind: object): Spoil =>
  async ({ bench, input }) => {
    const key = await bench.key(kind);
    return Object.fromEntries(
      Object.entries(input).map(([name, value]) => [name, namesKey.includes(name) ? key : value]),
    );
  };
const count =
  (name: (ready: Ready) => string, n: number): Spoil =>
  (ready) => {
    ready.bench.put(ref.counter(name(ready)), { name: name(ready), count: n });
  };
const backing =
  (rec: Partial<BackingRec> & Pick<BackingRec, 'id' | 'kind'>, input?: Record<string, unknown>): Spoil =>
  (ready) => {
    behind(ready.bench, rec);
    return input ?? ready.input;
  };
const ofProxy = (health: BackingRec['health'], more: object = {}): Spoil =>
  backing({ id: proxyId, kind: 'proxy', health }, proxy('new', more));

/** How each error is caused, for every operation that declares it unless the second table says otherwise. */
const usual: Readonly<Record<string, Spoil>> = {
  NotFoundException: ({ input }) =>
    'AliasName' in input && !('TargetKeyId' in input)
      ? { ...input, AliasName: 'alias/nobody' }
      : Object.fromEntries(
          Object.entries(input).map(([name, value]) => [name, namesKey.includes(name) ? missing : value]),
        ),
  DisabledException: state('Disabled'),
  KMSInvalidStateException: state('PendingDeletion'),
  KMSInternalException: fault('KMSInternalException'),
  DependencyTimeoutException: fault('DependencyTimeoutException'),
  KeyUnavailableException: fault('KeyUnavailableException'),
  DryRunOperationException: withInput({ DryRun: true }),
  InvalidGrantTokenException: withInput({ GrantTokens: ['not a token'] }),
  // Where only key IDs and ARNs are taken, an alias; else the ARN of something that is no key.
  InvalidArnException: ({ input }) =>
    'RetiringPrincipal' in input
      ? { ...input, RetiringPrincipal: 'nobody' }
      : { ...input, KeyId: 'arn:aws:s3:::bucket' },
  InvalidMarkerException: withInput({ Marker: 'not a marker' }),
  InvalidKeyUsageException: otherKey(hmac),
  CustomKeyStoreNotFoundException: withInput({ CustomKeyStoreId: 'cks-0123456789abcdef0' }),
  MalformedPolicyDocumentException: withInput({ Policy: '{}' }),
  TagException: withInput({ Tags: [{ TagKey: 'aws:mine', TagValue: '' }] }),
};

const keysCounter = (where: string) => () => `keys/${account}/${where}`;

/** Where the usual way does not lead there. */
const own: Readonly<Record<string, Spoil>> = {
  'CancelKeyDeletion KMSInvalidStateException': state('Enabled'),
  'ConnectCustomKeyStore CloudHsmClusterNotActiveException': backing({
    id: clusterId,
    kind: 'cluster',
    health: 'down',
  }),
  'ConnectCustomKeyStore CloudHsmClusterInvalidConfigurationException': backing({
    id: clusterId,
    kind: 'cluster',
    activeHsms: 0,
  }),
  'ConnectCustomKeyStore CustomKeyStoreInvalidStateException': async ({ bench, input }) => {
    // Not from DISCONNECTING.
    await bench.ok('ConnectCustomKeyStore', input);
    await bench.ok('DisconnectCustomKeyStore', input);
  },
  'CreateAlias AlreadyExistsException': ({ bench, input }) =>
    bench.ok('CreateAlias', input).then(() => undefined),
  'CreateAlias LimitExceededException': count(({ key }) => `aliases/${key}`, 50),
  'CreateAlias NotFoundException': withInput({ TargetKeyId: missing }),
  'CreateCustomKeyStore CloudHsmClusterInUseException': ({ bench }) =>
    store(bench, cluster('other')).then(() => undefined),
  'CreateCustomKeyStore CloudHsmClusterInvalidConfigurationException': backing({
    id: clusterId,
    kind: 'cluster',
    activeHsms: 1,
  }),
  'CreateCustomKeyStore CloudHsmClusterNotActiveException': backing({
    id: clusterId,
    kind: 'cluster',
    health: 'down',
  }),
  'CreateCustomKeyStore CloudHsmClusterNotFoundException': backing({
    id: clusterId,
    kind: 'cluster',
    health: 'absent',
  }),
  'CreateCustomKeyStore CustomKeyStoreNameInUseException': ({ bench, input }) =>
    store(bench, proxy(String(input['CustomKeyStoreName']))).then(() => undefined),
  'CreateCustomKeyStore IncorrectTrustAnchorException': withInput({
    TrustAnchorCertificate: 'no certificate',
  }),
  'CreateCustomKeyStore LimitExceededException': async ({ bench }) => {
    for (let n = 0; n < 10; n++)
      await store(bench, proxy(`proxy ${n}`, { XksProxyUriPath: `/${n}/kms/xks/v1` }));
  },
  'CreateCustomKeyStore XksProxyIncorrectAuthenticationCredentialException': ofProxy('refuses'),
  'CreateCustomKeyStore XksProxyInvalidConfigurationException': ofProxy('misconfigured'),
  'CreateCustomKeyStore XksProxyInvalidResponseException': ofProxy('garbled'),
  'CreateCustomKeyStore XksProxyUriUnreachableException': ofProxy('down'),
  'CreateCustomKeyStore XksProxyVpcEndpointServiceInvalidConfigurationException': ofProxy(
    'misconfigured',
    vpc,
  ),
  'CreateCustomKeyStore XksProxyVpcEndpointServiceNotFoundException': ofProxy('absent', vpc),
  'CreateCustomKeyStore XksProxyUriInUseException': ({ bench }) =>
    store(bench, proxy('other')).then(() => proxy()),
  'CreateCustomKeyStore XksProxyUriEndpointInUseException': ({ bench }) =>
    store(bench, proxy('other')).then(() => proxy('new', { ...vpc, XksProxyUriPath: '/other/kms/xks/v1' })),
  'CreateCustomKeyStore XksProxyVpcEndpointServiceInUseException': ({ bench }) =>
    store(bench, proxy('other', vpc)).then(() =>
      proxy('new', { ...vpc, XksProxyUriEndpoint: 'https://other.example.com' }),
    ),
  'CreateGrant InvalidArnException': withInput({ KeyId: 'alias/mine' }),
  'CreateGrant LimitExceededException': count(({ key }) => `grants/${key}`, 50_000),
  'CreateKey CustomKeyStoreNotFoundException': withInput({
    Origin: 'AWS_CLOUDHSM',
    CustomKeyStoreId: 'cks-0123456789abcdef0',
  }),
  'CreateKey CustomKeyStoreInvalidStateException': ({ bench }) =>
    store(bench, cluster()).then((CustomKeyStoreId) => ({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId })),
  'CreateKey CloudHsmClusterInvalidConfigurationException': async ({ bench }) => {
    const CustomKeyStoreId = await connected(bench, cluster());
    behind(bench, { id: clusterId, kind: 'cluster', activeHsms: 1 });
    return { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId };
  },
  'CreateKey LimitExceededException': count(keysCounter(region), 100_000),
  'CreateKey UnsupportedOperationException': () => ({
    Origin: 'EXTERNAL',
    KeySpec: 'ML_DSA_44',
    KeyUsage: 'SIGN_VERIFY',
  }),
  'CreateKey XksKeyAlreadyInUseException': async ({ bench }) => {
    const input = {
      Origin: 'EXTERNAL_KEY_STORE',
      CustomKeyStoreId: await connected(bench, proxy()),
      XksKeyId: 'one',
    };
    await bench.key(input);
    return input;
  },
  'CreateKey XksKeyNotFoundException': externalKey('absent'),
  'CreateKey XksKeyInvalidConfigurationException': externalKey('disabled'),
  'Decapsulate InvalidCiphertextException': withInput({ SharedSecretCiphertextBlob: utf8('x') }),
  'Decrypt InvalidCiphertextException': withInput({ EncryptionContext: { other: 'context' } }),
  'Decrypt IncorrectKeyException': otherKey({}),
  'Decrypt InvalidKeyUsageException': withInput({ EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }),
  'DeleteCustomKeyStore CustomKeyStoreHasCMKsException': async ({ bench }) => {
    const CustomKeyStoreId = await connected(bench, proxy());
    await bench.key({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'one' });
    await bench.ok('DisconnectCustomKeyStore', { CustomKeyStoreId });
    await bench.advance(1);
    return { CustomKeyStoreId };
  },
  'DeleteCustomKeyStore CustomKeyStoreInvalidStateException': ({ bench, input }) =>
    bench.ok('ConnectCustomKeyStore', input).then(() => undefined),
  'DeleteImportedKeyMaterial UnsupportedOperationException': otherKey({}),
  'DeleteImportedKeyMaterial KMSInvalidStateException': state('Creating'),
  'DescribeCustomKeyStores InvalidMarkerException': () => ({ Marker: 'not a marker' }),
  'DisableKeyRotation UnsupportedOperationException': inStore,
  'DisconnectCustomKeyStore CustomKeyStoreInvalidStateException': ({ bench, input }) =>
    bench.ok('DisconnectCustomKeyStore', input).then(() => undefined),
  'EnableKeyRotation UnsupportedOperationException': otherKey(ecc),
  'GenerateDataKeyPair UnsupportedOperationException': inStore,
  'GenerateDataKeyPairWithoutPlaintext UnsupportedOperationException': inStore,
  'GenerateMac InvalidKeyUsageException': otherKey(ecc),
  'GenerateRandom CustomKeyStoreInvalidStateException': ({ bench, input }) =>
    store(bench, cluster()).then((CustomKeyStoreId) => ({ ...input, CustomKeyStoreId })),
  'GenerateRandom UnsupportedOperationException': ({ bench, input }) =>
    connected(bench, proxy()).then((CustomKeyStoreId) => ({ ...input, CustomKeyStoreId })),
  'GetKeyRotationStatus UnsupportedOperationException': inStore,
  'GetParametersForImport UnsupportedOperationException': otherKey({}),
  'GetPublicKey UnsupportedOperationException': otherKey({}),
  'ImportKeyMaterial ExpiredImportTokenException': ({ bench }) => bench.advance(2).then(() => undefined),
  'ImportKeyMaterial IncorrectKeyMaterialException': async ({ bench, key, input }) => ({
    ...input,
    ...(await imported(bench, String(key), new Uint8Array(31))),
  }),
  'ImportKeyMaterial InvalidCiphertextException': withInput({ EncryptedKeyMaterial: utf8('x') }),
  'ImportKeyMaterial InvalidImportTokenException': withInput({ ImportToken: utf8('x') }),
  'ImportKeyMaterial UnsupportedOperationException': otherKey({}),
  'ListGrants InvalidGrantIdException': withInput({ GrantId: 'g' }),
  'ListKeyRotations UnsupportedOperationException': otherKey(ecc),
  'PutKeyPolicy LimitExceededException': withInput({
    Policy: JSON.stringify({ Statement: [], Id: 'x'.repeat(33_000) }),
  }),
  'ReEncrypt NotFoundException': withInput({ DestinationKeyId: missing }),
  'ReEncrypt InvalidCiphertextException': withInput({ SourceEncryptionContext: { other: 'context' } }),
  'ReEncrypt InvalidKeyUsageException': ({ bench, input }) =>
    bench.key(hmac).then((DestinationKeyId) => ({ ...input, DestinationKeyId })),
  'ReEncrypt IncorrectKeyException': ({ bench, input }) =>
    bench.key().then((SourceKeyId) => ({ ...input, SourceKeyId })),
  'ReplicateKey AlreadyExistsException': ({ bench, input }) =>
    bench.ok('ReplicateKey', input).then(() => undefined),
  'ReplicateKey LimitExceededException': count(keysCounter(replica), 100_000),
  'ReplicateKey UnsupportedOperationException': otherKey({}),
  'RetireGrant InvalidArnException': ({ key, input }) => ({ ...input, KeyId: String(key).split('/')[1] }),
  'RetireGrant InvalidGrantIdException': withInput({ GrantId: 'g' }),
  'RetireGrant InvalidGrantTokenException': () => ({ GrantToken: 'not a token' }),
  'RetireGrant NotFoundException': withInput({ GrantId: '0'.repeat(64) }),
  'RevokeGrant InvalidGrantIdException': withInput({ GrantId: 'g' }),
  'RotateKeyOnDemand ConflictException': ({ bench, input }) =>
    bench.ok('RotateKeyOnDemand', input).then(() => undefined),
  'RotateKeyOnDemand LimitExceededException': ({ bench, key }) => {
    const arn = key as KeyArn;
    bench.put(ref.rotation(arn), {
      key: arn,
      enabled: false,
      periodInDays: 365,
      next: undefined,
      overdue: false,
      onDemand: 25,
      inProgress: undefined,
    });
  },
  'RotateKeyOnDemand UnsupportedOperationException': otherKey(ecc),
  'UpdateAlias LimitExceededException': count(({ key }) => `aliases/${key}`, 50),
  'UpdateAlias NotFoundException': withInput({ AliasName: 'alias/nobody' }),
  'UpdatePrimaryRegion UnsupportedOperationException': otherKey({}),
  'UpdateCustomKeyStore CloudHsmClusterInvalidConfigurationException': backing({
    id: clusterId,
    kind: 'cluster',
    activeHsms: 1,
  }),
  'UpdateCustomKeyStore CloudHsmClusterNotActiveException': backing({
    id: clusterId,
    kind: 'cluster',
    health: 'down',
  }),
  'UpdateCustomKeyStore CloudHsmClusterNotFoundException': backing({
    id: clusterId,
    kind: 'cluster',
    health: 'absent',
  }),
  'UpdateCustomKeyStore CloudHsmClusterNotRelatedException': ({ bench }) =>
    updateOf(bench, { CloudHsmClusterId: 'cluster-zyxwvutsrqp' }),
  'UpdateCustomKeyStore CustomKeyStoreInvalidStateException': async ({ bench, input }) => {
    const { CustomKeyStoreId } = input;
    await bench.ok('ConnectCustomKeyStore', { CustomKeyStoreId });
    return { CustomKeyStoreId, KeyStorePassword: 'another-password' };
  },
  'UpdateCustomKeyStore CustomKeyStoreNameInUseException': ({ bench, input }) =>
    store(bench, proxy('other')).then(() => ({ ...input, NewCustomKeyStoreName: 'other' })),
  'UpdateCustomKeyStore XksProxyIncorrectAuthenticationCredentialException': updatedProxy('refuses'),
  'UpdateCustomKeyStore XksProxyInvalidConfigurationException': updatedProxy('misconfigured'),
  'UpdateCustomKeyStore XksProxyInvalidResponseException': updatedProxy('garbled'),
  'UpdateCustomKeyStore XksProxyUriUnreachableException': updatedProxy('slow'),
  'UpdateCustomKeyStore XksProxyVpcEndpointServiceInvalidConfigurationException': updatedProxy(
    'misconfigured',
    vpc,
  ),
  'UpdateCustomKeyStore XksProxyVpcEndpointServiceNotFoundException': updatedProxy('absent', vpc),
  'UpdateCustomKeyStore XksProxyUriInUseException': async ({ bench }) => {
    await store(bench, proxy('other'));
    return updateOf(
      bench,
      { XksProxyUriEndpoint: endpoint },
      { XksProxyUriEndpoint: 'https://new.example.com' },
    );
  },
  'UpdateCustomKeyStore XksProxyUriEndpointInUseException': async ({ bench }) => {
    await store(bench, proxy('other', { XksProxyUriPath: '/other/kms/xks/v1' }));
    return updateOf(
      bench,
      { XksProxyUriEndpoint: endpoint },
      { ...vpc, XksProxyUriEndpoint: 'https://new.example.com' },
    );
  },
  'UpdateCustomKeyStore XksProxyVpcEndpointServiceInUseException': async ({ bench }) => {
    await store(bench, proxy('other', { ...vpc, XksProxyUriEndpoint: 'https://other.example.com' }));
    return updateOf(bench, vpc);
  },
  'Verify KMSInvalidSignatureException': withInput({ Message: utf8('other') }),
  'UntagResource TagException': withInput({ TagKeys: ['aws:mine'] }),
  'VerifyMac KMSInvalidMacException': withInput({ Message: utf8('other') }),
  'VerifyMac InvalidKeyUsageException': otherKey(ecc),
};

function externalKey(keyState: 'absent' | 'disabled'): Spoil {
  return async ({ bench }) => {
    const CustomKeyStoreId = await connected(bench, proxy());
    bench.put(ref.externalKey(proxyId, 'one'), {
      id: 'one',
      proxy: proxyId,
      state: keyState,
      secret: undefined,
    });
    return { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'one' };
  };
}
async function inStore({ bench, input }: Ready): Promise<Record<string, unknown>> {
  const CustomKeyStoreId = await connected(bench, proxy());
  return {
    ...input,
    KeyId: await bench.key({ Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'one' }),
  };
}
async function updateOf(bench: Bench, change: object, before: object = {}): Promise<Record<string, unknown>> {
  return { CustomKeyStoreId: await store(bench, proxy('mine', before)), ...change };
}
function updatedProxy(health: BackingRec['health'], change: object = {}): Spoil {
  return async ({ bench }) => {
    const input = await updateOf(bench, { XksProxyUriPath: path, ...change });
    behind(bench, { id: proxyId, kind: 'proxy', health });
    return input;
  };
}

/** Pairs that a caller cannot cause, with the reason. A name alone stands for every operation that declares it. */
const cannot: Readonly<Record<string, string>> = {
  'CreateKey InvalidArnException':
    'recordings answer MalformedPolicyDocumentException for a policy with a principal that is none (policy.md §3)',
  'CreateAlias InvalidAliasNameException':
    'recordings answer ValidationException for names without the prefix and with other characters',
  'DeleteAlias KMSInvalidStateException': 'the table lets it pass in every state (key-states.json matrix)',
  ...Object.fromEntries(
    [
      'GetKeyPolicy',
      'RetireGrant',
      'RevokeGrant',
      'ListKeyPolicies',
      'PutKeyPolicy',
      'GetKeyRotationStatus',
      'ListKeyRotations',
      'ListGrants',
    ].map((operation) => [
      `${operation} KMSInvalidStateException`,
      'the table lets it pass in every state (key-states.json matrix)',
    ]),
  ),
  'GetPublicKey DisabledException': 'the newest table lets a disabled key pass (key-states.json matrix)',
  'GetPublicKey InvalidKeyUsageException':
    'a public key is given for every usage; other keys are UnsupportedOperationException',
  'PutKeyPolicy UnsupportedOperationException':
    'the policy of an AWS managed key is what it would be about, and that lets nobody call PutKeyPolicy (policy.md §3)',
  'EnableKey LimitExceededException': 'no quota counts enabled keys (quotas.json resource)',
  'TagResource LimitExceededException': 'recordings answer TagException for the 51st tag',
  'ListRetirableGrants NotFoundException': 'a principal without grants has an empty list',
};

const declared: Readonly<Record<string, readonly string[]>> = modelled.errors;
const reasonFor = (operation: string, error: string): string | undefined =>
  own[`${operation} ${error}`] ? undefined : (cannot[`${operation} ${error}`] ?? cannot[error]);

/** Prepares a good call, spoils it as asked, makes it. */
async function made(operation: string, spoil?: Spoil, caller: PrincipalArn = root) {
  const prepare = good[operation];
  if (!prepare) throw new Error(`${operation} is in no table`);
  const ready = await prepare(new Bench());
  const input = (await spoil?.(ready)) ?? ready.input;
  return ready.bench.outcome(operation, input, caller);
}

describe('every operation', () => {
  it('is in the tables, and all 56 are', () => {
    expect(Object.keys(good).sort()).toEqual([...apiOperations].sort());
    expect(Object.keys(declared).sort()).toEqual([...apiOperations].sort());
    expect(apiOperations.length).toBe(56);
  });

  it.each(apiOperations)('%s succeeds', async (operation) => {
    const { result, trace, events } = await made(operation);
    expect(result, JSON.stringify(trace.refusal)).toMatchObject({ ok: true });
    expect(trace.steps.at(-1)).toMatchObject({ stage: 'commit', verdict: 'pass' });
    expect(events.some(({ eventName }) => eventName === operation)).toBe(true);
  });

  it.each(apiOperations)(
    '%s answers with every error that it declares and a caller can cause',
    async (operation) => {
      for (const error of declared[operation] ?? []) {
        if (reasonFor(operation, error) !== undefined) continue;
        const spoil = own[`${operation} ${error}`] ?? usual[error];
        expect(spoil, `${operation} has no way to ${error} and no reason why not`).toBeDefined();
        const { result, diff } = await made(operation, spoil);
        const got = result.ok ? 'success' : result.refusal.refused;
        expect(got, `${operation}, ${result.ok ? '' : result.refusal.message}`).toBe(error);
        expect(diff, `${operation} ${error} changed something`).toEqual([]);
      }
    },
  );

  it.each(apiOperations)(
    '%s answers AccessDeniedException, ThrottlingException and ValidationException',
    async (operation) => {
      const denied = await made(
        operation,
        async ({ bench }) => {
          bench.principal(account, 'user', 'Alice');
        },
        alice,
      );
      expect(denied.result).toMatchObject({ ok: false, refusal: { refused: 'AccessDeniedException' } });

      const throttled = await made(operation, async ({ bench, input }) => {
        const settings = bench.view.get(ref.world);
        if (settings) bench.put(ref.world, { ...settings, throttling: true });
        // A clock that stands still: what was taken does not come back.
        const first = await bench.outcome(operation, input);
        const bucket = first.diff.find(({ ref: at }) => at.startsWith('bucket/'));
        if (!bucket?.after) throw new Error('nothing was taken from a bucket');
        bench.put(bucket.ref, { ...bucket.after, tokens: 0 } as typeof bucket.after);
        return input;
      });
      expect(throttled.result).toMatchObject({
        ok: false,
        refusal: {
          refused: 'ThrottlingException',
          message:
            'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
        },
      });
    },
  );

  it('covers each pair of operation and error, or says why it cannot be caused', () => {
    const pairs = Object.entries(declared).flatMap(([operation, errors]) =>
      errors.map((error) => ({ operation, error, reason: reasonFor(operation, error) })),
    );
    const without = pairs.filter(({ reason }) => reason !== undefined);
    const reasons = new Map<string, string[]>();
    for (const { operation, error, reason = '' } of without)
      reasons.set(reason, [...(reasons.get(reason) ?? []), `${operation} ${error}`]);
    console.log(
      `operation × error: ${pairs.length} pairs, ${pairs.length - without.length} caused, ${without.length} not:`,
    );
    for (const [reason, of] of reasons) console.log(`  ${of.length}: ${reason}\n     ${of.join(', ')}`);
    const known = new Set(pairs.map(({ operation, error }) => `${operation} ${error}`));
    const stale = Object.keys({ ...own, ...cannot }).filter((pair) => pair.includes(' ') && !known.has(pair));
    expect(stale, 'the tables speak of pairs that the model does not have').toEqual([]);
  });
});
