import type {
  AccountId,
  GrantRec,
  KeyStoreRec,
  AliasName,
  AliasRec,
  Caller,
  Env,
  Identity,
  KeyRec,
  Refusal,
  Region,
  Result,
  ServiceName,
  TrailEvent,
  Work,
} from './model/index.ts';
import type { Overlay } from './overlay.ts';
import type { Decision, GrantTerms } from './policy/index.ts';

/*
 * What one operation declares. Parsing, authentication, validation, quota, key look-up, authorization, the state check,
 * recording: all that happens once, in handle.ts, in one order. An operation has only what no other has.
 */

/** What an operation may read and write while it runs. */
export interface Step {
  readonly view: Overlay;
  readonly env: Env;
  readonly region: Region;
  readonly identity: Identity;
  /** The service that calls with the caller's credentials, as kms:ViaService has it. */
  readonly viaService?: string | undefined;
  /** Ids that the answer and the caller's trail record will bear. */
  readonly requestId: string;
  readonly eventId: string;
  /** What happened inside, for the trace; never bytes of a secret. */
  note(work: Work): void;
  /**
   * What stays also when this operation refuses in the end. Everything that KMS did for a service does, and what a service
   * says so of: a volume that could not be encrypted is there, and in error.
   */
  readonly kept: Overlay;
  /**
   * A call that this operation makes while it runs: same world, same draws, a child of this trace, events of this entry.
   * What a call that succeeds has changed stays, whatever comes after: KMS takes nothing back for a service.
   */
  call(inner: InnerCall): Promise<Result>;
}

/** A call inside a call. Its Region is the outer one's when none is named. */
export interface InnerCall {
  /** `kms` when absent. */
  readonly service?: ServiceName | undefined;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly region?: Region | undefined;
  readonly as: InnerCaller;
}

/** Who asks inside (services.json "principals"). */
export type InnerCaller =
  /**
   * The caller himself, through the service that he called (a forward access session). `via`: what kms:ViaService
   * begins with, `s3` or `ec2`.
   */
  | { readonly kind: 'forward'; readonly via: string }
  /** A service in its own name. */
  | Extract<Caller, { kind: 'service' }>
  /** Somebody whom the service itself knows: the infrastructure that holds a grant, a role that a function runs as. */
  | { readonly kind: 'identity'; readonly identity: Identity; readonly via?: string | undefined };

/** A key that the call is about, and how the caller named it. */
export interface LocatedKey {
  readonly rec: KeyRec;
  /** The member that named it, or `ciphertext`. */
  readonly by: string;
  readonly named: string;
  readonly alias: AliasName | undefined;
  /** Named by nothing but the ciphertext: changes the sentence of a denial. */
  readonly byCiphertext: boolean;
}

/** What the call is about. Most operations have one key, ReEncrypt and UpdateAlias two, some none. */
export interface Located {
  readonly keys: readonly LocatedKey[];
  readonly alias?: AliasRec | undefined;
  /** The grant that RetireGrant and RevokeGrant are about. */
  readonly grant?: GrantRec | undefined;
  readonly keyStore?: KeyStoreRec | undefined;
}

/** One permission of the call. `key`: judged by that key's policy; else on the account, on `resource`. */
export interface Permission {
  readonly action: string;
  readonly key?: LocatedKey | undefined;
  readonly resource?: string | undefined;
  /** Condition keys that only this permission sees (ReEncrypt judges each side by its own context). */
  readonly context?: ConditionKeys | undefined;
  /** What a new grant would give: a grant that lets its grantee create grants must be wider. */
  readonly creates?: GrantTerms | undefined;
  /** Judged by a role's trust policy on `resource`, instead of a key's policy. */
  readonly trust?: Trust | undefined;
}

export interface Trust {
  /** The account of the role. */
  readonly account: AccountId;
  /** With a Resource in each statement: a trust policy has none, and means its own role. */
  readonly document: string;
  /** The decision in the words of the service. */
  readonly worded: (decision: Decision) => Decision;
}

/** What a service calls the refusals that the step driver makes. */
export interface ServiceErrors {
  readonly denied: string;
  readonly deniedStatus: number;
  readonly invalid: string;
  readonly unknown: string;
}

export type ConditionKeys = Readonly<Record<string, string | readonly string[]>>;

export interface Usage {
  readonly keyUsage: string;
  readonly algorithm: string;
}

/** One call, told in another Region too (cloudtrail.json "note" of ReplicateKey and UpdatePrimaryRegion). */
export interface ElsewhereEntry {
  readonly region: Region;
  readonly eventName: string;
  readonly key: Pick<KeyRec, 'arn' | 'account'>;
  /** Invoked by the KMS service principal, not by the caller. */
  readonly byService: boolean;
  readonly requestParameters: Readonly<Record<string, unknown>>;
}

export interface TrailRule<I, O> {
  /** Members of the request that CloudTrail keeps; undefined: requestParameters is null. */
  readonly request: readonly (keyof I & string)[] | undefined;
  /** Request parameters that CloudTrail shows although the caller left them out. */
  readonly defaults?: ((input: I) => Readonly<Record<string, unknown>>) | undefined;
  /** `keyId`: the key ARN, added by the integration although the API returns nothing. */
  readonly response: 'none' | 'keyId' | ((output: O, located: Located) => Readonly<Record<string, unknown>>);
  /** Keys that the record lists as resources, where they are not all located ones. */
  readonly keys?: ((located: Located) => readonly LocatedKey[]) | undefined;
  /** Listed resources beside keys and aliases. Their accounts hear of a call that succeeds, as owners of keys do. */
  readonly resources?: ((input: I) => TrailEvent['resources']) | undefined;
  /** Entries that the same call leaves in other Regions. */
  readonly elsewhere?: ((input: I, located: Located) => readonly ElsewhereEntry[]) | undefined;
  /** additionalEventData. */
  readonly additional?: ((output: O, located: Located) => Readonly<Record<string, unknown>>) | undefined;
}

export interface Operation<I = Readonly<Record<string, unknown>>, O = unknown> {
  /** AWS's name. */
  readonly name: string;
  readonly plane: 'control' | 'data';
  /** CloudTrail's flag; cryptographic calls are read-only to it. */
  readonly readOnly: boolean;
  /** Takes effect for callers of other accounts (policy.md §5). */
  readonly worksAcrossAccounts: boolean;
  /** Exceptions that this operation itself may answer with, beside those of the common stages. */
  readonly refusals: readonly string[];
  /** Rules between members that the shapes do not know; part of validation. */
  readonly check?: (input: I) => Refusal | undefined;
  readonly find: (input: I, step: Step) => Promise<Located | Refusal> | Located | Refusal;
  readonly permissions: (input: I, located: Located, step: Step) => readonly Permission[];
  /** Condition keys from the request, seen by all permissions. */
  readonly context?: (input: I, located: Located, step: Step) => ConditionKeys;
  readonly usage?: (input: I, located: Located, step: Step) => Usage | Refusal;
  /**
   * The few lines that only this operation has. Returns AWS's output. Writes go into `step.view`; they are dropped when
   * it refuses.
   */
  readonly run: (input: I, located: Located, step: Step) => Promise<O | Refusal> | O | Refusal;
  readonly trail: TrailRule<I, O>;
  /**
   * A data event to CloudTrail: trails do not have it unless asked to (CloudTrail User Guide, "Logging data events"). No
   * operation of KMS is one.
   */
  readonly dataEvent?: boolean | undefined;
}

/**
 * Declares an operation with its own request and answer types. The one place where a validated input gets its type:
 * the shapes have checked every member by then.
 */
export const operation = <I, O>(declaration: Operation<I, O>): Operation =>
  declaration as unknown as Operation;

/** The first located key; operations that declare one always have it. */
export function theKey(located: Located): LocatedKey {
  const [key] = located.keys;
  if (!key) throw new Error('"theKey" expected a located key, got none');
  return key;
}
