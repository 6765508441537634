/**
 * The words that the whole house is built of: branded ids, each with the one parser that makes it.
 * AWS's words keep AWS's capitals, ours are camelCase.
 */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** Milliseconds since 1970, UTC, in the virtual time of a world. */
export type EpochMs = Brand<number, 'EpochMs'>;
export const epochMs = (ms: number): EpochMs => {
  if (!Number.isFinite(ms)) throw new RangeError(`"epochMs" expected a finite number, got ${ms}`);
  return Math.trunc(ms) as EpochMs;
};

/** Bytes that no other thread shares; the plain `Uint8Array` no longer fits WebCrypto's types. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Twelve digits. */
export type AccountId = Brand<string, 'AccountId'>;
export const parseAccountId = (text: string): AccountId | undefined =>
  /^\d{12}$/.test(text) ? (text as AccountId) : undefined;

/** A Region code such as `us-east-1`. */
export type Region = Brand<string, 'Region'>;
export const parseRegion = (text: string): Region | undefined =>
  /^[a-z]{2}(-[a-z]+)+-\d+$/.test(text) ? (text as Region) : undefined;

/** A UUID, or `mrk-` and 32 hex digits for a multi-Region key. */
export type KeyId = Brand<string, 'KeyId'>;
export const parseKeyId = (text: string): KeyId | undefined =>
  /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/.test(text)
    ? (text as KeyId)
    : undefined;

/** `alias/NAME`. */
export type AliasName = Brand<string, 'AliasName'>;
export const parseAliasName = (text: string): AliasName | undefined =>
  text.startsWith('alias/') && text.length > 6 ? (text as AliasName) : undefined;

/** `arn:PARTITION:kms:REGION:ACCOUNT:key/KEYID`. */
export type KeyArn = Brand<string, 'KeyArn'>;
/** `arn:PARTITION:kms:REGION:ACCOUNT:alias/NAME`. */
export type AliasArn = Brand<string, 'AliasArn'>;
/** An IAM user, role or root ARN, or an STS session ARN. */
export type PrincipalArn = Brand<string, 'PrincipalArn'>;
