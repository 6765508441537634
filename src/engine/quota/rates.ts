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

const ownRate: Readonly<Record<string, number>> = {
  CancelKeyDeletion: 5,
  CreateAlias: 5,
  CreateKey: 5,
  DeleteAlias: 15,
  DescribeKey: 2000,
  DisableKey: 5,
  EnableKey: 5,
  GetKeyPolicy: 1000,
  ListAliases: 500,
  ListKeyPolicies: 100,
  ListKeys: 500,
  ListResourceTags: 2000,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  TagResource: 10,
  UntagResource: 5,
  UpdateAlias: 5,
  UpdateKeyDescription: 5,
};

/** The bucket that a call of `operation` is taken from, and how many requests a second it holds in `region`. */
export function quotaOf(operation: string, region: string): { readonly bucket: string; readonly rate: number } {
  if (symmetricOperations.has(operation)) {
    return { bucket: symmetricBucket, rate: symmetricRate[region] ?? symmetricDefault };
  }
  const rate = ownRate[operation];
  if (rate === undefined) throw new Error(`"quotaOf" knows no rate of ${operation}`);
  return { bucket: operation, rate };
}
