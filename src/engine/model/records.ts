import type {
  AccountId,
  AliasArn,
  AliasName,
  Bytes,
  EpochMs,
  KeyArn,
  KeyId,
  PrincipalArn,
  Region,
} from './ids.ts';
import type { ServiceTables } from './serviceRecords.ts';

/*
 * Records are plain readonly data, small on purpose (policy, tags and usage apart from the key), so that diffs stay
 * small. A record holds no plaintext and no draw: key material is wrapped by the Region's domain key, the domain key by
 * the device key.
 */

/** The service's own faults (model.json errors, side server). */
export const serviceFaults = [
  'KMSInternalException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
] as const;
export type ServiceFault = (typeof serviceFaults)[number];

/** The switches of a world, all visible to its user. One record. */
export interface WorldRec {
  readonly format: 1;
  /** Set for seeded worlds: draws come from it and the step number. */
  readonly seed: string | undefined;
  /** Request quotas bite. */
  readonly throttling: boolean;
  /** Grants become visible after a delay. */
  readonly propagation: boolean;
  /** A fault of the service that every call meets which can answer with it, or none. */
  readonly fault: ServiceFault | undefined;
}

/** Frozen at `at`, or the wall clock plus `offset` milliseconds. One record. */
export type ClockRec =
  { readonly mode: 'frozen'; readonly at: EpochMs } | { readonly mode: 'running'; readonly offset: number };

/** What CreateAccount was asked for, as far as it is asked for again. */
export interface AccountCreation {
  /** `car-…` */
  readonly request: string;
  readonly email: string;
  readonly at: EpochMs;
}

export interface AccountRec {
  readonly account: AccountId;
  readonly name: string;
  /** How an organization made it; those that came with the world have none of it. */
  readonly creation?: AccountCreation | undefined;
}

export type PrincipalKind = 'root' | 'user' | 'role';

export interface PrincipalRec {
  readonly arn: PrincipalArn;
  readonly account: AccountId;
  readonly kind: PrincipalKind;
  readonly name: string;
  /** AIDA… or AROA…, the account number for the root user. */
  readonly principalId: string;
  /*
   * What IAM operations add. A principal that came with the world has none of it, so that a call of it reads no more than
   * its inline policies.
   */
  readonly created?: EpochMs | undefined;
  readonly description?: string | undefined;
  /** ARNs of managed policies, in the order in which they were attached. */
  readonly attached?: readonly string[] | undefined;
  /** ARNs of the groups that a user is in. */
  readonly groups?: readonly string[] | undefined;
  /** ARN of the managed policy that is the permissions boundary. */
  readonly boundary?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Roles: how long a session may be, in seconds. */
  readonly maxSessionDuration?: number | undefined;
}

/** Who may assume a role. Absent: nobody. */
export interface TrustPolicyRec extends NamingPolicy {
  readonly role: PrincipalArn;
}

/** Unique ids of the users and roles that a policy names as principals, by the ARN as it is written there. */
export type UniqueIds = Readonly<Record<string, string>>;

/** A policy that says to whom. It means those who bore the names when it was written. */
export interface NamingPolicy {
  readonly document: string;
  /** Absent: it names no user and no role, or was kept before this was noted. */
  readonly uniqueIds?: UniqueIds | undefined;
}

/** A group of users; its inline policies are identity policies under its ARN. */
export interface GroupRec {
  readonly arn: string;
  readonly account: AccountId;
  readonly name: string;
  /** AGPA… */
  readonly groupId: string;
  readonly created: EpochMs;
  readonly attached: readonly string[];
}

/** A customer managed policy; its texts are {@link PolicyVersionRec}s. */
export interface ManagedPolicyRec {
  readonly arn: string;
  readonly account: AccountId;
  readonly name: string;
  readonly description: string | undefined;
  /** ANPA… */
  readonly policyId: string;
  /** `v1` */
  readonly defaultVersion: string;
  /** Oldest first. */
  readonly versions: readonly string[];
  /** Number of the next version: a number is never used again. */
  readonly nextVersion: number;
  readonly created: EpochMs;
  readonly updated: EpochMs;
}

export interface PolicyVersionRec {
  readonly policy: string;
  readonly version: string;
  readonly document: string;
  readonly created: EpochMs;
}

/** A session that AssumeRole made. It ends by itself: who comes after `expires` is told so. */
export interface SessionRec {
  /** ASIA… */
  readonly accessKeyId: string;
  /** `arn:aws:sts::A:assumed-role/R/S`; several sessions may have the same. */
  readonly arn: PrincipalArn;
  readonly role: PrincipalArn;
  /** Of the role that was assumed: another role of the same name does not inherit its sessions. */
  readonly roleId: string;
  readonly sessionName: string;
  readonly issued: EpochMs;
  readonly expires: EpochMs;
  /** Inline session policy. */
  readonly policy: string | undefined;
  /** ARNs of managed session policies. */
  readonly policyArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** Begun with a second factor. */
  readonly mfa: boolean;
}

/** An organization of accounts. */
export interface OrganizationRec {
  /** `o-…` */
  readonly id: string;
  readonly managementAccount: AccountId;
  /** `r-…` */
  readonly root: string;
}

export type OrgNodeKind = 'root' | 'organizationalUnit' | 'account';

/** A place in the tree of an organization: its root, an organizational unit, or an account (by its number). */
export interface OrgNodeRec {
  readonly id: string;
  readonly organization: string;
  readonly kind: OrgNodeKind;
  readonly name: string;
  /** Undefined for the root. */
  readonly parent: string | undefined;
  /** Ids of the policies attached here. */
  readonly serviceControlPolicies: readonly string[];
  readonly resourceControlPolicies: readonly string[];
}

export type OrgPolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

export interface OrgPolicyRec {
  /** `p-…` */
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly description: string;
  readonly type: OrgPolicyType;
  readonly document: string;
}

/** An interface endpoint of KMS in a VPC. */
export interface VpcEndpointRec {
  /** `vpce-…` */
  readonly id: string;
  readonly vpc: string;
  readonly account: AccountId;
  readonly region: Region;
  /** `com.amazonaws.us-east-1.kms` */
  readonly serviceName: string;
  /** Undefined: the default, which lets everything through. */
  readonly policy: string | undefined;
  readonly created: EpochMs;
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

/** Every kind of key that KMS makes: specs.json "keySpecs". */
export const keySpecNames = [
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'ECC_NIST_EDWARDS25519',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ML_KEM_512',
  'ML_KEM_768',
  'ML_KEM_1024',
  'SM2',
] as const;
export type KeySpec = (typeof keySpecNames)[number];

export type KeyUsage =
  'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT' | 'ENCAPSULATE_DECAPSULATE';

export type Origin = 'AWS_KMS' | 'EXTERNAL' | 'AWS_CLOUDHSM' | 'EXTERNAL_KEY_STORE';

export interface KeyRec {
  readonly arn: KeyArn;
  readonly key: KeyId;
  readonly account: AccountId;
  readonly region: Region;
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsage;
  readonly Origin: Origin;
  readonly KeyManager: KeyManager;
  readonly KeyState: KeyState;
  readonly Description: string;
  readonly CreationDate: EpochMs;
  readonly DeletionDate: EpochMs | undefined;
  /** Identifier of the material in use: 64 hex digits. Absent until the first import, and in custom key stores. */
  readonly currentMaterial: string | undefined;
  /** One of a set of multi-Region keys: see {@link MultiRegionRec}. */
  readonly MultiRegion: boolean;
  /** The waiting period, in days, that begins when the last replica is gone (PendingReplicaDeletion only). */
  readonly pendingWindowInDays: number | undefined;
  /** When work in the background ends (Creating, Updating). */
  readonly settles: EpochMs | undefined;
  /** Where the key hangs when its material is not in KMS. */
  readonly keyStore: { readonly id: string; readonly xksKeyId: string | undefined } | undefined;
}

/** A set of related multi-Region keys: same key ID, same material, one of them primary. */
export interface MultiRegionRec {
  readonly account: AccountId;
  readonly key: KeyId;
  readonly primary: Region;
  /** In the order in which they were made. */
  readonly replicas: readonly Region[];
}

/** Automatic and on-demand rotation of one key. Absent: never touched. */
export interface RotationRec {
  readonly key: KeyArn;
  readonly enabled: boolean;
  readonly periodInDays: number;
  readonly next: EpochMs | undefined;
  /** Its date came while the key could not rotate: it is made up for when it can. */
  readonly overdue: boolean;
  /** On-demand rotations so far; KMS allows a fixed number. */
  readonly onDemand: number;
  /** An on-demand rotation that has begun. */
  readonly inProgress: { readonly started: EpochMs; readonly ends: EpochMs } | undefined;
}

/** One version of a key's material, wrapped by its Region's domain key (an EKT, exported key token). */
export interface MaterialRec {
  /** 64 lower-case hex digits, beginning with the prefix that says "simulated". */
  readonly materialId: string;
  readonly key: KeyArn;
  /** 0 for the first material, one more for each rotation. */
  readonly version: number;
  /** Absent: imported material that was deleted, or has expired. */
  readonly wrapped: Bytes | undefined;
  readonly created: EpochMs;
  /** SubjectPublicKeyInfo of asymmetric material. */
  readonly publicKey: Bytes | undefined;
  /** How and when it became current; absent for the first material and while pending. */
  readonly rotated: { readonly type: 'AUTOMATIC' | 'ON_DEMAND'; readonly at: EpochMs } | undefined;
  /** Imported material only. */
  readonly imported:
    | {
        readonly expires: EpochMs | undefined;
        readonly description: string | undefined;
        /** Hash under the domain key, so that the same material is known again after it was deleted. */
        readonly fingerprint: string;
      }
    | undefined;
}

/** A grant. Its tokens are made from it inside the HSM and never stored. */
export interface GrantRec {
  /** 64 lower-case hex digits. */
  readonly grantId: string;
  readonly key: KeyArn;
  readonly GranteePrincipal: string | undefined;
  readonly GranteeServicePrincipal: string | undefined;
  readonly RetiringPrincipal: string | undefined;
  readonly RetiringServicePrincipal: string | undefined;
  readonly Operations: readonly string[];
  readonly Constraints:
    | {
        readonly EncryptionContextEquals?: Readonly<Record<string, string>>;
        readonly EncryptionContextSubset?: Readonly<Record<string, string>>;
        readonly SourceArn?: string;
      }
    | undefined;
  readonly Name: string | undefined;
  readonly IssuingAccount: AccountId;
  readonly CreationDate: EpochMs;
  /** From when it counts without a token. */
  readonly visible: EpochMs;
}

/** A custom key store and what it is connected to (simulated). */
export interface KeyStoreRec {
  readonly id: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly name: string;
  readonly type: 'AWS_CLOUDHSM' | 'EXTERNAL_KEY_STORE';
  readonly state: 'CONNECTED' | 'CONNECTING' | 'FAILED' | 'DISCONNECTED' | 'DISCONNECTING';
  readonly errorCode: string | undefined;
  /** When CONNECTING or DISCONNECTING ends. */
  readonly settles: EpochMs | undefined;
  readonly created: EpochMs;
  readonly cloudHsm: { readonly clusterId: string; readonly trustAnchor: string } | undefined;
  readonly xks:
    | {
        readonly endpoint: string;
        readonly path: string;
        readonly connectivity: 'PUBLIC_ENDPOINT' | 'VPC_ENDPOINT_SERVICE';
        readonly vpcServiceName: string | undefined;
        readonly vpcServiceOwner: string | undefined;
        readonly accessKeyId: string;
      }
    | undefined;
  /** The secret (password or proxy credential), wrapped by the domain key. */
  readonly secret: Bytes;
}

/**
 * What stands behind a key store: a CloudHSM cluster or an external proxy. Made by the world's user or on first use;
 * its switches are the ways in which it can fail.
 */
export interface BackingRec {
  /** Cluster ID, or endpoint and path. */
  readonly id: string;
  readonly kind: 'cluster' | 'proxy';
  readonly health:
    | 'healthy'
    | 'slow'
    | 'down'
    | 'refuses'
    /** No such cluster, no such VPC endpoint service. */
    | 'absent'
    /** Answers what nobody can read. */
    | 'garbled'
    /** Is there, and not set up as a key store needs it. */
    | 'misconfigured';
  readonly activeHsms: number;
  readonly kmsuser: 'ok' | 'lockedOut' | 'loggedIn' | 'missing' | 'wrongPassword';
}

/**
 * A key in the simulated external key manager behind a proxy: what encrypts a second time. Made when a KMS key is first
 * hung on it, or by the world's user. Once it is absent its secret is gone, and with it all that it encrypted.
 */
export interface ExternalKeyRec {
  /** `XksKeyId`. */
  readonly id: string;
  /** The {@link BackingRec} it is behind. */
  readonly proxy: string;
  /** `unsuitable`: no AES-256 key that may encrypt and decrypt. */
  readonly state: 'enabled' | 'disabled' | 'absent' | 'unsuitable';
  /** AES-256, sealed like every secret of the world. Undefined until first used, and when absent. */
  readonly secret: Bytes | undefined;
}

/** A Region's domain key, wrapped by the device key. Made when the Region is first used. */
export interface DomainKeyRec {
  readonly region: Region;
  readonly wrapped: Bytes;
}

/** The text is as AWS answers it: re-spaced. */
export interface KeyPolicyRec extends NamingPolicy {
  readonly key: KeyArn;
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
  readonly requestId: string;
  readonly eventId: string;
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

/** A request quota that the world's user has set: stands before the dated value of quotas.json, in every Region. */
export interface QuotaRec {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Requests a second. */
  readonly rate: number;
}

export interface Tables extends ServiceTables {
  readonly world: WorldRec;
  readonly clock: ClockRec;
  readonly account: AccountRec;
  readonly principal: PrincipalRec;
  readonly identityPolicy: IdentityPolicyRec;
  readonly credential: CredentialRec;
  readonly domainKey: DomainKeyRec;
  readonly key: KeyRec;
  readonly material: MaterialRec;
  readonly multiRegion: MultiRegionRec;
  readonly rotation: RotationRec;
  readonly grant: GrantRec;
  readonly keyStore: KeyStoreRec;
  readonly backing: BackingRec;
  readonly externalKey: ExternalKeyRec;
  readonly keyPolicy: KeyPolicyRec;
  readonly tag: TagRec;
  readonly alias: AliasRec;
  readonly usage: UsageRec;
  readonly bucket: BucketRec;
  readonly counter: CounterRec;
  readonly quota: QuotaRec;
  readonly trustPolicy: TrustPolicyRec;
  readonly group: GroupRec;
  readonly managedPolicy: ManagedPolicyRec;
  readonly policyVersion: PolicyVersionRec;
  readonly session: SessionRec;
  readonly organization: OrganizationRec;
  readonly orgNode: OrgNodeRec;
  readonly orgPolicy: OrgPolicyRec;
  readonly vpcEndpoint: VpcEndpointRec;
}
export type TableName = keyof Tables;
export type Rec = Tables[TableName];
