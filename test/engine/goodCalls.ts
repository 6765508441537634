import {
  asymmetricPrimitives,
  ref,
  toBase64,
  utf8,
  type BackingRec,
  type Bytes,
  type Region,
} from '../../src/engine/index.ts';
import { type Bench, region, root } from '../support/bench.ts';

/*
 * A call of each of the 56 operations that succeeds, on a world of its own.
 */

/** What a call of an operation is made of, on a fresh world. */
export interface Ready {
  readonly bench: Bench;
  /** The key that the call is about, if it is about one. */
  readonly key: string | undefined;
  readonly input: Record<string, unknown>;
}
type Prepare = (bench: Bench) => Promise<Ready>;

export const replica = 'eu-west-1' as Region;
export const endpoint = 'https://xks.example.com';
export const path = '/kms/xks/v1';
export const proxyId = `${endpoint}${path}`;
export const clusterId = 'cluster-abcdefghijk';
const certificate = '-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----';

export const cluster = (name = 'stores'): Record<string, unknown> => ({
  CustomKeyStoreName: name,
  CloudHsmClusterId: clusterId,
  TrustAnchorCertificate: certificate,
  KeyStorePassword: 'kmsuser-password',
});
export const proxy = (name = 'proxies', more: object = {}): Record<string, unknown> => ({
  CustomKeyStoreName: name,
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyUriEndpoint: endpoint,
  XksProxyUriPath: path,
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyAuthenticationCredential: {
    AccessKeyId: 'ABCDE234567EXAMPLEABC',
    RawSecretAccessKey: toBase64(new Uint8Array(33)),
  },
  ...more,
});
export const vpc = {
  XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
  XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0',
};

export async function store(bench: Bench, input: object): Promise<string> {
  const { CustomKeyStoreId } = await bench.ok<{ CustomKeyStoreId: string }>('CreateCustomKeyStore', input);
  return CustomKeyStoreId;
}
export async function connected(bench: Bench, input: object): Promise<string> {
  const CustomKeyStoreId = await store(bench, input);
  await bench.ok('ConnectCustomKeyStore', { CustomKeyStoreId });
  await bench.advance(1);
  return CustomKeyStoreId;
}
export const behind = (bench: Bench, rec: Partial<BackingRec> & Pick<BackingRec, 'id' | 'kind'>): void =>
  bench.put(ref.backing(rec.id), { health: 'healthy', activeHsms: 2, kmsuser: 'ok', ...rec });

const about =
  (
    more: object | ((key: string, bench: Bench) => object | Promise<object>) = {},
    kind: object = {},
  ): Prepare =>
  async (bench) => {
    const key = await bench.key(kind);
    const input = typeof more === 'function' ? await more(key, bench) : more;
    return { bench, key, input: { KeyId: key, ...input } };
  };
const plain =
  (input: Record<string, unknown> = {}): Prepare =>
  (bench) =>
    Promise.resolve({ bench, key: undefined, input });
const onStore =
  (more: object = {}): Prepare =>
  async (bench) => ({
    bench,
    key: undefined,
    input: { CustomKeyStoreId: await store(bench, cluster()), ...more },
  });

export const ecc = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
export const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' };
const agreeing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' };
const kem = { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' };
const external = { Origin: 'EXTERNAL' };
const grantTo = { GranteePrincipal: root, Operations: ['Decrypt'] };
const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' };

async function blobOf(bench: Bench, KeyId: string): Promise<Bytes> {
  const answer = await bench.ok<{ CiphertextBlob: Bytes }>('Encrypt', { KeyId, Plaintext: utf8('x') });
  return answer.CiphertextBlob;
}

/** Everything that ImportKeyMaterial wants for a symmetric key. */
export async function imported(
  bench: Bench,
  KeyId: string,
  secret = new Uint8Array(32).fill(7),
  where: Region = region,
): Promise<object> {
  const { ImportToken, PublicKey } = await bench.ok<{ ImportToken: Bytes; PublicKey: Bytes }>(
    'GetParametersForImport',
    { KeyId, ...wrapping },
    root,
    where,
  );
  const { readPublicKey, isKeyFault, encrypt } = await asymmetricPrimitives();
  const publicKey = readPublicKey('RSA_2048', PublicKey);
  if (isKeyFault(publicKey)) throw new Error(publicKey.expected);
  const EncryptedKeyMaterial = encrypt({
    algorithm: 'RSAES_OAEP_SHA_256',
    publicKey,
    plaintext: secret,
    random: (n) => crypto.getRandomValues(new Uint8Array(n)),
  });
  return { ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
}
async function grantOn(bench: Bench, KeyId: string): Promise<{ GrantId: string; GrantToken: string }> {
  return bench.ok('CreateGrant', { KeyId, ...grantTo, RetiringPrincipal: root });
}

/** A call of each operation that succeeds. */
export const good: Readonly<Record<string, Prepare>> = {
  CancelKeyDeletion: about(async (KeyId, bench) =>
    bench.ok('ScheduleKeyDeletion', { KeyId }).then(() => ({})),
  ),
  ConnectCustomKeyStore: onStore(),
  CreateAlias: async (bench) => {
    const key = await bench.key();
    return { bench, key, input: { AliasName: 'alias/fresh', TargetKeyId: key } };
  },
  CreateCustomKeyStore: plain(cluster()),
  CreateGrant: about(grantTo),
  CreateKey: plain(),
  Decapsulate: about(async (KeyId, bench) => {
    const made = await bench.ok<{ SharedSecretCiphertextBlob: Bytes }>('Encapsulate', {
      KeyId,
      EncapsulationAlgorithm: 'ML_KEM',
    });
    return {
      EncapsulationAlgorithm: 'ML_KEM',
      SharedSecretCiphertextBlob: made.SharedSecretCiphertextBlob,
    };
  }, kem),
  Decrypt: about(async (key, bench) => ({ CiphertextBlob: await blobOf(bench, key) })),
  DeleteAlias: async (bench) => {
    const key = await bench.key();
    await bench.ok('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: key });
    return { bench, key, input: { AliasName: 'alias/mine' } };
  },
  DeleteCustomKeyStore: onStore(),
  DeleteImportedKeyMaterial: about(async (KeyId, bench) => {
    await bench.ok('ImportKeyMaterial', { KeyId, ...(await imported(bench, KeyId)) });
    return {};
  }, external),
  DeriveSharedSecret: about(async (_key, bench) => {
    const KeyId = await bench.key(agreeing);
    const { PublicKey } = await bench.ok<{ PublicKey: Bytes }>('GetPublicKey', { KeyId });
    return { PublicKey, KeyAgreementAlgorithm: 'ECDH' };
  }, agreeing),
  DescribeCustomKeyStores: onStore(),
  DescribeKey: about(),
  DisableKey: about(),
  DisableKeyRotation: about(),
  DisconnectCustomKeyStore: async (bench) => ({
    bench,
    key: undefined,
    input: { CustomKeyStoreId: await connected(bench, cluster()) },
  }),
  EnableKey: about(),
  EnableKeyRotation: about(),
  Encapsulate: about({ EncapsulationAlgorithm: 'ML_KEM' }, kem),
  Encrypt: about({ Plaintext: utf8('x') }),
  GenerateDataKey: about({ KeySpec: 'AES_256' }),
  GenerateDataKeyPair: about({ KeyPairSpec: 'ECC_NIST_P256' }),
  GenerateDataKeyPairWithoutPlaintext: about({ KeyPairSpec: 'ECC_NIST_P256' }),
  GenerateDataKeyWithoutPlaintext: about({ KeySpec: 'AES_256' }),
  GenerateMac: about({ Message: utf8('x'), MacAlgorithm: 'HMAC_SHA_256' }, hmac),
  GenerateRandom: plain({ NumberOfBytes: 8 }),
  GetKeyLastUsage: about(),
  GetKeyPolicy: about(),
  GetKeyRotationStatus: about(),
  GetParametersForImport: about(wrapping, external),
  GetPublicKey: about({}, ecc),
  ImportKeyMaterial: about((key, bench) => imported(bench, key), external),
  ListAliases: about(),
  ListGrants: about(),
  ListKeyPolicies: about(),
  ListKeyRotations: about(),
  ListKeys: plain(),
  ListResourceTags: about(),
  ListRetirableGrants: plain({ RetiringPrincipal: root }),
  PutKeyPolicy: about({
    Policy: JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' }],
    }),
  }),
  ReEncrypt: async (bench) => {
    const key = await bench.key();
    return { bench, key, input: { CiphertextBlob: await blobOf(bench, key), DestinationKeyId: key } };
  },
  ReplicateKey: about({ ReplicaRegion: replica }, { MultiRegion: true }),
  RetireGrant: about(async (key, bench) => ({ GrantId: (await grantOn(bench, key)).GrantId })),
  RevokeGrant: about(async (key, bench) => ({ GrantId: (await grantOn(bench, key)).GrantId })),
  RotateKeyOnDemand: about(),
  ScheduleKeyDeletion: about(),
  Sign: about({ Message: utf8('x'), SigningAlgorithm: 'ECDSA_SHA_256' }, ecc),
  TagResource: about({ Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
  UntagResource: about({ TagKeys: ['a'] }),
  UpdateAlias: async (bench) => {
    const key = await bench.key();
    await bench.ok('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: await bench.key() });
    return { bench, key, input: { AliasName: 'alias/mine', TargetKeyId: key } };
  },
  UpdateCustomKeyStore: onStore({ NewCustomKeyStoreName: 'renamed' }),
  UpdateKeyDescription: about({ Description: 'new' }),
  UpdatePrimaryRegion: about(
    async (KeyId, bench) => {
      await bench.ok('ReplicateKey', { KeyId, ReplicaRegion: replica });
      await bench.advance(1);
      return { PrimaryRegion: replica };
    },
    { MultiRegion: true },
  ),
  Verify: about(async (KeyId, bench) => {
    const input = { Message: utf8('x'), SigningAlgorithm: 'ECDSA_SHA_256' };
    const { Signature } = await bench.ok<{ Signature: Bytes }>('Sign', { KeyId, ...input });
    return { ...input, Signature };
  }, ecc),
  VerifyMac: about(async (KeyId, bench) => {
    const input = { Message: utf8('x'), MacAlgorithm: 'HMAC_SHA_256' };
    const { Mac } = await bench.ok<{ Mac: Bytes }>('GenerateMac', { KeyId, ...input });
    return { ...input, Mac };
  }, hmac),
};
