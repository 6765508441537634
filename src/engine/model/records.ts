import type { AccountId, AliasArn, AliasName, Bytes, EpochMs, KeyArn, KeyId, PrincipalArn, Region } from './ids.ts';

/*
 * Records are plain readonly data, small on purpose (policy, tags and usage apart from the key), so that diffs stay
 * small. A record holds no plaintext and no draw: key material is wrapped by the Region's domain key, the domain key by
 * the device key.
 */

/** The switches of a world, all visible to its user. One record. */
export interface WorldRec {
  readonly format: 1;
  /** Set for seeded worlds: draws come from it and the step number. */
  readonly seed: string | undefined;
  /** Request quotas bite. */
  readonly throttling: boolean;
  /** Grants become visible after a delay. */
  readonly propagation: boolean;
  /** A fault of the service that every call meets, or none. */
  readonly fault: 'KMSInternalException' | 'DependencyTimeoutException' | undefined;
}

/** Frozen at `at`, or the wall clock plus `offset` milliseconds. One record. */
export type ClockRec =
  | { readonly mode: 'frozen'; readonly at: EpochMs }
  | { readonly mode: 'running'; readonly offset: number };

export interface AccountRec {
  readonly account: AccountId;
  readonly name: string;
}

export type PrincipalKind = 'root' | 'user' | 'role';

export interface PrincipalRec {
  readonly arn: PrincipalArn;
  readonly account: AccountId;
  readonly kind: PrincipalKind;
  readonly name: string;
  /** AIDA… or AROA…, the account number for the root user. */
  readonly principalId: string;
}

/** An identity policy attached to a user or role. `name` is unique per principal. */
export interface IdentityPolicyRec {
  readonly principal: PrincipalArn;
  readonly name: string;
  readonly document: string;
}

/** A simulated access key; its secret is derived inside the vault and never stored. */
export interface CredentialRec {
  readonly accessKeyId: string;
  readonly principal: PrincipalArn;
  readonly sessionName: string | undefined;
  readonly sessionToken: string | undefined;
  /** Virtual time; only temporary credentials expire. */
  readonly expires: EpochMs | undefined;
}

export type KeyState =
  | 'Creating'
  | 'Enabled'
  | 'Disabled'
  | 'PendingDeletion'
  | 'PendingImport'
  | 'PendingReplicaDeletion'
  | 'Unavailable'
  | 'Updating';

export type KeyManager = 'CUSTOMER' | 'AWS';

export interface KeyRec {
  readonly arn: KeyArn;
  readonly key: KeyId;
  readonly account: AccountId;
  readonly region: Region;
  readonly KeySpec: 'SYMMETRIC_DEFAULT';
  readonly KeyUsage: 'ENCRYPT_DECRYPT';
  readonly Origin: 'AWS_KMS';
  readonly KeyManager: KeyManager;
  readonly KeyState: KeyState;
  readonly Description: string;
  readonly CreationDate: EpochMs;
  readonly DeletionDate: EpochMs | undefined;
  /** Identifier (64 hex digits) of the material that encrypts now. */
  readonly currentMaterial: string;
}

/** One version of a key's material, wrapped by its Region's domain key (an EKT, exported key token). */
export interface MaterialRec {
  /** 64 lower-case hex digits, beginning with the prefix that says "simulated". */
  readonly materialId: string;
  readonly key: KeyArn;
  /** 0 for the first material, one more for each rotation. */
  readonly version: number;
  readonly wrapped: Bytes;
  readonly created: EpochMs;
}

/** A Region's domain key, wrapped by the device key. Made when the Region is first used. */
export interface DomainKeyRec {
  readonly region: Region;
  readonly wrapped: Bytes;
}

export interface KeyPolicyRec {
  readonly key: KeyArn;
  /** As AWS answers it: re-spaced. */
  readonly document: string;
}

export interface TagRec {
  readonly key: KeyArn;
  readonly TagKey: string;
  readonly TagValue: string;
}

export interface AliasRec {
  readonly arn: AliasArn;
  readonly alias: AliasName;
  readonly account: AccountId;
  readonly region: Region;
  readonly target: KeyArn;
  readonly CreationDate: EpochMs;
  readonly LastUpdatedDate: EpochMs;
}

/** The last successful cryptographic use of a key. */
export interface UsageRec {
  readonly key: KeyArn;
  readonly operation: string;
  readonly at: EpochMs;
}

/** What is left in one token bucket of one account and Region. */
export interface BucketRec {
  readonly account: AccountId;
  readonly region: Region;
  readonly bucket: string;
  readonly tokens: number;
  readonly at: EpochMs;
}

/** How many there are, so that a limit never scans. `name` e.g. `keys/111122223333/us-east-1`. */
export interface CounterRec {
  readonly name: string;
  readonly count: number;
}

export interface Tables {
  readonly world: WorldRec;
  readonly clock: ClockRec;
  readonly account: AccountRec;
  readonly principal: PrincipalRec;
  readonly identityPolicy: IdentityPolicyRec;
  readonly credential: CredentialRec;
  readonly domainKey: DomainKeyRec;
  readonly key: KeyRec;
  readonly material: MaterialRec;
  readonly keyPolicy: KeyPolicyRec;
  readonly tag: TagRec;
  readonly alias: AliasRec;
  readonly usage: UsageRec;
  readonly bucket: BucketRec;
  readonly counter: CounterRec;
}
export type TableName = keyof Tables;
export type Rec = Tables[TableName];
