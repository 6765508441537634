/*
 * Request quotas, per second, account and Region. Dated data: quotas.json, page copy of 2026.
 */

/** One bucket for all of these, whatever the key of theirs is (symmetric encryption and HMAC keys together). */
export const symmetricBucket = 'Cryptographic operations (symmetric) request rate';

const symmetricOperations: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GenerateRandom',
  'ReEncrypt',
  'VerifyMac',
]);

const symmetricRate: Readonly<Record<string, number>> = {
  'us-east-2': 20_000,
  'ap-southeast-1': 20_000,
  'ap-southeast-2': 20_000,
  'ap-northeast-1': 20_000,
  'eu-central-1': 20_000,
  'eu-west-2': 20_000,
  'us-east-1': 100_000,
  'us-west-2': 100_000,
  'eu-west-1': 100_000,
};
const symmetricDefault = 10_000;

/** Buckets of cryptographic operations by the kind of key; symmetric encryption and HMAC keys share one. */
const byKind = {
  rsa: { bucket: 'Cryptographic operations (RSA) request rate', rate: 1000 },
  ecc: { bucket: 'Cryptographic operations (ECC and SM2) request rate', rate: 1000 },
  mlDsa: { bucket: 'Cryptographic operations (ML-DSA) request rate', rate: 1000 },
  // OURS: no row was seen for ML-KEM; an editable assumption (quotas.json).
  mlKem: { bucket: 'Cryptographic operations (ML-KEM) request rate', rate: 1000 },
} as const;

function kindOf(spec: string): keyof typeof byKind | undefined {
  if (spec.startsWith('RSA_')) return 'rsa';
  if (spec.startsWith('ECC_') || spec === 'SM2') return 'ecc';
  if (spec.startsWith('ML_DSA')) return 'mlDsa';
  return spec.startsWith('ML_KEM') ? 'mlKem' : undefined;
}

/** Operations whose bucket hangs on the key that they use. */
const byKey: ReadonlySet<string> = new Set([
  ...symmetricOperations,
  'Sign',
  'Verify',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
]);

/** Data key pairs: one bucket for each spec, shared by both operations. Requests a second. */
const pairRate: Readonly<Record<string, number>> = {
  RSA_2048: 20,
  RSA_3072: 4,
  RSA_4096: 1,
  SM2: 25,
};
const pairRateInChina: Readonly<Record<string, number>> = { RSA_2048: 1, RSA_3072: 0.5, RSA_4096: 0.1 };
const eccPairRate = 100;

const ownRate: Readonly<Record<string, number>> = {
  CancelKeyDeletion: 5,
  ConnectCustomKeyStore: 5,
  CreateAlias: 5,
  CreateCustomKeyStore: 5,
  CreateGrant: 50,
  CreateKey: 5,
  DeleteAlias: 15,
  DeleteCustomKeyStore: 5,
  DeleteImportedKeyMaterial: 15,
  DescribeCustomKeyStores: 5,
  DescribeKey: 2000,
  DisableKey: 5,
  DisableKeyRotation: 5,
  DisconnectCustomKeyStore: 5,
  EnableKey: 5,
  EnableKeyRotation: 15,
  GetKeyLastUsage: 5,
  GetKeyPolicy: 1000,
  GetKeyRotationStatus: 1000,
  GetParametersForImport: 1,
  GetPublicKey: 2000,
  ImportKeyMaterial: 15,
  ListAliases: 500,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListKeys: 500,
  ListKeyRotations: 100,
  ListResourceTags: 2000,
  ListRetirableGrants: 100,
  PutKeyPolicy: 15,
  ReplicateKey: 5,
  RetireGrant: 50,
  RevokeGrant: 50,
  RotateKeyOnDemand: 5,
  ScheduleKeyDeletion: 15,
  TagResource: 10,
  UntagResource: 5,
  UpdateAlias: 5,
  UpdateCustomKeyStore: 5,
  UpdateKeyDescription: 5,
  UpdatePrimaryRegion: 5,
};

export interface Quota {
  readonly bucket: string;
  /** Requests a second of virtual time; a fraction is one request in several seconds. */
  readonly rate: number;
}

/**
 * The bucket that a call of `operation` is taken from in `region`.
 * @param spec spec of the key that is used, or of the data key pair that is asked for; undefined when none was found.
 */
export function quotaOf(operation: string, region: string, spec?: string): Quota {
  if (operation.startsWith('GenerateDataKeyPair')) return pairQuota(spec ?? 'RSA_2048', region);
  if (byKey.has(operation)) {
    const kind = spec === undefined ? undefined : kindOf(spec);
    return kind ? byKind[kind] : { bucket: symmetricBucket, rate: symmetricRate[region] ?? symmetricDefault };
  }
  const rate = ownRate[operation];
  if (rate === undefined) throw new Error(`"quotaOf" knows no rate of ${operation}`);
  return { bucket: operation, rate };
}

function pairQuota(spec: string, region: string): Quota {
  const inChina = region.startsWith('cn-') ? pairRateInChina[spec] : undefined;
  return { bucket: `Data key pair (${spec}) request rate`, rate: inChina ?? pairRate[spec] ?? eccPairRate };
}

/** Calls that reach into a custom key store count there too, for all accounts that use its keys. */
export const keyStoreQuota = (id: string): Quota => ({
  bucket: `Custom key store ${id} request rate`,
  rate: 1800,
});
